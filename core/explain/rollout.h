// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "core/base/result.h"

namespace fieldmark {

/// Attention rollout (Abnar and Zuidema, ACL 2020): how much each token of the input reaches a token of the
/// output, R = prod_l (A_l + I) / 2 with A_l the mean over heads, each row summing to 1.
/// layers: from the first to the last, each (heads, tokens, tokens). Returns the row of token `of`, (tokens).
/// Usage where sizes do not fit.
Result<std::vector<float>> attention_rollout(const std::vector<std::span<const float>>& layers, int heads,
                                             int tokens, int of = 0);

}  // namespace fieldmark
