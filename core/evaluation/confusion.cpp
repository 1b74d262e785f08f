// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/evaluation/confusion.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace fieldmark {

std::vector<ConfusionPair> confusion_pairs(std::span<const QueryOutcome> outcomes,
                                           std::span<const std::int32_t> labels) {
    std::map<std::pair<std::int32_t, std::int32_t>, ConfusionPair> pairs;
    std::map<std::int32_t, int> queries;
    for (std::size_t row = 0; row < outcomes.size(); ++row) {
        const QueryOutcome& outcome = outcomes[row];
        if (!outcome.counted()) continue;
        const std::int32_t truth = labels[row];
        ++queries[truth];
        const std::int32_t taken = labels[static_cast<std::size_t>(outcome.first_match)];
        if (taken == truth) continue;
        ConfusionPair& pair = pairs[{truth, taken}];
        pair.truth = truth;
        pair.taken = taken;
        if (pair.count++ == 0 || outcome.first_score > pair.score) {
            pair.query = static_cast<std::int32_t>(row);
            pair.match = outcome.first_match;
            pair.score = outcome.first_score;
        }
    }
    std::vector<ConfusionPair> all;
    all.reserve(pairs.size());
    for (auto& [classes, pair] : pairs) {
        pair.share = static_cast<double>(pair.count) / queries[pair.truth];
        all.push_back(pair);
    }
    const auto order = [](const ConfusionPair& pair) {
        return std::tuple(-pair.count, -pair.share, pair.truth, pair.taken);
    };
    std::sort(all.begin(), all.end(),
              [&](const ConfusionPair& a, const ConfusionPair& b) { return order(a) < order(b); });
    return all;
}

}  // namespace fieldmark
