// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// The banded engine against a direct evaluation of the definition, on small random networks whose sizes hit
// what the default model does not: odd sides, channel numbers that fill no register, one band and many, 5 x 5
// stems.
#include <QtTest/QtTest>
#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "core/models/mobile_engine.h"
#include "tests/models/random_mobile_network.h"

using namespace fieldmark;
using namespace fieldmark::testing;

namespace {

std::size_t index(int value) {
    return static_cast<std::size_t>(value);
}

struct Map {
    int channels = 0, height = 0, width = 0;
    std::vector<double> values;
    double at(int c, int y, int x) const {
        if (y < 0 || x < 0 || y >= height || x >= width) return 0;
        return values[(index(c) * index(height) + index(y)) * index(width) + index(x)];
    }
};

Map convolve(const Map& in, const ConvLayer& layer) {
    Map out{layer.out, same_size(in.height, layer.stride), same_size(in.width, layer.stride), {}};
    const Padding rows = padding_of(layer, in.height);
    const Padding columns = padding_of(layer, in.width);
    for (int o = 0; o < layer.out; ++o)
        for (int y = 0; y < out.height; ++y)
            for (int x = 0; x < out.width; ++x) {
                double sum = layer.bias[index(o)];
                const int inputs = layer.depthwise ? 1 : layer.in;
                for (int i = 0; i < inputs; ++i)
                    for (int ky = 0; ky < layer.kernel; ++ky)
                        for (int kx = 0; kx < layer.kernel; ++kx)
                            sum += in.at(layer.depthwise ? o : i, y * layer.stride + ky - rows.before,
                                         x * layer.stride + kx - columns.before) *
                                   layer.weight[((index(o) * index(inputs) + index(i)) * index(layer.kernel) +
                                                 index(ky)) *
                                                    index(layer.kernel) +
                                                index(kx)];
                out.values.push_back(layer.relu6 ? std::clamp(sum, 0.0, 6.0) : sum);
            }
    return out;
}

std::vector<double> evaluate(const MobileNetwork& network, const MobileEngine::Input& input,
                             const std::uint8_t* pixels) {
    Map map{3, input.height, input.width, {}};
    for (int c = 0; c < 3; ++c)
        for (int i = 0; i < input.height * input.width; ++i)
            map.values.push_back((pixels[3 * i + c] - input.mean[c]) * input.scale[c]);
    Map kept;
    for (const ConvLayer& layer : network.layers) {
        if (layer.begins_residual) kept = map;
        map = convolve(map, layer);
        if (layer.ends_residual)
            for (std::size_t i = 0; i < map.values.size(); ++i) map.values[i] += kept.values[i];
    }
    std::vector<double> means(index(map.channels));
    const std::size_t pixels_of_map = index(map.height) * index(map.width);
    for (std::size_t i = 0; i < map.values.size(); ++i)
        means[i / pixels_of_map] += map.values[i] / static_cast<double>(pixels_of_map);
    return means;
}

}  // namespace

class TestMobileEngine : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void agrees_with_the_definition_data() {
        add_mobile_sizes();
        QTest::newRow("symmetric, many bands") << 3 << 24 << 480 << 24 << true;
    }
    void agrees_with_the_definition() {
        QFETCH(int, stem);
        QFETCH(int, channels);
        QFETCH(int, width);
        QFETCH(int, height);
        if (!MobileEngine::best_kernels()) QSKIP("This processor has neither AVX-512 nor AVX2.");
        QFETCH(bool, symmetric);
        MobileNetwork network = random_mobile_network(stem, channels, 7);
        if (symmetric)
            for (ConvLayer& layer : network.layers) layer.padding = PaddingRule::Symmetric;
        MobileEngine::Input input;
        input.width = width;
        input.height = height;
        for (int c = 0; c < 3; ++c) {
            input.mean[c] = 100.0f + 10.0f * static_cast<float>(c);
            input.scale[c] = 1.0f / (60.0f + static_cast<float>(c));
        }
        constexpr int kCount = 3;
        std::mt19937 random(11);
        std::vector<std::uint8_t> pixels(index(width) * index(height) * 3 * kCount);
        for (auto& pixel : pixels) pixel = static_cast<std::uint8_t>(random() % 256);

        std::vector<const MobileKernels*> sets = {MobileEngine::best_kernels()};
#if defined(__x86_64__)
        if (sets.front() == &kMobileKernelsAvx512) sets.push_back(&kMobileKernelsAvx2);
#endif
        std::vector<std::vector<double>> wanted;
        for (std::size_t n = 0; n < kCount; ++n)
            wanted.push_back(evaluate(network, input, pixels.data() + n * pixels.size() / kCount));
        for (const MobileKernels* kernels : sets) {
            const auto engine = MobileEngine::create(network, input, kernels);
            QVERIFY(engine);
            for (const int threads : {1, 2, 5}) {
                std::vector<float> out(index(network.dimension) * kCount, -1.0f);
                engine->run(pixels.data(), kCount, out.data(), threads);
                for (std::size_t i = 0; i < out.size(); ++i) {
                    const std::size_t n = i / wanted[0].size(), channel = i % wanted[0].size();
                    if (std::abs(out[i] - wanted[n][channel]) > 1e-4)
                        QFAIL(qPrintable(
                            QStringLiteral("%1, %2 threads, picture %3, channel %4: %5 instead of %6")
                                .arg(QLatin1String(kernels->name))
                                .arg(threads)
                                .arg(n)
                                .arg(channel)
                                .arg(out[i])
                                .arg(wanted[n][channel])));
                }
            }
        }
    }

    void refuses_what_is_no_chain_of_blocks() {
        if (!MobileEngine::best_kernels()) QSKIP("This processor has neither AVX-512 nor AVX2.");
        MobileEngine::Input input;
        input.width = input.height = 32;
        MobileNetwork network = random_mobile_network(3, 8, 1);
        QVERIFY(MobileEngine::create(network, input));
        network.layers[1].kernel = 7;
        QVERIFY(!MobileEngine::create(network, input));
        network = random_mobile_network(3, 8, 1);
        network.layers.pop_back();
        QVERIFY(!MobileEngine::create(network, input));
    }

    void pads_as_tensorflow_does() {
        QCOMPARE(same_padding(224, 3, 2).before, 0);
        QCOMPARE(same_padding(224, 3, 2).behind, 1);
        QCOMPARE(same_padding(225, 3, 2).before, 1);
        QCOMPARE(same_padding(56, 5, 2).before, 1);
        QCOMPARE(same_padding(56, 5, 2).behind, 2);
        QCOMPARE(same_padding(14, 5, 1).before, 2);
        QCOMPARE(same_padding(14, 1, 1).behind, 0);
    }

    void pads_as_pytorch_does() {
        ConvLayer layer;
        layer.padding = PaddingRule::Symmetric;
        layer.kernel = 3;
        layer.stride = 2;
        QCOMPARE(padding_of(layer, 224).before, 1);
        QCOMPARE(padding_of(layer, 224).behind, 0);
        QCOMPARE(padding_of(layer, 225).before, 1);
        QCOMPARE(padding_of(layer, 225).behind, 1);
        layer.stride = 1;
        QCOMPARE(padding_of(layer, 7).behind, 1);
        layer.kernel = 1;
        QCOMPARE(padding_of(layer, 7).before, 0);
    }
};

QTEST_GUILESS_MAIN(TestMobileEngine)
#include "test_mobile_engine.moc"
