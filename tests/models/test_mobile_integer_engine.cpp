// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// The 16-bit engine: its kernels against the definition in plain integers, to the bit, for sizes that fill no
// register and no pair; its weights against the largest sums there can be; whole networks against the engine
// of floats.
#include <QtTest/QtTest>
#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "core/models/integer_weights.h"
#include "core/models/make_network.h"
#include "core/models/mobile_backbone.h"
#include "core/models/mobile_engine.h"
#include "core/models/mobile_integer_engine.h"
#include "core/models/self_measurement.h"
#include "tests/models/random_mobile_network.h"

using namespace fieldmark;
using namespace fieldmark::testing;

namespace {

std::size_t index(int value) {
    return static_cast<std::size_t>(value);
}

int uniform(std::mt19937& random, int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
}

AlignedValues<std::int16_t> random_numbers(std::mt19937& random, int count, int low, int high) {
    AlignedValues<std::int16_t> numbers(index(count));
    for (int i = 0; i < count; ++i) numbers.get()[i] = static_cast<std::int16_t>(uniform(random, low, high));
    return numbers;
}

int finished(std::int32_t sum, std::int32_t shift, int limit) {
    return std::clamp(sum >> shift, 0, limit);
}

/// Sums of several parts in a block and in the last layer; maps of some tens between blocks and activations
/// of one or two, as trained networks have them.
MobileNetwork network_of(int stem_kernel, int width, std::uint32_t seed) {
    return random_mobile_network(stem_kernel, width, seed,
                                 {.residual = 11, .last = 12, .expanded = 13, .head = 7},
                                 {.relu6 = 0.6F, .linear = 3.0F});
}

double cosine(const float* a, const float* b, int dimension) {
    double ab = 0, aa = 0, bb = 0;
    for (int i = 0; i < dimension; ++i) {
        ab += double{a[i]} * b[i];
        aa += double{a[i]} * a[i];
        bb += double{b[i]} * b[i];
    }
    return ab / std::sqrt(aa * bb);
}

}  // namespace

