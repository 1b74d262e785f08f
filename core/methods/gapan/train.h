// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/training/training_data.h"

namespace fieldmark::gapan {

/// Learns a head on cached features with GAPan (a reconstruction of arXiv 2605.09859), fits the class
/// densities and writes a model of the kind "head" with density.safetensors beside it. Options: those of
/// HeadOptions (core/training/head_learner.h) and Options (core/methods/gapan/objective.h), and
/// density_epochs.
TrainFunction train_gapan;

/// Reads the options alone: Usage for an unknown one or a value out of range.
Status check_gapan(const TrainingSettings& settings);

}  // namespace fieldmark::gapan
