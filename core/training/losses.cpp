// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/training/losses.h"

#include <limits>

namespace fieldmark::losses {

using torch::Tensor;

Tensor unit(const Tensor& x) {
    return x / x.norm(2, -1, /*keepdim=*/true).clamp_min(1e-12);
}

Tensor proxy_nca(const Tensor& embeddings, const Tensor& proxies, const Tensor& labels, double scale) {
    return torch::cross_entropy_loss(scale * unit(embeddings).mm(unit(proxies).t()), labels);
}

Tensor proxy_anchor(const Tensor& embeddings, const Tensor& proxies, const Tensor& labels, double alpha,
                    double delta) {
    const Tensor cosines = unit(embeddings).mm(unit(proxies).t());  // (B, C)
    const Tensor positive = torch::one_hot(labels, proxies.size(0)).to(torch::kBool);
    const double none = -std::numeric_limits<double>::infinity();
    const Tensor zero = torch::zeros({1, proxies.size(0)}, cosines.options());
    const auto log_one_plus_sum = [&](const Tensor& exponents, const Tensor& mask) {
        return torch::logsumexp(torch::cat({zero, exponents.masked_fill(mask.logical_not(), none)}),
                                0);  // (C)
    };
    const Tensor pull = log_one_plus_sum(-alpha * (cosines - delta), positive);
    const Tensor push = log_one_plus_sum(alpha * (cosines + delta), positive.logical_not());
    const Tensor present =
        positive.any(0).sum().clamp_min(1);  // proxies with a sample; the others add log 1 = 0
    return pull.sum() / present + push.mean();
}

Tensor spherical_contrastive(const Tensor& embeddings, std::int64_t per_class, double temperature,
                             bool sum_pairs) {
    TORCH_CHECK(per_class >= 2 && embeddings.size(0) % per_class == 0,
                "a contrastive batch needs two samples or more of each class");
    const std::int64_t classes = embeddings.size(0) / per_class;
    const Tensor z = unit(embeddings);
    // s[c, a, c', b]
    const Tensor s = (z.mm(z.t()) / temperature).reshape({classes, per_class, classes, per_class});
    Tensor denominator = torch::logsumexp(s, 2);  // (c, a, b): the other slot, own class included
    const Tensor own = s.diagonal(0, 0, 2).permute({2, 0, 1});  // (c, a, b): <z_ca, z_cb> / t
    if (classes > 1) {
        const Tensor same_slot = s.diagonal(0, 1, 3).permute({0, 2, 1});  // (c, a, c'): <z_ca, z_c'a> / t
        const Tensor self = torch::eye(classes, s.options().dtype(torch::kBool)).unsqueeze(1);
        const Tensor others = torch::logsumexp(
            same_slot.masked_fill(self, -std::numeric_limits<double>::infinity()), 2);  // (c, a)
        denominator = torch::logaddexp(denominator, others.unsqueeze(2));
    }
    const Tensor off_diagonal =
        torch::eye(per_class, s.options().dtype(torch::kBool)).logical_not().unsqueeze(0);
    const Tensor losses = (denominator - own).masked_select(off_diagonal);
    return sum_pairs ? losses.sum() / classes : losses.mean();
}

Tensor dvf_contrastive(const Tensor& embeddings, const Tensor& labels, double margin) {
    const Tensor z = unit(embeddings);
    const Tensor s = z.mm(z.t());
    const Tensor same = labels.unsqueeze(0) == labels.unsqueeze(1);
    return torch::where(same, 1 - s, (s - margin).clamp_min(0)).mean();
}

}  // namespace fieldmark::losses
