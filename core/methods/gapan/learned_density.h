// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Private header: it includes LibTorch. Only sources of core/methods may use it.

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/methods/gapan/density_fit.h"
#include "core/methods/gapan/objective.h"
#include "core/training/training_data.h"
#include "core/training/validation_split.h"

namespace fieldmark::gapan {

/// The densities are of the objective's shape; they are fitted anew, to embeddings that no longer move.
DensityOptions density_options(const Options& objective, int epochs, std::uint64_t seed);

/// What a learned model takes with it.
struct LearnedDensity {
    std::vector<std::byte> file;            ///< Density::kFile
    std::map<std::string, double> figures;  ///< for its manifest
};

/// Fits the densities of all classes to `embeddings` (N, D) of all pictures. checked: (N, D) by the model
/// that was validated, which does not know the validation classes; they decide whether novelty is read from
/// the density or from the nearest centroid. Undefined: there was no time to ask them, the density then. Is
/// not cancelled: it takes seconds, and the anchors need it.
Result<LearnedDensity> learn_density(const torch::Tensor& checked, const torch::Tensor& embeddings,
                                     const ValidationSplit& split, const TrainingData& data,
                                     const DensityOptions& options);

}  // namespace fieldmark::gapan
