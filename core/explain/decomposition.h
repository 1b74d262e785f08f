// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/base/result.h"
#include "core/explain/additive_view.h"

namespace fieldmark {

/// A cosine score taken apart into pairs of positions: score = sum_ij <a_i, b_j>, where a and b are the
/// additive views of query and match. Every number here is signed and in units of the score.
struct ScoreDecomposition {
    double score = 0;                ///< <u_query, u_match>, computed from the embeddings themselves
    double sum = 0;                  ///< of all pairs; equal to score up to float32's rounding
    std::vector<float> query_share;  ///< by position of the query: sum over the match's positions
    std::vector<float> match_share;  ///< by position of the match
    std::vector<float> pairs;        ///< (query positions, match positions)
};

/// Usage where the two views are of different models.
Result<ScoreDecomposition> decompose(const AdditiveView& query, const AdditiveView& match);

}  // namespace fieldmark
