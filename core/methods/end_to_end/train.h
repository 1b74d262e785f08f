// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/training/training_data.h"

namespace fieldmark::end_to_end {

/// Learns all of a convolutional network from pictures (core/training/end_to_end.h) with ProxyNCA++ or with
/// GAPan (a reconstruction), and writes a model of the base's kind; GAPan's class densities lie beside it.
/// Options: those of NetworkOptions and of the method's objective; GAPan without its flow terms is
/// align=none.
TrainFunction train_network;

/// Reads the options alone: Usage for an unknown one or a value out of range; also where the method cannot
/// train this base as a whole.
Status check_network(const TrainingSettings& settings, const ModelInfo& base);

}  // namespace fieldmark::end_to_end
