// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/model_trial.h"

#include <cmath>
#include <cstdint>
#include <vector>

namespace fieldmark {
namespace {

/// A picture with edges, colours and noise, another for each seed.
std::vector<std::uint8_t> test_picture(int width, int height, std::uint32_t seed) {
    std::vector<std::uint8_t> pixels(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
    std::uint32_t state = 2463534242U + seed * 2654435761U;
    std::size_t i = 0;
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            const bool inside = (seed % 2 == 0) == ((x * 3 / width + y * 3 / height) % 2 == 0);
            pixels[i++] = static_cast<std::uint8_t>(inside ? 230 : x * 255 / width);
            pixels[i++] = static_cast<std::uint8_t>(inside ? y * 255 / height : 60 + seed * 40);
            pixels[i++] = static_cast<std::uint8_t>(state & 0xff);
        }
    }
    return pixels;
}

}  // namespace

Result<std::string> try_model(Backbone& model) {
    const ModelInfo& info = model.info();
    std::vector<std::uint8_t> pixels = test_picture(info.input_width, info.input_height, 0);
    const auto other = test_picture(info.input_width, info.input_height, 1);
    pixels.insert(pixels.end(), other.begin(), other.end());
    const auto embeddings = model.embed(pixels, 2);
    if (!embeddings) return embeddings.error();
    const auto dimension = static_cast<std::size_t>(info.dimension);
    double cosine = 0;
    double squares = 0;
    for (std::size_t i = 0; i < dimension; ++i) {
        cosine += double{(*embeddings)[i]} * (*embeddings)[dimension + i];
        squares += double{(*embeddings)[i]} * (*embeddings)[i];
    }
    if (!std::isfinite(cosine) || !(std::abs(squares - 1) < 1e-3))
        return Error{ErrorKind::Damaged, "it gives embeddings that are not numbers."};
    if (cosine > 0.99999)
        return std::string(
            "It gives two quite different pictures the same embedding: these are hardly trained weights.");
    return std::string();
}

}  // namespace fieldmark
