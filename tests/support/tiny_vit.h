// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <fstream>
#include <string>

#include "core/models/safetensors_writer.h"

namespace fieldmark::testing {

/// A vision transformer with timm's names and random weights, small enough to be made and run in a test: 64
/// channels, one head, 2 blocks, patches of 32 pixels.
inline FloatTensors tiny_vit(std::uint32_t seed = 1, std::int64_t width = 64, int depth = 2) {
    constexpr std::int64_t kPatch = 32;
    constexpr std::int64_t kGrid = 7;  // 224 pixels
    std::uint64_t state = 0x9e3779b97f4a7c15ULL * (seed + 1);
    const auto random = [&state](std::vector<std::int64_t> shape, double spread, float middle = 0) {
        FloatTensor tensor{std::move(shape), {}};
        std::size_t count = 1;
        for (const std::int64_t extent : tensor.shape) count *= static_cast<std::size_t>(extent);
        tensor.values.reserve(count);
        for (std::size_t i = 0; i < count; ++i) {
            state = state * 6364136223846793005ULL + 1442695040888963407ULL;
            const double uniform = static_cast<double>(state >> 11) * 0x1p-53;
            tensor.values.push_back(middle + static_cast<float>((2 * uniform - 1) * spread));
        }
        return tensor;
    };
    FloatTensors tensors;
    const auto linear = [&](const std::string& name, std::int64_t out, std::int64_t in) {
        tensors[name + ".weight"] = random({out, in}, 2 / std::sqrt(static_cast<double>(in)));
        tensors[name + ".bias"] = random({out}, 0.1);
    };
    const auto norm = [&](const std::string& name) {
        tensors[name + ".weight"] = random({width}, 0.1, 1);
        tensors[name + ".bias"] = random({width}, 0.1);
    };
    tensors["cls_token"] = random({1, 1, width}, 0.5);
    tensors["pos_embed"] = random({1, 1 + kGrid * kGrid, width}, 0.5);
    tensors["patch_embed.proj.weight"] = random({width, 3, kPatch, kPatch}, 0.05);
    tensors["patch_embed.proj.bias"] = random({width}, 0.1);
    for (int block = 0; block < depth; ++block) {
        const std::string prefix = "blocks." + std::to_string(block) + ".";
        norm(prefix + "norm1");
        linear(prefix + "attn.qkv", 3 * width, width);
        linear(prefix + "attn.proj", width, width);
        norm(prefix + "norm2");
        linear(prefix + "mlp.fc1", 4 * width, width);
        linear(prefix + "mlp.fc2", width, 4 * width);
    }
    norm("norm");
    linear("head", 10, width);
    return tensors;
}

inline void write_bytes(const std::string& path, const std::vector<std::byte>& bytes) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

inline void write_tiny_vit(const std::string& path, std::uint32_t seed = 1) {
    write_bytes(path, write_safetensors(tiny_vit(seed)));
}

}  // namespace fieldmark::testing
