// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Private header: it includes LibTorch. Only sources of core/methods may use it.
#include <torch/torch.h>

namespace fieldmark {

// The terms of the semantic hash encoding (SHE). codes: (B, nb) real-valued, as tanh gives them; every loss
// is a scalar of their type. The Cauchy forms are those of Deep Cauchy Hashing (Cao et al., CVPR 2018):
//   d(x, y) = (nb / 2) (1 - cos(x, y))
// which for codes of +-1 is the Hamming distance.

/// d of each row of `a` and the row of `b` at the same place: (B).
torch::Tensor cauchy_distance(const torch::Tensor& a, const torch::Tensor& b);

/// L_q = mean_i log(1 + d(|h_i|, 1) / gamma): makes the |h_k| of a code equal. d is a cosine, so it does not
/// see the scale of h; what pushes |h| to 1 is the growing slope of tanh.
torch::Tensor cauchy_quantization(const torch::Tensor& codes, double gamma = 20);

/// mean over all h of (|h| - 1)^2: sees the scale that L_q does not. An option; the code published with Deep
/// Cauchy Hashing has it, at the weight 0.
torch::Tensor code_magnitude(const torch::Tensor& codes);

/// L_bb = (1 / nb) sum_k ((1 / B) sum_b h_bk)^2: each bit is on half of the time.
torch::Tensor bit_balance(const torch::Tensor& codes);

/// L_c = mean over pairs i != j of w_ij log(1 + d / gamma) (same class) or w_ij log(1 + gamma / d) (different
/// classes), w = all pairs / pairs of that kind; 1 where a batch has only one kind. cos is clamped to 0.99.
/// labels: (B) int64.
torch::Tensor cauchy_pairs(const torch::Tensor& codes, const torch::Tensor& labels, double gamma = 20);

}  // namespace fieldmark