class TestMobileIntegerEngine : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void multiplies_exactly_data() {
        QTest::addColumn<int>("inputs");
        QTest::addColumn<int>("groups");
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("rows");
        for (const int groups : {1, 2, 3, 4})
            for (const int width : {1, 2, 7, 14, 30})
                QTest::addRow("%d groups, width %d", groups, width)
                    << 13 + 10 * groups << groups << width << 3;
    }
    void multiplies_exactly() {
        const MobileIntegerKernels* kernels = MobileIntegerEngine::best_kernels();
        if (!kernels) QSKIP("This processor has no AVX-512 VNNI.");
        QFETCH(int, inputs);
        QFETCH(int, groups);
        QFETCH(int, width);
        QFETCH(int, rows);
        std::mt19937 random(7);
        const int pixels = width * rows, in_groups = groups_of(inputs, 16), outputs = groups * 16;
        const int pitch = ((width + 2 + 1) / 2) * 32, plane = rows * pitch;
        const auto in = random_numbers(random, in_groups * pixels * 16, -16383, 16383);
        const auto plain = random_numbers(random, outputs * (inputs + 1), -900, 900);
        const auto weight = [&](int o, int v) -> int {
            return v < inputs ? plain.get()[o * (inputs + 1) + v] : 0;
        };
        const IntegerWeights weights(outputs, (inputs + 1) / 2, 4, [&](int o, int p, int i) {
            return static_cast<std::int16_t>(weight(o, 2 * p + i));
        });
        const IntegerRun run{in.get(),
                             std::ptrdiff_t{pixels} * 16,
                             in_groups,
                             8,
                             (inputs - (in_groups - 1) * 16 + 1) / 2,
                             weights.panel_weights(weights.panels.front()),
                             groups,
                             pixels};
        const auto sum_of = [&](int o, int p) {
            std::int64_t sum = 0;
            for (int v = 0; v < inputs; ++v)
                sum += weight(o, v) * in.get()[(v / 16 * pixels + p) * 16 + v % 16];
            return static_cast<std::int32_t>(sum);
        };

        AlignedValues<std::int32_t> start(index(outputs)), shift(index(outputs));
        std::vector<std::int32_t> offsets;
        for (int o = 0; o < outputs; ++o) {
            start.get()[o] = uniform(random, -1000000, 1000000);
            shift.get()[o] = uniform(random, 0, 18);
        }
        for (int p = 0; p < pixels; ++p) {
            const int column = 2 + p % width;
            offsets.push_back(p / width * pitch + column / 2 * 32 + column % 2);
        }
        for (const bool paired : {false, true}) {
            if (paired && width % 2 != 0) continue;
            AlignedValues<std::int16_t> out(index(groups * plane));
            std::fill_n(out.get(), groups * plane, std::int16_t{-7});
            kernels->expand(run, {start.get(), shift.get(), 16383, out.get(), plane, offsets.data(), paired});
            for (int g = 0; g < groups; ++g)
                for (int y = 0; y < rows; ++y)
                    for (int x = 0; x < pitch / 16; ++x)
                        for (int lane = 0; lane < 16; ++lane) {
                            const int o = g * 16 + lane;
                            const int got = out.get()[g * plane + y * pitch + x / 2 * 32 + lane * 2 + x % 2];
                            const bool inside = x >= 2 && x < 2 + width;
                            QCOMPARE(got, inside ? finished(start.get()[o] + sum_of(o, y * width + x - 2),
                                                            shift.get()[o], 16383)
                                                 : -7);
                        }
        }

        AlignedFloats scale(index(outputs)), bias(index(outputs)), added(index(outputs * pixels)),
            floats(index(outputs * pixels)), peak(16);
        for (int o = 0; o < outputs; ++o) {
            scale.get()[o] = 0x1p-12f;
            bias.get()[o] = static_cast<float>(o) / 8;
        }
        for (int i = 0; i < outputs * pixels; ++i)
            added.get()[i] = static_cast<float>(uniform(random, -64, 64));
        kernels->project(run, {scale.get(), bias.get(), added.get(), floats.get(),
                               std::ptrdiff_t{pixels} * 16, false, peak.get()});
        float most = 0;
        for (int o = 0; o < outputs; ++o)
            for (int p = 0; p < pixels; ++p) {
                const int at = (o / 16 * pixels + p) * 16 + o % 16;
                const float got = floats.get()[at];
                const double wanted = sum_of(o, p) * 0x1p-12 + bias.get()[o] + added.get()[at];
                QVERIFY(std::abs(got - wanted) <= 1e-6 * std::max(1.0, std::abs(wanted)) + 1e-3);
                most = std::max(most, std::abs(got));
            }
        QCOMPARE(*std::max_element(peak.get(), peak.get() + 16), most);
    }

    void holds_sums_within_32_bits() {
        const MobileIntegerKernels* kernels = MobileIntegerEngine::best_kernels();
        if (!kernels) QSKIP("This processor has no AVX-512 VNNI.");
        constexpr int kInputs = 6, kPixels = 4;  // 6 * 16383 * 32767 is one and a half times 2^31
        AlignedValues<std::int16_t> in(kPixels * 16), out(kPixels / 2 * 32);
        std::fill_n(in.get(), kPixels * 16, std::int16_t{16383});
        AlignedValues<std::int32_t> start(16), shift(16);
        std::fill_n(shift.get(), 16, 18);
        AlignedFloats scale(16), bias(16), floats(kPixels * 16);
        std::fill_n(scale.get(), 16, 1.0f);
        const std::vector<std::int32_t> offsets = {0, 1, 32, 33};
        for (const int sign : {1, -1}) {
            const IntegerWeights weights(
                16, kInputs / 2, 4, [&](int, int, int) { return static_cast<std::int16_t>(sign * 32767); });
            const IntegerRun run{in.get(),    kPixels * 16,          1, 8,
                                 kInputs / 2, weights.weights.get(), 1, kPixels};
            for (const bool paired : {false, true}) {
                std::fill_n(out.get(), kPixels / 2 * 32, std::int16_t{-7});
                kernels->expand(run,
                                {start.get(), shift.get(), 16383, out.get(), 64, offsets.data(), paired});
                for (int i = 0; i < kPixels / 2 * 32; ++i)
                    QCOMPARE(int{out.get()[i]}, sign > 0 ? INT32_MAX >> 18 : 0);
            }
            kernels->project(run,
                             {scale.get(), bias.get(), nullptr, floats.get(), kPixels * 16, false, nullptr});
            for (int i = 0; i < kPixels * 16; ++i) QCOMPARE(floats.get()[i], sign > 0 ? 0x1p31f : -0x1p31f);
        }
    }

    void filters_exactly_data() {
        QTest::addColumn<int>("kernel");
        QTest::addColumn<int>("stride");
        QTest::addColumn<int>("first");
        for (const int kernel : {3, 5})
            for (const int stride : {1, 2})
                for (const int first : {0, 1})
                    QTest::addRow("%d x %d, stride %d, from %d", kernel, kernel, stride, first)
                        << kernel << stride << first;
    }
    void filters_exactly() {
        const MobileIntegerKernels* kernels = MobileIntegerEngine::best_kernels();
        if (!kernels) QSKIP("This processor has no AVX-512 VNNI.");
        QFETCH(int, kernel);
        QFETCH(int, stride);
        QFETCH(int, first);
        std::mt19937 random(9);
        const int pairs = (kernel + 1) / 2;
        for (int pixels = 1; pixels <= 33; ++pixels) {
            const int columns = (first + (pixels - 1) * stride) / 2 * 2 + pairs * 2, pitch = columns * 16;
            const auto in = random_numbers(random, kernel * pitch, 0, 16383);
            const auto taps = random_numbers(random, kernel * kernel * 16, -8000, 8000);
            AlignedValues<std::int16_t> weights(index(2 * kernel * pairs * 32)), out(index(pixels * 16));
            AlignedValues<std::int32_t> start(16), shift(16);
            for (int lane = 0; lane < 16; ++lane) {
                start.get()[lane] = uniform(random, -1000000, 1000000);
                shift.get()[lane] = uniform(random, 8, 16);
            }
            for (int second = 0; second < 2; ++second)
                for (int t = 0; t < kernel * kernel; ++t)
                    for (int lane = 0; lane < 16; ++lane) {
                        const int column = second + t % kernel;
                        weights
                            .get()[(((second * kernel + t / kernel) * pairs + column / 2) * 16 + lane) * 2 +
                                   column % 2] = taps.get()[t * 16 + lane];
                    }
            kernels->depthwise({in.get(), pitch, first, weights.get(), start.get(), shift.get(), 16383,
                                out.get(), pixels, kernel, stride});
            for (int p = 0; p < pixels; ++p)
                for (int lane = 0; lane < 16; ++lane) {
                    std::int64_t sum = start.get()[lane];
                    for (int t = 0; t < kernel * kernel; ++t) {
                        const int x = first + p * stride + t % kernel;
                        sum += taps.get()[t * 16 + lane] *
                               in.get()[t / kernel * pitch + x / 2 * 32 + lane * 2 + x % 2];
                    }
                    sum = std::clamp<std::int64_t>(sum, INT32_MIN, INT32_MAX);
                    QCOMPARE(int{out.get()[p * 16 + lane]},
                             finished(static_cast<std::int32_t>(sum), shift.get()[lane], 16383));
                }
        }
    }

    void rounds_and_normalises() {
        const MobileIntegerKernels* kernels = MobileIntegerEngine::best_kernels();
        if (!kernels) QSKIP("This processor has no AVX-512 VNNI.");
        AlignedFloats floats(48);
        AlignedValues<std::int16_t> out(112);
        for (int i = 0; i < 48; ++i) floats.get()[i] = static_cast<float>(i - 20) * 0.75f;
        floats.get()[47] = 1e9f;
        kernels->quantise(floats.get(), out.get(), 48, 2.0f);
        for (int i = 0; i < 47; ++i)
            QCOMPARE(int{out.get()[i]}, static_cast<int>(std::nearbyint((i - 20) * 1.5)));
        QCOMPARE(int{out.get()[47]}, 32767);
        float mean[48];
        for (int i = 0; i < 48; ++i) mean[i] = 100.25f + static_cast<float>(i % 3);
        std::vector<std::uint8_t> bytes;
        for (int i = 0; i < 101; ++i) bytes.push_back(static_cast<std::uint8_t>(i * 37));
        std::fill_n(out.get(), 112, std::int16_t{5});
        kernels->normalise(bytes.data(), out.get(), 101, mean, 64);
        for (int i = 0; i < 101; ++i)
            QCOMPARE(int{out.get()[i]}, static_cast<int>((bytes[index(i)] - mean[i % 3]) * 64));
        QCOMPARE(int{out.get()[101]}, 5);
    }

    void leaves_room_for_the_largest_sum() {
        std::mt19937 random(3);
        std::normal_distribution<double> normal;
        for (const int values : {1, 9, 25, 144, 1152}) {
            for (const bool has_sign : {false, true}) {
                const IntegerInputs inputs{16383, has_sign, 1e9};
                std::vector<double> weights(index(values));
                for (double& weight : weights) weight = normal(random) * 40;
                const double bias = 900;
                const auto exponent = weight_exponent(weights, bias, inputs, -11);
                QVERIFY(exponent);
                const double factor = weight_factor(weights, inputs);
                double worst = 0, worst_by_factor = 0;
                for (const double weight : weights) {
                    const double whole = std::nearbyint(std::ldexp(weight, *exponent));
                    QVERIFY(std::abs(whole) <= 32767 && std::abs(std::nearbyint(weight * factor)) <= 32767);
                    if (!has_sign && weight < 0) continue;
                    worst += std::abs(whole) * 16383;
                    worst_by_factor += std::abs(std::nearbyint(weight * factor)) * 16383;
                }
                worst += std::ldexp(bias + 0.5, *exponent + 11);
                QVERIFY(worst <= 2147483647.0 && worst_by_factor <= 2147483647.0);
                // And no more than that: with one exponent higher a weight would leave 16 bits, or what the
                // largest sum can come to once the weights are rounded would leave 32.
                double most = 0;
                for (const double weight : weights) most = std::max(most, std::abs(weight));
                const double next_sum = std::ldexp(largest_sum(weights, inputs), *exponent + 1) +
                                        0.5 * values * 16383 + std::ldexp(bias + 0.5, *exponent + 12);
                QVERIFY(std::ldexp(most, *exponent + 1) > 32767 || next_sum > 2147483647.0 - 1);
            }
        }
        QVERIFY(!weight_exponent({1e30}, 0, {16383, true, 1e9}, -11));
        QCOMPARE(largest_sum({3, -4}, {10, true, 1e9}), 70.0);
        QCOMPARE(largest_sum({3, -4}, {10, false, 1e9}), 40.0);
        QCOMPARE(largest_sum({3, -4}, {10, true, 1}), 50.0);
    }

    void agrees_with_floats_data() { add_mobile_sizes(); }
    void agrees_with_floats() {
        if (!MobileIntegerEngine::best_kernels()) QSKIP("This processor has no AVX-512 VNNI.");
        QFETCH(int, stem);
        QFETCH(int, channels);
        QFETCH(int, width);
        QFETCH(int, height);
        QFETCH(bool, symmetric);
        MobileNetwork network = network_of(stem, channels, 5);
        for (ConvLayer& layer : network.layers)
            layer.padding = symmetric ? PaddingRule::Symmetric : PaddingRule::Same;
        MobileEngine::Input input;
        input.width = width;
        input.height = height;
        for (int c = 0; c < 3; ++c) {
            input.mean[c] = 110.4f + static_cast<float>(c);
            input.scale[c] = 0.016f;
        }
        const auto floats = MobileEngine::create(network, input);
        const auto integers = MobileIntegerEngine::create(network, input);
        QVERIFY(floats && integers);
        constexpr int kPictures = 5;
        const std::vector<std::uint8_t> pixels = generated_pictures(kPictures, width, height);
        const int dimension = network.dimension;
        std::vector<float> wanted(index(kPictures * dimension)), first;
        floats->run(pixels.data(), kPictures, wanted.data(), 1);
        for (const int threads : {1, 2, 3}) {
            std::vector<float> got(wanted.size());
            integers->run(pixels.data(), kPictures, got.data(), threads);
            for (int n = 0; n < kPictures; ++n) {
                const double near =
                    cosine(&got[index(n * dimension)], &wanted[index(n * dimension)], dimension);
                QVERIFY2(near > 0.99999, qPrintable(QString::number(1 - near)));
            }
            // Alone, in a pair or by a team: a picture's vector is the same.
            if (first.empty()) first = got;
            QVERIFY(got == first);
        }
        std::vector<float> one(index(dimension));
        integers->run(pixels.data(), 1, one.data(), 1);
        QVERIFY(std::equal(one.begin(), one.end(), first.begin()));
    }

    void is_not_there_without_the_instructions() {
        QVERIFY(!MobileIntegerEngine::kernels_for(true, false));
        QVERIFY(!MobileIntegerEngine::kernels_for(false, true));
        ModelInfo info;
        info.name = "made";
        MobileNetwork network = network_of(3, 4, 1);
        info.dimension = network.dimension;
        info.input_width = info.input_height = 32;
        const auto made = make_mobile_backbone(info, network, {.threads = 1, .precision = "int16"});
        if (MobileIntegerEngine::best_kernels()) {
            QVERIFY(made);
            QCOMPARE((*made)->engine(), std::string("cpu int16 avx512-vnni"));
        } else {
            QVERIFY(!made);
            QCOMPARE(made.error().kind, ErrorKind::Unsupported);
        }
        const auto kind_of = [&](const BackboneOptions& options) {
            const auto backbone = make_mobile_backbone(info, network, options);
            return backbone ? ErrorKind::Internal : backbone.error().kind;
        };
        QCOMPARE(kind_of({.precision = "int4"}), ErrorKind::Usage);
        QCOMPARE(kind_of({.fused = false, .precision = "int16"}), ErrorKind::Usage);
        QCOMPARE(kind_of({.device = "cuda", .precision = "int16"}), ErrorKind::Usage);
        network.layers[4].kernel = 7;  // no such kernel
        network.layers[4].weight.resize(index(network.layers[4].out) * 49);
        QCOMPARE(kind_of({.precision = "int16"}), ErrorKind::Unsupported);
        // Without being asked for it is not taken.
        const auto plain = make_mobile_backbone(info, network_of(3, 4, 1), {.threads = 1});
        QVERIFY(plain && (*plain)->engine().find("int16") == std::string::npos);
    }

    void refuses_weights_that_are_no_numbers() {
        if (!MobileIntegerEngine::best_kernels()) QSKIP("This processor has no AVX-512 VNNI.");
        MobileEngine::Input input;
        input.width = input.height = 32;
        MobileNetwork network = network_of(3, 4, 1);
        QVERIFY(MobileIntegerEngine::create(network, input));
        network.layers[2].weight[1] = std::numeric_limits<float>::quiet_NaN();
        QVERIFY(!MobileIntegerEngine::create(network, input));
    }

    void refuses_maps_that_outgrow_the_largest_unit() {
        if (!MobileIntegerEngine::best_kernels()) QSKIP("This processor has no AVX-512 VNNI.");
        MobileEngine::Input input;
        input.width = input.height = 32;
        const auto made = [&](float projection, float expansion) {
            MobileNetwork network = network_of(3, 4, 1);
            for (float& weight : network.layers[2].weight) weight *= projection;
            for (float& weight : network.layers[3].weight) weight *= expansion;
            return MobileIntegerEngine::create(network, input) != nullptr;
        };
        // Heavy weights leave a small unit to the map they are multiplied with, in which it has to fit. Each
        // alone does; and what makes a map large leaves room where the next weights are small.
        QVERIFY(made(100, 1));
        QVERIFY(made(1, 1000));
        QVERIFY(!made(100, 1000));
        QVERIFY(made(100, 0.001f));
        // Nor may what comes to the last layer leave what a float's exponent can say.
        MobileNetwork network = network_of(3, 4, 1);
        for (float& weight : network.layers[network.layers.size() - 2].weight) weight *= 1e30f;
        QVERIFY(!MobileIntegerEngine::create(network, input));
    }
};

QTEST_GUILESS_MAIN(TestMobileIntegerEngine)
#include "test_mobile_integer_engine.moc"
