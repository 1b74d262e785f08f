// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Private header: it includes LibTorch. Only sources of core/methods may use it.
#include <torch/torch.h>

namespace fieldmark {

// How well bits are used. values: (pictures, bits), real; a bit is set where its value is not below 0.
// Shares, 0 to 1; all are 0 without pictures.

/// Of all bits of all pictures: those that `after` has otherwise than `before`.
double flipped_bits(const torch::Tensor& before, const torch::Tensor& after);

/// Of the bits: those that are the same in more than 95 of 100 pictures, and so tell little.
double dead_bits(const torch::Tensor& values);

/// Of the bits: those that an earlier bit says already, their correlation being above 0.95 or below -0.95. A
/// bit that never changes goes with none.
double twin_bits(const torch::Tensor& values);

}  // namespace fieldmark
