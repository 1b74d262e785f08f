// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/evaluation/retrieval_metrics.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>
#include <unordered_map>

#include "core/index/kernels.h"

namespace fieldmark {

namespace {

// Queries a thread scores at a time: 48 x 1280 floats fill half of a 512 kB second-level cache.
constexpr std::size_t kBlock = 48;
// Rows scored in one call of the kernel; they share that cache with the queries.
constexpr std::size_t kStrip = 32;
// Up to so many right answers, ranks are counted by one pass over the scores for each, which vectorises;
// above, by one pass that looks each score up among the sorted right answers.
constexpr std::size_t kFewPositives = 64;

/// Rows of each class, by rising row; each row's class as an index into it.
struct Classes {
    std::vector<std::vector<std::int32_t>> rows;
    std::vector<std::size_t> of_row;
};

Classes group(std::span<const std::int32_t> labels) {
    Classes classes;
    std::unordered_map<std::int32_t, std::size_t> index;
    for (std::size_t row = 0; row < labels.size(); ++row) {
        const auto [it, is_new] = index.try_emplace(labels[row], classes.rows.size());
        if (is_new) classes.rows.emplace_back();
        classes.rows[it->second].push_back(static_cast<std::int32_t>(row));
        classes.of_row.push_back(it->second);
    }
    return classes;
}

/// A score and a row as one number that is larger the earlier it ranks: floats compare as integers once the
/// negative ones are mirrored; below the score the row, mirrored too because the smaller row goes first.
std::uint64_t rank_key(float score, std::size_t row) {
    auto bits = std::bit_cast<std::uint32_t>(score == 0 ? 0.0f : score);  // -0 and +0 are one score
    bits = (bits & 0x80000000u) != 0 ? ~bits : bits | 0x80000000u;
    return (std::uint64_t{bits} << 32) | (0xFFFFFFFFu - static_cast<std::uint32_t>(row));
}

/// Ranks (from 1, ascending) of the rows in `positives` among all rows but the query's own, whose score has
/// been set to minus infinity.
class Ranker {
  public:
    const std::vector<std::int64_t>& ranks(std::span<const float> scores,
                                           std::span<const std::int32_t> positives, std::size_t self) {
        m_ranks.clear();
        if (positives.size() - 1 <= kFewPositives) {
            count_each(scores, positives, self);
        } else {
            look_up_all(scores, positives, self);
        }
        return m_ranks;
    }

  private:
    void count_each(std::span<const float> scores, std::span<const std::int32_t> positives,
                    std::size_t self) {
        for (const std::int32_t row : positives) {
            const auto at = static_cast<std::size_t>(row);
            if (at == self) continue;
            const float score = scores[at];
            std::int32_t before = 0;  // 32 bits, so that it vectorises with the floats
            for (std::size_t i = 0; i < at; ++i) before += scores[i] >= score ? 1 : 0;
            for (std::size_t i = at + 1; i < scores.size(); ++i) before += scores[i] > score ? 1 : 0;
            m_ranks.push_back(std::int64_t{before} + 1);
        }
        std::sort(m_ranks.begin(), m_ranks.end());
    }

    void look_up_all(std::span<const float> scores, std::span<const std::int32_t> positives,
                     std::size_t self) {
        m_keys.clear();
        for (const std::int32_t row : positives) {
            const auto at = static_cast<std::size_t>(row);
            if (at != self) m_keys.push_back(rank_key(scores[at], at));
        }
        std::sort(m_keys.begin(), m_keys.end());
        const std::size_t count = m_keys.size();
        // Filled up to a power of two less one, halving needs no bounds and, as a conditional move, no
        // branch.
        const std::size_t half = std::bit_ceil(count + 1) / 2;
        m_keys.resize(2 * half - 1, std::numeric_limits<std::uint64_t>::max());
        m_above.assign(count + 1, 0);  // by how many positives rank behind: the rows that rank there
        for (std::size_t row = 0; row < scores.size(); ++row) {
            if (row == self) continue;
            const std::uint64_t key = rank_key(scores[row], row);
            std::size_t behind = 0;
            for (std::size_t step = half; step > 0; step /= 2) {
                behind += m_keys[behind + step - 1] < key ? step : 0;
            }
            ++m_above[behind];
        }
        std::int64_t before = 0;
        for (std::size_t i = count; i-- > 0;) {
            before += m_above[i + 1];
            m_ranks.push_back(before + 1);
        }
    }

