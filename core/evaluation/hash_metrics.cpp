// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/evaluation/hash_metrics.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "core/index/hamming_kernels.h"
#include "core/index/kernels.h"

namespace fieldmark {

namespace {

/// splitmix64 (Steele et al. 2014), the same on every machine.
std::uint64_t next_random(std::uint64_t& state) {
    std::uint64_t z = (state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

/// The rows in an order that depends on their number and the seed only (Fisher and Yates).
std::vector<std::uint32_t> shuffled(std::size_t count, std::uint64_t seed) {
    std::vector<std::uint32_t> order(count);
    std::iota(order.begin(), order.end(), 0u);
    for (std::size_t i = count; i > 1; --i) std::swap(order[i - 1], order[next_random(seed) % i]);
    return order;
}

/// AP from the ranks (from 1, rising) of all right answers.
double average_precision(std::span<const std::uint32_t> ranks) {
    double sum = 0;
    for (std::size_t i = 0; i < ranks.size(); ++i) sum += static_cast<double>(i + 1) / ranks[i];
    return sum / static_cast<double>(ranks.size());
}

/// The same over the first R ranks only.
double precision_to_r(std::span<const std::uint32_t> ranks) {
    double sum = 0;
    for (std::size_t i = 0; i < ranks.size() && ranks[i] <= ranks.size(); ++i)
        sum += static_cast<double>(i + 1) / ranks[i];
    return sum / static_cast<double>(ranks.size());
}

Status check(const HashedItems& items, const HashEvaluation& settings) {
    const std::size_t count = items.labels.size();
    const bool codes = settings.bits >= 1 && settings.bits <= kMaxHashBits &&
                       items.codes.size() == count * hash_words(settings.bits);
    const bool features = settings.dimension >= 0 &&
                          items.features.size() == count * static_cast<std::size_t>(settings.dimension);
    if (!codes || !features || settings.shortlist < 1) {
        return Error{ErrorKind::Usage, "An evaluation of binary codes needs one code of 1 to " +
                                           std::to_string(kMaxHashBits) +
                                           " bits and one vector for each label."};
    }
    return {};
}

}  // namespace

Result<HashMetrics> evaluate_hashing(const HashedItems& database, const HashedItems& queries,
                                     bool leave_one_out, const HashEvaluation& settings,
                                     const std::stop_token& stop) {
    for (const HashedItems* items : {&database, &queries}) {
        if (auto status = check(*items, settings); !status) return status.error();
    }
    if (leave_one_out && database.labels.size() != queries.labels.size()) {
        return Error{ErrorKind::Usage, "Leave-one-out needs the same items as queries and as database."};
    }
    const auto d = static_cast<std::size_t>(settings.dimension);
    const std::size_t words = hash_words(settings.bits);
    const std::size_t count = database.labels.size();
    const auto order = shuffled(count, settings.tie_seed);

    HashMetrics metrics;
    std::vector<std::uint8_t> distances(count);
    std::vector<float> scores(d > 0 ? count : 0);
    std::vector<std::uint32_t> ranked(count);  // rows by Hamming rank
    std::vector<std::uint32_t> ranks;
    std::vector<std::uint32_t> by_score;
    const auto distances_to = hamming_kernels().front().distances;
    for (std::size_t query = 0; query < queries.labels.size(); ++query) {
        if (stop.stop_requested()) return Error{ErrorKind::Cancelled, "The evaluation was cancelled."};
        const std::int32_t label = queries.labels[query];
        const auto out = [&](std::uint32_t row) { return leave_one_out && row == query; };
        const auto right = [&](std::uint32_t row) { return database.labels[row] == label; };

        // Counting sort in the shuffled order, which thereby breaks the ties.
        distances_to(queries.codes.data() + query * words, words, database.codes.data(), count,
                     distances.data());
        std::array<std::uint32_t, kMaxHashBits + 2> starts{};
        for (std::uint32_t row = 0; row < count; ++row)
            starts[distances[row] + std::size_t{1}] += out(row) ? 0 : 1;
        std::partial_sum(starts.begin(), starts.end(), starts.begin());
        const std::uint32_t total = starts.back();
        ranks.clear();
        for (const std::uint32_t row : order) {
            if (out(row)) continue;
            const std::uint32_t rank = starts[distances[row]]++;
            ranked[rank] = row;
            if (right(row)) ranks.push_back(rank + 1);
        }
        if (ranks.empty()) {
            ++metrics.skipped;
            continue;
        }
        ++metrics.queries;
        std::sort(ranks.begin(), ranks.end());
        metrics.map_all += average_precision(ranks);
        metrics.map_at_r += precision_to_r(ranks);
        metrics.recall_at_1 += ranks.front() == 1 ? 1 : 0;
        if (d == 0) continue;

        dot_block(queries.features.data() + query * d, 1, database.features.data(), count, d, scores.data(),
                  count);
        const auto shortlist = std::min<std::uint32_t>(total, static_cast<std::uint32_t>(settings.shortlist));
        std::uint32_t best = ranked[0];
        for (std::uint32_t i = 1; i < shortlist; ++i) {
            if (scores[ranked[i]] > scores[best]) best = ranked[i];
        }
        metrics.shortlist_recall_at_1 += right(best) ? 1 : 0;

        by_score.clear();
        for (const std::uint32_t row : order) {
            if (!out(row)) by_score.push_back(row);
        }
        std::stable_sort(by_score.begin(), by_score.end(),
                         [&](std::uint32_t a, std::uint32_t b) { return scores[a] > scores[b]; });
        ranks.clear();
        for (std::uint32_t i = 0; i < by_score.size(); ++i) {
            if (right(by_score[i])) ranks.push_back(i + 1);
        }
        metrics.cosine_map_all += average_precision(ranks);
        metrics.cosine_recall_at_1 += ranks.front() == 1 ? 1 : 0;
    }
    const double n = std::max(1, metrics.queries);
    for (double* sum : {&metrics.map_all, &metrics.map_at_r, &metrics.recall_at_1,
                        &metrics.shortlist_recall_at_1, &metrics.cosine_map_all, &metrics.cosine_recall_at_1})
        *sum /= n;
    return metrics;
}

}  // namespace fieldmark
