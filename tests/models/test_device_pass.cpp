// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// How pictures go through a device, with the CPU as the device: slices, what happens where memory runs out,
// and 16-bit weights. Streams and the allocator are test_device_streams.cpp's.
#include <ATen/ATen.h>

#include <QtTest/QtTest>
#include <cmath>
#include <cstring>
#include <limits>
#include <stdexcept>

#include "core/models/backbone_layers.h"
#include "core/models/mobile_backbone.h"
#include "core/models/mobile_forward.h"
#include "core/models/pixel_tensor.h"
#include "core/models/self_measurement.h"
#include "core/models/torch_runner.h"
#include "core/models/vision_transformer.h"
#include "core/models/vit_forward.h"
#include "tests/models/random_mobile_network.h"
#include "tests/models/vit_specimens.h"

using namespace fieldmark;

namespace {

constexpr int kWidth = 12;
constexpr int kHeight = 9;
constexpr int kDimension = 5;

ModelInfo small() {
    ModelInfo info;
    info.name = "small";
    info.dimension = kDimension;
    info.input_width = kWidth;
    info.input_height = kHeight;
    const float mean[3] = {123.7F, 116.3F, 103.5F}, scale[3] = {0.0171F, 0.0175F, 0.0174F};
    std::copy_n(mean, 3, info.mean);
    std::copy_n(scale, 3, info.scale);
    return info;
}

/// What a device says, and what was asked of it.
struct Report {
    std::optional<std::size_t> available = std::size_t{1} << 40;
    std::size_t a_picture = 1000;
    int pictures = 0;  ///< of the slice under way
    int releases = 0;
};

class ReportedMemory final : public DeviceMemory {
  public:
    explicit ReportedMemory(Report& report) : m_report(report) {}
    std::optional<std::size_t> available() override { return m_report.available; }
    void watch() override { m_report.pictures = 0; }
    std::size_t peak() override { return m_report.a_picture * static_cast<std::size_t>(m_report.pictures); }
    void release() override { ++m_report.releases; }

  private:
    Report& m_report;
};

/// Sums of channels and places: each row of its own picture alone, in an order that is always the same.
at::Tensor features(const at::Tensor& x) {
    const at::Tensor flat = x.permute({0, 2, 3, 1}).contiguous().flatten(1);
    std::vector<at::Tensor> columns;
    for (int i = 0; i < kDimension; ++i) {
        const std::int64_t step = flat.size(1) / kDimension;
        at::Tensor sum = flat.select(1, i * step).clone();
        for (std::int64_t j = 1; j < step; j += 7) sum.add_(flat.select(1, i * step + j), 1.0 / (1.0 + i));
        columns.push_back(sum);
    }
    return at::stack(columns, 1);
}

std::vector<float> in_one_pass(const std::vector<std::uint8_t>& pixels, int count) {
    const at::Tensor x = features(pixel_tensor(pixels.data(), count, small()));
    const at::Tensor unit = (x / at::linalg_vector_norm(x, 2, 1, true).clamp_min(1e-12)).contiguous();
    return {unit.const_data_ptr<float>(), unit.const_data_ptr<float>() + unit.numel()};
}

double least_cosine(std::span<const float> a, std::span<const float> b, int dimension) {
    double least = 1;
    for (std::size_t row = 0; row < a.size(); row += static_cast<std::size_t>(dimension)) {
        double sum = 0, of_a = 0, of_b = 0;
        for (std::size_t i = row; i < row + static_cast<std::size_t>(dimension); ++i) {
            sum += double{a[i]} * b[i];
            of_a += double{a[i]} * a[i];
            of_b += double{b[i]} * b[i];
        }
        const double cosine = sum / std::sqrt(of_a * of_b);
        least = std::isfinite(cosine) ? std::min(least, cosine) : -1;
    }
    return least;
}

}  // namespace

class TestDevicePass : public QObject {
    Q_OBJECT

  private:
    Report m_report;
    std::vector<int> m_slices;
    int m_fits = 1 << 20;  ///< pictures at a time

    void init_report() {
        m_report = {};
        m_slices.clear();
        m_fits = 1 << 20;
    }
    DevicePass pass() { return {small(), at::kCPU, std::make_unique<ReportedMemory>(m_report)}; }
    DevicePass::Forward forward() {
        return [this](const at::Tensor& x) {
            const int now = static_cast<int>(x.size(0));
            if (now > m_fits) throw c10::OutOfMemoryError({"test", "test", 1}, "too many pictures");
            m_slices.push_back(now);
            m_report.pictures = now;
            return features(x);
        };
    }
    std::vector<float> run(DevicePass& by, const std::vector<std::uint8_t>& pixels, int count) {
        std::vector<float> rows(static_cast<std::size_t>(count * kDimension), -7);
        by.run(pixels.data(), count, at::kFloat, forward(), rows.data());
        return rows;
    }

