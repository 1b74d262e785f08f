// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/index/graph.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <new>
#include <system_error>
#include <thread>

// The only place that sees hnswlib.
#include <hnswlib/hnswlib.h>

#include "core/index/kernels.h"

namespace fieldmark {

namespace {

using hnswlib::linklistsizeint;
using hnswlib::tableint;

constexpr int kTopLevel = 30;  // nobody has 16^30 pictures

/// What a node holds: a pointer to its vector, which lives in the store. hnswlib copies these eight bytes
/// about and hands their addresses to distance(). The distance is the negated dot product: as float
/// arithmetic negates without rounding, the graph orders nodes exactly as the scan does, and the score comes
/// back bit for bit.
float distance(const void* a, const void* b, const void* dimension) {
    return -dot(*static_cast<const float* const*>(a), *static_cast<const float* const*>(b),
                *static_cast<const std::size_t*>(dimension));
}

class PointerSpace final : public hnswlib::SpaceInterface<float> {
  public:
    explicit PointerSpace(std::size_t dimension) : m_dimension(dimension) {}
    std::size_t get_data_size() override { return sizeof(const float*); }
    hnswlib::DISTFUNC<float> get_dist_func() override { return distance; }
    void* get_dist_func_param() override { return &m_dimension; }

  private:
    std::size_t m_dimension;
};

class BitFilter final : public hnswlib::BaseFilterFunctor {
  public:
    explicit BitFilter(const std::vector<std::uint64_t>& bits) : m_bits(bits) {}
    bool operator()(hnswlib::labeltype node) override {
        return ((m_bits[node / 64] >> (node % 64)) & 1) != 0;
    }

  private:
    const std::vector<std::uint64_t>& m_bits;
};

/// hnswlib's graph, driven through its public members: node numbers, levels and memory are given out
/// beforehand, which its own addPoint() cannot do. That makes building repeatable, keeps labels and their
/// hash table out, and leaves no state that two inserting threads share without a lock (its level generator
/// and entry point are).
class Hnsw final : public hnswlib::HierarchicalNSW<float> {
  public:
    Hnsw(PointerSpace* space, std::span<const float* const> vectors, std::size_t m,
         std::size_t ef_construction)
        : HierarchicalNSW(space, vectors.size(), m, ef_construction) {
        // From here on clear() may run: no list may be left unset.
        std::memset(linkLists_, 0, sizeof(void*) * max_elements_);
        std::memset(data_level0_memory_, 0, max_elements_ * size_data_per_element_);
        cur_element_count = max_elements_;
        std::vector<std::mutex>().swap(label_op_locks_);
        for (tableint node = 0; node < vectors.size(); ++node) {
            setExternalLabel(node, node);
            std::memcpy(getDataByInternalId(node), &vectors[node], sizeof(const float*));
        }
    }

    const float* vector(tableint node) const {
        const float* vector = nullptr;
        std::memcpy(&vector, getDataByInternalId(node), sizeof vector);
        return vector;
    }

    /// Gives a node its place on levels 1..level. Throws bad_alloc.
    void set_level(tableint node, int level) {
        if (level > 0) {
            // One number more: to prefetch, hnswlib reads one past the end of a full list.
            const std::size_t bytes =
                static_cast<std::size_t>(level) * size_links_per_element_ + sizeof(tableint);
            linkLists_[node] = static_cast<char*>(std::calloc(1, bytes));
            if (linkLists_[node] == nullptr) throw std::bad_alloc();
        }
        element_levels_[node] = level;
    }

    std::span<tableint> list(tableint node, int level) const {
        linklistsizeint* start = get_linklist_at_level(node, level);
        return {start + 1, getListCount(start)};
    }

    void set_list(tableint node, int level, std::span<const tableint> targets) {
        linklistsizeint* start = get_linklist_at_level(node, level);
        setListCount(start, static_cast<unsigned short>(targets.size()));
        std::copy(targets.begin(), targets.end(), start + 1);
    }

