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
#include "core/training/training.h"
#include "core/training/training_data.h"

namespace fieldmark {

/// What a manifest's "training" object says: method, seed, field, classes, settings, epochs, figures before
/// and after. `further`: values of the method's own, by name.
std::string training_json(const TrainingData& data, const TrainingSettings& settings,
                          const TrainingOutcome& outcome, const std::map<std::string, double>& further = {});

/// Before any time is spent: the name can be a model's, no model of it is there, the folder can be written.
Status check_target(const TrainingTarget& target);

/// Writes a model of the kind "head" on data.base into the target's models folder, with the files of
/// `beside`, and removes the target's checkpoint. Errors as write_model_folder(); the checkpoint then stays,
/// so that resuming saves what was learned once there is room.
Result<Manifest> write_head_model(const TrainingTarget& target, const TrainingData& data,
                                  const TrainingSettings& settings, const TrainingOutcome& outcome,
                                  const Head& head, std::map<std::string, std::vector<std::byte>> beside = {},
                                  const std::map<std::string, double>& further = {});

}  // namespace fieldmark
