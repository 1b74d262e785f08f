// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// The self-measurement with backbones made for it: some slower, one whose ranks are wrong, one that is not
// there.
#include <QtTest/QtTest>
#include <cmath>
#include <fstream>
#include <set>

#include "core/models/cuda_present.h"
#include "core/models/embed_benchmark.h"
#include "core/models/self_measurement.h"

using namespace fieldmark;

namespace {

constexpr int kSide = 8;
constexpr int kDimension = 4;

double g_seconds = 0;  // the clock of these tests, which runs while a backbone computes

std::size_t index(int value) {
    return static_cast<std::size_t>(value);
}

ModelInfo model() {
    ModelInfo info;
    info.hash = std::string(64, 'a');
    info.name = "made";
    info.dimension = kDimension;
    info.input_width = info.input_height = kSide;
    return info;
}

/// Sums of the picture's quarters as an embedding; `noise` bends it, `microseconds` a picture is how long it
/// takes.
class MadeBackbone : public Backbone {
  public:
    MadeBackbone(std::string engine, int microseconds, float noise)
        : m_engine(std::move(engine)), m_microseconds(microseconds), m_noise(noise) {}
    const ModelInfo& info() const override { return m_info; }
    std::string engine() const override { return m_engine; }
    Result<std::vector<float>> embed(std::span<const std::uint8_t> pixels, int count) override {
        g_seconds += m_microseconds * 1e-6 * count;
        std::vector<float> rows;
        const std::size_t picture = kSide * kSide * 3;
        for (std::size_t n = 0; n < index(count); ++n) {
            float sums[kDimension] = {1, 1, 1, 1};
            for (std::size_t i = 0; i < picture; ++i)
                sums[i * kDimension / picture] += static_cast<float>(pixels[n * picture + i]);
            if (m_noise > 0) sums[n % kDimension] *= 1 + m_noise;
            float squares = 0;
            for (const float sum : sums) squares += sum * sum;
            for (const float sum : sums) rows.push_back(sum / std::sqrt(squares));
        }
        return rows;
    }

  private:
    ModelInfo m_info = model();
    std::string m_engine;
    int m_microseconds;
    float m_noise;
};

/// One that runs on a device and says what its steps take.
class MadeDevice final : public MadeBackbone, public DeviceTimer {
  public:
    using MadeBackbone::MadeBackbone;
    Result<DeviceTimes> time_parts(std::span<const std::uint8_t> pixels, int count) override {
        if (pixels.size() != index(count) * kSide * kSide * 3) return Error{ErrorKind::Internal, "Size."};
        return DeviceTimes{count, 0.1, 0.2, 0.3};
    }
};

std::unique_ptr<Backbone> made(const char* engine, int microseconds, float noise) {
    return std::make_unique<MadeBackbone>(engine, microseconds, noise);
}

}  // namespace

class TestSelfMeasurement : public QObject {
    Q_OBJECT

  private:
    int m_loads = 0;

    LoadBackbone loader(float noise_of_the_fastest) {
        return [this,
                noise_of_the_fastest](const BackboneOptions& options) -> Result<std::unique_ptr<Backbone>> {
            ++m_loads;
            if (options.device == "cuda") return Error{ErrorKind::Unsupported, "No such device."};
            if (!options.fused) return made("plain", 400, 0.0F);
            if (!options.own_kernels) return made("middle", 100, 0.0F);
            return made("fast", 10, noise_of_the_fastest);
        };
    }
    static SelfMeasureSettings quick() {
        SelfMeasureSettings settings;
        settings.seconds = 0.01;
        settings.threads = 2;
        settings.clock = [] { return g_seconds; };
        return settings;
    }

  private Q_SLOTS:
    void takes_the_fastest_that_agrees() {
        const auto measured = measure_backbone(model(), loader(0), quick());
        QVERIFY(measured);
        QCOMPARE(measured->best.engine, std::string("fast"));
        QCOMPARE(measured->best.agreement, 1.0);
        QVERIFY(measured->best.images_per_second > 0);
        QVERIFY(measured->tried.size() >= 4);  // three engines, then batches
        QCOMPARE(measured->tried.front().engine, std::string("plain"));
    }

    void leaves_out_what_changes_the_ranks() {
        const auto measured = measure_backbone(model(), loader(0.5F), quick());
        QVERIFY(measured);
        QCOMPARE(measured->best.engine, std::string("middle"));
        for (const MeasuredWay& way : measured->tried)
            if (way.engine == "fast") QVERIFY(way.agreement < 0.999);
    }

