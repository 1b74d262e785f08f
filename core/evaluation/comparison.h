// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/evaluation/bootstrap.h"
#include "core/evaluation/retrieval_metrics.h"

namespace fieldmark {

/// A difference of two models' figures on the same queries, second minus first, with the two paired bootstrap
/// intervals: over queries and over classes.
struct Difference {
    double first = 0;
    double second = 0;
    Interval over_queries;
    Interval over_classes;
    /// Neither interval holds 0: the sign of the difference can be relied on.
    bool certain() const;
};

/// Two models on the same rows.
struct ModelComparison {
    int queries = 0;
    int won = 0;   ///< the second model's first right match ranks earlier
    int lost = 0;  ///< later
    int equal = 0;
    Difference recall_at_1;
    Difference map_at_r;
    /// Rows by how much the second model's average precision is higher (improved) or lower (worsened),
    /// largest change first; only rows that changed.
    std::vector<std::int32_t> improved;
    std::vector<std::int32_t> worsened;
};

/// `first` and `second` are outcomes of the same rows under the two models, `labels` their classes. `limit`:
/// rows kept in `improved` and `worsened`.
ModelComparison compare_models(std::span<const QueryOutcome> first, std::span<const QueryOutcome> second,
                               std::span<const std::int32_t> labels, int limit = 50,
                               const BootstrapOptions& options = {});

}  // namespace fieldmark
