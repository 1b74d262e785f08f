// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/crop.h"
#include "core/base/result.h"
#include "core/image/image.h"

namespace fieldmark {

/// The part of `image` under `crop`, at least one pixel.
Image crop_image(const Image& image, const Crop& crop);

/// The model-input filter: squash to width x height, antialiased bicubic (the recipe behind the published
/// figures, docs/embedding.md). Writes (height, width, 3) uint8 RGB to `output`.
void resize_to(const Image& image, int width, int height, std::span<std::uint8_t> output);
Image resize(const Image& image, int width, int height);
/// Scaled down (never up) so that the longer side is at most `side`.
Image fit_within(const Image& image, int side);

/// Thumbnails and contact sheets are JPEG, quality 1..100.
Result<std::vector<std::uint8_t>> encode_jpeg(const Image& image, int quality);
Result<std::vector<std::uint8_t>> encode_png(const Image& image);

}  // namespace fieldmark
