// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

// Includes LibTorch: for source files of training and methods only.
#include <torch/torch.h>

#include "core/base/result.h"
#include "core/models/head.h"
#include "core/training/objective.h"
#include "core/training/option_reader.h"
#include "core/training/training.h"
#include "core/training/training_data.h"
#include "core/training/validation_split.h"

namespace fieldmark {

/// How a head on cached features learns. The options of the same names, with their defaults and ranges, are
/// read by read_head_options().
struct HeadOptions {
    int dimension = 512;  ///< of the new embedding; lowered to what features and pictures allow
    /// start: whitened or identity. The identity begins with the base's own embedding (its first numbers,
    /// where the dimension is lower).
    bool identity = false;
    double whitening = 0.5;  ///< a whitened start: principal directions scaled by singular values^-whitening
    int rank = 0;            ///< of the residual bottleneck U gelu(D x + d); 0: a linear head
    double rate = 1e-3;      ///< AdamW's peak
    double weight_decay = 10;  ///< towards the start value, not towards 0
    double clip = 1;           ///< of the gradient's norm
    int epochs = 20;
    int classes = 16;  ///< of a batch
    int per_class = 8;
    int patience = 0;       ///< epochs without a better one before it stops; 0: never
    bool refit = true;      ///< learn once more on all classes, for as many epochs as were best
    bool use_views = true;  ///< learn on the augmented copies too, where there are some
};
/// Reads them from `settings.options` through `reader`; settings.epochs goes before.
HeadOptions read_head_options(OptionReader& reader, const TrainingSettings& settings,
                              const HeadOptions& defaults);

/// Makes the objective for one run. class_sizes: of the classes that are learned from. start: (N, D) what the
/// head gives before any step, with labels (N) int64.
using ObjectiveFactory =
    std::function<std::unique_ptr<Objective>(const std::vector<int>& class_sizes, const torch::Tensor& start,
                                             const torch::Tensor& labels, std::uint64_t seed)>;

/// What came out: all embeddings are of view 0, (count, D), not normalised.
struct LearnedHead {
    TrainingOutcome outcome;
    Head head;  ///< of the final weights
    ValidationSplit split;
    torch::Tensor
        checked_embeddings;    ///< by the head that was validated: it has not seen the validation classes
    torch::Tensor embeddings;  ///< by the final head
};

/// Learns a head on data.features: validates on classes carved out, keeps the best epoch (0, the start, is a
/// candidate), then refits on all classes for that many epochs. `before` in the outcome is the
/// model beneath. Deterministic by seed and number of threads.
Result<LearnedHead> learn_head(const TrainingData& data, const TrainingSettings& settings,
                               const HeadOptions& options, const ObjectiveFactory& objective,
                               const TrainingTarget& target, const TrainingObserver& observer,
                               std::stop_token stop);

}  // namespace fieldmark
