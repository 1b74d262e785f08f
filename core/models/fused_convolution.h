// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace fieldmark {

// oneDNN's convolutions with what follows them done in the same pass, as LibTorch's dispatcher offers them
// (made for its compiler, so not part of its C++ interface; hence a check whether they are there, and an
// eager path). CPU tensors, float32, channels-last. They throw what LibTorch throws.

/// Whether this build of LibTorch has the operators.
bool fused_convolution_available();

/// The weight in the order oneDNN wants for inputs of this size.
at::Tensor prepare_weight(const at::Tensor& weight, at::IntArrayRef padding, std::int64_t stride,
                          std::int64_t groups, at::IntArrayRef input_size);

/// Convolution, bias and, with relu6, min(max(x, 0), 6).
at::Tensor convolve(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias,
                    at::IntArrayRef padding, std::int64_t stride, std::int64_t groups, bool relu6);

/// sum += convolution + bias, in place.
void convolve_and_add(at::Tensor& sum, const at::Tensor& input, const at::Tensor& weight,
                      const at::Tensor& bias, at::IntArrayRef padding, std::int64_t stride,
                      std::int64_t groups);

}  // namespace fieldmark