    /// Links a node that has its level and vector (algorithm 1 of the paper). Any number of threads, as long
    /// as none of them inserts a node above the top level; such a node goes in alone.
    void insert(tableint node) {
        const int level = element_levels_[node];
        if (maxlevel_ < 0) {
            enterpoint_node_ = node;
            maxlevel_ = level;
            return;
        }
        // Held to the end: whoever meets the node before all its levels are linked waits.
        const std::unique_lock own(link_list_locks_[node]);
        const char* data = getDataByInternalId(node);
        tableint nearest = enterpoint_node_;
        float best = fstdistfunc_(data, getDataByInternalId(nearest), dist_func_param_);
        for (int above = maxlevel_; above > level; --above) {
            for (bool closer = true; closer;) {
                closer = false;
                const std::unique_lock lock(link_list_locks_[nearest]);
                for (const tableint candidate : list(nearest, above)) {
                    const float d = fstdistfunc_(data, getDataByInternalId(candidate), dist_func_param_);
                    if (d < best) {
                        best = d;
                        nearest = candidate;
                        closer = true;
                    }
                }
            }
        }
        for (int at = std::min(level, maxlevel_); at >= 0; --at) {
            auto candidates = searchBaseLayer(nearest, data, at);
            nearest = mutuallyConnectNewElement(data, node, candidates, at, false);
        }
        if (level > maxlevel_) {
            enterpoint_node_ = node;
            maxlevel_ = level;
        }
    }

    /// Building needs a mutex a node, searching none.
    void finish() { std::vector<std::mutex>().swap(link_list_locks_); }

