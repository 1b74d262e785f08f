// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Includes LibTorch: for source files of training and methods only.
#include <torch/torch.h>

#include <cstdint>
#include <optional>

#include "core/training/objective.h"

namespace fieldmark::proxy_nca {

/// L = CE(scale cos(x, p_c), y) with one learned proxy a class, started at the class means of the embeddings
/// before any step (trainings of few epochs then begin near their goal) or, with a seed, at noise.
class ProxyNcaObjective final : public Objective {
  public:
    /// start: (N, D), labels: (N) int64 in 0 .. classes - 1.
    ProxyNcaObjective(const torch::Tensor& start, const torch::Tensor& labels, std::int64_t classes,
                      double scale = 18, double proxy_rate = 100,
                      std::optional<std::uint64_t> random_start = {});

    torch::Tensor loss(const ObjectiveBatch& batch, std::map<std::string, double>& terms) override;
    std::vector<torch::Tensor> parameters() override { return {m_proxies}; }
    double rate_factor() const override { return m_proxy_rate; }
    void save(torch::serialize::OutputArchive& archive) const override;
    void load(torch::serialize::InputArchive& archive) override;

  private:
    torch::Tensor m_proxies;  ///< (C, D)
    double m_scale;
    double m_proxy_rate;
};

}  // namespace fieldmark::proxy_nca