    void takes_integers_only_where_they_are_faster_and_agree() {
        const auto measure = [](int microseconds, float noise) {
            return measure_backbone(
                model(),
                [=](const BackboneOptions& options) -> Result<std::unique_ptr<Backbone>> {
                    if (options.device == "cuda") return Error{ErrorKind::Unsupported, "No such device."};
                    if (options.precision == "int16") return made("integers", microseconds, noise);
                    return made(options.own_kernels ? "floats" : "plain", 50, 0.0F);
                },
                quick());
        };
        auto measured = measure(20, 0.0F);
        QVERIFY(measured);
        QCOMPARE(measured->best.engine, std::string("integers"));
        QCOMPARE(measured->best.precision, std::string("int16"));
        measured = measure(20, 0.5F);
        QVERIFY(measured && measured->best.precision == "fp32");
        measured = measure(200, 0.0F);
        QVERIFY(measured && measured->best.precision == "fp32");
        // Where the processor lacks the instructions the loader refuses, and the others are measured.
        measured = measure_backbone(
            model(),
            [](const BackboneOptions& options) -> Result<std::unique_ptr<Backbone>> {
                if (options.device == "cuda" || options.precision == "int16")
                    return Error{ErrorKind::Unsupported, "Not here."};
                return made("plain", 50, 0.0F);
            },
            quick());
        QVERIFY(measured && measured->best.precision == "fp32");
    }

    void takes_16_bit_floats_only_where_they_agree() {
        int refused = 0;
        const auto measure = [&](float fp16, float bf16, bool cuda = true) {
            return measure_backbone(
                model(),
                [=, &refused](const BackboneOptions& options) -> Result<std::unique_ptr<Backbone>> {
                    if (options.device == "cuda" && !cuda) {
                        ++refused;
                        return Error{ErrorKind::Unsupported, "No such device."};
                    }
                    if (options.precision == "fp16") return made("cuda fp16", 3, fp16);
                    if (options.precision == "bf16") return made("cuda bf16", 2, bf16);
                    if (options.device == "cuda") return made("cuda fp32", 5, 0.0F);
                    // Integers that are fast and far off must not become what the floats are compared with.
                    if (options.precision == "int16") return made("integers", 1, 0.5F);
                    return made(options.own_kernels ? "floats" : "plain", 50, 0.0F);
                },
                quick());
        };
        auto measured = measure(0.0F, 0.0F);
        QVERIFY(measured);
        QCOMPARE(measured->best.engine, std::string("cuda bf16"));
        QCOMPARE(measured->best.precision, std::string("bf16"));
        std::set<int> batches;
        for (const MeasuredWay& way : measured->tried)
            if (way.engine == "cuda bf16") batches.insert(way.batch);
        QCOMPARE(batches, (std::set<int>{32, 64, 128, 256}));
        measured = measure(0.0F, 0.5F);
        QVERIFY(measured && measured->best.precision == "fp16" && measured->best.device == "cuda");
        measured = measure(0.5F, 0.5F);
        QVERIFY(measured && measured->best.engine == "cuda fp32");
        measured = measure(0.0F, 0.0F, false);
        QVERIFY(measured && measured->best.engine == "floats");
        QCOMPARE(refused, 1);  // not once for each precision
    }

    void takes_an_engine_once_where_two_asked_for_are_one() {
        m_loads = 0;
        const auto measured = measure_backbone(
            model(),
            [](const BackboneOptions& options) -> Result<std::unique_ptr<Backbone>> {
                if (options.device == "cuda") return Error{ErrorKind::Unsupported, "No such device."};
                return made("plain", 50, 0.0F);
            },
            quick());
        QVERIFY(measured);
        QCOMPARE(measured->tried.size(), std::size_t{1 + 3});  // one engine, three other batches
    }

    void ends_when_stopped_and_passes_errors_on() {
        SelfMeasureSettings settings = quick();
        int ways = 0;
        settings.stop = [&] { return ways == 2; };
        settings.said = [&](const std::string&) { ++ways; };
        const auto stopped = measure_backbone(model(), loader(0), settings);
        QVERIFY(!stopped);
        QCOMPARE(stopped.error().kind, ErrorKind::Cancelled);
        QCOMPARE(ways, 2);
        const auto failed = measure_backbone(
            model(),
            [](const BackboneOptions&) -> Result<std::unique_ptr<Backbone>> {
                return Error{ErrorKind::Damaged, "Broken."};
            },
            quick());
        QVERIFY(!failed);
        QCOMPARE(failed.error().kind, ErrorKind::Damaged);
    }

