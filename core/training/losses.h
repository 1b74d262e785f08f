// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Includes LibTorch: for source files of training and methods only.
#include <torch/torch.h>

/// Losses over embeddings that several methods share. `embeddings` need not be normalised: every loss does it
/// itself, so that the gradient of the normalisation is never forgotten. Tensors of one call lie on one
/// device and have one floating type; labels are int64. Every result is a scalar, finite in float32 at any
/// cosine. They throw c10::Error on shapes that do not fit.
namespace fieldmark::losses {

/// x / max(|x|, 1e-12) along the last axis.
torch::Tensor unit(const torch::Tensor& x);

/// ProxyNCA++ (Teh et al., ECCV 2020) with both sides normalised and scaled by 3:
/// -log softmax_c(-|3x - 3p_c|^2)[y] = CE(18 cos(x, p_c), y), the positive proxy in the denominator.
/// embeddings (B, D), proxies (C, D), labels (B) in 0..C-1. `scale`: 18 of the paper.
torch::Tensor proxy_nca(const torch::Tensor& embeddings, const torch::Tensor& proxies,
                        const torch::Tensor& labels, double scale = 18);

/// Proxy-Anchor (Kim et al., CVPR 2020, eq. 4), as logsumexp with a zero term so that float32 does not
/// overflow. Shapes as proxy_nca.
torch::Tensor proxy_anchor(const torch::Tensor& embeddings, const torch::Tensor& proxies,
                           const torch::Tensor& labels, double alpha = 32, double delta = 0.1);

/// The spherical contrastive loss of Sph-ViT (Ermolov et al., CVPR 2022): n slots a class; for each ordered
/// pair of slots (a, b) and class c
///   -<z_ca, z_cb>/t + log[ sum_c' e^(<z_ca, z_c'b>/t) + sum_{c' != c} e^(<z_ca, z_c'a>/t) ],
/// the mean over classes and ordered pairs (`sum_pairs`: the sum over pairs, mean over classes, as Hyp-ViT
/// has it). embeddings (P n, D), class by class as PkSampler gives them; n >= 2.
torch::Tensor spherical_contrastive(const torch::Tensor& embeddings, std::int64_t per_class,
                                    double temperature = 0.1, bool sum_pairs = false);

/// The contrastive loss of DVF (2024): mean over all ordered pairs, the diagonal (which adds nothing)
/// included, of 1 - s (same class) or max(s - margin, 0) (other class). embeddings (B, D), labels (B).
torch::Tensor dvf_contrastive(const torch::Tensor& embeddings, const torch::Tensor& labels,
                              double margin = 0.3);

}  // namespace fieldmark::losses