  private Q_SLOTS:
    void init() { init_report(); }

    void gives_what_one_pass_gives_data() {
        QTest::addColumn<int>("count");
        QTest::addColumn<int>("fits");
        for (const int count : {0, 1, 6, 7, 8, 63, 64, 65, 1000})
            for (const int fits : {1, 7, 64, 1 << 20})
                QTest::addRow("%d pictures, %d fit", count, fits) << count << fits;
    }
    void gives_what_one_pass_gives() {
        QFETCH(int, count);
        QFETCH(int, fits);
        m_fits = fits;
        const auto pixels = generated_pictures(count, kWidth, kHeight);
        DevicePass by = pass();
        const auto wanted = in_one_pass(pixels, count);
        // Twice: the second call finds buffers and a slice that fits.
        for (int call = 0; call < 2; ++call) {
            m_slices.clear();
            QVERIFY(run(by, pixels, count) == wanted);  // to the bit
            int all = 0;
            for (const int slice : m_slices) {
                QVERIFY(slice <= fits);
                all += slice;
            }
            QCOMPARE(all, count);  // no picture twice
        }
    }

    void takes_what_half_of_the_free_memory_holds() {
        m_report.available = 40'000;  // twenty pictures of 1000 bytes in half of it
        const auto pixels = generated_pictures(100, kWidth, kHeight);
        DevicePass by = pass();
        run(by, pixels, 100);
        QCOMPARE(m_slices, (std::vector<int>{8, 20, 20, 20, 20, 12}));
        m_report.available = 0;
        m_slices.clear();
        QVERIFY(run(by, pixels, 3) == in_one_pass(generated_pictures(3, kWidth, kHeight), 3));
        QCOMPARE(m_slices, (std::vector<int>{1, 1, 1}));
        m_report.available = std::nullopt;
        m_slices.clear();
        run(by, pixels, 100);
        QCOMPARE(m_slices, (std::vector<int>{32, 32, 32, 4}));  // parts, so that they overlap
    }

    void halves_a_slice_that_does_not_fit_and_goes_on_from_there() {
        m_fits = 7;
        const auto pixels = generated_pictures(40, kWidth, kHeight);
        DevicePass by = pass();
        run(by, pixels, 40);
        QCOMPARE(m_slices, (std::vector<int>(10, 4)));  // 8 was too many
        QCOMPARE(m_report.releases, 1);
        m_slices.clear();
        run(by, pixels, 40);
        QCOMPARE(m_report.releases, 1);  // it is remembered
    }

    void a_single_picture_that_does_not_fit_is_an_error() {
        m_fits = 0;
        const auto pixels = generated_pictures(9, kWidth, kHeight);
        DevicePass by = pass();
        QVERIFY_THROWS_EXCEPTION(c10::OutOfMemoryError, run(by, pixels, 9));
        QCOMPARE(m_report.releases, 4);  // 8, 4, 2, 1
        m_fits = 1000;                   // another program has ended
        QVERIFY(run(by, pixels, 9) == in_one_pass(pixels, 9));
    }

    /// What cuBLAS says in words only, when its workspace does not fit.
    void a_library_that_runs_out_of_memory_counts_too() {
        const auto pixels = generated_pictures(40, kWidth, kHeight);
        DevicePass by = pass();
        std::vector<float> rows(40 * kDimension);
        int most = 3;
        const auto forward_of_few = [&](const at::Tensor& x) {
            TORCH_CHECK(x.size(0) <= most, "CUDA error: CUBLAS_STATUS_ALLOC_FAILED");
            return features(x);
        };
        by.run(pixels.data(), 40, at::kFloat, forward_of_few, rows.data());
        QVERIFY(rows == in_one_pass(pixels, 40));
        QCOMPARE(m_report.releases, 2);
        most = 0;
        QVERIFY_THROWS_EXCEPTION(c10::OutOfMemoryError,
                                 by.run(pixels.data(), 40, at::kFloat, forward_of_few, rows.data()));
    }

    void another_exception_passes_through() {
        const auto pixels = generated_pictures(20, kWidth, kHeight);
        DevicePass by = pass();
        std::vector<float> rows(20 * kDimension);
        int calls = 0;
        const auto failing = [&](const at::Tensor& x) {
            if (++calls == 2) throw std::runtime_error("broken");
            return features(x);
        };
        QVERIFY_THROWS_EXCEPTION(std::runtime_error,
                                 by.run(pixels.data(), 20, at::kFloat, failing, rows.data()));
        QCOMPARE(calls, 2);
        QCOMPARE(m_report.releases, 0);
        QVERIFY(run(by, pixels, 20) == in_one_pass(pixels, 20));
    }

