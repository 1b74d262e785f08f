// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/search/search_service.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "core/base/file_system.h"
#include "core/base/stopwatch.h"
#include "core/engine/search/library_facts.h"
#include "core/engine/search/query_vector.h"
#include "core/library/known_model.h"
#include "core/library/reader.h"
#include "core/library/writer.h"
#include "core/models/gdfnet_backbone.h"
#include "core/models/model_registry.h"

namespace fieldmark {

namespace {

constexpr const char* kLoadingSetting = "index.loading";

Error cancelled() {
    return {ErrorKind::Cancelled, "The search was cancelled."};
}

std::string number(std::int64_t value) {
    return std::to_string(value);
}

}  // namespace

struct SearchService::Impl {
    Impl(Library& opened, std::string hash) : library(opened), model_hash(std::move(hash)) {}

    Library& library;
    std::atomic<Embedder*> embedder{nullptr};
    const std::string model_hash;

    std::mutex refresh_mutex;  ///< guards the members down to `problem`; not held while searching
    std::unique_ptr<LibraryReader> refresh_reader;
    ModelRecord model;
    EmbeddingId after = 0;
    std::int64_t dead_sequence = 0;
    std::atomic<bool> loaded{false};  ///< the first refresh is complete
    std::string problem;

    mutable std::mutex index_mutex;  ///< guards the pointer and the record only
    std::shared_ptr<VectorIndex> index;
    ModelRecord served;  ///< as `model`

    LibraryFacts facts;

    std::mutex readers_mutex;
    std::vector<std::unique_ptr<LibraryReader>> readers;

    std::shared_ptr<VectorIndex> current_index() const {
        const std::lock_guard lock(index_mutex);
        return index;
    }

    /// A reading connection from the pool, returned when the lease ends.
    class Lease {
      public:
        explicit Lease(Impl& impl) : m_impl(impl) {}
        ~Lease() {
            if (!m_reader) return;
            const std::lock_guard lock(m_impl.readers_mutex);
            m_impl.readers.push_back(std::move(m_reader));
        }
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;

        Status take() {
            {
                const std::lock_guard lock(m_impl.readers_mutex);
                if (!m_impl.readers.empty()) {
                    m_reader = std::move(m_impl.readers.back());
                    m_impl.readers.pop_back();
                    return {};
                }
            }
            auto reader = m_impl.library.reader();
            if (!reader) return reader.error();
            m_reader = std::move(*reader);
            return {};
        }
        LibraryReader& operator*() const { return *m_reader; }
        LibraryReader* operator->() const { return m_reader.get(); }

      private:
        Impl& m_impl;
        std::unique_ptr<LibraryReader> m_reader;
    };

    /// As known_model, from memory once something is embedded: counting a model's rows takes a while.
    Result<ModelRecord> served_model(LibraryReader& reader) const {
        {
            const std::lock_guard lock(index_mutex);
            if (served.id != 0) return served;
        }
        return known_model(reader, model_hash);
    }

    /// The hash layer of this model, where it has one and is on this machine.
    std::optional<HashHead> hash_head() const {
        auto path = ModelRegistry::default_search_path();
        path.push_back(library.models_folder());
        const auto info = ModelRegistry(path).find(model_hash);
        if (!info || info->bits < 1) return std::nullopt;
        auto head = load_hash_head(*info);
        if (!head) return std::nullopt;
        return std::move(*head);
    }

