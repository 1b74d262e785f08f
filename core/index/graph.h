// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <utility>
#include <vector>

#include "core/base/result.h"

namespace fieldmark {

/// The links of a graph without its vectors: what a snapshot file holds.
struct GraphLinks {
    std::uint32_t m = 16;                 ///< links a node makes; lists hold m, on level 0 twice as many
    std::uint32_t ef_construction = 200;  ///< candidates looked at for them
    std::uint32_t entry = 0;              ///< node the descent starts from, on the top level
    std::vector<std::uint8_t> levels;     ///< by node: the highest level it is on
    std::vector<std::uint8_t> counts;  ///< length of each list: node after node, level after level from 0 up
    std::vector<std::uint32_t> targets;  ///< the lists, one after the other

    bool operator==(const GraphLinks&) const = default;
};

/// Nothing if every number in `links` is one that a search may follow, else Damaged with the reason.
Status check_links(const GraphLinks& links);

/// A hierarchical navigable small world graph (Malkov & Yashunin 2018) over vectors that live elsewhere:
/// hnswlib's algorithms on nodes that hold a pointer each. Nodes are numbered 0..size()-1. Once made, a graph
/// never changes; any number of threads may search it. The vectors must outlive it and stay where they are.
class Graph {
  public:
    struct Found {
        float score = 0;  ///< what dot(query, vector of the node) gives, bit for bit
        std::uint32_t node = 0;
    };
    using Progress = std::function<void(std::int64_t done, std::int64_t total)>;

    static constexpr std::uint32_t kLinks = 16;
    static constexpr std::uint32_t kEfConstruction = 200;

    /// Builds a graph of `vectors` (one node each, in order). `seeds` gives one number a node from which its
    /// level is drawn, so that a graph built on one thread comes out the same every time. With `old`, its
    /// nodes become the first ones (their entries in `vectors` must be the same pointers) and only the rest
    /// is inserted. Cancelled on `stop`, TooLarge without memory.
    static Result<std::unique_ptr<Graph>> build(std::size_t dimension, std::span<const float* const> vectors,
                                                std::span<const std::int64_t> seeds, const Graph* old,
                                                int threads, const std::stop_token& stop,
                                                const Progress& progress);

    /// From links that check_links() has passed. A null vector stands for a node whose vector is gone: it is
    /// taken out, and those that linked to it are linked to its neighbours instead (as FreshDiskANN
    /// consolidates deletions, Singh et al. 2021, algorithm 4). TooLarge without memory.
    static Result<std::unique_ptr<Graph>> from_links(const GraphLinks& links, std::size_t dimension,
                                                     std::span<const float* const> vectors);

    ~Graph();

    std::uint32_t size() const;
    std::int64_t bytes() const;
    GraphLinks links() const;

    /// At most `ef` nodes near the query, in no order. `admitted`, if given, holds a bit for each node that
    /// may be returned; the others are still walked over.
    std::vector<Found> search(const float* query, std::size_t ef,
                              const std::vector<std::uint64_t>* admitted) const;

  private:
    struct Impl;
    explicit Graph(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

}  // namespace fieldmark