    void grows_again_when_much_has_fitted() {
        SliceSize size;
        size.begin(100'000, std::size_t{1} << 40);
        size.fitted(8, 8000);
        QCOMPARE(size.next(100'000), SliceSize::kMost);
        QVERIFY(size.shrink(SliceSize::kMost));
        QCOMPARE(size.next(100'000), SliceSize::kMost / 2);
        for (int i = 0; i < 63; ++i) size.fitted(128, 128'000);
        QCOMPARE(size.next(100'000), 128);
        size.fitted(128, 128'000);
        QCOMPARE(size.next(100'000), 256);
        QVERIFY(size.shrink(3));
        QCOMPARE(size.next(100'000), 1);
        QVERIFY(!size.shrink(1));
        // What a call takes besides is counted by the largest slice; a smaller one does not change it.
        SliceSize other;
        other.begin(1000, 3'200'000);
        other.fitted(8, 8 * 100'000);
        QCOMPARE(other.next(1000), 16);
        other.fitted(16, 16 * 50'000);
        QCOMPARE(other.next(1000), 32);
        other.fitted(8, 8 * 100'000);
        QCOMPARE(other.next(1000), 32);
    }

    void times_its_parts() {
        const auto pixels = generated_pictures(50, kWidth, kHeight);
        DevicePass by = pass();
        const DeviceTimes times = by.time_parts(pixels.data(), 50, at::kFloat, forward());
        QCOMPARE(times.pictures, 32);
        QVERIFY(times.fill > 0 && times.copy > 0 && times.compute > 0);
        QVERIFY(run(by, pixels, 50) == in_one_pass(pixels, 50));
    }

    void says_what_went_wrong() {
        const ModelInfo info = small();
        TorchRunner runner(info, 1, 4);
        const auto pixels = generated_pictures(6, kWidth, kHeight);
        const auto text_of = [&](const DevicePass::Forward& by) {
            const auto done = runner.embed(pixels, 6, by);
            return done ? std::string() : done.error().text;
        };
        const auto wrong = runner.embed(pixels, 5, forward());
        QVERIFY(!wrong && wrong.error().kind == ErrorKind::Internal);
        const auto full = runner.embed(pixels, 6, [](const at::Tensor&) -> at::Tensor {
            throw c10::OutOfMemoryError({"test", "test", 1}, "no");
        });
        QVERIFY(!full && full.error().kind == ErrorKind::TooLarge);
        QVERIFY(text_of([](const at::Tensor&) -> at::Tensor {
                    throw std::runtime_error("x");
                }).find("could not compute") != std::string::npos);
        QVERIFY(text_of([](const at::Tensor& x) { return features(x) / 0.0; }).find("not numbers") !=
                std::string::npos);
        const auto sound = runner.embed(pixels, 6, forward());
        QVERIFY(sound && *sound == in_one_pass(pixels, 6));
        QCOMPARE(m_slices, (std::vector<int>{4, 2}));
        QVERIFY(!runner.time_parts(pixels, 6, forward()));  // on the CPU nothing is copied
    }

    /// Sixteen bits that give no number are done again in 32.
    void falls_back_to_float32() {
        for (const at::ScalarType type : {at::kHalf, at::kBFloat16}) {
            TorchRunner runner(small(), 1, 4, {at::kCPU, type});
            const auto pixels = generated_pictures(6, kWidth, kHeight);
            int rounded = 0, exact = 0;
            const auto overflows = [&](const at::Tensor& x) {
                ++rounded;
                // A float16 ends at 65504, a bfloat16 does not.
                return features(x.to(at::kFloat)).mul(1e5).to(type).to(at::kFloat);
            };
            const auto in_full = [&](const at::Tensor& x) {
                ++exact;
                return features(x);
            };
            const auto rows = runner.embed(pixels, 6, overflows, in_full);
            QVERIFY(rows);
            QCOMPARE(rounded, 2);
            QCOMPARE(exact, type == at::kHalf ? 2 : 0);
            if (type == at::kHalf) QVERIFY(*rows == in_one_pass(pixels, 6));
            const auto refused = runner.embed(pixels, 6, overflows);
            QCOMPARE(bool(refused), type != at::kHalf);
        }
    }

    void refuses_what_there_is_not() {
        const auto kind_of = [](const char* device, const char* precision) {
            BackboneOptions options;
            options.device = device;
            options.precision = precision;
            const auto place = torch_place(options);
            return place ? std::optional<ErrorKind>() : place.error().kind;
        };
        QVERIFY(!kind_of("cpu", "fp32"));
        QVERIFY(!kind_of("auto", "auto"));
        QVERIFY(!kind_of("auto", "int16"));
        QCOMPARE(kind_of("cpu", "bf16"), ErrorKind::Usage);
        QCOMPARE(kind_of("cpu", "fp16"), ErrorKind::Usage);
        QCOMPARE(kind_of("cuda", "int16"), ErrorKind::Usage);
        QCOMPARE(kind_of("gpu", "fp32"), ErrorKind::Usage);
        QCOMPARE(kind_of("cpu", "int4"), ErrorKind::Usage);
        if (at::hasCUDA()) return;
        QCOMPARE(kind_of("cuda", "fp32"), ErrorKind::Unsupported);
        QCOMPARE(kind_of("cuda", "fp16"), ErrorKind::Unsupported);
        QCOMPARE(kind_of("auto", "bf16"), ErrorKind::Unsupported);
    }

    void a_mobile_network_in_16_bits_stays_near_data() { types(); }
    void a_mobile_network_in_16_bits_stays_near() {
        QFETCH(int, type);
        const auto to = static_cast<at::ScalarType>(type);
        const MobileNetwork network = testing::random_mobile_network(3, 16, 5);
        ModelInfo info = small();
        info.input_width = info.input_height = 40;
        info.dimension = network.dimension;
        const auto pixels = generated_pictures(9, 40, 40);
        const auto embed = [&](at::ScalarType in) {
            const MobileTensors tensors = make_mobile_tensors(network, 40, 40, in);
            if (tensors.steps[0].weight.scalar_type() != in) return std::vector<float>();
            DevicePass by(info, at::kCPU, nullptr);
            std::vector<float> rows(static_cast<std::size_t>(9 * info.dimension));
            by.run(
                pixels.data(), 9, in, [&](const at::Tensor& x) { return mobile_forward(tensors, x); },
                rows.data());
            return rows;
        };
        const auto exact = embed(at::kFloat), rounded = embed(to);
        QCOMPARE(exact.size(), rounded.size());
        const double least = least_cosine(exact, rounded, info.dimension);
        qInfo("least cosine 1 - %.1e", 1 - least);
        QVERIFY(least > 0.9999 && exact != rounded);
        // And in float32 what the reference gives.
        const auto plain =
            make_mobile_backbone(info, network, {.threads = 1, .fused = false, .device = "cpu"});
        QVERIFY(plain);
        const auto wanted = (*plain)->embed(pixels, 9);
        QVERIFY(wanted);
        QVERIFY(least_cosine(*wanted, exact, info.dimension) > 1 - 1e-6);
        QVERIFY(device_timer_of(**plain));
        QVERIFY(!device_timer_of(**plain)->time_parts(pixels, 9));
    }

    void a_transformer_in_16_bits_stays_near_data() { types(); }
    void a_transformer_in_16_bits_stays_near() {
        QFETCH(int, type);
        const auto to = static_cast<at::ScalarType>(type);
        const auto bytes = write_safetensors(make_vit());
        const auto weights = Safetensors::parse(bytes, "made");
        QVERIFY(weights);
        const auto network = read_vit(*weights);
        QVERIFY(network);
        const ModelInfo info = vit_info();
        const auto pixels = generated_pictures(9, kVitInput, kVitInput);
        const auto embed = [&](at::ScalarType in) {
            VitTensors vit = make_vit_tensors(*network, kVitInput, kVitInput, in);
            vit.norm = make_vit_tensors(*network, kVitInput, kVitInput).norm;
            DevicePass by(info, at::kCPU, nullptr);
            std::vector<float> rows(static_cast<std::size_t>(9 * info.dimension));
            by.run(
                pixels.data(), 9, in,
                [&](const at::Tensor& x) {
                    const at::Tensor tokens =
                        vit_blocks(vit, vit_tokens(vit, x), 0, static_cast<int>(vit.blocks.size()));
                    return vit_pool(vit, tokens.to(at::kFloat), VitFeature::ClassToken);
                },
                rows.data());
            return rows;
        };
        const auto exact = embed(at::kFloat), rounded = embed(to);
        const double least = least_cosine(exact, rounded, info.dimension);
        qInfo("least cosine 1 - %.1e", 1 - least);
        QVERIFY(least > 0.9999 && exact != rounded);
        const auto plain =
            make_vision_transformer(info, *weights, nullptr, {.threads = 1, .fused = false, .device = "cpu"});
        QVERIFY(plain);
        const auto wanted = (*plain)->embed(pixels, 9);
        QVERIFY(wanted);
        QVERIFY(least_cosine(*wanted, exact, info.dimension) > 1 - 1e-6);
    }

  private:
    static void types() {
        QTest::addColumn<int>("type");
        QTest::newRow("fp16") << static_cast<int>(at::kHalf);
        QTest::newRow("bf16") << static_cast<int>(at::kBFloat16);
    }
};

QTEST_GUILESS_MAIN(TestDevicePass)
#include "test_device_pass.moc"
