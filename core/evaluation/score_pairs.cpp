// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/evaluation/score_pairs.h"

#include <algorithm>
#include <new>
#include <numeric>
#include <random>
#include <string>

#include "core/index/kernels.h"

namespace fieldmark {

namespace {

std::size_t draw(std::mt19937_64& random, std::size_t count) {
    return static_cast<std::size_t>(((random() >> 32) * static_cast<std::uint64_t>(count)) >> 32);
}

/// The first `count` of `rows` become a random choice without replacement (Fisher-Yates, stopped early).
void shuffle_front(std::vector<std::int32_t>& rows, std::size_t from, std::size_t count,
                   std::mt19937_64& random) {
    for (std::size_t i = 0; i < count; ++i) {
        std::swap(rows[from + i], rows[from + i + draw(random, rows.size() - from - i)]);
    }
}

std::vector<float> scores_of(std::span<const float> features, std::size_t dimension, std::size_t query) {
    std::vector<float> scores(features.size() / dimension);
    dot_block(features.data() + query * dimension, 1, features.data(), scores.size(), dimension,
              scores.data(), scores.size());
    return scores;
}

std::vector<std::int32_t> others(std::size_t count, std::size_t query) {
    std::vector<std::int32_t> rows(count);
    std::iota(rows.begin(), rows.end(), 0);
    rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(query));
    return rows;
}

/// The nearest `count` come first, in order.
void sort_front(std::vector<std::int32_t>& rows, std::size_t count, const std::vector<float>& scores) {
    const auto nearer = [&](std::int32_t a, std::int32_t b) {
        const float left = scores[static_cast<std::size_t>(a)];
        const float right = scores[static_cast<std::size_t>(b)];
        return left != right ? left > right : a < b;
    };
    std::partial_sort(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(count), rows.end(), nearer);
}

}  // namespace

Result<std::vector<ScorePair>> sample_score_pairs(std::span<const float> features, int dimension,
                                                  std::span<const std::int32_t> labels,
                                                  const ScorePairOptions& options, std::stop_token stop,
                                                  const std::function<void(int, int)>& progress) {
    if (dimension < 1 || features.size() != labels.size() * static_cast<std::size_t>(dimension)) {
        return Error{ErrorKind::Usage, "A calibration needs one vector of " + std::to_string(dimension) +
                                           " numbers for each of the " + std::to_string(labels.size()) +
                                           " labels."};
    }
    const std::size_t count = labels.size();
    std::vector<ScorePair> pairs;
    if (count < 2) return pairs;
    try {
        std::mt19937_64 random(options.seed);
        std::vector<std::int32_t> queries(count);
        std::iota(queries.begin(), queries.end(), 0);
        const std::size_t taken = std::min(count, static_cast<std::size_t>(std::max(0, options.queries)));
        shuffle_front(queries, 0, taken, random);
        queries.resize(taken);
        std::size_t done = 0;
        for (const std::int32_t query : queries) {
            if (stop.stop_requested()) return Error{ErrorKind::Cancelled, "The calibration was cancelled."};
            const auto at = static_cast<std::size_t>(query);
            const auto scores = scores_of(features, static_cast<std::size_t>(dimension), at);
            auto rows = others(count, at);
            const std::size_t nearest =
                std::min(rows.size(), static_cast<std::size_t>(std::max(0, options.nearest)));
            sort_front(rows, nearest, scores);
            const std::size_t rest = rows.size() - nearest;
            const std::size_t drawn = std::min(rest, static_cast<std::size_t>(std::max(0, options.others)));
            shuffle_front(rows, nearest, drawn, random);
            const float weight = drawn == 0 ? 0 : static_cast<float>(rest) / static_cast<float>(drawn);
            for (std::size_t i = 0; i < nearest + drawn; ++i) {
                const auto row = static_cast<std::size_t>(rows[i]);
                pairs.push_back(
                    {scores[row], labels[row] == labels[at], i < nearest ? 1 : weight, query, i < nearest});
            }
            if (progress) progress(static_cast<int>(++done), static_cast<int>(taken));
        }
    } catch (const std::bad_alloc&) {
        return Error{ErrorKind::TooLarge, "There is not enough memory to calibrate over " +
                                              std::to_string(count) + " items. Evaluate a part of them."};
    }
    return pairs;
}

std::vector<ScoredRow> nearest_rows(std::span<const float> features, int dimension, std::int32_t query,
                                    int count) {
    const auto scores =
        scores_of(features, static_cast<std::size_t>(dimension), static_cast<std::size_t>(query));
    auto rows = others(scores.size(), static_cast<std::size_t>(query));
    const std::size_t nearest = std::min(rows.size(), static_cast<std::size_t>(std::max(0, count)));
    sort_front(rows, nearest, scores);
    std::vector<ScoredRow> found;
    for (std::size_t i = 0; i < nearest; ++i) {
        found.push_back({rows[i], scores[static_cast<std::size_t>(rows[i])]});
    }
    return found;
}

}  // namespace fieldmark