    std::vector<std::int64_t> m_ranks;
    std::vector<std::uint64_t> m_keys;
    std::vector<std::int64_t> m_above;
};

struct Free {
    void operator()(float* memory) const { std::free(memory); }
};
using Aligned = std::unique_ptr<float[], Free>;

/// Memory that starts on a cache line. Throws bad_alloc.
Aligned aligned(std::size_t floats) {
    constexpr std::size_t kLine = 64;
    const std::size_t bytes = (floats * sizeof(float) + kLine - 1) / kLine * kLine;
    Aligned memory(static_cast<float*>(std::aligned_alloc(kLine, bytes)));
    if (!memory) throw std::bad_alloc();
    return memory;
}

/// One evaluation: what the threads share and read only, and the rows they write, each its own.
class Evaluation {
  public:
    Evaluation(std::span<const float> features, std::size_t dimension, const Classes& classes,
               std::span<const int> ks)
        : m_features(features),
          m_dimension(dimension),
          m_count(features.size() / dimension),
          m_classes(classes),
          m_ks(ks),
          m_outcomes(m_count) {}

    /// Memory of one thread.
    struct Scratch {
        Scratch(std::size_t dimension, std::size_t count)
            : queries(aligned(kBlock * dimension)),
              strip(aligned(kStrip * dimension)),
              scores(kBlock * count) {}
        Aligned queries;
        Aligned strip;
        std::vector<float> scores;
        Ranker ranker;
    };

    /// Queries [begin, end), at most kBlock of them. False if stopped.
    bool run(std::size_t begin, std::size_t end, Scratch& scratch, std::vector<std::int64_t>& hits,
             const std::stop_token& stop) {
        // A vector of the caller's may start anywhere, and wide loads across cache lines take twice as long:
        // both sides are copied to where their lines start. That is little beside what is computed from them.
        const auto copy = [&](std::size_t row, std::size_t rows, const Aligned& to) {
            std::memcpy(to.get(), m_features.data() + row * m_dimension, rows * m_dimension * sizeof(float));
        };
        auto& scores = scratch.scores;
        copy(begin, end - begin, scratch.queries);
        for (std::size_t row = 0; row < m_count; row += kStrip) {
            if (stop.stop_requested()) return false;
            const std::size_t rows = std::min(kStrip, m_count - row);
            copy(row, rows, scratch.strip);
            dot_block(scratch.queries.get(), end - begin, scratch.strip.get(), rows, m_dimension,
                      scores.data() + row, m_count);
        }
        for (std::size_t query = begin; query < end; ++query) {
            one_query(query, std::span(scores).subspan((query - begin) * m_count, m_count), scratch.ranker,
                      hits);
        }
        return true;
    }

    RetrievalMetrics result(const std::vector<std::int64_t>& hits) {
        RetrievalMetrics metrics;
        metrics.classes = static_cast<int>(m_classes.rows.size());
        for (const auto& rows : m_classes.rows) {
            (rows.size() > 1 ? metrics.queries : metrics.skipped) += static_cast<int>(rows.size());
        }
        const double queries = std::max(1, metrics.queries);
        for (std::size_t i = 0; i < m_ks.size(); ++i) {
            metrics.recall_at[m_ks[i]] = static_cast<double>(hits[i]) / queries;
        }
        // Summed by row, so that the figures do not depend on which thread took which block.
        for (std::size_t row = 0; row < m_count; ++row) {
            metrics.map_at_r += m_outcomes[row].map_at_r;
            metrics.mean_average_precision += m_outcomes[row].average_precision;
            metrics.first_match.push_back(m_outcomes[row].first_match);
        }
        metrics.map_at_r /= queries;
        metrics.mean_average_precision /= queries;
        metrics.by_row = std::move(m_outcomes);
        return metrics;
    }

