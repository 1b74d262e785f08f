// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "core/models/backbone.h"

namespace fieldmark {

/// (count, height, width, 3) uint8 RGB as a network's input: (count, 3, height, width) float32 on the CPU,
/// channels-last (the pixels' own order, so one pass does it), (pixel - mean) * scale.
at::Tensor pixel_tensor(const std::uint8_t* pixels, int count, const ModelInfo& info);

}  // namespace fieldmark
