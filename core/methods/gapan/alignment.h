// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

// Includes LibTorch: for source files of training and methods only.
#include <torch/torch.h>

#include "core/base/result.h"

namespace fieldmark::gapan {

/// Three readings of the paper's "prior-driven alignment of the embedding with the class's appearance
/// distribution"; all are reconstructions, the paper's own equation is not known.
enum class Alignment {
    None,       ///< L_aux alone: the same training without the flow's terms
    ProfileKl,  ///< A: KL between an anchor's and the embedding's profile of similarities to all classes
    InfoNce,    ///< B: cross-entropy over sampled anchors
    Pull,       ///< C: towards the nearest anchors of the own class
};
const char* to_string(Alignment alignment);  ///< "none", "profile_kl", "infonce", "pull"
Result<Alignment> alignment_from_name(const std::string& name);

/// All: u (B, D) unit embeddings with gradient, anchors (C, M, D) unit vectors without, labels (B) int64; a
/// scalar.

/// A: m_c = normalize(mean_m a_cm); a_i one anchor of i's class (`choice` (B) int64, which); p =
/// softmax_c(<a_i, m_c> / t), q = softmax_c(<u_i, m_c> / t); the mean of KL(p || q), with `symmetric` + KL(q
/// || p). Gradient through q only.
torch::Tensor profile_kl(const torch::Tensor& u, const torch::Tensor& anchors, const torch::Tensor& labels,
                         const torch::Tensor& choice, double temperature = 0.1, bool symmetric = false);
/// The same from profiles' ingredients, for tests: m (C, D), a (B, D), all unit.
torch::Tensor profile_kl_of(const torch::Tensor& u, const torch::Tensor& m, const torch::Tensor& a,
                            double temperature, bool symmetric);

/// B: logit_c = log mean_m exp(<u_i, a_cm> / t); cross-entropy with y_i.
torch::Tensor infonce_logits(const torch::Tensor& u, const torch::Tensor& anchors, double temperature = 0.1);
torch::Tensor infonce(const torch::Tensor& u, const torch::Tensor& anchors, const torch::Tensor& labels,
                      double temperature = 0.1);

/// C: w = softmax_m(<u_i, a_{y_i m}> / t); the mean of sum_m w_m (1 - <u_i, a_{y_i m}>).
torch::Tensor pull(const torch::Tensor& u, const torch::Tensor& anchors, const torch::Tensor& labels,
                   double temperature = 0.1);

}  // namespace fieldmark::gapan
