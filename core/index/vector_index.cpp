// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/index/vector_index.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <mutex>
#include <new>
#include <optional>

#include "core/index/choose_way.h"
#include "core/index/exact_scan.h"
#include "core/index/graph.h"
#include "core/index/graph_file.h"
#include "core/index/kernels.h"
#include "core/index/top_k.h"
#include "core/index/vector_store.h"

namespace fieldmark {

namespace {

constexpr std::uint32_t kNone = VectorStore::kNoRow;
bool test_bit(const std::vector<std::uint64_t>& bits, std::uint32_t at) {
    return ((bits[at / 64] >> (at % 64)) & 1) != 0;
}
void set_bit(std::vector<std::uint64_t>& bits, std::uint32_t at) {
    bits[at / 64] |= std::uint64_t{1} << (at % 64);
}
void clear_bit(std::vector<std::uint64_t>& bits, std::uint32_t at) {
    bits[at / 64] &= ~(std::uint64_t{1} << (at % 64));
}
std::vector<std::uint64_t> bit_set(std::size_t size) {
    return std::vector<std::uint64_t>((size + 63) / 64);
}

/// A graph and the rows its nodes stand for. Never changes once it is published.
struct Built {
    std::unique_ptr<Graph> graph;
    std::uint32_t rows = 0;                  ///< rows below it were looked at; those from it on are tail
    std::int64_t generation = 0;             ///< largest id among them
    std::vector<std::uint32_t> node_of_row;  ///< by row below `rows`; kNone: not in the graph
    std::vector<std::uint32_t> row_of_node;  ///< the first of its twins; kNone: a node that lost its vector
    std::vector<std::uint32_t> tail;         ///< rows below `rows` that were alive and got no node
    std::uint32_t covered = 0;               ///< rows with a node
    std::uint32_t dead_outside = 0;          ///< rows below `rows` without a node that were dead by then
    std::uint32_t lost = 0;                  ///< nodes without a vector

    /// Rows of the graph that have died.
    std::uint32_t dead(const VectorStore& store) const {
        const std::uint32_t all = store.dead_below(rows);
        std::uint32_t outside = dead_outside;
        for (const std::uint32_t row : tail) outside += store.dead(row) ? 1 : 0;
        return all - std::min(outside, all);
    }
    std::int64_t bytes() const {
        return graph->bytes() + static_cast<std::int64_t>((node_of_row.size() + row_of_node.size()) * 4);
    }
};

/// Fills in what follows from `row_of_node`, `node_of_row` (by group: only first rows are set) and `rows`.
void complete(Built& built, const VectorStore& store) {
    for (std::uint32_t row = 0; row < built.rows; ++row) {
        const std::uint32_t node = built.node_of_row[store.first_twin(row)];
        built.node_of_row[row] = node;
        if (node != kNone) {
            ++built.covered;
        } else if (store.dead(row)) {
            ++built.dead_outside;
        } else {
            built.tail.push_back(row);
        }
    }
    for (const std::uint32_t row : built.row_of_node) built.lost += row == kNone ? 1 : 0;
}

}  // namespace

const char* to_string(SearchWay way) {
    switch (way) {
        case SearchWay::Exact:
            return "exact";
        case SearchWay::Graph:
            return "graph";
        case SearchWay::Hamming:
            return "hamming";
        case SearchWay::Auto:
            break;
    }
    return "auto";
}

struct VectorIndex::Impl {
    explicit Impl(int dimension) : store(dimension) {}

    VectorStore store;
    /// Both set before the first row, never changed after. A row's code is written before the row is
    /// published.
    HashHead hash;
    std::unique_ptr<HammingStore> codes;
    /// Lock order: maintenance, then write, then publish. Nobody waits for a search.
    std::mutex maintenance;  ///< build, drop, load and save of the graph exclude each other
    std::mutex write;        ///< add() and remove() exclude each other, for milliseconds
    mutable std::mutex publish;
    std::shared_ptr<const Built> m_built;  ///< guarded by `publish`

    std::shared_ptr<const Built> built() const {
        const std::lock_guard lock(publish);
        return m_built;
    }
    void set_built(std::shared_ptr<const Built> next) {
        {
            const std::lock_guard lock(publish);
            m_built.swap(next);
        }
        // The old one, if nobody searches it any more, dies here and outside the lock.
    }

