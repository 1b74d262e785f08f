// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/methods/gdfnet/code_figures.h"

namespace fieldmark {

using torch::Tensor;

namespace {

/// (pictures, bits), -1 or 1.
Tensor signs(const Tensor& values) {
    return 2 * (values >= 0).to(torch::kDouble) - 1;
}

double share(const Tensor& yes) {
    return yes.to(torch::kDouble).mean().item<double>();
}

}  // namespace

double flipped_bits(const Tensor& before, const Tensor& after) {
    if (after.numel() == 0) return 0;
    return share((before >= 0) != (after >= 0));
}

double dead_bits(const Tensor& values) {
    if (values.numel() == 0) return 0;
    return share(signs(values).mean(0).abs() > 0.9);  // 95 of 100 less the other 5
}

double twin_bits(const Tensor& values) {
    if (values.numel() == 0) return 0;
    const Tensor centred = signs(values) - signs(values).mean(0);
    const Tensor spread = centred.norm(2, 0).clamp_min(1e-12);
    const Tensor correlation = (centred / spread).t().mm(centred / spread);
    return share(std::get<0>((correlation.abs() > 0.95).triu(1).max(0)));
}

}  // namespace fieldmark
