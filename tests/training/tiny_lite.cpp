// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/training/tiny_lite.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace fieldmark::testing {

FloatTensors tiny_lite(unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    std::uniform_real_distribution<float> share(0.5F, 1.5F);
    FloatTensors tensors;
    const auto add = [&](const std::string& conv, const std::string& norm, int in, int out, int kernel,
                         bool depthwise) {
        const int fan = (depthwise ? 1 : in) * kernel * kernel;
        FloatTensor& weight = tensors[conv + ".weight"];
        weight.shape = {out, depthwise ? 1 : in, kernel, kernel};
        for (int i = 0; i < out * fan; ++i)
            weight.values.push_back(normal(random) * std::sqrt(2.0F / static_cast<float>(fan)));
        for (const char* name : {".weight", ".bias", ".running_mean", ".running_var"}) {
            FloatTensor& tensor = tensors[norm + name];
            tensor.shape = {out};
            const bool positive = std::string(name) == ".weight" || std::string(name) == ".running_var";
            for (int i = 0; i < out; ++i)
                tensor.values.push_back(positive ? share(random) : 0.2F * normal(random));
        }
    };
    add("_conv_stem", "_bn0", 3, 16, 3, false);
    const int widths[] = {8, 16, 24, 32, 40, 48, 56};
    const int repeats[] = {1, 2, 2, 1, 2, 1, 1};
    const int kernels[] = {3, 3, 5, 3, 5, 5, 3};
    int width = 16, block = 0;
    for (int stage = 0; stage < 7; ++stage) {
        for (int i = 0; i < repeats[stage]; ++i, ++block) {
            const std::string prefix = "_blocks." + std::to_string(block) + ".";
            const int expanded = block == 0 ? width : width * 2;
            if (block > 0) add(prefix + "_expand_conv", prefix + "_bn0", width, expanded, 1, false);
            add(prefix + "_depthwise_conv", prefix + "_bn1", expanded, expanded, kernels[stage], true);
            add(prefix + "_project_conv", prefix + "_bn2", expanded, widths[stage], 1, false);
            width = widths[stage];
        }
    }
    add("_conv_head", "_bn1", width, 64, 1, false);
    return tensors;
}

ModelInfo tiny_lite_info(int size) {
    ModelInfo info;
    info.name = "tiny-lite";
    info.kind = "efficientnet-lite";
    info.dimension = 64;
    info.input_width = info.input_height = size;
    for (int c = 0; c < 3; ++c) {
        info.mean[c] = 127;
        info.scale[c] = 1.0F / 128;
    }
    info.feature = "global mean";
    info.licence = "Apache-2.0";
    info.source = "a test";
    return info;
}

FloatTensors tiny_vit(unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    FloatTensors tensors;
    const auto add = [&](const std::string& name, std::vector<std::int64_t> shape, float spread,
                         float mean = 0) {
        FloatTensor& tensor = tensors[name];
        std::int64_t count = 1;
        for (const std::int64_t side : shape) count *= side;
        tensor.shape = std::move(shape);
        for (std::int64_t i = 0; i < count; ++i) tensor.values.push_back(mean + spread * normal(random));
    };
    add("cls_token", {1, 1, 64}, 0.5F);
    add("pos_embed", {1, 17, 64}, 0.5F);
    add("patch_embed.proj.weight", {64, 3, 16, 16}, 0.05F);
    add("patch_embed.proj.bias", {64}, 0.1F);
    for (const std::string block : {"blocks.0.", "blocks.1."}) {
        for (const char* norm : {"norm1", "norm2"}) {
            add(block + norm + ".weight", {64}, 0.1F, 1);
            add(block + norm + ".bias", {64}, 0.1F);
        }
        add(block + "attn.qkv.weight", {192, 64}, 0.12F);
        add(block + "attn.qkv.bias", {192}, 0.1F);
        add(block + "attn.proj.weight", {64, 64}, 0.12F);
        add(block + "attn.proj.bias", {64}, 0.1F);
        add(block + "mlp.fc1.weight", {128, 64}, 0.12F);
        add(block + "mlp.fc1.bias", {128}, 0.1F);
        add(block + "mlp.fc2.weight", {64, 128}, 0.09F);
        add(block + "mlp.fc2.bias", {64}, 0.1F);
    }
    add("norm.weight", {64}, 0.1F, 1);
    add("norm.bias", {64}, 0.1F);
    return tensors;
}

ModelInfo tiny_vit_info(int size) {
    ModelInfo info = tiny_lite_info(size);
    info.name = "tiny-vit";
    info.kind = "vit";
    info.pooling = "class";
    info.feature = "class token";
    return info;
}

std::vector<std::uint8_t> striped_pictures(int count, int classes, int size, int noise, unsigned seed) {
    std::mt19937 random(seed);
    std::vector<std::uint8_t> pixels;
    pixels.reserve(static_cast<std::size_t>(count) * static_cast<std::size_t>(size) *
                   static_cast<std::size_t>(size) * 3);
    for (int i = 0; i < count; ++i) {
        const int own = i % classes;
        const double angle = 3.14159 * own / classes;
        const double phase = static_cast<double>(random() % 100) / 16;
        for (int y = 0; y < size; ++y) {
            for (int x = 0; x < size; ++x) {
                const double stripe = std::sin((x * std::cos(angle) + y * std::sin(angle)) * 0.7 + phase);
                for (int c = 0; c < 3; ++c) {
                    const double colour = 110 + 12.0 * ((own >> c) & 1) + 25 * stripe;
                    const double value =
                        colour + static_cast<double>(random() % 1000) / 1000 * noise - noise / 2.0;
                    pixels.push_back(static_cast<std::uint8_t>(std::clamp(value, 0.0, 255.0)));
                }
            }
        }
    }
    return pixels;
}

}  // namespace fieldmark::testing