    std::vector<std::uint32_t> admitted_rows(const std::vector<std::int64_t>& ids, std::uint32_t count) const;
    std::vector<ScoredRow> by_graph(const Built& built, const VectorQuery& query, std::size_t ef,
                                    std::size_t k, std::uint32_t count,
                                    const std::vector<std::uint32_t>* admitted) const;
    std::optional<std::vector<std::uint64_t>> admitted_nodes(
        const Built& built, const std::vector<std::uint32_t>* admitted) const;
    std::vector<Neighbor> by_codes(const VectorQuery& query, std::size_t k, std::uint32_t count,
                                   const std::vector<std::uint32_t>* admitted) const;
    GraphFile to_file(const Built& built, const SnapshotKey& key) const;
    Result<std::shared_ptr<const Built>> from_file(const GraphFile& file, const std::string& path) const;
    Status probe(const Built& live, const Built& loaded) const;
};

VectorIndex::VectorIndex(int dimension) : m_impl(std::make_unique<Impl>(dimension)) {}
VectorIndex::~VectorIndex() = default;

int VectorIndex::dimension() const {
    return static_cast<int>(m_impl->store.dimension());
}

IndexInfo VectorIndex::info() const {
    const auto built = m_impl->built();
    const VectorStore& store = m_impl->store;
    const std::uint32_t count = store.count();
    IndexInfo info;
    info.dead = store.dead_below(count);
    info.rows = std::int64_t{count} - info.dead;
    info.generation = count == 0 ? 0 : store.id(count - 1);
    info.bytes = store.bytes();
    if (built) {
        info.graph_rows = std::int64_t{built->covered} - built->dead(store);
        info.bytes += built->bytes();
    }
    if (m_impl->codes) {
        info.hash_bits = m_impl->codes->bits();
        info.code_bytes = m_impl->codes->bytes();
        info.bytes += info.code_bytes;
    }
    return info;
}

Status VectorIndex::set_hash(HashHead head) {
    const std::lock_guard lock(m_impl->write);
    if (m_impl->store.count() != 0)
        return Error{ErrorKind::Usage, "Binary codes are chosen before the first vector is added."};
    if (!head.fits(m_impl->store.dimension())) {
        return Error{ErrorKind::Usage, "These binary codes are not made for vectors of " +
                                           std::to_string(m_impl->store.dimension()) + " numbers."};
    }
    m_impl->codes = std::make_unique<HammingStore>(head.bits);
    m_impl->hash = std::move(head);
    return {};
}

Status VectorIndex::add(std::span<const std::int64_t> ids, std::span<const float> vectors) {
    VectorStore& store = m_impl->store;
    const std::size_t d = store.dimension();
    if (vectors.size() != ids.size() * d) {
        return Error{ErrorKind::Usage,
                     "The index takes vectors of " + std::to_string(d) + " numbers, one for each id."};
    }
    const std::lock_guard lock(m_impl->write);
    const std::uint32_t count = store.count();
    std::int64_t last = count == 0 ? 0 : store.id(count - 1);
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (ids[i] <= last) {
            return Error{ErrorKind::Usage, "Embedding id " + std::to_string(ids[i]) +
                                               " does not follow the ids already in the index."};
        }
        last = ids[i];
        const float* vector = vectors.data() + i * d;
        if (!std::isfinite(dot(vector, vector, d))) {
            return Error{ErrorKind::Damaged, "The vector of embedding " + std::to_string(ids[i]) +
                                                 " holds a number that is none. Embed the picture again."};
        }
    }
    if (m_impl->codes) {
        try {
            std::vector<std::uint64_t> codes(ids.size() * m_impl->codes->words());
            m_impl->hash.encode(vectors, d, codes.data());
            if (auto status = m_impl->codes->write(count, codes); !status) return status;
        } catch (const std::bad_alloc&) {
            return Error{ErrorKind::TooLarge,
                         "There is not enough memory for the binary codes of this library."};
        }
    }
    return store.append(ids, vectors);
}

void VectorIndex::remove(std::span<const std::int64_t> ids) {
    const std::lock_guard lock(m_impl->write);
    for (const std::int64_t id : ids) {
        if (const auto row = m_impl->store.find(id)) m_impl->store.kill(*row);
    }
}

