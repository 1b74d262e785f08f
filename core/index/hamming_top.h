// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace fieldmark {

/// A row of the store and the Hamming distance of its code.
struct HammingHit {
    std::uint32_t row = 0;
    std::uint8_t distance = 0;
    bool operator==(const HammingHit&) const = default;
};

/// The k nearest rows by Hamming distance, selected by counting: one counter for each distance says from
/// where on nothing can matter any more. Rows are pushed by rising row. One thread.
///
/// Ties at the last distance: by rising row, so exactly min(k, rows) come out; or, with `whole_ties`, all of
/// them, so that the caller can order them by the real-valued feature.
class HammingTop {
  public:
    HammingTop(std::size_t k, bool whole_ties) : m_k(k), m_whole_ties(whole_ties) {}

    /// A row whose distance is above this one changes nothing; -1: none can any more.
    int limit() const { return m_limit; }

    /// Rows rise; the distance is not above limit().
    void push(std::uint32_t row, std::uint8_t distance) {
        m_hits.push_back({row, distance});
        ++m_counts[distance];
        ++m_kept;
        // All k are nearer than the farthest kept distance: those that lie at it are out.
        while (m_kept - m_counts[m_farthest] >= m_k) m_kept -= m_counts[m_farthest--];
        if (m_kept >= m_k) m_limit = m_whole_ties ? m_farthest : m_farthest - 1;
        if (m_hits.size() >= m_prune_at) prune();
    }

    /// By rising distance, ties by rising row; the selection is then spent.
    std::vector<HammingHit> take() {
        prune();
        std::array<std::size_t, 256> next{};
        std::size_t sum = 0;
        for (std::size_t d = 0; d < next.size(); ++d) {
            next[d] = sum;
            sum += m_counts[d] * (d <= static_cast<std::size_t>(m_farthest) ? 1 : 0);
        }
        std::vector<HammingHit> sorted(m_hits.size());
        for (const HammingHit& hit : m_hits) sorted[next[hit.distance]++] = hit;
        if (!m_whole_ties && sorted.size() > m_k) sorted.resize(m_k);
        return sorted;
    }

  private:
    void prune() {
        std::erase_if(m_hits, [this](const HammingHit& hit) { return hit.distance > m_farthest; });
        m_prune_at = std::max<std::size_t>(4096, 2 * m_hits.size());
    }

    std::size_t m_k;
    bool m_whole_ties;
    int m_limit = 255;
    int m_farthest = 255;                     ///< the largest distance still kept
    std::size_t m_kept = 0;                   ///< rows with a distance up to it
    std::array<std::size_t, 256> m_counts{};  ///< by distance; stale above m_farthest
    std::vector<HammingHit> m_hits;
    std::size_t m_prune_at = 4096;
};

}  // namespace fieldmark
