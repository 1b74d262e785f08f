// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/learning/query_changes.h"

#include <vector>

namespace fieldmark {

Interval recall_gain(std::span<const QueryChange> queries) {
    std::vector<double> gains;
    gains.reserve(queries.size());
    for (const QueryChange& query : queries)
        gains.push_back((query.hit_after ? 1.0 : 0.0) - (query.hit_before ? 1.0 : 0.0));
    return bootstrap_mean(gains);
}

Interval precision_gain(std::span<const QueryChange> queries) {
    std::vector<double> gains;
    gains.reserve(queries.size());
    for (const QueryChange& query : queries) gains.push_back(query.precision_after - query.precision_before);
    return bootstrap_mean(gains);
}

}  // namespace fieldmark
