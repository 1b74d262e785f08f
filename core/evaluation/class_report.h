// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/evaluation/retrieval_metrics.h"

namespace fieldmark {

// What the outcomes of single queries (RetrievalMetrics::by_row) add up to, class by class and query by
// query. Plain functions without state; labels are the class indices the outcomes were computed with, one for
// each row.

/// How well the pictures of one class find each other. Fractions, 0 to 1; all 0 where `queries` is 0.
struct ClassFigures {
    std::int32_t label = 0;
    int pictures = 0;  ///< rows of the class
    int queries = 0;   ///< the same, or 0 where the class has a single picture
    double recall_at_1 = 0;
    double map_at_r = 0;
    double mean_average_precision = 0;
};

/// One entry for each class, by rising label.
std::vector<ClassFigures> class_figures(std::span<const QueryOutcome> outcomes,
                                        std::span<const std::int32_t> labels);

/// Rows whose first right match comes last: by falling rank of it, then by rising average precision, then by
/// row. Queries that were right at rank 1 are left out; of each class at most `per_class` (0: no limit), so
/// that one hard class does not fill the list.
std::vector<std::int32_t> worst_queries(std::span<const QueryOutcome> outcomes,
                                        std::span<const std::int32_t> labels, int limit, int per_class = 0);

}  // namespace fieldmark
