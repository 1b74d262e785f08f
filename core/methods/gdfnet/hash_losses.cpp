// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/methods/gdfnet/hash_losses.h"

namespace fieldmark {

namespace {

torch::Tensor unit(const torch::Tensor& rows) {
    return torch::nn::functional::normalize(rows,
                                            torch::nn::functional::NormalizeFuncOptions().dim(1).eps(1e-12));
}

double half_bits(const torch::Tensor& codes) {
    return static_cast<double>(codes.size(1)) / 2;
}

}  // namespace

torch::Tensor cauchy_distance(const torch::Tensor& a, const torch::Tensor& b) {
    return half_bits(a) * (1 - (unit(a) * unit(b)).sum(1));
}

torch::Tensor cauchy_quantization(const torch::Tensor& codes, double gamma) {
    const torch::Tensor distance = cauchy_distance(codes.abs(), torch::ones_like(codes));
    // Rounding may leave a distance a little below 0.
    return torch::log1p(distance.clamp_min(0) / gamma).mean();
}

torch::Tensor code_magnitude(const torch::Tensor& codes) {
    return (codes.abs() - 1).square().mean();
}

torch::Tensor bit_balance(const torch::Tensor& codes) {
    return codes.mean(0).square().mean();
}

torch::Tensor cauchy_pairs(const torch::Tensor& codes, const torch::Tensor& labels, double gamma) {
    const std::int64_t batch = codes.size(0);
    if (batch < 2) return codes.sum() * 0;
    const torch::Tensor rows = unit(codes);
    const torch::Tensor distance = half_bits(codes) * (1 - rows.mm(rows.t()).clamp_max(0.99));
    const torch::Tensor other = ~torch::eye(batch, labels.options().dtype(torch::kBool));
    const torch::Tensor same = labels.unsqueeze(0) == labels.unsqueeze(1);
    const torch::Tensor similar = (same & other).to(codes.dtype());
    const torch::Tensor dissimilar = (~same).to(codes.dtype());
    const double pairs = static_cast<double>(batch * (batch - 1));
    const double alike = similar.sum().item<double>();
    const bool both = alike > 0 && alike < pairs;
    const torch::Tensor near = (similar * torch::log1p(distance / gamma)).sum();
    const torch::Tensor far = (dissimilar * torch::log1p(gamma / distance)).sum();
    // The weights cancel the counts: each kind of pair weighs as much as all pairs together.
    return both ? near / alike + far / (pairs - alike) : (near + far) / pairs;
}

}  // namespace fieldmark
