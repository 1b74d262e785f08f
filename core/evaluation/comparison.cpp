// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/evaluation/comparison.h"

#include <algorithm>
#include <cmath>

namespace fieldmark {

namespace {

Difference difference(const std::vector<double>& first, const std::vector<double>& second,
                      const std::vector<std::int32_t>& classes, const BootstrapOptions& options) {
    Difference result;
    std::vector<double> change(first.size());
    for (std::size_t i = 0; i < first.size(); ++i) {
        change[i] = second[i] - first[i];
        result.first += first[i];
        result.second += second[i];
    }
    const double count = std::max<double>(1, static_cast<double>(first.size()));
    result.first /= count;
    result.second /= count;
    result.over_queries = bootstrap_mean(change, options);
    result.over_classes = bootstrap_mean_of_groups(change, classes, options);
    return result;
}

}  // namespace

bool Difference::certain() const {
    const auto holds_zero = [](const Interval& interval) { return interval.low <= 0 && interval.high >= 0; };
    return !holds_zero(over_queries) && !holds_zero(over_classes);
}

ModelComparison compare_models(std::span<const QueryOutcome> first, std::span<const QueryOutcome> second,
                               std::span<const std::int32_t> labels, int limit,
                               const BootstrapOptions& options) {
    ModelComparison result;
    std::vector<double> recall[2];
    std::vector<double> precision[2];
    std::vector<std::int32_t> classes;
    std::vector<std::int32_t> changed;
    for (std::size_t row = 0; row < std::min(first.size(), second.size()); ++row) {
        if (!first[row].counted() || !second[row].counted()) continue;
        ++result.queries;
        const std::int64_t gain = first[row].right_rank - second[row].right_rank;
        ++(gain > 0 ? result.won : gain < 0 ? result.lost : result.equal);
        classes.push_back(labels[row]);
        int model = 0;
        for (const QueryOutcome* outcome : {&first[row], &second[row]}) {
            recall[model].push_back(outcome->right_rank == 1 ? 1 : 0);
            precision[model++].push_back(outcome->map_at_r);
        }
        if (first[row].average_precision != second[row].average_precision) {
            changed.push_back(static_cast<std::int32_t>(row));
        }
    }
    result.recall_at_1 = difference(recall[0], recall[1], classes, options);
    result.map_at_r = difference(precision[0], precision[1], classes, options);
    const auto change = [&](std::int32_t row) {
        const auto at = static_cast<std::size_t>(row);
        return second[at].average_precision - first[at].average_precision;
    };
    std::stable_sort(changed.begin(), changed.end(), [&](std::int32_t a, std::int32_t b) {
        return std::abs(change(a)) > std::abs(change(b));
    });
    for (const std::int32_t row : changed) {
        auto& rows = change(row) > 0 ? result.improved : result.worsened;
        if (static_cast<int>(rows.size()) < limit) rows.push_back(row);
    }
    return result;
}

}  // namespace fieldmark
