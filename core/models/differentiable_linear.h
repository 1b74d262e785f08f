// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

namespace fieldmark {

/// at::linear(), x weight' + bias, with the same gradients. On a CPU in float32 it goes through oneDNN where
/// LibTorch has that: LibTorch's own way takes a BLAS that leaves half of an AMD processor's vector width
/// unused (docs/results.md, "Training a whole network"). Weight gradients still do. bias may be undefined.
/// Gradients of gradients are not given. Any thread; throws what LibTorch throws.
at::Tensor differentiable_linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias);

}  // namespace fieldmark
