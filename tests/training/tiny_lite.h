// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/models/backbone.h"
#include "core/models/safetensors_writer.h"

namespace fieldmark::testing {

/// A small network with the names and the seven stages of an EfficientNet-Lite and random weights (seeded):
/// what a test can train in milliseconds. 64 dimensions.
FloatTensors tiny_lite(unsigned seed = 1);
/// Squashes to size x size, (x - 127) / 128.
ModelInfo tiny_lite_info(int size);

/// The same as a vision transformer with timm's names: two blocks of width 64, patches of 16, 4 x 4
/// positions.
FloatTensors tiny_vit(unsigned seed = 1);
ModelInfo tiny_vit_info(int size);

/// (count, size, size, 3) pictures of `classes` classes, picture i of class i % classes: each class has a
/// colour and a direction of stripes of its own, drowned in noise of strength `noise`.
std::vector<std::uint8_t> striped_pictures(int count, int classes, int size, int noise, unsigned seed = 1);

}  // namespace fieldmark::testing
