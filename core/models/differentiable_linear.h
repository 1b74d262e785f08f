// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

namespace fieldmark {

/// at::linear(), x weight' + bias, with the same gradients. On a CPU in float32 it goes through oneDNN where
/// LibTorch has that: LibTorch's own way takes a BLAS that leaves half of an AMD processor's vector width
/// unused (docs/results.md, "Training a whole network"). The gradient of the weight still takes that BLAS.
/// bias may be undefined. Asked for a gradient of a gradient, it throws. Any thread; throws what LibTorch
/// throws.
at::Tensor differentiable_linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias);

}  // namespace fieldmark
