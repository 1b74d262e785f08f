// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <stop_token>
#include <vector>

#include "core/base/result.h"

namespace fieldmark {

/// What became of one query. A query alone in its class (no right answer exists) has right_match -1.
struct QueryOutcome {
    std::int32_t first_match = -1;  ///< row of the nearest other, -1 where there is none
    float first_score = 0;          ///< its cosine
    std::int32_t right_match = -1;  ///< row of the nearest other of the same class
    float right_score = 0;
    std::int64_t right_rank = 0;   ///< of right_match, from 1; 0 where there is none
    double map_at_r = 0;           ///< precision averaged to rank R, of this query
    double average_precision = 0;  ///< over the whole ranking
    bool counted() const { return right_match >= 0; }
};

/// Leave-one-out retrieval quality. Fractions, 0 to 1.
struct RetrievalMetrics {
    int queries = 0;  ///< items whose class has at least one other item
    int skipped = 0;  ///< items alone in their class: no right answer exists
    int classes = 0;
    std::map<int, double> recall_at;    ///< Recall@K (Jegou et al. 2011): share of queries with a hit among K
    double map_at_r = 0;                ///< MAP@R (Musgrave et al. 2020, eq. 3): precision averaged to rank R
    double mean_average_precision = 0;  ///< mAP over the whole ranking
    std::vector<std::int32_t> first_match;  ///< by row: its nearest other row, -1 where there is none
    std::vector<QueryOutcome> by_row;       ///< one for each row, in their order
};

/// features: (count, dimension) float32, L2-normalised rows; labels: (count) class indices.
/// Each row queries all the others by cosine; ties rank the smaller row first. Memory grows with the block,
/// not with count x count. `progress` (done, total queries) may be empty; it is called from the working
/// threads, one at a time. Uses all cores. Usage error on bad shapes.
Result<RetrievalMetrics> evaluate_retrieval(std::span<const float> features, int dimension,
                                            std::span<const std::int32_t> labels, std::span<const int> ks,
                                            std::stop_token stop = {},
                                            const std::function<void(int, int)>& progress = {});

}  // namespace fieldmark
