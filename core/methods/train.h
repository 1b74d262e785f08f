// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stop_token>

#include "core/training/training_data.h"

namespace fieldmark {

/// Whether this training reads pictures (a packed image cache) or learns on stored vectors.
bool needs_pictures(const TrainingSettings& settings);

/// What can be said before data are collected: the options are known, and the method can use a base of this
/// kind (DVA wants a vision transformer, GDF-Net a model with a feature map, a head cannot stand on a head's
/// code...). Usage or Unsupported: one plain sentence.
Status check_method(const TrainingSettings& settings, const ModelInfo& base);

/// Learns with settings.method: the one door to the methods, see TrainFunction.
TrainFunction train;

}  // namespace fieldmark