/// The live rows among `count` whose id is admitted, rising.
std::vector<std::uint32_t> VectorIndex::Impl::admitted_rows(const std::vector<std::int64_t>& ids,
                                                            std::uint32_t count) const {
    std::vector<std::uint32_t> rows;
    rows.reserve(std::min<std::size_t>(ids.size(), count));
    std::uint32_t row = 0;
    for (const std::int64_t id : ids) {
        row = store.lower_bound(id, row, count);
        if (row == count) break;
        if (store.id(row) == id) {
            if (!store.dead(row)) rows.push_back(row);
            ++row;
        }
    }
    return rows;
}

/// A bit for each node that stands for at least one row a search may return; nothing if all do.
std::optional<std::vector<std::uint64_t>> VectorIndex::Impl::admitted_nodes(
    const Built& built, const std::vector<std::uint32_t>* admitted) const {
    const std::size_t nodes = built.row_of_node.size();
    if (admitted != nullptr) {
        auto bits = bit_set(nodes);
        for (const std::uint32_t row : *admitted) {
            if (row >= built.rows) break;
            if (built.node_of_row[row] != kNone) set_bit(bits, built.node_of_row[row]);
        }
        return bits;
    }
    if (built.dead(store) == 0) return std::nullopt;
    auto bits = bit_set(nodes);
    std::fill(bits.begin(), bits.end(), ~std::uint64_t{0});
    for (std::uint32_t row = 0; row < built.rows; ++row) {
        const std::uint32_t node = built.node_of_row[row];
        if (node == kNone || !store.dead(row) || !test_bit(bits, node)) continue;
        std::uint32_t twin = built.row_of_node[node];
        while (twin < built.rows && store.dead(twin)) twin = store.next_twin(twin);
        if (twin >= built.rows) clear_bit(bits, node);
    }
    return bits;
}

std::vector<ScoredRow> VectorIndex::Impl::by_graph(const Built& built, const VectorQuery& query,
                                                   std::size_t ef, std::size_t k, std::uint32_t count,
                                                   const std::vector<std::uint32_t>* admitted) const {
    TopK top(k);
    const float* vector = query.vector.data();
    const auto nodes = admitted_nodes(built, admitted);
    std::vector<std::uint64_t> rows;
    if (admitted != nullptr) {
        rows = bit_set(built.rows);
        for (const std::uint32_t row : *admitted) {
            if (row >= built.rows) break;
            set_bit(rows, row);
        }
    }
    for (const auto& found : built.graph->search(vector, ef, nodes ? &*nodes : nullptr)) {
        // One node stands for all its twins. They rise, so no more than k of them can matter.
        std::size_t taken = 0;
        for (std::uint32_t row = built.row_of_node[found.node]; row < built.rows && taken < k;
             row = store.next_twin(row)) {
            if (store.dead(row) || (admitted != nullptr && !test_bit(rows, row))) continue;
            top.push({found.score, row});
            ++taken;
        }
    }
    // What the graph lacks, exactly.
    std::vector<std::uint32_t> tail;
    if (admitted != nullptr) {
        for (const std::uint32_t row : *admitted) {
            if (row >= built.rows || built.node_of_row[row] == kNone) tail.push_back(row);
        }
    } else {
        for (const std::uint32_t row : built.tail) {
            if (!store.dead(row)) tail.push_back(row);
        }
        for (const auto& row : scan_range(store, vector, built.rows, count, k)) top.push(row);
    }
    for (const auto& row : scan_rows(store, vector, tail, k)) top.push(row);
    return top.take();
}

/// The nearest codes, ties by the vectors themselves; with a shortlist all by the vectors.
std::vector<Neighbor> VectorIndex::Impl::by_codes(const VectorQuery& query, std::size_t k,
                                                  std::uint32_t count,
                                                  const std::vector<std::uint32_t>* admitted) const {
    std::vector<std::uint64_t> code(codes->words());
    hash.encode(query.vector, store.dimension(), code.data());
    const std::size_t wanted = std::max(k, static_cast<std::size_t>(query.shortlist));
    std::function<bool(std::uint32_t)> dead;
    if (store.dead_count() != 0) dead = [this](std::uint32_t row) { return store.dead(row); };
    const auto hits = admitted != nullptr ? codes->nearest_of(code.data(), *admitted, wanted, true)
                                          : codes->nearest(code.data(), count, wanted, true, dead);
    struct Candidate {
        ScoredRow scored;
        int distance;
    };
    std::vector<Candidate> candidates;
    candidates.reserve(hits.size());
    for (const HammingHit& hit : hits) {
        const float score = dot(query.vector.data(), store.vector(hit.row), store.dimension());
        candidates.push_back({{score, hit.row}, hit.distance});
    }
    const bool by_distance = query.shortlist == 0;
    const auto before = [by_distance](const Candidate& a, const Candidate& b) {
        if (by_distance && a.distance != b.distance) return a.distance < b.distance;
        return ranks_before(a.scored, b.scored);
    };
    k = std::min(k, candidates.size());
    std::partial_sort(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(k),
                      candidates.end(), before);
    std::vector<Neighbor> neighbors;
    for (std::size_t i = 0; i < k; ++i)
        neighbors.push_back(
            {store.id(candidates[i].scored.row), candidates[i].scored.score, candidates[i].distance});
    return neighbors;
}

