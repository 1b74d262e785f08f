// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "core/evaluation/bootstrap.h"
#include "core/training/training.h"

namespace fieldmark {

/// Mean gain of a training over its queries, with a 95 % interval, the queries drawn again and again.
/// Fractions.
Interval recall_gain(std::span<const QueryChange> queries);     ///< of Recall@1
Interval precision_gain(std::span<const QueryChange> queries);  ///< of MAP@R

}  // namespace fieldmark
