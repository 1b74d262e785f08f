// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

namespace fieldmark {

// oneDNN's linear layer with GELU done in the same pass, found in LibTorch's dispatcher as the convolutions
// of fused_convolution.h are. CPU tensors, float32, contiguous. They throw what LibTorch throws.

/// Whether this build of LibTorch has the operator.
bool fused_linear_available();

/// x weight' + bias, then GELU (error function) if asked for. bias may be undefined.
at::Tensor fused_linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, bool gelu);

}  // namespace fieldmark