Result<VectorResult> VectorIndex::search(const VectorQuery& query) const {
    const VectorStore& store = m_impl->store;
    const std::size_t d = store.dimension();
    if (query.vector.size() != d) {
        return Error{ErrorKind::Usage, "The query has " + std::to_string(query.vector.size()) +
                                           " numbers, the index " + std::to_string(d) +
                                           ". They come from different models."};
    }
    if (query.k < 1) return Error{ErrorKind::Usage, "A search needs k of 1 or more."};
    if (query.shortlist < 0) return Error{ErrorKind::Usage, "A shortlist cannot be shorter than nothing."};
    if (query.way == SearchWay::Hamming && !m_impl->codes) {
        return Error{
            ErrorKind::Usage,
            "This model has no binary codes. Choose one that was trained by GDF-Net, or search by vectors."};
    }
    if (query.ef < 0) return Error{ErrorKind::Usage, "The search width ef cannot be negative."};
    if (!std::isfinite(dot(query.vector.data(), query.vector.data(), d))) {
        return Error{ErrorKind::Usage, "The query vector holds a number that is none."};
    }
    try {
        // The graph first: the length read after it cannot be smaller than the graph's rows.
        const auto built = m_impl->built();
        const std::uint32_t count = store.count();
        const std::int64_t live = std::int64_t{count} - store.dead_below(count);
        std::vector<std::uint32_t> rows;
        if (query.admitted != nullptr) rows = m_impl->admitted_rows(*query.admitted, count);
        const auto* admitted = query.admitted != nullptr ? &rows : nullptr;

        VectorResult result;
        result.admitted_rows = admitted != nullptr ? static_cast<std::int64_t>(rows.size()) : live;
        const auto k = static_cast<std::size_t>(std::min<std::int64_t>(query.k, result.admitted_rows));
        if (k == 0) return result;
        if (query.way == SearchWay::Hamming) {
            result.neighbors = m_impl->by_codes(query, k, count, admitted);
            result.way = SearchWay::Hamming;
            return result;
        }
        std::size_t ef = static_cast<std::size_t>(query.ef);
        if (ef == 0)
            ef = admitted != nullptr ? std::max<std::size_t>(4 * k, 200) : std::max<std::size_t>(2 * k, 100);
        ef = std::max(ef, k);

        bool by_graph = built != nullptr && query.way != SearchWay::Exact;
        if (by_graph && query.way == SearchWay::Auto) {
            const SearchWork work{live, result.admitted_rows, admitted != nullptr,
                                  static_cast<std::int64_t>(d), static_cast<std::int64_t>(ef)};
            by_graph = choose_way(work) == SearchWay::Graph;
        }
        std::vector<ScoredRow> found;
        if (by_graph) {
            found = m_impl->by_graph(*built, query, ef, k, count, admitted);
            result.way = SearchWay::Graph;
        }
        if (found.size() < k) {
            found = admitted != nullptr ? scan_rows(store, query.vector.data(), rows, k)
                                        : scan_range(store, query.vector.data(), 0, count, k);
            result.way = SearchWay::Exact;
        }
        result.neighbors.reserve(found.size());
        for (const auto& row : found) result.neighbors.push_back({store.id(row.row), row.score});
        return result;
    } catch (const std::bad_alloc&) {
        return Error{ErrorKind::TooLarge,
                     "There is not enough memory for this search. Ask for fewer matches."};
    }
}

bool VectorIndex::vector(std::int64_t id, std::span<float> output) const {
    const VectorStore& store = m_impl->store;
    const auto row = store.find(id);
    if (!row || store.dead(*row) || output.size() != store.dimension()) return false;
    std::copy_n(store.vector(*row), output.size(), output.begin());
    return true;
}

