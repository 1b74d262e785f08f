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

/// eps ~ N(0, I), (n, M, D), on the CPU. cut below 1: only the share `cut` of the Gaussian that lies nearest
/// to its middle is drawn from, |eps|^2 not above that quantile of chi^2_D.
torch::Tensor draw_noise(std::int64_t n, std::int64_t anchors, std::int64_t dimension,
                         at::Generator& generator, double cut = 1);

/// Appearance anchors: a_cm = normalize(f^-1(mu_c + T sigma_c eps_m)), eps as draw_noise() gives it.
/// "High-density regions" of the paper are draws at a temperature T below 1; a cut does little where D is
/// large (at D = 384 even the 1 % quantile lies at 0.92 of the mean norm). classes (n) int64 -> (n, M, D)
/// unit vectors, no gradient.
torch::Tensor draw_anchors(FlowImpl& flow, const PriorImpl& prior, const torch::Tensor& classes,
                           std::int64_t anchors, double temperature, at::Generator& generator,
                           double cut = 1);

}  // namespace fieldmark::gapan
