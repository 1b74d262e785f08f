// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace fieldmark {

/// A row of the store and its score.
struct ScoredRow {
    float score = 0;
    std::uint32_t row = 0;
};

/// Higher score first, ties the smaller row first. Ids rise with rows, so this is the order of the results.
inline bool ranks_before(const ScoredRow& a, const ScoredRow& b) {
    return a.score > b.score || (a.score == b.score && a.row < b.row);
}

/// The k best rows seen, in a heap with the worst of them on top. One thread.
class TopK {
  public:
    explicit TopK(std::size_t k) : m_k(k) { m_heap.reserve(std::min<std::size_t>(k, 4096)); }

    /// A score below this one changes nothing: callers test it first, before they look at dead bits.
    float threshold() const {
        return m_heap.size() < m_k ? -std::numeric_limits<float>::infinity() : m_heap.front().score;
    }

    void push(ScoredRow row) {
        if (m_heap.size() < m_k) {
            m_heap.push_back(row);
            std::push_heap(m_heap.begin(), m_heap.end(), ranks_before);
        } else if (ranks_before(row, m_heap.front())) {
            std::pop_heap(m_heap.begin(), m_heap.end(), ranks_before);
            m_heap.back() = row;
            std::push_heap(m_heap.begin(), m_heap.end(), ranks_before);
        }
    }

    void merge(const TopK& other) {
        for (const auto& row : other.m_heap) push(row);
    }

    std::size_t size() const { return m_heap.size(); }

    /// Best first; the heap is then spent.
    std::vector<ScoredRow> take() {
        std::sort(m_heap.begin(), m_heap.end(), ranks_before);
        return std::move(m_heap);
    }

  private:
    std::size_t m_k;
    std::vector<ScoredRow> m_heap;
};

}  // namespace fieldmark