std::vector<std::int64_t> VectorIndex::twins(std::int64_t id) const {
    const VectorStore& store = m_impl->store;
    std::vector<std::int64_t> ids;
    const std::uint32_t count = store.count();
    const auto own = store.find(id);
    if (!own || *own >= count || store.dead(*own)) return ids;
    for (std::uint32_t row = store.first_twin(*own); row < count; row = store.next_twin(row)) {
        if (row != *own && !store.dead(row)) ids.push_back(store.id(row));
    }
    return ids;
}

std::vector<std::span<const float>> VectorIndex::blocks() const {
    return m_impl->store.blocks(m_impl->store.count());
}

bool VectorIndex::wants_graph() const {
    const auto built = m_impl->built();
    const VectorStore& store = m_impl->store;
    const std::uint32_t count = store.count();
    const std::int64_t live = std::int64_t{count} - store.dead_below(count);
    if (live * static_cast<std::int64_t>(store.dimension()) <= kExactWork) return false;
    if (!built) return true;
    const std::int64_t dead = built->dead(store);
    const std::int64_t tail = live - (std::int64_t{built->covered} - dead);
    return tail > std::max<std::int64_t>(5000, live / 20) ||
           5 * (dead + built->lost) > std::int64_t{built->covered} + built->lost;
}

Status VectorIndex::build_graph(int threads, std::stop_token stop,
                                const std::function<void(std::int64_t, std::int64_t)>& progress) {
    const std::lock_guard lock(m_impl->maintenance);
    const VectorStore& store = m_impl->store;
    const auto old = m_impl->built();
    const std::uint32_t count = store.count();
    if (count == 0 || store.dead_below(count) == count) {
        m_impl->set_built(nullptr);
        return {};
    }
    try {
        auto next = std::make_shared<Built>();
        next->rows = count;
        next->generation = store.id(count - 1);
        next->node_of_row.assign(count, kNone);
        std::vector<const float*> vectors;
        std::vector<std::int64_t> seeds;
        // A sound graph is copied, links only, and grown: inserting is what costs. Above 20 % dead it is not
        // sound.
        const bool grow = old != nullptr && 5 * (std::int64_t{old->dead(store)} + old->lost) <=
                                                std::int64_t{old->covered} + old->lost;
        if (grow) {
            next->row_of_node = old->row_of_node;
            for (std::uint32_t node = 0; node < next->row_of_node.size(); ++node) {
                const std::uint32_t row = next->row_of_node[node];
                if (row != kNone) next->node_of_row[row] = node;
                vectors.push_back(row == kNone ? nullptr : store.vector(row));
                seeds.push_back(0);
            }
        }
        for (std::uint32_t row = 0; row < count; ++row) {
            const std::uint32_t first = store.first_twin(row);
            if (store.dead(row) || next->node_of_row[first] != kNone) continue;
            next->node_of_row[first] = static_cast<std::uint32_t>(next->row_of_node.size());
            next->row_of_node.push_back(first);
            vectors.push_back(store.vector(first));
            seeds.push_back(store.id(first));
        }
        auto graph = Graph::build(store.dimension(), vectors, seeds, grow ? old->graph.get() : nullptr,
                                  std::max(1, threads), stop, progress);
        if (!graph) return graph.error();
        next->graph = std::move(*graph);
        complete(*next, store);
        m_impl->set_built(std::move(next));
        return {};
    } catch (const std::bad_alloc&) {
        return Error{ErrorKind::TooLarge,
                     "There is not enough memory for a search graph. Searches go on without it."};
    }
}

/// What a snapshot of this graph says.
GraphFile VectorIndex::Impl::to_file(const Built& built, const SnapshotKey& key) const {
    GraphFile file;
    file.key = key;
    file.dimension = static_cast<std::uint32_t>(store.dimension());
    file.generation = built.generation;
    for (std::uint32_t row = 0; row < built.rows; ++row) {
        if (built.node_of_row[row] == kNone) continue;
        file.rows.push_back({store.id(row), store.crc(row), built.node_of_row[row]});
    }
    file.links = built.graph->links();
    return file;
}