    tableint descend(const void* query) const {
        tableint nearest = enterpoint_node_;
        float best = fstdistfunc_(query, getDataByInternalId(nearest), dist_func_param_);
        for (int level = maxlevel_; level > 0; --level) {
            for (bool closer = true; closer;) {
                closer = false;
                for (const tableint candidate : list(nearest, level)) {
                    const float d = fstdistfunc_(query, getDataByInternalId(candidate), dist_func_param_);
                    if (d < best) {
                        best = d;
                        nearest = candidate;
                        closer = true;
                    }
                }
            }
        }
        return nearest;
    }
};

Error no_memory(std::size_t nodes) {
    return {ErrorKind::TooLarge, "There is not enough memory for a search graph of " + std::to_string(nodes) +
                                     " vectors. Searches go on without it."};
}

/// Levels fall off geometrically, by a factor of `m` each (section 4.1 of the paper).
int draw_level(std::int64_t seed, std::uint32_t m) {
    // splitmix64 (Steele et al. 2014): neighbouring ids give unrelated numbers.
    auto z = static_cast<std::uint64_t>(seed) + 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    z ^= z >> 31;
    const double uniform = (static_cast<double>(z >> 11) + 0.5) * 0x1p-53;  // above 0, below 1
    return std::min(kTopLevel, static_cast<int>(-std::log(uniform) / std::log(static_cast<double>(m))));
}

}  // namespace

Status check_links(const GraphLinks& links) {
    const auto damaged = [](const char* why) {
        return Error{ErrorKind::Damaged, "The search graph is damaged and will be rebuilt.", why};
    };
    const std::size_t nodes = links.levels.size();
    if (links.m < 2 || links.m > 127) return damaged("M is out of range");
    if (nodes == 0 || nodes >= 0x7FFFFFFF) return damaged("bad number of nodes");
    if (links.entry >= nodes) return damaged("the entry point is no node");
    std::size_t lists = 0;
    for (const std::uint8_t level : links.levels) {
        if (level > kTopLevel) return damaged("a level is out of range");
        if (level > links.levels[links.entry]) return damaged("a node lies above the entry point");
        lists += level + 1u;
    }
    if (links.counts.size() != lists) return damaged("bad number of lists");
    std::size_t list = 0;
    std::size_t at = 0;
    for (std::size_t node = 0; node < nodes; ++node) {
        for (unsigned level = 0; level <= links.levels[node]; ++level, ++list) {
            const std::size_t count = links.counts[list];
            if (count > (level == 0 ? 2 * links.m : links.m)) return damaged("a list is too long");
            if (count > links.targets.size() - at) return damaged("a list runs past the end");
            for (std::size_t i = 0; i < count; ++i, ++at) {
                const std::uint32_t target = links.targets[at];
                if (target >= nodes || target == node) return damaged("a link leads nowhere");
                if (links.levels[target] < level)
                    return damaged("a link leads to a node that is not on its level");
            }
        }
    }
    if (at != links.targets.size()) return damaged("links are left over");
    return {};
}

struct Graph::Impl {
    Impl(std::size_t dimension, std::span<const float* const> vectors, std::size_t m,
         std::size_t ef_construction)
        : space(dimension), graph(&space, vectors, m, ef_construction) {}
    PointerSpace space;
    Hnsw graph;
};

Graph::Graph(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
Graph::~Graph() = default;

Result<std::unique_ptr<Graph>> Graph::build(std::size_t dimension, std::span<const float* const> vectors,
                                            std::span<const std::int64_t> seeds, const Graph* old,
                                            int threads, const std::stop_token& stop,
                                            const Progress& progress) {
    const auto count = static_cast<tableint>(vectors.size());
    const tableint start = old != nullptr ? old->size() : 0;
    if (count == 0 || start > count || seeds.size() != vectors.size()) {
        return Error{ErrorKind::Internal, "A search graph was asked for without vectors."};
    }
    try {
        auto impl = std::make_unique<Impl>(dimension, vectors, kLinks, kEfConstruction);
        Hnsw& graph = impl->graph;
        if (old != nullptr) {
            const Hnsw& before = old->m_impl->graph;
            for (tableint node = 0; node < start; ++node) {
                graph.set_level(node, before.element_levels_[node]);
                for (int level = 0; level <= before.element_levels_[node]; ++level) {
                    graph.set_list(node, level, before.list(node, level));
                }
            }
            graph.enterpoint_node_ = before.enterpoint_node_;
            graph.maxlevel_ = before.maxlevel_;
        }
        // The highest new node goes in first and alone; then nobody moves the entry point any more.
        std::vector<tableint> order;
        for (tableint node = start; node < count; ++node) {
            graph.set_level(node, draw_level(seeds[node], kLinks));
            order.push_back(node);
        }
        const auto highest = std::max_element(order.begin(), order.end(), [&](tableint a, tableint b) {
            return graph.element_levels_[a] < graph.element_levels_[b];
        });
        std::atomic<std::size_t> next{0};
        if (highest != order.end()) {
            std::rotate(order.begin(), highest, highest + 1);
            graph.insert(order[next++]);
        }

        std::atomic<bool> failed{false};
        const auto total = static_cast<std::int64_t>(order.size());
        const auto work = [&](bool reports) {
            try {
                for (std::size_t i = next++; i < order.size(); i = next++) {
                    if (stop.stop_requested() || failed) return;
                    graph.insert(order[i]);
                    if (reports && progress && i % 64 == 0) progress(static_cast<std::int64_t>(i), total);
                }
            } catch (const std::exception&) {
                failed = true;
            }
        };
        {
            std::vector<std::jthread> others;
            try {
                for (int t = 1; t < threads; ++t) others.emplace_back(work, false);
            } catch (const std::system_error&) {
                // No more threads to be had: those we have do it.
            }
            work(true);
        }
        if (failed) return no_memory(count);
        if (stop.stop_requested())
            return Error{ErrorKind::Cancelled, "Building the search graph was cancelled."};
        if (progress) progress(total, total);
        graph.finish();
        return std::unique_ptr<Graph>(new Graph(std::move(impl)));
    } catch (const std::exception&) {  // bad_alloc, or hnswlib's runtime_error for the same
        return no_memory(count);
    }
}

namespace {

/// The lists of `links`, by node and level.
class ListTable {
  public:
    explicit ListTable(const GraphLinks& links) : m_links(links) {
        std::size_t list = 0;
        std::size_t at = 0;
        for (const std::uint8_t level : links.levels) {
            m_first_list.push_back(list);
            for (unsigned l = 0; l <= level; ++l, ++list) {
                m_start.push_back(at);
                at += links.counts[list];
            }
        }
    }
    std::span<const std::uint32_t> operator()(std::size_t node, int level) const {
        const std::size_t list = m_first_list[node] + static_cast<std::size_t>(level);
        return std::span(m_links.targets).subspan(m_start[list], m_links.counts[list]);
    }

  private:
    const GraphLinks& m_links;
    std::vector<std::size_t> m_first_list;
    std::vector<std::size_t> m_start;
};

}  // namespace

Result<std::unique_ptr<Graph>> Graph::from_links(const GraphLinks& links, std::size_t dimension,
                                                 std::span<const float* const> vectors) {
    const auto count = static_cast<tableint>(vectors.size());
    try {
        auto impl = std::make_unique<Impl>(dimension, vectors, links.m, links.ef_construction);
        Hnsw& graph = impl->graph;
        const ListTable lists(links);
        const auto gone = [&](std::uint32_t node) { return vectors[node] == nullptr; };

        graph.enterpoint_node_ = links.entry;
        if (gone(links.entry)) {
            // The highest node that is left. One is: the caller sees to that.
            tableint best = count;
            for (tableint node = 0; node < count; ++node) {
                if (!gone(node) && (best == count || links.levels[node] > links.levels[best])) best = node;
            }
            if (best == count) return Error{ErrorKind::Internal, "A search graph has no vectors left."};
            graph.enterpoint_node_ = best;
        }
        graph.maxlevel_ = links.levels[graph.enterpoint_node_];

        for (tableint node = 0; node < count; ++node) {
            graph.set_level(node, gone(node) ? 0 : links.levels[node]);
            if (gone(node)) continue;
            for (int level = 0; level <= links.levels[node]; ++level) {
                const auto old = lists(node, level);
                if (std::none_of(old.begin(), old.end(), gone)) {
                    graph.set_list(node, level, old);
                    continue;
                }
                std::vector<std::uint32_t> wider;
                for (const std::uint32_t target : old) {
                    if (!gone(target)) {
                        wider.push_back(target);
                        continue;
                    }
                    for (const std::uint32_t beyond : lists(target, level)) {
                        if (!gone(beyond) && beyond != node) wider.push_back(beyond);
                    }
                }
                std::sort(wider.begin(), wider.end());
                wider.erase(std::unique(wider.begin(), wider.end()), wider.end());
                std::priority_queue<std::pair<float, tableint>, std::vector<std::pair<float, tableint>>,
                                    Hnsw::CompareByFirst>
                    candidates;
                for (const std::uint32_t target : wider) {
                    candidates.emplace(-dot(vectors[node], vectors[target], dimension), target);
                }
                const std::size_t room = level == 0 ? 2 * links.m : links.m;
                graph.getNeighborsByHeuristic2(candidates, room);
                wider.clear();
                for (; !candidates.empty(); candidates.pop()) wider.push_back(candidates.top().second);
                graph.set_list(node, level, wider);
            }
        }
        graph.finish();
        return std::unique_ptr<Graph>(new Graph(std::move(impl)));
    } catch (const std::exception&) {
        return no_memory(count);
    }
}

std::uint32_t Graph::size() const {
    return static_cast<std::uint32_t>(m_impl->graph.max_elements_);
}

std::int64_t Graph::bytes() const {
    const Hnsw& graph = m_impl->graph;
    std::size_t bytes = graph.max_elements_ * (graph.size_data_per_element_ + sizeof(char*) + sizeof(int) +
                                               sizeof(hnswlib::vl_type));
    for (const int level : graph.element_levels_) {
        bytes += static_cast<std::size_t>(level) * graph.size_links_per_element_;
    }
    return static_cast<std::int64_t>(bytes);
}

GraphLinks Graph::links() const {
    const Hnsw& graph = m_impl->graph;
    GraphLinks links;
    links.m = static_cast<std::uint32_t>(graph.M_);
    links.ef_construction = static_cast<std::uint32_t>(graph.ef_construction_);
    links.entry = graph.enterpoint_node_;
    for (tableint node = 0; node < graph.max_elements_; ++node) {
        const int top = graph.element_levels_[node];
        links.levels.push_back(static_cast<std::uint8_t>(top));
        for (int level = 0; level <= top; ++level) {
            const auto list = graph.list(node, level);
            links.counts.push_back(static_cast<std::uint8_t>(list.size()));
            links.targets.insert(links.targets.end(), list.begin(), list.end());
        }
    }
    return links;
}

std::vector<Graph::Found> Graph::search(const float* query, std::size_t ef,
                                        const std::vector<std::uint64_t>* admitted) const {
    const Hnsw& graph = m_impl->graph;
    const tableint entry = graph.descend(&query);
    std::vector<Found> found;
    const auto collect = [&](auto&& queue) {
        found.reserve(queue.size());
        for (; !queue.empty(); queue.pop()) found.push_back({-queue.top().first, queue.top().second});
    };
    if (admitted == nullptr) {
        collect(graph.searchBaseLayerST<true>(entry, &query, ef));
    } else {
        BitFilter filter(*admitted);
        collect(graph.searchBaseLayerST<false>(entry, &query, ef, &filter));
    }
    return found;
}

}  // namespace fieldmark
