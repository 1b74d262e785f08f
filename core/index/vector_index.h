// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/file_system.h"
#include "core/base/result.h"
#include "core/index/hamming_store.h"

namespace fieldmark {

/// A row found: the embedding's id in the library and its cosine score.
struct Neighbor {
    std::int64_t id = 0;
    float score = 0;
    int distance = -1;  ///< Hamming distance of the codes, where they were compared
    bool operator==(const Neighbor&) const = default;
};

/// Hamming compares binary codes, which an index has after set_hash(); Auto never chooses it.
enum class SearchWay { Auto, Exact, Graph, Hamming };
const char* to_string(SearchWay way);

struct VectorQuery {
    std::span<const float> vector;  ///< (dimension) float32, L2-normalised
    int k = 10;
    SearchWay way = SearchWay::Auto;
    /// Admitted embedding ids, sorted ascending; null: all. Not owned; must outlive the call.
    const std::vector<std::int64_t>* admitted = nullptr;
    int ef = 0;  ///< graph search width; 0: max(2k, 100), with a filter max(4k, 200)
    /// With SearchWay::Hamming: so many nearest codes (all that tie with the last one included) are ranked anew by
    /// cosine. 0: ranked by Hamming distance, ties by cosine.
    int shortlist = 0;
};

struct VectorResult {
    /// By falling score, ties by rising id; at most k. By Hamming distance without a shortlist: by rising
    /// distance, ties by falling score.
    std::vector<Neighbor> neighbors;
    SearchWay way = SearchWay::Exact;  ///< how they were found
    std::int64_t admitted_rows = 0;    ///< live rows that the filter let through
};

struct IndexInfo {
    std::int64_t rows = 0;  ///< live
    std::int64_t dead = 0;
    std::int64_t graph_rows = 0;  ///< in the graph (0: there is none); the rest is the exactly scanned tail
    std::int64_t generation = 0;  ///< largest embedding id taken in
    std::int64_t bytes = 0;       ///< memory held
    int hash_bits = 0;            ///< of the binary codes; 0: none
    std::int64_t code_bytes = 0;  ///< memory the codes hold, part of `bytes`
};

/// What a snapshot file must match to be taken.
struct SnapshotKey {
    std::string library_id;  ///< 32 hex digits
    std::string model_hash;  ///< 64 hex digits
};

/// The searchable vectors of one model, in memory: one copy of the vectors, read by the exact scan and by the
/// HNSW graph (Malkov & Yashunin 2018, through hnswlib). Rows added after the graph was built form a tail
/// that is always scanned exactly and merged. Identical vectors enter the graph once (twins fan out in the
/// results).
///
/// Threads: search() from any number of threads, also while add()/remove()/build_graph() run on another one.
/// A row is found by every search() that starts after add() returned. add() and remove() exclude each other,
/// and so do the methods that make, save, load or drop the graph; neither of these two groups waits for the
/// other.
class VectorIndex {
  public:
    explicit VectorIndex(int dimension);
    ~VectorIndex();
    VectorIndex(const VectorIndex&) = delete;
    VectorIndex& operator=(const VectorIndex&) = delete;

    int dimension() const;
    IndexInfo info() const;

    /// From now on every vector also gets a binary code (8 bytes up to 64 bits), for SearchWay::Hamming. Only
    /// before the first add(), by the thread that adds; Usage otherwise, or where the head fits no such vectors.
    Status set_hash(HashHead head);

    /// vectors: (ids.size(), dimension) float32, L2-normalised. Ids rise from call to call (SQLite's
    /// AUTOINCREMENT gives that); a row whose id is not above generation is refused with Usage.
    Status add(std::span<const std::int64_t> ids, std::span<const float> vectors);
    /// Unknown ids are ignored.
    void remove(std::span<const std::int64_t> ids);

    /// At most k neighbours; Usage for a query of another dimension or k < 1. Never an error for "fewer than
    /// k".
    Result<VectorResult> search(const VectorQuery& query) const;

    /// Copies the vector of a row; false if the id is unknown or dead.
    bool vector(std::int64_t id, std::span<float> output) const;
    /// Live rows whose vector equals that of `id` bit for bit, `id` itself not among them.
    std::vector<std::int64_t> twins(std::int64_t id) const;

    /// The stored vectors, dead ones included, as contiguous blocks: for measuring how fast this memory can
    /// be read. Valid as long as the index lives.
    std::vector<std::span<const float>> blocks() const;

    /// True when unfiltered search would gain from a (new) graph: rows x dimension above 40 million and no
    /// graph, a tail above max(5,000, 5 %), or over 20 % dead.
    bool wants_graph() const;
    /// Builds a new graph beside the old one on `threads` threads and swaps it in. Searches go on meanwhile.
    /// M 16, efConstruction 200 (docs/index.md has the measurements). A sound graph is copied and grown, one
    /// with over 20 % dead is made anew. Cancelled on `stop`: the old graph stays. `progress` comes on this
    /// thread.
    Status build_graph(int threads, std::stop_token stop = {},
                       const std::function<void(std::int64_t done, std::int64_t total)>& progress = {});
    void drop_graph();

    /// The graph's links only, format in docs/index.md ("FMKGRAPH"). Written to a temporary sibling, synced,
    /// read back, probed with 20 queries against the live graph and the exact scan, then renamed to
    /// `<model hash>-<generation>.graph` in `directory`; older generations of this model are deleted after.
    /// NotFound without a graph.
    Status save_graph(FileSystem& fs, const std::string& directory, const SnapshotKey& key) const;

    /// Loads the newest fitting snapshot onto rows already added. Every length, id, link, level and checksum
    /// is checked against the vectors in memory before a search may touch it; rows the file lacks stay in the
    /// tail, rows that are gone become dead. NotFound if there is none; Damaged, NewerVersion or Usage (of
    /// another model, library or dimension) say why a file was refused; the index is then as before.
    Status load_graph(FileSystem& fs, const std::string& directory, const SnapshotKey& key);

  private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

}  // namespace fieldmark
