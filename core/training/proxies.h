// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// Includes LibTorch: for source files of training and methods only.
#include <torch/torch.h>

namespace fieldmark {

// Where the proxies of a class begin, (C, D), no gradient yet.

/// The unit means of the classes' unit embeddings, so that a training of few epochs begins near its goal.
/// embeddings (N, D), labels (N) int64 in 0 .. classes - 1.
torch::Tensor class_means(const torch::Tensor& embeddings, const torch::Tensor& labels, std::int64_t classes);

/// randn / 8, as ProxyNCA++ has it (Teh et al., ECCV 2020). By a generator of its own, on the CPU.
torch::Tensor random_proxies(std::int64_t classes, std::int64_t dimension, std::uint64_t seed);

}  // namespace fieldmark
