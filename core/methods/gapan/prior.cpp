// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/methods/gapan/prior.h"

#include <cmath>
#include <numbers>

#include "core/training/losses.h"

namespace fieldmark::gapan {

using torch::Tensor;

Tensor flow_input(const Tensor& embeddings) {
    return std::sqrt(static_cast<double>(embeddings.size(1))) * losses::unit(embeddings);
}

PriorImpl::PriorImpl(const std::vector<int>& class_sizes, std::int64_t dimension, int shared_below) {
    const auto classes = static_cast<std::int64_t>(class_sizes.size());
    mu = register_parameter("mu", torch::zeros({classes, dimension}));
    rho = register_parameter("rho", torch::zeros({classes}));
    std::vector<std::int64_t> rho_of;
    std::int64_t first_small = -1;
    for (std::int64_t c = 0; c < classes; ++c) {
        const bool small = class_sizes[static_cast<std::size_t>(c)] < shared_below;
        if (small && first_small < 0) first_small = c;
        rho_of.push_back(small ? first_small : c);
    }
    m_rho_of = register_buffer("rho_of", torch::tensor(rho_of, torch::kLong));
}

Tensor PriorImpl::log_sigma() const {
    return rho.index_select(0, m_rho_of).clamp(-3, 3);
}

void PriorImpl::set_means(const Tensor& z, const Tensor& labels) {
    const torch::NoGradGuard no_grad;
    const Tensor sums = torch::zeros_like(mu).index_add_(0, labels, z);
    const Tensor counts = torch::zeros({mu.size(0)}, mu.options())
                              .index_add_(0, labels, torch::ones({z.size(0)}, mu.options()));
    const Tensor means = sums / counts.clamp_min(1).unsqueeze(1);
    mu.copy_(torch::where((counts > 0).unsqueeze(1), means, mu));
}

Tensor class_log_density(const Tensor& z, const Tensor& log_jacobian, const Tensor& mu,
                         const Tensor& log_sigma) {
    const double dimension = static_cast<double>(z.size(1));
    // |z - mu|^2 by the product: (B, C, D) would be too large. Both are of order D, so float32 keeps 1e-6 of
    // it.
    const Tensor squares =
        (z.square().sum(1, true) + mu.square().sum(1).unsqueeze(0) - 2 * z.mm(mu.t())).clamp_min(0);
    return log_jacobian.unsqueeze(1) - squares / (2 * (2 * log_sigma).exp()).unsqueeze(0) -
           dimension * log_sigma.unsqueeze(0) - dimension / 2 * std::log(2 * std::numbers::pi);
}

Tensor negative_log_likelihood(const FlowImpl::Image& image, const Tensor& labels, const Tensor& mu,
                               const Tensor& log_sigma) {
    const double dimension = static_cast<double>(image.z.size(1));
    const Tensor own_sigma = log_sigma.index_select(0, labels);
    const Tensor squares = (image.z - mu.index_select(0, labels)).square().sum(1);
    return (squares / (2 * (2 * own_sigma).exp()) + dimension * own_sigma +
            dimension / 2 * std::log(2 * std::numbers::pi) - image.log_jacobian)
               .mean() /
           dimension;
}

Tensor draw_noise(std::int64_t n, std::int64_t anchors, std::int64_t dimension, at::Generator& generator,
                  double cut) {
    const torch::NoGradGuard no_grad;
    Tensor noise = torch::randn({n, anchors, dimension}, generator, torch::TensorOptions());
    if (cut >= 1) return noise;
    // The share of the Gaussian nearer to its middle; those too far out are drawn again.
    const auto outside = [&](const Tensor& rows) {
        const Tensor half_squares = rows.to(torch::kDouble).square().sum(1) / 2;
        return torch::special_gammainc(torch::full_like(half_squares, static_cast<double>(dimension) / 2),
                                       half_squares) > cut;
    };
    Tensor rows = noise.view({-1, dimension});
    Tensor again = outside(rows).nonzero().squeeze(1);
    while (again.numel() > 0) {
        const Tensor drawn = torch::randn({again.numel(), dimension}, generator, torch::TensorOptions());
        rows.index_copy_(0, again, drawn);
        again = again.masked_select(outside(drawn));
    }
    return noise;
}

Tensor draw_anchors(FlowImpl& flow, const PriorImpl& prior, const Tensor& classes, std::int64_t anchors,
                    double temperature, at::Generator& generator, double cut) {
    const torch::NoGradGuard no_grad;
    const Tensor mu = prior.mu.index_select(0, classes);
    const Tensor sigma = prior.log_sigma().index_select(0, classes).exp();
    // Drawn on the CPU, so that every device sees the same anchors.
    const Tensor noise = draw_noise(classes.size(0), anchors, mu.size(1), generator, cut).to(mu.options());
    const Tensor z = mu.unsqueeze(1) + temperature * sigma.reshape({-1, 1, 1}) * noise;
    return losses::unit(flow.inverse(z.reshape({-1, mu.size(1)}))).reshape(z.sizes());
}

}  // namespace fieldmark::gapan
