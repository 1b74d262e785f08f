// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>
#include <map>
#include <string>
#include <vector>

// Includes LibTorch: for source files of training and methods only.
#include <torch/torch.h>

namespace fieldmark {

/// Whether every number of every tensor is one.
inline bool all_finite(const std::vector<torch::Tensor>& tensors) {
    const torch::NoGradGuard no_grad;
    for (const torch::Tensor& tensor : tensors) {
        if (!torch::isfinite(tensor).all().item<bool>()) return false;
    }
    return true;
}

/// The last step of an epoch may leave weights that are no numbers behind losses that were: "total" then says
/// what the next loss would, and the epoch loop ends the training as for any other.
inline void tell_divergence(const std::vector<torch::Tensor>& learned,
                            std::map<std::string, double>& losses) {
    if (!all_finite(learned)) losses["total"] = std::numeric_limits<double>::quiet_NaN();
}

}  // namespace fieldmark
