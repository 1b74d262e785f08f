// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <vector>

#include "core/base/result.h"

namespace fieldmark {

/// A query and another picture: their cosine and whether they are of one class.
struct ScorePair {
    float score = 0;
    bool same = false;
    float weight = 1;        ///< how many pairs of all it stands for
    std::int32_t query = 0;  ///< row
    bool shown = false;      ///< among the query's nearest, which a search would show
};

struct ScorePairOptions {
    int queries = 2000;  ///< drawn at random where there are more
    int nearest = 50;    ///< of each query, taken all, weight 1
    int others = 50;     ///< of the rest, drawn at random, weighted so that they stand for all the rest
    std::uint64_t seed = 1;
};

/// Pairs to fit a calibration on. features: (count, dimension) L2-normalised rows; labels: (count). A query
/// is never paired with itself (leave-one-out). Most pairs of a library are of different classes and score
/// low, so drawing them evenly would leave next to nothing where the scores are high; taking only the nearest
/// would lie about the low ones. Both are taken, each with the number of pairs it stands for, so that every
/// weighted sum is an unbiased estimate of the sum over all pairs of the drawn queries (Horvitz & Thompson
/// 1952). Usage on bad shapes; Cancelled.
Result<std::vector<ScorePair>> sample_score_pairs(std::span<const float> features, int dimension,
                                                  std::span<const std::int32_t> labels,
                                                  const ScorePairOptions& options = {},
                                                  std::stop_token stop = {},
                                                  const std::function<void(int, int)>& progress = {});

/// A row and its cosine to a query.
struct ScoredRow {
    std::int32_t row = 0;
    float score = 0;
};
/// The nearest `count` rows of a row, itself left out, by falling score, ties by rising row.
std::vector<ScoredRow> nearest_rows(std::span<const float> features, int dimension, std::int32_t query,
                                    int count);

}  // namespace fieldmark