    Status refresh(std::stop_token stop);
    Result<std::vector<Match>> ranked(LibraryReader& reader, const VectorResult& found,
                                      const std::set<ItemId>& hidden, int k) const;
    Status complete(LibraryReader& reader, std::vector<Match>& matches);
    /// `readable`: pictures of the library that can be embedded at all.
    std::string note(const SearchRequest& request, const SearchResponse& response, bool filtered,
                     std::int64_t readable) const;
    Status remove_graph_files() const;
};

Status SearchService::Impl::refresh(std::stop_token stop) {
    constexpr int kBlock = 2000;
    const std::lock_guard lock(refresh_mutex);
    if (!refresh_reader) {
        auto reader = library.reader();
        if (!reader) return reader.error();
        refresh_reader = std::move(*reader);
    }
    if (model.id == 0) {
        auto record = known_model(*refresh_reader, model_hash);
        if (!record) return record.error();
        if (record->id == 0) {  // nothing was ever embedded with it
            loaded = true;
            return {};
        }
        model = *record;
        auto head = hash_head();
        const std::lock_guard index_lock(index_mutex);
        index = std::make_shared<VectorIndex>(model.dimension);
        if (head) (void)index->set_hash(std::move(*head));  // one that does not fit: no codes
        served = model;
    }
    const auto target = current_index();
    // The dead first: a row that dies between the two reads is then noted for the next time.
    auto dead = refresh_reader->dead_embeddings(dead_sequence);
    if (!dead) return dead.error();
    target->remove(*dead);

    std::vector<EmbeddingId> bad;
    std::vector<EmbeddingId> ids;
    std::vector<float> vectors;
    while (!stop.stop_requested()) {
        auto rows = refresh_reader->embeddings(model.id, after, kBlock, false, &bad);
        if (!rows) return rows.error();
        if (rows->empty()) break;
        ids.clear();
        vectors.clear();
        for (const EmbeddingRow& row : *rows) {
            ids.push_back(row.id);
            vectors.insert(vectors.end(), row.vector.begin(), row.vector.end());
        }
        if (auto status = target->add(ids, vectors); !status) return status;
        after = ids.back();
        if (rows->size() < static_cast<std::size_t>(kBlock)) break;
    }
    if (!bad.empty() && library.writer()) (void)library.writer()->drop_embeddings(bad);
    if (!stop.stop_requested()) loaded = true;
    return {};
}

/// The found rows whose items may be shown, best first, at most k; without metadata.
Result<std::vector<Match>> SearchService::Impl::ranked(LibraryReader& reader, const VectorResult& found,
                                                       const std::set<ItemId>& hidden, int k) const {
    std::vector<EmbeddingId> ids;
    for (const Neighbor& neighbor : found.neighbors) ids.push_back(neighbor.id);
    auto items_found = reader.items_of_embeddings(ids);
    if (!items_found) return items_found.error();
    auto items = reader.items(*items_found);
    if (!items) return items.error();
    std::vector<Match> matches;
    for (std::size_t i = 0; i < ids.size() && static_cast<int>(matches.size()) < k; ++i) {
        Item& item = (*items)[i];
        if (item.id == 0 || item.state != ItemState::Ready || hidden.contains(item.id)) continue;
        Match match;
        match.rank = static_cast<int>(matches.size()) + 1;
        match.score = found.neighbors[i].score;
        match.distance = found.neighbors[i].distance;
        match.embedding = ids[i];
        match.row.item = std::move(item);
        matches.push_back(std::move(match));
    }
    return matches;
}

/// Metadata, paths and collection names.
Status SearchService::Impl::complete(LibraryReader& reader, std::vector<Match>& matches) {
    std::vector<ItemId> ids;
    for (const Match& match : matches) ids.push_back(match.row.item.id);
    auto metadata = reader.metadata(ids);
    if (!metadata) return metadata.error();
    for (std::size_t i = 0; i < matches.size(); ++i) {
        matches[i].row.metadata = std::move((*metadata)[i]);
        if (auto status = facts.locate(reader, matches[i].row); !status) return status;
    }
    return {};
}

std::string SearchService::Impl::note(const SearchRequest& request, const SearchResponse& response,
                                      bool filtered, std::int64_t readable) const {
    std::string text;
    if (!loaded) {
        text = "The library is still being read, so results are partial: " + number(response.embedded) +
               " pictures were searched.";
    } else if (response.embedded < readable) {
        text = number(response.embedded) + " of " + number(readable) +
               " pictures are embedded with this model; the others cannot be found yet.";
    }
    if (static_cast<int>(response.matches.size()) < request.k) {
        if (!text.empty()) text += ' ';
        if (response.embedded == 0) {
            text += "No picture of the library is embedded with this model yet. Import pictures first.";
        } else if (filtered && response.searched == 0) {
            text += "The filter admits no embedded picture. Remove a condition.";
        } else if (filtered) {
            text += "The filter admits " + number(response.searched) + " pictures only.";
        } else {
            text += "The library has no more pictures to compare with.";
        }
    }
    if (request.way == SearchWay::Graph && response.way == SearchWay::Exact) {
        if (!text.empty()) text += ' ';
        text += "There is no valid graph, so every picture was compared exactly.";
    }
    return text;
}

SearchService::SearchService(Library& library, Embedder* embedder, const std::string& model_hash)
    : m_impl(std::make_unique<Impl>(library, model_hash)) {
    set_embedder(embedder);
}

SearchService::~SearchService() = default;

void SearchService::set_embedder(Embedder* embedder) {
    // Never a vector of one model against those of another.
    if (embedder && embedder->info().hash != m_impl->model_hash) embedder = nullptr;
    m_impl->embedder = embedder;
}

Status SearchService::refresh(std::stop_token stop) {
    return m_impl->refresh(std::move(stop));
}

Result<SearchResponse> SearchService::search(const SearchRequest& request, std::stop_token stop) {
    if (request.k < 1) return Error{ErrorKind::Usage, "Ask for at least one match."};
    // While the library is first read by another thread, answer from what is there.
    const bool idle = m_impl->loaded || std::unique_lock(m_impl->refresh_mutex, std::try_to_lock).owns_lock();
    if (idle) {
        if (auto status = m_impl->refresh(stop); !status) return status.error();
    }
    if (stop.stop_requested()) return cancelled();
    Impl::Lease reader(*m_impl);
    if (auto status = reader.take(); !status) return status.error();

    SearchResponse response;
    response.model_hash = m_impl->model_hash;
    auto model = m_impl->served_model(*reader);
    if (!model) return model.error();
    Embedder* const embedder = m_impl->embedder;
    response.model = embedder ? embedder->info().name : model->name;
    auto counts = m_impl->facts.counts(*reader);
    if (!counts) return counts.error();
    response.total = counts->items;

    QueryEmbedding embedding(*reader, *model, embedder, request.auto_crop);
    auto query = embedding.run(request.images, stop);
    if (!query) return query.error();
    response.crops = query->crops;
    response.timings_ms.decode = query->decode_ms;
    response.timings_ms.embed = query->embed_ms;
    if (stop.stop_requested()) return cancelled();

    const Stopwatch searching;
    const auto index = m_impl->current_index();
    ItemQuery filter = request.filter;
    const bool filtered =
        !filter.where.empty() || !filter.collections.empty() || !filter.text.empty() || filter.state;
    std::vector<EmbeddingId> admitted;
    if (filtered) {
        if (!filter.state) filter.state = ItemState::Ready;
        auto ids = reader->embedding_ids(model->id, filter);
        if (!ids) return ids.error();
        admitted = std::move(*ids);
    }
    std::set<ItemId> hidden;
    if (request.hide_query) hidden.insert(query->queried.begin(), query->queried.end());
    if (request.hide_duplicates) hidden.insert(query->duplicates.begin(), query->duplicates.end());

    if (index) {
        response.embedded = index->info().rows;
        constexpr int kSlack = 16;
        VectorQuery ask{query->pooled};
        ask.way = request.way;
        ask.shortlist = request.shortlist;
        ask.admitted = filtered ? &admitted : nullptr;
        ask.k = request.k + static_cast<int>(hidden.size()) + kSlack;
        while (true) {
            auto found = index->search(ask);
            if (!found) return found.error();
            response.way = found->way;
            response.searched = found->admitted_rows;
            auto matches = m_impl->ranked(*reader, *found, hidden, request.k);
            if (!matches) return matches.error();
            response.matches = std::move(*matches);
            // Rows of missing or changed files were passed over: look further down the ranking.
            const bool all = static_cast<int>(found->neighbors.size()) < ask.k;
            if (all || static_cast<int>(response.matches.size()) >= request.k) break;
            if (stop.stop_requested()) return cancelled();
            ask.k *= 4;
        }
    }
    response.timings_ms.search = searching.milliseconds();

    const Stopwatch completing;
    if (auto status = m_impl->complete(*reader, response.matches); !status) return status.error();
    response.timings_ms.rows = completing.milliseconds();
    response.note = m_impl->note(request, response, filtered, counts->items - counts->failed);
    return response;
}

// --- the graph ---

Status SearchService::Impl::remove_graph_files() const {
    FileSystem& fs = FileSystem::posix();
    auto names = fs.list(library.index_folder());
    if (!names) return names.error().kind == ErrorKind::NotFound ? Status() : Status(names.error());
    for (const std::string& name : *names) {
        if (!name.starts_with(model_hash) || !name.ends_with(".graph")) continue;
        if (auto status = fs.remove(library.index_folder() + '/' + name); !status) return status;
    }
    return {};
}

Status SearchService::load_graph() {
    if (auto status = m_impl->refresh({}); !status) return status;
    const auto index = m_impl->current_index();
    if (!index) return {};
    const auto say = [&](std::string text) {
        const std::lock_guard lock(m_impl->refresh_mutex);
        m_impl->problem = std::move(text);
    };
    LibraryWriter* writer = m_impl->library.writer();
    if (writer) {
        // A file that killed the process while it was loaded is found by this note at the next start.
        Impl::Lease reader(*m_impl);
        if (auto status = reader.take(); !status) return status;
        auto note = reader->setting(kLoadingSetting);
        if (!note) return note.error();
        if (*note == m_impl->model_hash) {
            if (auto status = m_impl->remove_graph_files(); !status) return status;
            if (auto status = writer->set_setting(kLoadingSetting, {}); !status) return status;
            const Error error{
                ErrorKind::Damaged,
                "The search graph could not be read the last time and was deleted. It is made again."};
            say(error.text);
            return error;
        }
        if (auto status = writer->set_setting(kLoadingSetting, m_impl->model_hash); !status) return status;
    }
    Status loaded = index->load_graph(FileSystem::posix(), m_impl->library.index_folder(),
                                      {m_impl->library.id(), m_impl->model_hash});
    if (writer) {
        if (auto status = writer->set_setting(kLoadingSetting, {}); !status) return status;
    }
    if (!loaded && loaded.error().kind == ErrorKind::NotFound) loaded = {};
    say(loaded ? std::string() : loaded.error().text);
    return loaded;
}

Status SearchService::build_graph(bool force, std::stop_token stop,
                                  const std::function<void(std::int64_t, std::int64_t)>& progress) {
    if (auto status = m_impl->refresh(stop); !status) return status;
    const auto index = m_impl->current_index();
    if (!index || (!force && !index->wants_graph())) return {};
    const int threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    return index->build_graph(threads, std::move(stop), progress);
}

Status SearchService::save_graph() {
    const auto index = m_impl->current_index();
    if (!index || index->info().graph_rows == 0) return {};
    if (m_impl->library.read_only()) {
        return Error{ErrorKind::ReadOnly, "The library \"" + m_impl->library.folder() +
                                              "\" is open for reading only, so its graph is not stored."};
    }
    if (auto status = FileSystem::posix().make_directory(m_impl->library.index_folder()); !status)
        return status;
    return index->save_graph(FileSystem::posix(), m_impl->library.index_folder(),
                             {m_impl->library.id(), m_impl->model_hash});
}

Status SearchService::drop_graph() {
    if (m_impl->library.read_only()) {
        return Error{ErrorKind::ReadOnly, "The library \"" + m_impl->library.folder() +
                                              "\" is open for reading only, so its graph cannot be dropped."};
    }
    if (const auto index = m_impl->current_index()) index->drop_graph();
    return m_impl->remove_graph_files();
}

IndexInfo SearchService::index_info() const {
    const auto index = m_impl->current_index();
    return index ? index->info() : IndexInfo{};
}

std::shared_ptr<const VectorIndex> SearchService::index() const {
    return m_impl->current_index();
}

std::string SearchService::graph_problem() const {
    const std::lock_guard lock(m_impl->refresh_mutex);
    return m_impl->problem;
}

}  // namespace fieldmark