    void compares_a_device_with_the_cpu() {
        const auto pixels = generated_pictures(30, kSide, kSide);
        MadeBackbone cpu("floats", 10, 0);
        MadeDevice same("cuda fp32", 1, 0), near("cuda bf16", 1, 0.02F);
        auto result = benchmark_device(same, cpu, pixels, 30, 16);
        QVERIFY(result);
        QCOMPARE(result->times.pictures, 16);
        QCOMPARE(result->times.compute, 0.3);
        QCOMPARE(result->pictures, 30);
        QCOMPARE(result->recall_at_10, 1.0);
        QVERIFY(result->worst_cosine_distance < 1e-6);
        result = benchmark_device(near, cpu, pixels, 30, 64);
        QVERIFY(result && result->times.pictures == 30);
        QVERIFY(result->recall_at_10 < 1 && result->worst_cosine_distance > 1e-5);
        QVERIFY(result->mean_cosine_distance > 0 &&
                result->mean_cosine_distance <= result->worst_cosine_distance);
        QVERIFY(!benchmark_device(cpu, cpu, pixels, 30, 16));  // nothing is copied there
        QVERIFY(!benchmark_device(same, cpu, pixels, 1, 1));
    }

    void counts_ranks() {
        // Five points on a circle; in the second set two of them have changed places.
        std::vector<float> rows, moved;
        for (const double angle : {0.0, 0.1, 0.3, 0.7, 1.5}) {
            rows.push_back(static_cast<float>(std::cos(angle)));
            rows.push_back(static_cast<float>(std::sin(angle)));
        }
        QCOMPARE(rank_agreement(rows, rows, 5, 2, 2), 1.0);
        moved = rows;
        std::swap(moved[2], moved[6]);
        std::swap(moved[3], moved[7]);
        // By hand: {1,2} {0,2} {1,0} {2,1} {3,2} became {3,2} {2,3} {3,0} {0,2} {1,2}: one of two stays each
        // time.
        QCOMPARE(rank_agreement(rows, moved, 5, 2, 2), 5.0 / 10);
        QCOMPARE(rank_agreement(rows, moved, 1, 2, 2), 1.0);
        // Two that are equally near are as good as each other.
        const std::vector<float> tied = {1, 0, 0.8F, 0.6F, 0.8F, -0.6F},
                                 other = {1, 0, 0.8F, 0.6F, 0.81F, -0.59F};
        QCOMPARE(rank_agreement(std::span(tied), std::span(other), 3, 2, 1), 1.0);
    }

    void is_kept_by_model_processor_and_version() {
        const QTemporaryDir folder;
        const std::string file = folder.path().toStdString() + "/data/measurements.json";
        ModelInfo info = model();
        QVERIFY(!stored_measurement(info, file));
        QCOMPARE(measured_batch(info, file), 16);
        SelfMeasurement measured;
        measured.model = info.hash;
        measured.name = info.name;
        measured.processor = processor_name();
        measured.version = FIELDMARK_VERSION;
        measured.best = {"cpu fp32 onednn", true, false, "cpu", 3, 8, 120.5, 1, "fp32"};
        measured.tried = {measured.best};
        const Status stored = store_measurement(measured, file);
        QVERIFY2(stored, stored ? "" : stored.error().text.c_str());
        const auto read = stored_measurement(info, file);
        QVERIFY(read);
        QCOMPARE(read->best.images_per_second, 120.5);
        QCOMPARE(read->tried.size(), std::size_t{1});
        QCOMPARE(measured_batch(info, file), 8);

        BackboneOptions options = measured_options(info, {}, file);
        QCOMPARE(options.threads, 3);
        QVERIFY(options.fused && !options.own_kernels);
        QCOMPARE(options.device, std::string("cpu"));
        QCOMPARE(options.precision, std::string("fp32"));
        measured.best.precision = "int16";
        QVERIFY(store_measurement(measured, file));
        QCOMPARE(measured_options(info, {}, file).precision, std::string("int16"));
        QCOMPARE(measured_options(info, {.precision = "fp32"}, file).precision, std::string("fp32"));
        measured.best.precision = "fp16";  // not on the CPU
        QVERIFY(store_measurement(measured, file));
        QVERIFY(!stored_measurement(info, file));
        measured.best.device = "cuda";
        QVERIFY(store_measurement(measured, file));
        QCOMPARE(measured_options(info, {}, file).precision, std::string("fp16"));
        measured.best.device = "cpu";
        measured.best.precision = "int16";
        QVERIFY(store_measurement(measured, file));
        options = measured_options(info, {.threads = 1}, file);
        QCOMPARE(options.threads, 1);
        QVERIFY(!options.own_kernels);
        options = measured_options(info, {.fused = false}, file);
        QVERIFY(!options.fused);  // asked for
        QCOMPARE(options.threads, 0);

        QCOMPARE(processor_name().ends_with(", CUDA"), cuda_present());
        // Another version or processor measured it, too: neither counts here, both stay.
        SelfMeasurement elsewhere = measured;
        elsewhere.version = "0.0.0";
        elsewhere.best.batch = 64;
        QVERIFY(store_measurement(elsewhere, file));
        elsewhere = measured;
        elsewhere.processor = "another";
        elsewhere.best.batch = 64;
        QVERIFY(store_measurement(elsewhere, file));
        QCOMPARE(measured_batch(info, file), 8);
        measured.best.batch = 4;
        QVERIFY(store_measurement(measured, file));
        QCOMPARE(measured_batch(info, file), 4);
        info.hash = std::string(64, 'b');
        QVERIFY(!stored_measurement(info, file));
    }

