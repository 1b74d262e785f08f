// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "core/base/result.h"
#include "core/models/head.h"

namespace fieldmark {

/// The score of two pictures from what a network gives for them, before its norm and heads, and how it
/// changes with that.
struct ScoreGradient {
    double score = 0;             ///< cosine of the two embeddings, through the heads
    std::vector<float> gradient;  ///< (2, dimension): d score / d pooled
};

/// pooled: (2, dimension) of the bare network; heads: the innermost first. Usage where the sizes do not fit;
/// Unsupported where one of the embeddings is zero.
Result<ScoreGradient> score_gradient(std::span<const float> pooled, const std::vector<const Head*>& heads);

}  // namespace fieldmark
