// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/training/training_data.h"

namespace fieldmark::proxy_nca {

/// Learns a head on cached features with ProxyNCA++ alone (Teh et al., ECCV 2020): the plain reference that
/// other methods are measured against. Writes a model of the kind "head". Options: those of HeadOptions
/// (core/training/head_learner.h), scale (18), proxy_rate (10, times the head's) and proxy_init
/// class_mean|random (class_mean).
TrainFunction train_proxy_nca;

Status check_proxy_nca(const TrainingSettings& settings);

}  // namespace fieldmark::proxy_nca