    void takes_a_damaged_file_for_none() {
        const QTemporaryDir folder;
        const std::string file = folder.path().toStdString() + "/measurements.json";
        for (const char* text : {"", "{", "[]", "{\"format\":2,\"measurements\":[]}",
                                 "{\"format\":1,\"measurements\":[{\"model\":3}]}"}) {
            std::ofstream(file) << text;
            QVERIFY(!stored_measurement(model(), file));
        }
        SelfMeasurement measured;
        measured.model = model().hash;
        measured.processor = processor_name();
        measured.version = FIELDMARK_VERSION;
        measured.best.batch = 2;
        QVERIFY(store_measurement(measured, file));
        QCOMPARE(measured_batch(model(), file), 2);
        // Neither does an entry count that asks for what there is not; the others stay.
        SelfMeasurement unknown = measured;
        unknown.model = std::string(64, 'b');
        unknown.best.precision = "int4";
        QVERIFY(store_measurement(unknown, file));
        ModelInfo other = model();
        other.hash = unknown.model;
        QVERIFY(!stored_measurement(other, file));
        QCOMPARE(measured_options(other, {}, file).precision, std::string("auto"));
        QCOMPARE(measured_batch(model(), file), 2);
    }

    void generates_pictures_that_differ() {
        const auto pictures = generated_pictures(3, 20, 10);
        QCOMPARE(pictures.size(), std::size_t{3 * 20 * 10 * 3});
        QVERIFY(pictures == generated_pictures(3, 20, 10));
        QVERIFY(!std::equal(pictures.begin(), pictures.begin() + 600, pictures.begin() + 600));
    }

    void a_way_that_is_not_there_is_no_end() {
        const ModelRegistry registry = ModelRegistry::for_library({});
        const auto info = registry.find({});
        QVERIFY2(info, "Run packaging/setup.sh first.");
        QTemporaryDir folder;
        const std::string file = folder.filePath(QStringLiteral("measurements.json")).toStdString();
        SelfMeasurement measured;
        measured.model = info->hash;
        measured.name = info->name;
        measured.processor = processor_name();
        measured.version = FIELDMARK_VERSION;
        // As a file says that was copied from a machine that has more.
        measured.best = {"elsewhere", true, true, "nowhere", 1, 16, 1000, 1, "fp32"};
        QVERIFY(store_measurement(measured, file));
        QVERIFY(!registry.load(*info, measured_options(*info, {}, file)));
        const auto backbone = load_measured(registry, *info, {}, file);
        QVERIFY2(backbone, backbone ? "" : backbone.error().text.c_str());
        QCOMPARE((*backbone)->info().hash, info->hash);
        // What a person asks for is not replaced.
        QVERIFY(!load_measured(registry, *info, {.device = "nowhere"}, file));
    }
};

QTEST_GUILESS_MAIN(TestSelfMeasurement)
#include "test_self_measurement.moc"
