// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/evaluation/class_report.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace fieldmark {

std::vector<ClassFigures> class_figures(std::span<const QueryOutcome> outcomes,
                                        std::span<const std::int32_t> labels) {
    std::map<std::int32_t, ClassFigures> by_label;
    for (std::size_t row = 0; row < outcomes.size(); ++row) {
        ClassFigures& figures = by_label[labels[row]];
        figures.label = labels[row];
        ++figures.pictures;
        const QueryOutcome& outcome = outcomes[row];
        if (!outcome.counted()) continue;
        ++figures.queries;
        figures.recall_at_1 += outcome.right_rank == 1 ? 1 : 0;
        figures.map_at_r += outcome.map_at_r;
        figures.mean_average_precision += outcome.average_precision;
    }
    std::vector<ClassFigures> all;
    all.reserve(by_label.size());
    for (auto& [label, figures] : by_label) {
        const double queries = std::max(1, figures.queries);
        figures.recall_at_1 /= queries;
        figures.map_at_r /= queries;
        figures.mean_average_precision /= queries;
        all.push_back(figures);
    }
    return all;
}

std::vector<std::int32_t> worst_queries(std::span<const QueryOutcome> outcomes,
                                        std::span<const std::int32_t> labels, int limit, int per_class) {
    std::vector<std::int32_t> rows;
    for (std::size_t row = 0; row < outcomes.size(); ++row) {
        if (outcomes[row].counted() && outcomes[row].right_rank > 1) {
            rows.push_back(static_cast<std::int32_t>(row));
        }
    }
    const auto order = [&](std::int32_t row) {
        const QueryOutcome& outcome = outcomes[static_cast<std::size_t>(row)];
        return std::tuple(-outcome.right_rank, outcome.average_precision, row);
    };
    std::sort(rows.begin(), rows.end(), [&](std::int32_t a, std::int32_t b) { return order(a) < order(b); });
    std::map<std::int32_t, int> taken;
    std::vector<std::int32_t> worst;
    for (const std::int32_t row : rows) {
        if (static_cast<int>(worst.size()) >= limit) break;
        if (per_class > 0 && ++taken[labels[static_cast<std::size_t>(row)]] > per_class) continue;
        worst.push_back(row);
    }
    return worst;
}

}  // namespace fieldmark