/// Puts the links of a sound file onto the rows in memory.
Result<std::shared_ptr<const Built>> VectorIndex::Impl::from_file(const GraphFile& file,
                                                                  const std::string& path) const {
    const auto refused = [&](ErrorKind kind, const std::string& why) {
        return Error{kind, "The search graph \"" + path + "\" does not fit the library and will be rebuilt.",
                     why};
    };
    const std::uint32_t count = store.count();
    auto built = std::make_shared<Built>();
    built->rows = file.generation < 0 ? 0 : store.lower_bound(file.generation + 1, 0, count);
    built->generation = file.generation;
    built->node_of_row.assign(built->rows, kNone);
    built->row_of_node.assign(file.links.levels.size(), kNone);
    std::uint32_t row = 0;
    for (const auto& entry : file.rows) {
        row = store.lower_bound(entry.id, row, built->rows);
        if (row == built->rows) break;
        if (store.id(row) != entry.id) continue;  // the library has lost it since
        if (store.crc(row) != entry.crc)
            return refused(ErrorKind::Damaged, "another vector under the same id");
        const std::uint32_t first = store.first_twin(row);
        if (built->node_of_row[first] == kNone && built->row_of_node[entry.node] == kNone) {
            built->node_of_row[first] = entry.node;
            built->row_of_node[entry.node] = first;
        } else if (built->node_of_row[first] != entry.node || built->row_of_node[entry.node] != first) {
            return refused(ErrorKind::Damaged, "rows and nodes contradict each other");
        }
    }
    complete(*built, store);
    if (std::uint64_t{built->lost} * 2 > built->row_of_node.size()) {
        return refused(ErrorKind::NotFound, "more than half of its rows are gone");
    }
    std::vector<const float*> vectors;
    for (const std::uint32_t first : built->row_of_node) {
        vectors.push_back(first == kNone ? nullptr : store.vector(first));
    }
    auto graph = Graph::from_links(file.links, store.dimension(), vectors);
    if (!graph) return graph.error();
    built->graph = std::move(*graph);
    return std::shared_ptr<const Built>(std::move(built));
}

/// 20 stored vectors as queries: the graph that came back from the disk must answer as the live one does, and
/// find most of what the exact scan finds.
Status VectorIndex::Impl::probe(const Built& live, const Built& loaded) const {
    constexpr std::uint32_t kQueries = 20;
    constexpr int kNeighbors = 10;
    const auto failed = [](const char* why) {
        return Error{ErrorKind::Internal,
                     "The search graph read back from the disk gave other answers; it was not kept.", why};
    };
    std::size_t wanted = 0;
    std::size_t right = 0;
    for (std::uint32_t i = 0; i < kQueries; ++i) {
        const auto row = static_cast<std::uint32_t>(std::uint64_t{live.rows} * i / kQueries);
        const float* vector = store.vector(row);
        const auto order = [](std::vector<Graph::Found> found) {
            std::sort(found.begin(), found.end(),
                      [](const auto& a, const auto& b) { return a.node < b.node; });
            return found;
        };
        const auto before = order(live.graph->search(vector, 100, nullptr));
        const auto after = order(loaded.graph->search(vector, 100, nullptr));
        if (!std::equal(
                before.begin(), before.end(), after.begin(), after.end(),
                [](const auto& a, const auto& b) { return a.node == b.node && a.score == b.score; })) {
            return failed("differs from the graph in memory");
        }
        // Scores, not rows: a node stands for all its twins.
        std::vector<float> scores;
        for (const auto& found : after) scores.push_back(found.score);
        std::sort(scores.begin(), scores.end());
        for (const auto& exact : scan_range(store, vector, 0, live.rows, kNeighbors)) {
            if (live.node_of_row[exact.row] == kNone) continue;
            ++wanted;
            right += std::binary_search(scores.begin(), scores.end(), exact.score) ? 1 : 0;
        }
    }
    if (right * 2 < wanted) return failed("finds less than half of what the exact scan finds");
    return {};
}

namespace {

/// `<model hash>-<generation>.graph` -> generation; nothing for any other name.
std::optional<std::int64_t> generation_of(const std::string& name, const SnapshotKey& key) {
    const std::string start = key.model_hash + "-";
    const std::string end = ".graph";
    if (name.size() <= start.size() + end.size() || !name.starts_with(start) || !name.ends_with(end))
        return {};
    const std::string digits = name.substr(start.size(), name.size() - start.size() - end.size());
    if (digits.size() > 18 || digits.find_first_not_of("0123456789") != std::string::npos) return {};
    return std::stoll(digits);
}

}  // namespace

