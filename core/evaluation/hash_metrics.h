// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "core/base/result.h"

namespace fieldmark {

/// Items with binary codes, real-valued vectors and classes. Spans are the caller's.
struct HashedItems {
    std::span<const std::uint64_t> codes;  ///< (count, hash_words(bits)), packed by pack_code()
    std::span<const float> features;       ///< (count, dimension) float32, L2-normalised; may be empty
    std::span<const std::int32_t> labels;  ///< (count) class indices
};

struct HashEvaluation {
    int bits = 0;
    int dimension = 0;    ///< of the features; 0: none are given
    int shortlist = 200;  ///< this many nearest by Hamming are re-ranked by cosine
    std::uint64_t tie_seed = 1;
};

/// Fractions, 0 to 1; means over the queries.
struct HashMetrics {
    int queries = 0;         ///< with at least one right answer in the database
    int skipped = 0;         ///< without one, left out
    double map_all = 0;      ///< mAP@All: AP = (1/R) sum_i P(i) rel(i) over the whole Hamming ranking
    double map_at_r = 0;     ///< MAP@R of the Hamming ranking: precision averaged to rank R
    double recall_at_1 = 0;  ///< of the Hamming ranking
    double shortlist_recall_at_1 = 0;  ///< of the shortlist re-ranked by cosine; 0 without features
    double cosine_map_all = 0;         ///< mAP@All of the features by cosine; 0 without features
    double cosine_recall_at_1 = 0;     ///< 0 without features
};

/// Ranks `database` for each of `queries` by Hamming distance. Short codes tie often: equal distances are
/// ordered by one shuffle of the database, fixed by `tie_seed` and the same for every method, never by the
/// order of insertion (files often arrive sorted by class). Equal cosines likewise. The shortlist takes its
/// last ties by that order too. `leave_one_out`: queries and database are the same items and each query's own
/// row is left out. One thread. Usage for shapes that do not fit, Cancelled on `stop`.
Result<HashMetrics> evaluate_hashing(const HashedItems& database, const HashedItems& queries,
                                     bool leave_one_out, const HashEvaluation& settings,
                                     const std::stop_token& stop = {});

}  // namespace fieldmark
