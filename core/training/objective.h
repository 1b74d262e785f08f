// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

// Includes LibTorch: for source files of training and methods only.
#include <torch/torch.h>

namespace fieldmark {

/// What an objective sees of one batch.
struct ObjectiveBatch {
    torch::Tensor embeddings;    ///< (B, D) of the encoder being trained, not normalised; gradients flow
    torch::Tensor labels;        ///< (B) int64, dense class numbers 0 .. C-1
    std::int64_t per_class = 1;  ///< K of the P x K batch; rows lie class by class
    torch::Tensor slow;  ///< (B, D) of the encoder's moving mean, no gradient; undefined unless wanted
};

/// A loss with its own learned parts (proxies, priors, flow), apart from the encoder it pulls: the same
/// objective trains a head on cached features and a whole network. One thread at a time; may throw
/// c10::Error.
class Objective {
  public:
    virtual ~Objective() = default;

    /// Before each epoch; epochs count from 1.
    virtual void begin_epoch(int /*epoch*/, int /*epochs*/) {}

    /// The encoder's loss on a batch, a scalar. Adds its parts by name to `terms` (each the plain value).
    virtual torch::Tensor loss(const ObjectiveBatch& batch, std::map<std::string, double>& terms) = 0;

    /// Parameters that learn with the encoder's optimiser, in their own group: proxies. `rate_factor` times
    /// the encoder's rate, no weight decay.
    virtual std::vector<torch::Tensor> parameters() { return {}; }
    virtual double rate_factor() const { return 1; }

    /// After the encoder's step: what learns by itself on detached embeddings (the flow's likelihood).
    virtual void own_step(const torch::Tensor& /*embeddings (B, D)*/, const torch::Tensor& /*labels*/,
                          std::map<std::string, double>& /*terms*/) {}

    /// Whether end_epoch needs all embeddings after this epoch (they cost a pass over the data).
    virtual bool wants_embeddings(int /*epoch*/) const { return false; }
    /// embeddings: (N, D) of all pictures to fit, no gradient; undefined unless wanted.
    virtual void end_epoch(int /*epoch*/, const torch::Tensor& /*embeddings*/,
                           const torch::Tensor& /*labels*/) {}

    /// Whether ObjectiveBatch::slow is wanted, and by which share it follows a step: slow += share (fast -
    /// slow).
    virtual double slow_share() const { return 0; }

    /// Everything that learning changes: parameters, optimiser, random numbers.
    virtual void save(torch::serialize::OutputArchive& archive) const = 0;
    virtual void load(torch::serialize::InputArchive& archive) = 0;
};

}  // namespace fieldmark
