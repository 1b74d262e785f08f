// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <random>

#include <QtTest/QtTest>

#include "core/models/mobile_engine.h"

namespace fieldmark::testing {

/// Deviation of a layer's weights, times the root of its fan-in: with ReLU6 and without.
struct WeightSpread {
    float relu6 = 1.5F;
    float linear = 1.5F;
};

inline ConvLayer random_layer(std::mt19937& random, int in, int out, int kernel, int stride, bool depthwise,
                              bool relu6, const WeightSpread& spread) {
    ConvLayer layer;
    layer.in = in;
    layer.out = out;
    layer.kernel = kernel;
    layer.stride = stride;
    layer.depthwise = depthwise;
    layer.relu6 = relu6;
    const int fan = (depthwise ? 1 : in) * kernel * kernel;
    std::normal_distribution<float> weight(
        0.0F, (relu6 ? spread.relu6 : spread.linear) / std::sqrt(static_cast<float>(fan)));
    std::uniform_real_distribution<float> bias(-0.5F, 1.0F);
    for (int i = 0; i < out * fan; ++i) layer.weight.push_back(weight(random));
    for (int i = 0; i < out; ++i) layer.bias.push_back(bias(random));
    return layer;
}

/// Channels of a small network, as multiples of its width.
struct MobileShape {
    int residual = 3;  ///< expanded in the residual block of 5 x 5, plus 1
    int last = 2;      ///< of the last two blocks
    int expanded = 4;  ///< in the last block
    int head = 3;      ///< of the embedding
};

/// A stem, four blocks of both kernels, both strides, with and without residual, and a head.
inline MobileNetwork random_mobile_network(int stem_kernel, int width, std::uint32_t seed,
                                           const MobileShape& shape = {}, const WeightSpread& spread = {}) {
    std::mt19937 random(seed);
    MobileNetwork network;
    const auto add = [&](int in, int out, int kernel, int stride, bool depthwise, bool relu6) -> ConvLayer& {
        network.layers.push_back(random_layer(random, in, out, kernel, stride, depthwise, relu6, spread));
        return network.layers.back();
    };
    add(3, width + 3, stem_kernel, 2, false, true);
    add(width + 3, width + 3, 3, 1, true, true);
    add(width + 3, width, 1, 1, false, false);
    const auto block = [&](int in, int inner, int out, int kernel, int stride) {
        const bool residual = in == out && stride == 1;
        add(in, inner, 1, 1, false, true).begins_residual = residual;
        add(inner, inner, kernel, stride, true, true);
        add(inner, out, 1, 1, false, false).ends_residual = residual;
    };
    const int last = width * shape.last;
    block(width, width * 3, width + 5, 3, 2);
    block(width + 5, width * shape.residual + 1, width + 5, 5, 1);
    block(width + 5, width * 2, last, 5, 2);
    block(last, width * shape.expanded, last, 3, 1);
    network.dimension = width * shape.head;
    add(last, network.dimension, 1, 1, false, true);
    return network;
}

/// Rows of sizes that fill no register, no band or no pair: stem, channels, width, height, symmetric.
inline void add_mobile_sizes() {
    QTest::addColumn<int>("stem");
    QTest::addColumn<int>("channels");
    QTest::addColumn<int>("width");
    QTest::addColumn<int>("height");
    QTest::addColumn<bool>("symmetric");
    QTest::newRow("even") << 3 << 16 << 64 << 64 << false;
    QTest::newRow("odd sides") << 3 << 8 << 37 << 61 << false;
    QTest::newRow("odd channels") << 3 << 13 << 40 << 34 << false;
    QTest::newRow("tiny") << 3 << 5 << 4 << 3 << false;
    QTest::newRow("one pixel") << 3 << 4 << 1 << 1 << false;
    QTest::newRow("5 x 5 stem") << 5 << 9 << 33 << 20 << false;
    QTest::newRow("many bands") << 3 << 24 << 480 << 24 << false;
    QTest::newRow("symmetric, even") << 3 << 16 << 64 << 64 << true;
    QTest::newRow("symmetric, odd") << 3 << 9 << 37 << 61 << true;
}

}  // namespace fieldmark::testing
