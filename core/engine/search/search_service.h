// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "core/base/result.h"
#include "core/engine/pictures/embedder.h"
#include "core/engine/pictures/query.h"
#include "core/index/vector_index.h"
#include "core/library/library.h"

namespace fieldmark {

/// Answers queries over one library with one model. Holds the in-memory index, takes in what was committed,
/// loads and saves the graph snapshot. Any thread; searches run side by side, also during an import.
///
/// Several positive images are pooled: q = normalise(mean of positives - 0.5 * mean of negatives), both means
/// of unit vectors (Rocchio 1971); the score is cosine(q, match).
class SearchService {
  public:
    /// `embedder` may be null: only library items can then be queried.
    SearchService(Library& library, Embedder* embedder, const std::string& model_hash);
    ~SearchService();
    SearchService(const SearchService&) = delete;
    SearchService& operator=(const SearchService&) = delete;

    /// The model, once its weights are in memory; must outlive the service. Ignored if it is another model.
    void set_embedder(Embedder* embedder);

    /// Takes in new and deleted embeddings since the last call. Called by search() itself, too, so that a
    /// query always sees what is committed; during an import it is called after each commit to keep queries
    /// quick.
    Status refresh(std::stop_token stop = {});

    Result<SearchResponse> search(const SearchRequest& request, std::stop_token stop = {});

    /// Graph upkeep: load at start, build when wanted or forced, save, drop.
    Status load_graph();
    Status build_graph(bool force, std::stop_token stop = {},
                       const std::function<void(std::int64_t, std::int64_t)>& progress = {});
    Status save_graph();
    Status drop_graph();
    IndexInfo index_info() const;
    /// The vectors in memory; null before the first refresh.
    std::shared_ptr<const VectorIndex> index() const;
    /// Why the last load_graph() refused a file; "" if it did not.
    std::string graph_problem() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

}  // namespace fieldmark
