// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/index/vector_index.h"

namespace fieldmark {

/// Up to so many numbers (rows x dimension) the exact scan takes about 10 ms, and a graph is not worth its
/// memory.
inline constexpr std::int64_t kExactWork = 40'000'000;

/// What a search is about to do, for SearchWay::Auto to choose by.
struct SearchWork {
    std::int64_t live = 0;      ///< rows that are not dead
    std::int64_t admitted = 0;  ///< of these, rows that the filter lets through
    bool filtered = false;
    std::int64_t dimension = 0;
    std::int64_t ef = 0;  ///< width of the graph search
};

/// Exact or Graph, where a graph is there (docs/index.md gives the measurements behind each line).
inline SearchWay choose_way(const SearchWork& work) {
    if (work.admitted * work.dimension <= kExactWork) return SearchWay::Exact;
    // The graph walks over eight rows for each it may keep: reading those it may keep is no slower, and
    // exact.
    if (work.filtered && work.admitted <= work.live / 8) return SearchWay::Exact;
    // A walk that wide meets most rows anyway, in no order.
    if (work.ef > work.live / 16) return SearchWay::Exact;
    return SearchWay::Graph;
}

}  // namespace fieldmark