Status VectorIndex::save_graph(FileSystem& fs, const std::string& directory, const SnapshotKey& key) const {
    const std::lock_guard lock(m_impl->maintenance);
    if (auto status = check_key(key); !status) return status;
    const auto built = m_impl->built();
    if (!built) return Error{ErrorKind::NotFound, "There is no search graph to save. Build one first."};
    try {
        const std::string name = key.model_hash + "-" + std::to_string(built->generation) + ".graph";
        const std::string path = directory + "/" + name;
        const std::string temporary = path + ".new";
        const auto write = [&]() -> Status {
            if (auto status = fs.make_directory(directory); !status) return status;
            const GraphFile file = m_impl->to_file(*built, key);
            const auto bytes = encode_graph_file(file);
            auto output = fs.create(temporary);
            if (!output) return output.error();
            constexpr std::size_t kSlice = std::size_t{1} << 20;
            for (std::size_t at = 0; at < bytes.size(); at += kSlice) {
                const auto slice = std::span(bytes).subspan(at, std::min(kSlice, bytes.size() - at));
                if (auto status = (*output)->append(slice); !status) return status;
            }
            if (auto status = (*output)->sync(); !status) return status;
            if (auto status = (*output)->close(); !status) return status;
            // Through the very path a later start takes, before anything is replaced.
            const auto back = fs.read(temporary);
            if (!back) return back.error();
            const auto decoded = decode_graph_file(*back, temporary, key, file.dimension);
            if (!decoded) return decoded.error();
            const auto loaded = m_impl->from_file(*decoded, temporary);
            if (!loaded) return loaded.error();
            if (auto status = m_impl->probe(*built, **loaded); !status) return status;
            if (auto status = fs.rename(temporary, path); !status) return status;
            return fs.sync_directory(directory);
        };
        if (auto status = write(); !status) {
            // Best effort: the temporary file is rubbish either way, and the first error is the one to tell.
            static_cast<void>(fs.remove(temporary));
            return status;
        }
        // The new one is safe: what is left of older ones is only in the way. Should this fail, the next save
        // tries again, and loading takes the newest.
        if (const auto names = fs.list(directory)) {
            for (const auto& other : *names) {
                const bool left_over =
                    other.starts_with(key.model_hash + "-") && other.ends_with(".graph.new");
                if (other != name && (left_over || generation_of(other, key))) {
                    static_cast<void>(fs.remove(directory + "/" + other));
                }
            }
        }
        return {};
    } catch (const std::bad_alloc&) {
        return Error{ErrorKind::TooLarge, "There is not enough memory to save the search graph."};
    }
}

Status VectorIndex::load_graph(FileSystem& fs, const std::string& directory, const SnapshotKey& key) {
    const std::lock_guard lock(m_impl->maintenance);
    if (auto status = check_key(key); !status) return status;
    try {
        const auto names = fs.list(directory);
        if (!names) return names.error();
        std::vector<std::pair<std::int64_t, std::string>> files;
        for (const auto& name : *names) {
            if (const auto generation = generation_of(name, key)) files.emplace_back(*generation, name);
        }
        std::sort(files.rbegin(), files.rend());
        Status first =
            Error{ErrorKind::NotFound, "There is no search graph of this model in \"" + directory + "\"."};
        for (std::size_t i = 0; i < files.size(); ++i) {
            const std::string path = directory + "/" + files[i].second;
            const auto load = [&]() -> Status {
                const auto bytes = fs.read(path);
                if (!bytes) return bytes.error();
                const auto file = decode_graph_file(*bytes, path, key,
                                                    static_cast<std::uint32_t>(m_impl->store.dimension()));
                if (!file) return file.error();
                auto built = m_impl->from_file(*file, path);
                if (!built) return built.error();
                m_impl->set_built(std::move(*built));
                return {};
            };
            auto status = load();
            if (status) return status;
            if (i == 0) first = status;  // an older file may still do; if not, the newest one's error is told
        }
        return first;
    } catch (const std::bad_alloc&) {
        return Error{ErrorKind::TooLarge, "There is not enough memory to load the search graph."};
    }
}

void VectorIndex::drop_graph() {
    const std::lock_guard lock(m_impl->maintenance);
    m_impl->set_built(nullptr);
}

}  // namespace fieldmark
