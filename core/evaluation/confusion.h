// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/evaluation/retrieval_metrics.h"

namespace fieldmark {

/// One class taken for another at rank 1.
struct ConfusionPair {
    std::int32_t truth = 0;  ///< the query's class
    std::int32_t taken = 0;  ///< its nearest picture's class
    int count = 0;           ///< queries of `truth` whose nearest picture is of `taken`
    double share = 0;        ///< of the queries of `truth`
    /// The query whose wrong match scores highest: the one worth looking at.
    std::int32_t query = 0;
    std::int32_t match = 0;
    float score = 0;
};

/// Pairs of different classes, most frequent first, then by share, then by the classes' indices. Queries that
/// are alone in their class have no right answer and are not counted.
std::vector<ConfusionPair> confusion_pairs(std::span<const QueryOutcome> outcomes,
                                           std::span<const std::int32_t> labels);

}  // namespace fieldmark
