// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/models/backbone.h"
#include "core/models/safetensors.h"
#include "core/models/safetensors_writer.h"

namespace fieldmark {

// Small vision transformers whose weights follow from a formula, the same as in make_vit_reference.py.

constexpr int kVitWidth = 128;
constexpr int kVitDepth = 2;
constexpr int kVitPatch = 8;
constexpr int kVitHidden = 96;
constexpr int kVitInput = 32;

inline FloatTensor vit_noise(const std::string& name, std::vector<std::int64_t> shape, double scale = 1,
                             double offset = 0) {
    std::size_t count = 1;
    for (const std::int64_t extent : shape) count *= static_cast<std::size_t>(extent);
    int seed = 0;
    for (std::size_t i = 0; i < name.size(); ++i) seed += static_cast<int>(i + 1) * name[i];
    seed %= 1000;
    // Many specimens share their tensors, and sines are slow.
    static std::map<int, std::vector<double>> known;
    std::vector<double>& noise = known[seed];
    for (std::size_t i = noise.size(); i < count; ++i) {
        const double x = std::sin(static_cast<double>(i + 1) * 12.9898 + seed * 78.233) * 43758.5453;
        noise.push_back(2 * (x - std::floor(x)) - 1);
    }
    FloatTensor tensor;
    tensor.shape = std::move(shape);
    for (std::size_t i = 0; i < count; ++i)
        tensor.values.push_back(static_cast<float>(offset + scale * noise[i]));
    return tensor;
}

struct VitSpecimen {
    bool class_token = true;
    std::string registers = {};  ///< the tensor's name; "": none
    int grid = 4;
    enum { None, Class, All } positioned = All;  ///< of the prefix
    bool scale = false;
    bool split = false;
    bool bias = true;
    std::string last = "norm";
};

inline FloatTensors make_vit(const VitSpecimen& of = {}) {
    FloatTensors w;
    const auto add = [&](const std::string& name, std::vector<std::int64_t> shape, double scale = 1,
                         double offset = 0) { w[name] = vit_noise(name, std::move(shape), scale, offset); };
    const auto linear = [&](const std::string& name, int out, int in, bool bias = true) {
        add(name + ".weight", {out, in}, 1.7 / std::sqrt(static_cast<double>(in)));
        if (bias) add(name + ".bias", {out}, 0.2);
    };
    const auto norm = [&](const std::string& name) {
        add(name + ".weight", {kVitWidth}, 0.3, 1);
        add(name + ".bias", {kVitWidth}, 0.1);
    };
    add("patch_embed.proj.weight", {kVitWidth, 3, kVitPatch, kVitPatch}, 0.05);
    add("patch_embed.proj.bias", {kVitWidth}, 0.1);
    int positions = of.grid * of.grid;
    if (of.class_token) {
        add("cls_token", {1, 1, kVitWidth});
        if (of.positioned != VitSpecimen::None) positions += 1;
    }
    if (!of.registers.empty()) {
        add(of.registers, {1, 3, kVitWidth});
        if (of.positioned == VitSpecimen::All) positions += 3;
    }
    add("pos_embed", {1, positions, kVitWidth}, 0.5);
    for (int n = 0; n < kVitDepth; ++n) {
        const std::string block = "blocks." + std::to_string(n) + ".";
        norm(block + "norm1");
        if (of.split) {
            for (const char* part : {"q", "k", "v"})
                linear(block + "attn." + part, kVitWidth, kVitWidth, of.bias);
        } else {
            linear(block + "attn.qkv", 3 * kVitWidth, kVitWidth, of.bias);
        }
        linear(block + "attn.proj", kVitWidth, kVitWidth);
        norm(block + "norm2");
        linear(block + "mlp.fc1", kVitHidden, kVitWidth);
        linear(block + "mlp.fc2", kVitWidth, kVitHidden);
        if (of.scale) {
            add(block + "ls1.gamma", {kVitWidth}, 0.3, 0.5);
            add(block + "ls2.gamma", {kVitWidth}, 0.3, 0.5);
        }
    }
    norm(of.last);
    return w;
}

/// activation: 0 GELU, 1 ReLU, 2 identity.
inline FloatTensors make_adapters(float activation, int rank = 4, bool shared = false) {
    FloatTensors w;
    w["ica.activation"] = {{1}, {activation}};
    for (int n = 0; n < kVitDepth; ++n)
        for (const std::string part : {"query", "key", "shared"}) {
            if ((part == "shared") != shared) continue;
            const std::string name = "ica." + std::to_string(n) + "." + part;
            w[name + ".down"] = vit_noise(name + ".down", {rank, kVitWidth}, 0.2);
            w[name + ".up"] = vit_noise(name + ".up", {kVitWidth, rank}, 0.4);
        }
    return w;
}

inline Result<Safetensors> as_file(const FloatTensors& tensors) {
    return Safetensors::parse(write_safetensors(tensors), "specimen.safetensors");
}

/// (count, 32, 32, 3)
inline std::vector<std::uint8_t> vit_pictures(int count) {
    std::vector<std::uint8_t> pixels;
    for (int n = 0; n < count; ++n)
        for (int y = 0; y < kVitInput; ++y)
            for (int x = 0; x < kVitInput; ++x)
                for (int c = 0; c < 3; ++c)
                    pixels.push_back(static_cast<std::uint8_t>(
                        (y * (3 + 2 * n) + x * (7 + n) + 83 * c + x * y / 37) % 256));
    return pixels;
}

inline ModelInfo vit_info(const std::string& pooling = "class", int heads = 0) {
    ModelInfo info;
    info.name = "specimen";
    info.kind = "vit";
    info.pooling = pooling;
    info.heads = heads;
    info.dimension = pooling == "both" ? 2 * kVitWidth : kVitWidth;
    info.input_width = info.input_height = kVitInput;
    const float mean[3] = {120, 115, 100};
    for (int c = 0; c < 3; ++c) {
        info.mean[c] = mean[c];
        info.scale[c] = 1.0f / 64;
    }
    return info;
}

}  // namespace fieldmark