  private:
    void one_query(std::size_t query, std::span<float> scores, Ranker& ranker,
                   std::vector<std::int64_t>& hits) {
        scores[query] = -std::numeric_limits<float>::infinity();
        QueryOutcome& outcome = m_outcomes[query];
        if (m_count > 1) {  // max_element returns the first of equals
            const auto first = std::max_element(scores.begin(), scores.end());
            outcome.first_match = static_cast<std::int32_t>(first - scores.begin());
            outcome.first_score = *first;
        }
        const auto& positives = m_classes.rows[m_classes.of_row[query]];
        if (positives.size() < 2) return;
        for (const std::int32_t row : positives) {  // by rising row, so that the first of equals stays
            const float score = scores[static_cast<std::size_t>(row)];
            if (static_cast<std::size_t>(row) == query) continue;
            if (outcome.right_match >= 0 && score <= outcome.right_score) continue;
            outcome.right_match = row;
            outcome.right_score = score;
        }
        const auto& ranks = ranker.ranks(scores, positives, query);
        outcome.right_rank = ranks.front();
        for (std::size_t i = 0; i < m_ks.size(); ++i) hits[i] += ranks.front() <= m_ks[i] ? 1 : 0;
        const auto r = static_cast<std::int64_t>(ranks.size());
        double at_r = 0;
        double average = 0;
        for (std::size_t i = 0; i < ranks.size(); ++i) {
            const double precision = static_cast<double>(i + 1) / static_cast<double>(ranks[i]);
            average += precision;
            if (ranks[i] <= r) at_r += precision;
        }
        outcome.map_at_r = at_r / static_cast<double>(r);
        outcome.average_precision = average / static_cast<double>(r);
    }

    std::span<const float> m_features;
    std::size_t m_dimension;
    std::size_t m_count;
    const Classes& m_classes;
    std::span<const int> m_ks;
    std::vector<QueryOutcome> m_outcomes;
};

}  // namespace

Result<RetrievalMetrics> evaluate_retrieval(std::span<const float> features, int dimension,
                                            std::span<const std::int32_t> labels, std::span<const int> ks,
                                            std::stop_token stop,
                                            const std::function<void(int, int)>& progress) {
    if (dimension < 1 || features.size() != labels.size() * static_cast<std::size_t>(dimension)) {
        return Error{ErrorKind::Usage, "An evaluation needs one vector of " + std::to_string(dimension) +
                                           " numbers for each of the " + std::to_string(labels.size()) +
                                           " labels."};
    }
    if (labels.size() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
        return Error{ErrorKind::Usage, "An evaluation takes at most 2147483647 items."};
    }
    if (std::any_of(ks.begin(), ks.end(), [](int k) { return k < 1; })) {
        return Error{ErrorKind::Usage, "Recall@K needs K of 1 or more."};
    }
    try {
        const Classes classes = group(labels);
        const std::size_t count = labels.size();
        Evaluation evaluation(features, static_cast<std::size_t>(dimension), classes, ks);
        std::atomic<std::size_t> next{0};
        std::atomic<bool> stopped{false};
        std::atomic<bool> no_memory{false};
        std::mutex mutex;  // guards `hits`, `done` and the calls of `progress`
        std::vector<std::int64_t> hits(ks.size(), 0);
        int done = 0;
        const auto work = [&] {
            try {
                Evaluation::Scratch scratch(static_cast<std::size_t>(dimension), count);
                std::vector<std::int64_t> own(ks.size());
                for (std::size_t begin = kBlock * next++; begin < count; begin = kBlock * next++) {
                    const std::size_t end = std::min(count, begin + kBlock);
                    std::fill(own.begin(), own.end(), 0);
                    if (stop.stop_requested() || no_memory ||
                        !evaluation.run(begin, end, scratch, own, stop)) {
                        stopped = true;
                        return;
                    }
                    const std::lock_guard lock(mutex);
                    for (std::size_t i = 0; i < own.size(); ++i) hits[i] += own[i];
                    done += static_cast<int>(end - begin);
                    if (progress) progress(done, static_cast<int>(count));
                }
            } catch (const std::bad_alloc&) {
                no_memory = true;
            }
        };
        {
            std::vector<std::jthread> others;
            try {
                for (unsigned t = 1; t < std::thread::hardware_concurrency(); ++t) others.emplace_back(work);
            } catch (const std::system_error&) {
                // No more threads to be had: those we have do it.
            }
            work();
        }
        if (!no_memory) {
            if (stopped) return Error{ErrorKind::Cancelled, "The evaluation was cancelled."};
            return evaluation.result(hits);
        }
    } catch (const std::bad_alloc&) {
        // Told below.
    }
    return Error{ErrorKind::TooLarge, "There is not enough memory to evaluate " +
                                          std::to_string(labels.size()) +
                                          " items. Close other programs or evaluate a part."};
}

}  // namespace fieldmark
