// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/self_measurement.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <string_view>
#include <thread>

#include "core/base/file_system.h"
#include "core/models/cuda_present.h"
#include "core/models/model_registry.h"

namespace fieldmark {
namespace {

using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;

constexpr int kSamplePictures = 48;
/// Rounding moves a neighbour in a thousand, which 48 pictures with ten neighbours each cannot tell from
/// none.
constexpr int kRoundedSamplePictures = 400;
constexpr int kLeastOwnPictures = 100;  // fewer of a library's own say less than generated ones
constexpr int kUsualBatch = 16;
constexpr int kUsualCudaBatch = 128;       // a device is idle for the most part with 16 pictures
constexpr int kCpuBatches[] = {4, 8, 32};  // beside the usual one
constexpr int kCudaBatches[] = {32, 64, 256};
constexpr double kWorthIt = 1.03;  // a larger batch or more threads must gain more than noise
constexpr std::size_t kMostKept = 200;
constexpr int kFormat = 1;
constexpr double kTie = 1e-5;

std::size_t size(int value) {
    return static_cast<std::size_t>(value);
}

Error cancelled() {
    return {ErrorKind::Cancelled, "The measurement was stopped."};
}

bool stopped(const SelfMeasureSettings& settings) {
    return settings.stop && settings.stop();
}

std::size_t picture_bytes(const ModelInfo& info) {
    return size(info.input_width) * size(info.input_height) * 3;
}

struct Sample {
    std::vector<std::uint8_t> pixels;
    int count = 0;
};

Result<std::vector<float>> embed_all(Backbone& backbone, const Sample& sample,
                                     const SelfMeasureSettings& settings) {
    std::vector<float> rows;
    for (int first = 0; first < sample.count; first += kUsualBatch) {
        if (stopped(settings)) return cancelled();
        const int now = std::min(kUsualBatch, sample.count - first);
        const std::size_t bytes = picture_bytes(backbone.info());
        auto some =
            backbone.embed(std::span(sample.pixels).subspan(size(first) * bytes, size(now) * bytes), now);
        if (!some) return some.error();
        rows.insert(rows.end(), some->begin(), some->end());
    }
    return rows;
}

BackboneOptions options_of(const MeasuredWay& way, int threads) {
    BackboneOptions options;
    options.threads = threads;
    options.fused = way.fused;
    options.own_kernels = way.own_kernels;
    options.device = way.device;
    options.precision = way.precision;
    return options;
}

/// `count` pictures: the user's own where there are `least` of them, else generated ones.
Sample sample_of(const ModelInfo& info, const SelfMeasureSettings& settings, int count, int least) {
    Sample sample;
    if (settings.sample) sample.pixels = settings.sample(size(count));
    sample.count = static_cast<int>(sample.pixels.size() / picture_bytes(info));
    if (sample.count >= least) return sample;
    return {generated_pictures(count, info.input_width, info.input_height), count};
}

/// Of a backbone that rounds, over more pictures than the slow reference could embed in the time: against
/// `exact`, the fastest way in fp32, which has itself agreed with the reference.
Result<double> rounded_agreement(const ModelInfo& info, const LoadBackbone& load, const MeasuredWay& exact,
                                 Backbone& rounded, const SelfMeasureSettings& settings) {
    const Sample sample = sample_of(info, settings, kRoundedSamplePictures, kLeastOwnPictures);
    const auto backbone = load(options_of(exact, exact.threads));
    if (!backbone) return backbone.error();
    const auto wanted = embed_all(**backbone, sample, settings);
    if (!wanted) return wanted.error();
    const auto got = embed_all(rounded, sample, settings);
    if (!got) return got.error();
    return rank_agreement(*wanted, *got, sample.count, info.dimension);
}

/// Images a second by the median batch.
Result<double> rate_of(Backbone& backbone, int batch, const SelfMeasureSettings& settings) {
    const std::vector<std::uint8_t> pixels =
        generated_pictures(batch, backbone.info().input_width, backbone.info().input_height);
    const auto clock = [&] {
        return settings.clock ? settings.clock()
                              : std::chrono::duration<double>(Clock::now().time_since_epoch()).count();
    };
    std::vector<double> seconds;
    const double begin = clock();
    constexpr std::size_t kWarmUp = 1, kLeast = 3;
    while (seconds.size() < kWarmUp + kLeast || clock() - begin < settings.seconds) {
        if (stopped(settings)) return cancelled();
        const double start = clock();
        if (const auto done = backbone.embed(pixels, batch); !done) return done.error();
        seconds.push_back(clock() - start);
    }
    seconds.erase(seconds.begin());
    std::sort(seconds.begin(), seconds.end());
    return batch / std::max(seconds[seconds.size() / 2], 1e-9);
}

Json to_json(const MeasuredWay& way) {
    return {{"engine", way.engine},
            {"fused", way.fused},
            {"own_kernels", way.own_kernels},
            {"device", way.device},
            {"threads", way.threads},
            {"batch", way.batch},
            {"images_per_second", way.images_per_second},
            {"agreement", way.agreement},
            {"precision", way.precision}};
}

MeasuredWay way_from(const Json& json) {
    MeasuredWay way;
    way.engine = json.at("engine").get<std::string>();
    way.fused = json.at("fused").get<bool>();
    way.own_kernels = json.at("own_kernels").get<bool>();
    way.device = json.at("device").get<std::string>();
    way.threads = std::clamp(json.at("threads").get<int>(), 0, 1024);
    way.batch = std::clamp(json.at("batch").get<int>(), 1, 1024);
    way.images_per_second = json.at("images_per_second").get<double>();
    way.agreement = json.at("agreement").get<double>();
    way.precision = json.value("precision", "fp32");  // files of before there was a choice
    return way;
}

Json to_json(const SelfMeasurement& measurement) {
    Json tried = Json::array();
    for (const MeasuredWay& way : measurement.tried) tried.push_back(to_json(way));
    return {{"model", measurement.model},         {"name", measurement.name},
            {"processor", measurement.processor}, {"version", measurement.version},
            {"best", to_json(measurement.best)},  {"tried", std::move(tried)}};
}

SelfMeasurement measurement_from(const Json& json) {
    SelfMeasurement measurement;
    measurement.model = json.at("model").get<std::string>();
    measurement.name = json.at("name").get<std::string>();
    measurement.processor = json.at("processor").get<std::string>();
    measurement.version = json.at("version").get<std::string>();
    measurement.best = way_from(json.at("best"));
    for (const Json& way : json.at("tried")) measurement.tried.push_back(way_from(way));
    return measurement;
}

/// Whether it asks for a precision that there is; any other would be refused each time the model is loaded.
bool is_possible(const SelfMeasurement& measurement) {
    const std::string& precision = measurement.best.precision;
    if (precision == "fp16" || precision == "bf16") return measurement.best.device == "cuda";
    return precision == "fp32" || (precision == "int16" && measurement.best.device != "cuda");
}

/// Those of a file that can be read; a damaged file or entry is as good as none and is written anew.
std::vector<SelfMeasurement> read_measurements(const std::string& file) {
    if (file.empty()) return {};
    const auto bytes = FileSystem::posix().read(file);
    if (!bytes) return {};
    std::vector<SelfMeasurement> all;
    try {
        const char* begin = reinterpret_cast<const char*>(bytes->data());
        const Json document = Json::parse(begin, begin + bytes->size());
        if (document.at("format").get<int>() != kFormat) return {};
        for (const Json& one : document.at("measurements")) {
            try {
                SelfMeasurement measurement = measurement_from(one);
                if (is_possible(measurement)) all.push_back(std::move(measurement));
            } catch (const Json::exception&) {
                continue;  // the others are whole
            }
        }
    } catch (const Json::exception&) {
        return {};
    }
    return all;
}

bool is_of(const SelfMeasurement& one, const std::string& model) {
    return one.model == model && one.processor == processor_name() && one.version == FIELDMARK_VERSION;
}

}  // namespace

double rank_agreement(std::span<const float> reference, std::span<const float> candidate, int count,
                      int dimension, int k) {
    k = std::min(k, count - 1);
    if (k < 1) return 1;
    const auto similarities = [&](std::span<const float> rows, int of) {
        std::vector<double> found(size(count));
        for (int i = 0; i < count; ++i) {
            const float *a = rows.data() + size(of) * size(dimension),
                        *b = rows.data() + size(i) * size(dimension);
            double sum = 0;
            for (int d = 0; d < dimension; ++d) sum += double{a[d]} * b[d];
            found[size(i)] = i == of ? -2 : sum;  // below any similarity
        }
        return found;
    };
    std::int64_t kept = 0;
    for (int row = 0; row < count; ++row) {
        const std::vector<double> wanted = similarities(reference, row), got = similarities(candidate, row);
        std::vector<double> sorted = wanted;
        std::nth_element(sorted.begin(), sorted.begin() + (k - 1), sorted.end(), std::greater<>());
        const double least = sorted[size(k - 1)] - kTie;
        std::vector<int> order(size(count));
        for (int i = 0; i < count; ++i) order[size(i)] = i;
        std::partial_sort(order.begin(), order.begin() + k, order.end(),
                          [&](int a, int b) { return got[size(a)] > got[size(b)]; });
        for (int i = 0; i < k; ++i) kept += wanted[size(order[size(i)])] >= least;
    }
    return static_cast<double>(kept) / (static_cast<double>(count) * k);
}

std::vector<std::uint8_t> generated_pictures(int count, int width, int height) {
    std::mt19937 random(20);
    const auto uniform = [&](float from, float to) {
        return from + (to - from) * static_cast<float>(random() >> 8) * 0x1p-24F;
    };
    std::vector<std::uint8_t> pixels;
    pixels.reserve(size(count) * size(width) * size(height) * 3);
    constexpr int kSpots = 6;
    for (int n = 0; n < count; ++n) {
        struct Spot {
            float x, y, sharpness, colour[3];
        } spots[kSpots];
        for (Spot& spot : spots) {
            spot.x = uniform(0, 1);
            spot.y = uniform(0, 1);
            spot.sharpness = uniform(4, 60);
            for (float& channel : spot.colour) channel = uniform(-160, 160);
        }
        const float across = uniform(-60, 60), down = uniform(-60, 60), strength = uniform(0, 60);
        const float ground[3] = {uniform(40, 215), uniform(40, 215), uniform(40, 215)};
        for (int row = 0; row < height; ++row) {
            const float y = (static_cast<float>(row) + 0.5F) / static_cast<float>(height);
            for (int column = 0; column < width; ++column) {
                const float x = (static_cast<float>(column) + 0.5F) / static_cast<float>(width);
                const float stripe = strength * std::sin(across * x + down * y);
                float colour[3] = {ground[0] + stripe, ground[1] + stripe, ground[2] - stripe};
                for (const Spot& spot : spots) {
                    const float dx = x - spot.x, dy = y - spot.y;
                    const float near = 1 / (1 + spot.sharpness * (dx * dx + dy * dy));
                    for (int c = 0; c < 3; ++c) colour[c] += near * near * spot.colour[c];
                }
                for (const float channel : colour)
                    pixels.push_back(static_cast<std::uint8_t>(std::clamp(channel, 0.0F, 255.0F)));
            }
        }
    }
    return pixels;
}

Result<SelfMeasurement> measure_backbone(const ModelInfo& info, const LoadBackbone& load,
                                         const SelfMeasureSettings& settings) {
    const int cores = settings.threads > 0
                          ? settings.threads
                          : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
    const Sample sample = sample_of(info, settings, kSamplePictures, kSamplePictures);
    const auto say = [&](const MeasuredWay& way) {
        if (settings.said)
            settings.said(way.engine + ", " + std::to_string(way.threads) + " threads, batch " +
                          std::to_string(way.batch));
    };

    SelfMeasurement result;
    result.model = info.hash;
    result.name = info.name;
    result.processor = processor_name();
    result.version = FIELDMARK_VERSION;
    std::vector<float> reference;
    const auto agreement_with_reference = [&](Backbone& backbone) -> Result<double> {
        auto rows = embed_all(backbone, sample, settings);
        if (!rows) return rows.error();
        if (reference.empty()) reference = *rows;
        return rank_agreement(reference, *rows, sample.count, info.dimension);
    };
    struct Candidate {
        const char* device;
        bool fused, own_kernels;
        const char* precision;
    };
    MeasuredWay exact;           // the fastest in fp32
    std::string missing_device;  // asked for once only: reading a model's weights takes its time
    // The first one is what the others are compared with.
    for (const Candidate& candidate : {Candidate{"cpu", false, false, "fp32"},
                                       {"cpu", true, false, "fp32"},
                                       {"cpu", true, true, "fp32"},
                                       {"cpu", true, true, "int16"},
                                       {"cuda", true, true, "fp32"},
                                       {"cuda", true, true, "fp16"},
                                       {"cuda", true, true, "bf16"}}) {
        if (stopped(settings)) return cancelled();
        if (missing_device == candidate.device) continue;
        const bool on_cuda = std::string_view(candidate.device) == "cuda";
        BackboneOptions options;
        options.threads = cores;
        options.fused = candidate.fused;
        options.own_kernels = candidate.own_kernels;
        options.device = candidate.device;
        options.precision = candidate.precision;
        const auto backbone = load(options);
        if (!backbone) {
            if (reference.empty()) return backbone.error();
            // There is no such device, or the processor lacks the instructions.
            if (on_cuda && std::string_view(candidate.precision) == "fp32") missing_device = candidate.device;
            continue;
        }
        MeasuredWay way{(*backbone)->engine(), candidate.fused, candidate.own_kernels,
                        candidate.device,      cores,           on_cuda ? kUsualCudaBatch : kUsualBatch};
        way.precision = candidate.precision;
        const bool known = std::any_of(result.tried.begin(), result.tried.end(),
                                       [&](const MeasuredWay& other) { return other.engine == way.engine; });
        if (known) continue;  // this machine or network has no such engine, and got the next best
        say(way);
        const auto agreement = way.precision == "fp32"
                                   ? agreement_with_reference(**backbone)
                                   : rounded_agreement(info, load, exact, **backbone, settings);
        if (!agreement) {
            if (reference.empty() || agreement.error().kind == ErrorKind::Cancelled) return agreement.error();
            continue;
        }
        way.agreement = *agreement;
        const auto rate = rate_of(**backbone, way.batch, settings);
        if (!rate) {
            if (reference.empty() || rate.error().kind == ErrorKind::Cancelled) return rate.error();
            continue;
        }
        way.images_per_second = *rate;
        result.tried.push_back(way);
        const auto better_than = [&](const MeasuredWay& other) {
            return result.tried.size() == 1 || (way.agreement >= settings.least_agreement &&
                                                way.images_per_second > other.images_per_second);
        };
        if (better_than(result.best)) result.best = way;
        if (way.precision == "fp32" && better_than(exact)) exact = way;
    }

    if (result.tried.empty())
        return Error{ErrorKind::Internal,
                     "No way to run the model \"" + info.name +
                         "\" could be measured. Measure again when the computer is idle."};

    // Threads and batches, with the engine that won. They do not change what is computed.
    const auto attempt = [&](int threads, std::span<const int> batches) -> Status {
        const auto backbone = load(options_of(result.best, threads));
        if (!backbone) return backbone.error();
        for (const int batch : batches) {
            MeasuredWay way = result.best;
            way.threads = threads;
            way.batch = batch;
            say(way);
            const auto rate = rate_of(**backbone, batch, settings);
            if (!rate) return rate.error();
            way.images_per_second = *rate;
            result.tried.push_back(way);
            const bool smaller = threads <= result.best.threads && batch <= result.best.batch;
            if (*rate > result.best.images_per_second * (smaller ? 1.0 : kWorthIt)) result.best = way;
        }
        return {};
    };
    std::vector<std::pair<int, std::vector<int>>> attempts;
    if (result.best.device == "cuda") {
        attempts.push_back({cores, {std::begin(kCudaBatches), std::end(kCudaBatches)}});
    } else {
        attempts.push_back({cores, {std::begin(kCpuBatches), std::end(kCpuBatches)}});
        // Two threads on one core share its arithmetic units and gain little, or lose.
        if (cores >= 4) attempts.push_back({cores / 2, {kUsualBatch}});
    }
    for (const auto& [threads, batches] : attempts) {
        const Status done = attempt(threads, batches);
        if (!done && done.error().kind == ErrorKind::Cancelled) return done.error();
    }
    return result;
}

std::string processor_name() {
    static const std::string name = [] {
        std::ifstream file("/proc/cpuinfo");
        std::string line, found = "unknown processor";
        while (std::getline(file, line)) {
            if (!line.starts_with("model name")) continue;
            const std::size_t colon = line.find(':');
            if (colon != std::string::npos && colon + 2 < line.size()) found = line.substr(colon + 2);
            break;
        }
        return found + ", " + std::to_string(std::max(1u, std::thread::hardware_concurrency())) + " threads" +
               (cuda_present() ? ", CUDA" : "");
    }();
    return name;
}

std::string measurements_file() {
    const std::string models = ModelRegistry::user_folder();
    if (models.empty()) return {};
    return models.substr(0, models.rfind('/')) + "/measurements.json";
}

std::optional<SelfMeasurement> stored_measurement(const ModelInfo& info, const std::string& file) {
    for (SelfMeasurement& one : read_measurements(file))
        if (is_of(one, info.hash)) return std::move(one);
    return std::nullopt;
}

Status store_measurement(const SelfMeasurement& measurement, const std::string& file) {
    if (file.empty())
        return Error{ErrorKind::NotFound, "There is no home folder in which a measurement could be kept."};
    std::vector<SelfMeasurement> all = read_measurements(file);
    std::erase_if(all, [&](const SelfMeasurement& one) {
        return one.model == measurement.model && one.processor == measurement.processor &&
               one.version == measurement.version;
    });
    all.push_back(measurement);
    if (all.size() > kMostKept) all.erase(all.begin(), all.end() - static_cast<std::ptrdiff_t>(kMostKept));
    Json list = Json::array();
    for (const SelfMeasurement& one : all) list.push_back(to_json(one));
    const std::string text = Json{{"format", kFormat}, {"measurements", std::move(list)}}.dump(
                                 1, ' ', false, Json::error_handler_t::replace) +
                             "\n";

    FileSystem& files = FileSystem::posix();
    const std::string folder = file.substr(0, file.rfind('/')), part = file + ".part";
    if (Status made = files.make_directory(folder); !made) return made;
    auto out = files.create(part);
    if (!out) return out.error();
    if (Status done = (*out)->append(std::as_bytes(std::span(text))); !done) return done;
    if (Status done = (*out)->sync(); !done) return done;
    if (Status done = (*out)->close(); !done) return done;
    return files.rename(part, file);
}

BackboneOptions measured_options(const ModelInfo& info, BackboneOptions options, const std::string& file) {
    if (!options.fused || !options.own_kernels || options.device != "auto" || options.precision != "auto")
        return options;
    const auto stored = stored_measurement(info, file);
    if (!stored) return options;
    options.fused = stored->best.fused;
    options.own_kernels = stored->best.own_kernels;
    options.device = stored->best.device;
    options.precision = stored->best.precision;
    if (options.threads <= 0) options.threads = stored->best.threads;
    return options;
}

Result<std::unique_ptr<Backbone>> load_measured(const ModelRegistry& registry, const ModelInfo& info,
                                                const BackboneOptions& options, const std::string& file) {
    auto backbone = registry.load(info, measured_options(info, options, file));
    const auto is = [&](ErrorKind kind) { return backbone.error().kind == kind; };
    if (backbone || (!is(ErrorKind::Unsupported) && !is(ErrorKind::Usage) && !is(ErrorKind::TooLarge)))
        return backbone;
    backbone = registry.load(info, options);
    if (backbone || backbone.error().kind != ErrorKind::TooLarge || options.device != "auto") return backbone;
    BackboneOptions on_cpu = options;  // a graphics card that others have filled
    on_cpu.device = "cpu";
    return registry.load(info, on_cpu);
}

int measured_batch(const ModelInfo& info, const std::string& file) {
    const auto stored = stored_measurement(info, file);
    return stored ? stored->best.batch : kUsualBatch;
}

}  // namespace fieldmark
