// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

// Includes LibTorch: for source files of training and methods only.
#include <torch/torch.h>

#include "core/base/result.h"
#include "core/methods/gapan/flow.h"
#include "core/methods/gapan/prior.h"

namespace fieldmark::gapan {

struct DensityOptions {
    int blocks = 4;
    int hidden = 256;
    int epochs = 10;
    double rate = 1e-3;
    double noise = 0.1;
    double held_out = 0.2;  ///< of each class's pictures: a flow scores what it learned from too high
    std::uint64_t seed = 1;
};

/// Flow and priors fitted to embeddings that no longer move, and what held-out pictures scored.
struct FittedDensity {
    Flow flow{nullptr};
    Prior prior{nullptr};
    torch::Tensor centroids;             ///< (C, D) unit
    std::vector<int> class_sizes;        ///< pictures of each class, held-out ones included
    std::vector<std::int64_t> held_out;  ///< rows that the flow did not see
    torch::Tensor typicality;            ///< (C, 101) percentiles of the own class's density
    torch::Tensor novelty_density;       ///< (101) of the best class's density
    torch::Tensor novelty_centroid;      ///< (101) of the cosine to the nearest centroid
    double nll = 0;                      ///< per dimension, of the last epoch
    double held_out_nll = 0;
    double own_anchors = 0;              ///< share of anchors (T 0.5) nearest to their own class's centroid
    double inverse_error = 0;            ///< max |f^-1(f(v)) - v| over the held-out pictures
    std::string novelty_by = "density";  ///< what novelty() is read from, see auroc below
};

/// embeddings (N, D), labels (N) 0 .. C-1. About 2 s an epoch for 3,000 pictures on one core. Usage for fewer
/// than two rows; Cancelled; Internal.
Result<FittedDensity> fit_density(const torch::Tensor& embeddings, const std::vector<std::int32_t>& labels,
                                  std::size_t classes, const DensityOptions& options, std::stop_token stop,
                                  const std::function<void(double)>& progress = {});

/// (N, C) log densities per dimension.
torch::Tensor score(FittedDensity& density, const torch::Tensor& embeddings);

/// How well the two readings of novelty tell pictures of unknown classes from held-out ones of known classes:
/// area under the ROC curve, 0.5 to 1 for a useful one.
struct NoveltyCheck {
    double by_density = 0;
    double by_centroid = 0;
};
NoveltyCheck check_novelty(FittedDensity& density, const torch::Tensor& known, const torch::Tensor& unknown);

/// Area under the ROC curve of "higher means positive"; ties count half.
double area_under_roc(const std::vector<float>& positives, const std::vector<float>& negatives);

/// As density.h reads it.
std::vector<std::byte> density_file(const FittedDensity& density,
                                    const std::vector<std::string>& class_names);

}  // namespace fieldmark::gapan
