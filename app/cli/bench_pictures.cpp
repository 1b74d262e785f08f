// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <optional>

#include "app/cli/bench.h"
#include "core/base/stopwatch.h"
#include "core/engine/pictures/embedder.h"
#include "core/engine/pictures/lister.h"
#include "core/image/decode.h"
#include "core/models/device_times.h"
#include "core/models/embed_benchmark.h"
#include "core/models/model_registry.h"
#include "core/models/self_measurement.h"

namespace fieldmark::cli {

namespace {

struct Timing {
    double milliseconds = 0;  ///< the quickest of the repetitions
    DecodedImage picture;
};

Result<Timing> time_decode(const std::string& path, int cover, int repeat) {
    Timing timing;
    for (int i = 0; i < repeat; ++i) {
        const Stopwatch watch;
        auto decoded = decode_file(path, {.cover = cover, .limits = {}});
        const double now = watch.milliseconds();
        if (!decoded) return std::move(decoded).error();
        timing.milliseconds = i == 0 ? now : std::min(timing.milliseconds, now);
        timing.picture = std::move(*decoded);
    }
    return timing;
}

double per_second(std::size_t count, double milliseconds) {
    return milliseconds > 0 ? 1000.0 * static_cast<double>(count) / milliseconds : 0;
}

}  // namespace

Result<std::vector<std::string>> pictures_under(const std::vector<std::string>& paths) {
    std::vector<std::string> pictures;
    for (const std::string& path : paths) {
        std::error_code failure;
        if (!std::filesystem::is_directory(path, failure)) {
            // A file that was named is taken whatever it is called; decoding tells what is wrong with it.
            if (const auto seen = stat_file(path); !seen) return seen.error();
            pictures.push_back(path);
            continue;
        }
        const std::string root = absolute_folder(path);
        list_pictures(root, 1000, [&](std::vector<SeenFile>&& files) {
            for (const SeenFile& file : files) pictures.push_back(root + '/' + file.path);
            return true;
        });
    }
    if (pictures.empty()) {
        return Error{ErrorKind::NotFound, "There is no picture under " +
                                              (paths.empty() ? "" : paths.front()) +
                                              ". Name a folder of pictures."};
    }
    return pictures;
}

Result<Answer> bench_decode(Context& context, const BenchDecodeArguments& arguments) {
    const auto pictures = pictures_under(arguments.paths);
    if (!pictures) return pictures.error();
    Answer answer;
    Json files = Json::array();
    Json failed = Json::array();
    double scaled_sum = 0;
    double full_sum = 0;
    double megapixels = 0;
    Table table;
    table.column("picture").column("format").column("size", Table::Align::Right);
    table.column("scaled ms", Table::Align::Right).column("full ms", Table::Align::Right);
    for (const std::string& path : *pictures) {
        if (context.interrupt.requested()) return Error{ErrorKind::Cancelled, "The measurement was stopped."};
        context.console.progress("Decoding " + display_text(path));
        const auto scaled = time_decode(path, arguments.cover, arguments.repeat);
        const auto full = scaled ? time_decode(path, 0, arguments.repeat) : scaled;
        Json entry;
        put_path(entry, "path", path);
        if (!full) {
            entry.update(to_json(full.error()));
            failed.push_back(std::move(entry));
            context.console.warn(full.error().text);
            continue;
        }
        const DecodedImage& picture = full->picture;
        entry["format"] = to_string(picture.format);
        entry["width"] = picture.source_width;
        entry["height"] = picture.source_height;
        entry["scaled_width"] = scaled->picture.image.width;
        entry["scaled_height"] = scaled->picture.image.height;
        entry["scaled_ms"] = scaled->milliseconds;
        entry["full_ms"] = full->milliseconds;
        files.push_back(std::move(entry));
        scaled_sum += scaled->milliseconds;
        full_sum += full->milliseconds;
        megapixels += 1e-6 * picture.source_width * picture.source_height;
        table.row({display_text(path), to_string(picture.format),
                   std::to_string(picture.source_width) + " x " + std::to_string(picture.source_height),
                   format_number(scaled->milliseconds, 2), format_number(full->milliseconds, 2)});
    }
    context.console.end_progress();
    const std::size_t count = files.size();
    answer.json["cover"] = arguments.cover;
    answer.json["pictures"] = count;
    answer.json["scaled_images_per_second"] = per_second(count, scaled_sum);
    answer.json["full_images_per_second"] = per_second(count, full_sum);
    answer.json["megapixels"] = megapixels;
    answer.json["files"] = std::move(files);
    answer.json["failed"] = failed;
    context.console.print((count <= 50 ? table.text() + '\n' : std::string()) +
                          format_count(std::ssize(*pictures)) + " pictures, " + format_number(megapixels, 1) +
                          " megapixels, one thread: " + format_number(per_second(count, scaled_sum), 1) +
                          " images/s scaled, " + format_number(per_second(count, full_sum), 1) +
                          " images/s in full\n");
    answer.status = failed.empty() ? AllDone : count == 0 ? Failed : SomeFailed;
    return answer;
}

namespace {

Json to_json(const MeasuredWay& way) {
    return {{"engine", way.engine},
            {"precision", way.precision},
            {"threads", way.threads},
            {"batch", way.batch},
            {"images_per_second", way.images_per_second},
            {"agreement", way.agreement}};
}

std::string line_of(const MeasuredWay& way) {
    return way.engine + ", " + std::to_string(way.threads) + " threads, batch " + std::to_string(way.batch) +
           ": " + format_number(way.images_per_second, 1) + " images/s, recall@10 against plain fp32 " +
           format_number(way.agreement, 4);
}

/// What was measured at first start or is measured now.
Result<std::optional<SelfMeasurement>> measurement_of(Context& context, const ModelInfo& info,
                                                      const ModelRegistry& registry, bool anew) {
    if (!anew) return stored_measurement(info);
    SelfMeasureSettings settings;
    settings.said = [&](const std::string& way) { context.console.progress("Measuring " + way); };
    auto measured = measure_backbone(
        info, [&](const BackboneOptions& options) { return registry.load(info, options); }, settings);
    context.console.end_progress();
    if (!measured) return measured.error();
    if (Status stored = store_measurement(*measured); !stored) return stored.error();
    return std::optional(std::move(*measured));
}

}  // namespace

Result<Answer> bench_embed(Context& context, const BenchEmbedArguments& arguments) {
    const ModelRegistry registry;
    const auto info = registry.find(arguments.model);
    if (!info) return info.error();
    const auto measured = measurement_of(context, *info, registry, arguments.remeasure);
    if (!measured) return measured.error();
    BackboneOptions options{
        .threads = arguments.threads, .fused = arguments.engine != "eager", .device = arguments.device};
    options.own_kernels = arguments.engine != "onednn";
    for (const char* precision : {"fp32", "int16", "fp16", "bf16"})
        if (arguments.engine == precision) options.precision = precision;
    const auto backbone = load_measured(registry, *info, options);
    if (!backbone) return backbone.error();
    const bool on_device = !(*backbone)->engine().starts_with("cpu") && device_timer_of(**backbone);
    if (!on_device && !arguments.pictures.empty())
        return Error{ErrorKind::Usage, "--pictures is for a network on a GPU, and this one runs as \"" +
                                           (*backbone)->engine() +
                                           "\". Take bench import for the CPU's steps."};
    context.console.progress("Embedding generated pictures");
    const auto result =
        benchmark_embedding(**backbone, arguments.batch, arguments.threads, arguments.seconds);
    context.console.end_progress();
    if (!result) return result.error();
    Answer answer;
    answer.json["model"] = result->model;
    answer.json["engine"] = result->engine;
    answer.json["batch"] = result->batch;
    answer.json["threads"] = result->threads;
    answer.json["repetitions"] = result->seconds.size();
    answer.json["images_per_second"] = result->images_per_second;
    answer.json["best_images_per_second"] = result->best_images_per_second;
    context.console.print(result->model + ", " + result->engine + ", batch " + std::to_string(result->batch) +
                          ": " + format_number(result->images_per_second, 1) + " images/s (median of " +
                          std::to_string(result->seconds.size()) + " batches; best " +
                          format_number(result->best_images_per_second, 1) + ")\n");
    if (on_device)
        if (const Status done = bench_device(context, arguments, *info, **backbone, answer); !done)
            return done.error();
    if (const auto& found = *measured) {
        answer.json["measurement"] = {{"processor", found->processor}, {"best", to_json(found->best)}};
        Json& tried = answer.json["measurement"]["tried"] = Json::array();
        context.console.print("Measured on " + found->processor + ":\n");
        for (const MeasuredWay& way : found->tried) {
            tried.push_back(to_json(way));
            const bool best = way.engine == found->best.engine && way.threads == found->best.threads &&
                              way.batch == found->best.batch;
            context.console.print((best ? "* " : "  ") + line_of(way) + "\n");
        }
    } else {
        context.console.print("Not measured on this computer yet: --remeasure does it.\n");
    }
    return answer;
}

}  // namespace fieldmark::cli
