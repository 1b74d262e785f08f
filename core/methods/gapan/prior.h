// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

// Includes LibTorch: for source files of training and methods only.
#include <torch/torch.h>

#include "core/methods/gapan/flow.h"

namespace fieldmark::gapan {

/// What the flow is fed: v = sqrt(D) u, u the unit embedding, so that the mean square of a coordinate is 1.
/// (B, D) -> (B, D).
torch::Tensor flow_input(const torch::Tensor& embeddings);

/// Class-conditional Gaussians in the latent space: z | y = c ~ N(mu_c, sigma_c^2 I), sigma_c =
/// exp(clamp(rho_c, -3, 3)), rho 0 at the start. Classes with fewer than `shared_below` pictures share one
/// sigma.
class PriorImpl : public torch::nn::Module {
  public:
    /// class_sizes: pictures of each class.
    PriorImpl(const std::vector<int>& class_sizes, std::int64_t dimension, int shared_below = 5);

    torch::Tensor mu;   ///< (C, D) parameter
    torch::Tensor rho;  ///< (C) parameter; a small class reads that of the first small one

    torch::Tensor log_sigma() const;  ///< (C)

    /// Sets mu_c to the mean of the z of its class; classes without a row keep theirs.
    void set_means(const torch::Tensor& z, const torch::Tensor& labels);

  private:
    torch::Tensor m_rho_of;  ///< (C) int64, whose rho a class reads
};
TORCH_MODULE(Prior);

/// log p(v | c) of every class, not divided by D:
///     -[ |z - mu_c|^2 / (2 sigma_c^2) + D log sigma_c + (D / 2) log 2 pi - log|J| ]
/// z (B, D), log_jacobian (B), mu (C, D), log_sigma (C) -> (B, C).
torch::Tensor class_log_density(const torch::Tensor& z, const torch::Tensor& log_jacobian,
                                const torch::Tensor& mu, const torch::Tensor& log_sigma);

/// L_nll, the mean over rows of -log p(v_i | y_i) / D; a scalar.
torch::Tensor negative_log_likelihood(const FlowImpl::Image& image, const torch::Tensor& labels,
                                      const torch::Tensor& mu, const torch::Tensor& log_sigma);

/// Appearance anchors: a_cm = normalize(f^-1(mu_c + T sigma_c eps_m)), eps ~ N(0, I). "High-density regions"
/// of the paper are draws at a temperature T below 1. classes (n) int64 -> (n, M, D) unit vectors, no
/// gradient.
torch::Tensor draw_anchors(FlowImpl& flow, const PriorImpl& prior, const torch::Tensor& classes,
                           std::int64_t anchors, double temperature, at::Generator& generator);

}  // namespace fieldmark::gapan
