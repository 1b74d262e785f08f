// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/models/head.h"
#include "core/models/manifest.h"
#include "core/models/model_folder.h"
#include "core/training/augmentation.h"
#include "core/training/training.h"
#include "core/training/training_data.h"

namespace fieldmark {

/// What a manifest's "training" object says: method, seed, field, classes, settings, epochs, figures before
/// and after. `further`: values of the method's own, by name.
std::string training_json(const TrainingData& data, const TrainingSettings& settings,
                          const TrainingOutcome& outcome, const std::map<std::string, double>& further = {});

/// Before any time is spent: the name can be a model's, no model of it is there, the folder can be written.
Status check_target(const TrainingTarget& target);

/// The description of a model of `kind` that was learned from data.base: what is not said anew is the base's.
/// Name, method and what it stands on are filled in.
ModelInfo learned_info(const TrainingTarget& target, const TrainingData& data,
                       const TrainingSettings& settings, const std::string& kind);

/// Pixels a side of the pictures that a network takes after it has learned from `base` by parts cut out so:
/// crops.whole_side(), the base's own side at least and at most twice that. A base that has learned before
/// keeps its own: each learning on top of another would make it larger.
int learned_input_side(const ModelInfo& base, const Augmentation& crops);

/// Writes a learned model into the target's models folder and removes the target's checkpoints. Errors as
/// write_model_folder(); the checkpoints then stay, so that resuming saves what was learned once there is
/// room. Internal: a weight is no number; nothing is written.
Result<Manifest> write_learned_model(const TrainingTarget& target, const NewModel& model);

/// The same for a model of the kind "head" on data.base, with the files of `beside`.
Result<Manifest> write_head_model(const TrainingTarget& target, const TrainingData& data,
                                  const TrainingSettings& settings, const TrainingOutcome& outcome,
                                  const Head& head, std::map<std::string, std::vector<std::byte>> beside = {},
                                  const std::map<std::string, double>& further = {});

}  // namespace fieldmark
