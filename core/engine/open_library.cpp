// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/open_library.h"

#include <algorithm>
#include <utility>

#include <QTimer>

#include "core/base/within_memory.h"
#include "core/engine/calibration_store.h"
#include "core/engine/library_mapper.h"
#include "core/engine/object_boxes.h"
#include "core/engine/picture_source.h"
#include "core/engine/query_vector.h"
#include "core/models/model_registry.h"
#include "core/models/self_measurement.h"

namespace fieldmark {

namespace {
/// Views refresh at most this often.
constexpr int kAnnounceMs = 500;
/// With more than this, "anything may have changed" is cheaper for everyone.
constexpr std::size_t kMostTouched = 4096;

bool needs_model(const SearchRequest& request) {
    return std::any_of(request.images.begin(), request.images.end(),
                       [](const QueryImage& image) { return image.item == 0 || !image.crop.whole(); });
}
}  // namespace

OpenLibrary::OpenLibrary(std::unique_ptr<Library> library, std::shared_ptr<ModelShelf> shelf,
                         PostToSession post)
    : m_library(std::move(library)),
      m_shelf(std::move(shelf)),
      m_post(std::move(post)),
      m_thumbnail_cache(m_library->read_only() ? std::string() : m_library->thumbnail_file()),
      m_thumbnails(
          *m_library, m_thumbnail_cache,
          [this](ItemId item, int size_class, const QImage& image) {
              m_post([=](Session& session) { Q_EMIT session.thumbnailReady(item, size_class, image); });
          }),
      m_trainings(*m_library, m_post) {}

OpenLibrary::~OpenLibrary() {
    request_stop();
    m_edits.finish();
}

void OpenLibrary::request_stop() {
    m_closing = true;
    {
        const std::lock_guard lock(m_jobs_mutex);
        for (auto& [id, stop] : m_searches) stop.request_stop();
        m_count_stop.request_stop();
        m_import_stop.request_stop();
        m_switch_stop.request_stop();
        m_whitening_stop.request_stop();
        m_explanation_stop.request_stop();
        m_mark_stop.request_stop();
        m_look_stop.request_stop();
        m_map_stop.request_stop();
        m_evaluation_stop.request_stop();
        m_anchors_stop.request_stop();
    }
    {
        const std::lock_guard lock(m_model_mutex);
        if (m_measurer) m_measurer->request_stop();
    }
    m_thumbnails.request_stop();
    m_trainings.request_stop();
    // Not the edits: what a person has changed is kept, however soon the library is closed after it.
    for (Worker* worker :
         {&m_reads, &m_pictures, &m_searching, &m_counting, &m_importer, &m_indexer, &m_explaining,
          &m_mapping, &m_describing, &m_marking, &m_evaluating, &m_modelling}) {
        worker->request_stop();
    }
}

// --- model and vectors ---

void OpenLibrary::prepare() {
    auto reader = m_library->reader();
    std::string hash;
    if (reader) {
        if (const auto models = (*reader)->models()) {
            for (const ModelRecord& record : *models) {
                if (record.current) hash = record.hash;
            }
        }
    }
    const auto info = ModelRegistry::for_library(m_library->models_folder()).find(hash);
    if (info) {
        m_model.info = *info;
        hash = info->hash;
    } else {
        m_model.error = info.error();
    }
    m_serving = std::make_shared<Serving>();
    m_serving->search = std::make_unique<SearchService>(*m_library, nullptr, hash);
}

std::shared_ptr<SearchService> OpenLibrary::search_service() const {
    const std::lock_guard lock(m_serving_mutex);
    return {m_serving, m_serving->search.get()};
}

void OpenLibrary::start() {
    m_indexer.post([this](std::stop_token stop) { load_index(std::move(stop)); });
    m_importer.post([this](std::stop_token stop) { load_model(std::move(stop)); });
    m_reads.post([this](std::stop_token) {
        announce_interrupted_import();
        announce_interrupted_switch();
        m_trainings.announce_interrupted();
    });
}

void OpenLibrary::load_model(std::stop_token stop) {
    ModelInfo info;
    std::optional<Error> error;
    {
        const std::lock_guard lock(m_model_mutex);
        info = m_model.info;
        if (info.hash.empty()) error = m_model.error;
    }
    std::shared_ptr<Embedder> embedder;
    if (!error && !stop.stop_requested()) {
        if (auto loaded = embedder_of(info)) {
            embedder = std::move(*loaded);
        } else {
            error = loaded.error();
        }
    }
    {
        const std::lock_guard lock(m_model_mutex);
        m_embedder = embedder;
        m_model_state = embedder ? ModelState::Ready : ModelState::Absent;
        m_model.loading = false;
        m_model.available = embedder != nullptr;
        if (embedder) m_model.engine = embedder->engine();
        if (const auto measured = stored_measurement(info)) {
            m_model.measured = measured->best;
        } else if (embedder && !m_measurer && !m_closing) {
            m_measurer = std::make_unique<SelfMeasurer>(
                m_library->models_folder(), embedder, [this](const SelfMeasurement& now) {
                    {
                        const std::lock_guard measured_lock(m_model_mutex);
                        if (m_model.info.hash == now.model) m_model.measured = now.best;
                    }
                    publish_model();
                });
        }
        if (error) m_model.error = *error;
    }
    if (embedder) {
        const std::lock_guard lock(m_serving_mutex);
        m_serving->embedder = embedder;
        m_serving->search->set_embedder(embedder.get());
    }
    m_model_changed.notify_all();
    publish_model();
}

void OpenLibrary::publish_model() {
    const std::lock_guard lock(m_model_mutex);
    m_post([status = m_model](Session& session) { Q_EMIT session.modelChanged(status); });
}

bool OpenLibrary::wait_for_model(std::stop_token stop) {
    std::unique_lock lock(m_model_mutex);
    return m_model_changed.wait(lock, std::move(stop), [&] { return m_model_state != ModelState::Loading; });
}

void OpenLibrary::load_index(std::stop_token stop) {
    const auto service = search_service();
    if (auto status = service->refresh(stop); !status) {
        m_post([error = status.error()](Session& session) { Q_EMIT session.noticed(error); });
    }
    if (stop.stop_requested()) return;
    const auto loaded = service->load_graph();
    if (!loaded) {
        m_post([error = loaded.error()](Session& session) { Q_EMIT session.noticed(error); });
    }
    if (stop.stop_requested()) return;
    m_post([rows = service->index_info().rows](Session& session) { Q_EMIT session.indexReady(rows); });
    refresh_summary();
    tend_index(stop, true);
}

void OpenLibrary::tend_index(std::stop_token stop, bool build) {
    const auto service = search_service();
    if (auto status = service->refresh(stop); !status) return;  // the next search says why
    if (!build || m_importing || stop.stop_requested() || m_library->read_only()) return;
    const IndexInfo before = service->index_info();
    if (auto status = service->build_graph(false, stop); !status) return;
    const IndexInfo after = service->index_info();
    if (after.graph_rows == before.graph_rows && after.dead == before.dead) return;
    if (auto status = service->save_graph(); !status) {
        m_post([error = status.error()](Session& session) { Q_EMIT session.noticed(error); });
    }
}

void OpenLibrary::refresh_index_soon() {
    if (m_refresh_posted.exchange(true)) return;
    m_indexer.post([this](std::stop_token stop) {
        m_refresh_posted = false;
        tend_index(stop, !m_importing);
    });
}

// --- the gallery ---

Result<LibrarySummary> OpenLibrary::read_summary() {
    auto reader = m_library->reader();
    if (!reader) return reader.error();
    LibrarySummary summary;
    summary.folder = m_library->folder();
    summary.name = m_library->name();
    summary.read_only = m_library->read_only();
    auto counts = (*reader)->counts();
    if (!counts) return counts.error();
    summary.counts = *counts;
    auto collections = (*reader)->collections();
    if (!collections) return collections.error();
    summary.collections = std::move(*collections);
    auto fields = (*reader)->fields();
    if (!fields) return fields.error();
    summary.fields = std::move(*fields);
    return summary;
}

void OpenLibrary::refresh_summary() {
    if (m_summary_posted.exchange(true)) return;
    m_reads.post([this](std::stop_token) {
        m_summary_posted = false;
        auto summary = read_summary();
        if (!summary) {
            m_post([error = summary.error()](Session& session) { Q_EMIT session.noticed(error); });
            return;
        }
        bool changed = false;
        const std::int64_t embedded = search_service()->index_info().rows;
        {
            const std::lock_guard lock(m_model_mutex);
            changed = m_model.embedded != embedded || m_model.total != summary->counts.items;
            m_model.embedded = embedded;
            m_model.total = summary->counts.items;
        }
        if (changed) publish_model();
        m_post([summary = std::move(*summary)](Session& session) { Q_EMIT session.summaryChanged(summary); });
    });
}

void OpenLibrary::announce_interrupted_import() {
    auto reader = m_library->reader();
    if (!reader || m_library->read_only()) return;
    ItemQuery pending;
    pending.state = ItemState::Pending;
    const auto collections = (*reader)->collections();
    if (!collections || collections->empty()) return;
    for (const Collection& collection : *collections) {
        if (!collection.offline) pending.collections.push_back(collection.id);
    }
    if (pending.collections.empty()) return;  // all away: nothing could be resumed now
    const auto ids = (*reader)->item_ids(pending);
    if (!ids || ids->empty()) return;
    const auto count = static_cast<std::int64_t>(ids->size());
    m_post([count](Session& session) { Q_EMIT session.interruptedImport(count); });
}

void OpenLibrary::list_items(RequestId id, ItemQuery query) {
    m_reads.post([this, id, query = std::move(query)](std::stop_token) {
        auto reader = m_library->reader();
        auto ids = reader ? (*reader)->item_ids(query) : Result<std::vector<ItemId>>(reader.error());
        if (!ids) {
            m_post([error = ids.error()](Session& session) { Q_EMIT session.noticed(error); });
            ids = std::vector<ItemId>{};
        }
        m_post([id, ids = std::move(*ids)](Session& session) { Q_EMIT session.itemsListed(id, ids); });
    });
}

Result<std::vector<ItemRow>> OpenLibrary::rows_of(LibraryReader& reader, const std::vector<ItemId>& ids) {
    auto items = reader.items(ids);
    if (!items) return items.error();
    auto metadata = reader.metadata(ids);
    if (!metadata) return metadata.error();
    std::vector<ItemRow> rows(items->size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        rows[i].item = std::move((*items)[i]);
        rows[i].metadata = std::move((*metadata)[i]);
        if (auto status = m_facts.locate(reader, rows[i]); !status) return status.error();
    }
    return rows;
}

void OpenLibrary::fetch_rows(RequestId id, std::vector<ItemId> ids) {
    m_reads.post([this, id, ids = std::move(ids)](std::stop_token) {
        auto reader = m_library->reader();
        auto rows = reader ? rows_of(**reader, ids) : Result<std::vector<ItemRow>>(reader.error());
        if (!rows) {
            m_post([error = rows.error()](Session& session) { Q_EMIT session.noticed(error); });
            rows = std::vector<ItemRow>{};
        }
        m_post([id, rows = std::move(*rows)](Session& session) { Q_EMIT session.rowsFetched(id, rows); });
    });
}

void OpenLibrary::fetch_field_values(RequestId id, std::string field) {
    m_reads.post([this, id, field = std::move(field)](std::stop_token) {
        auto reader = m_library->reader();
        auto values =
            reader ? (*reader)->field_values(field) : Result<std::vector<ValueCount>>(reader.error());
        if (!values) {
            m_post([error = values.error()](Session& session) { Q_EMIT session.noticed(error); });
            values = std::vector<ValueCount>{};
        }
        m_post([id, field, values = std::move(*values)](Session& session) {
            Q_EMIT session.fieldValuesFetched(id, field, values);
        });
    });
}

void OpenLibrary::request_thumbnails(const std::vector<ItemId>& ids, int size_class) {
    m_thumbnails.request(ids, size_class);
}

void OpenLibrary::load_picture(RequestId id, QueryImage source, int max_side) {
    m_pictures.post([this, id, source = std::move(source), max_side](std::stop_token) {
        auto reader = m_library->reader();
        auto picture = reader ? load_picture_of(source, max_side, reader->get(), &m_thumbnail_cache)
                              : Result<LoadedPicture>(reader.error());
        const Error error = picture ? Error{} : picture.error();
        const LoadedPicture loaded = picture ? std::move(*picture) : LoadedPicture{};
        m_post([=](Session& session) {
            Q_EMIT session.pictureReady(id, loaded.image, loaded.source_width, loaded.source_height, error);
        });
    });
}

// --- queries ---

void OpenLibrary::search(RequestId id, SearchRequest request) {
    std::stop_source stop;
    {
        const std::lock_guard lock(m_jobs_mutex);
        m_searches.emplace(id, stop);
    }
    m_searching.post([this, id, request = std::move(request), stop](std::stop_token) {
        const bool ready = !needs_model(request) || wait_for_model(stop.get_token());
        auto response =
            ready ? search_service()->search(request, stop.get_token())
                  : Result<SearchResponse>(Error{ErrorKind::Cancelled, "The search was cancelled."});
        {
            const std::lock_guard lock(m_jobs_mutex);
            m_searches.erase(id);
        }
        if (response) {
            m_post([id, response = std::move(*response)](Session& session) {
                Q_EMIT session.searchFinished(id, response);
            });
        } else {
            m_post(
                [id, error = response.error()](Session& session) { Q_EMIT session.searchFailed(id, error); });
        }
    });
}

void OpenLibrary::cancel_search(RequestId id) {
    const std::lock_guard lock(m_jobs_mutex);
    if (const auto search = m_searches.find(id); search != m_searches.end()) search->second.request_stop();
}

// --- jobs ---

void OpenLibrary::count_pictures(RequestId id, std::vector<std::string> paths) {
    const std::stop_source stop = instead_of(m_count_stop);
    m_counting.post([this, id, paths = std::move(paths), stop](std::stop_token) {
        constexpr std::int64_t kLimit = 1'000'000;
        const std::int64_t count = fieldmark::count_pictures(paths, kLimit, stop.get_token());
        m_post([id, count](Session& session) { Q_EMIT session.picturesCounted(id, count); });
    });
}

void OpenLibrary::import(ImportRequest request) {
    std::stop_token stop;
    {
        const std::lock_guard lock(m_jobs_mutex);
        if (m_import_stop.stop_requested()) m_import_stop = std::stop_source();
        stop = m_import_stop.get_token();
    }
    m_importer.post(
        [this, request = std::move(request), stop](std::stop_token) { run_import(request, stop); });
}

void OpenLibrary::run_import(const ImportRequest& request, std::stop_token stop) {
    std::shared_ptr<Embedder> embedder;
    std::optional<Error> error;
    {
        const std::lock_guard lock(m_model_mutex);
        embedder = m_embedder;
        if (!embedder) error = m_model.error;
    }
    if (error) {
        m_post([error](Session& session) { Q_EMIT session.importFailed(*error); });
        return;
    }
    ImportObserver observer;
    observer.progress = [this](const ImportProgress& progress) {
        m_post([progress](Session& session) { Q_EMIT session.importProgress(progress); });
    };
    observer.committed = [this](const std::vector<std::int64_t>&, const std::vector<std::int64_t>& items) {
        refresh_index_soon();
        touch(items);
    };
    observer.listed = [this] { touch({}); };
    m_importing = true;
    auto report =
        ImportPipeline(*m_library, *embedder, &m_thumbnail_cache).run(request, observer, stop, &m_gate);
    m_importing = false;
    refresh_index_soon();
    touch({});
    if (report) {
        m_post([report = std::move(*report)](Session& session) { Q_EMIT session.importFinished(report); });
    } else {
        m_post([failure = report.error()](Session& session) { Q_EMIT session.importFailed(failure); });
    }
}

void OpenLibrary::cancel_import() {
    const std::lock_guard lock(m_jobs_mutex);
    m_import_stop.request_stop();
}

std::stop_source OpenLibrary::instead_of(std::stop_source& former) {
    const std::lock_guard lock(m_jobs_mutex);
    former.request_stop();
    former = std::stop_source();
    return former;
}

void OpenLibrary::ask_model(Worker& worker, std::stop_source& former, RequestId id, Failed failed,
                            ModelTask task) {
    worker.post([this, id, failed, task = std::move(task), stop = instead_of(former)](std::stop_token) {
        if (stop.stop_requested() || !wait_for_model(stop.get_token())) return;
        const auto fail = [&](const Error& error) {
            if (error.kind == ErrorKind::Cancelled) return;
            m_post([id, failed, error](Session& session) { Q_EMIT(session.*failed)(id, error); });
        };
        std::shared_ptr<Embedder> embedder;
        Error absent;
        {
            const std::lock_guard lock(m_model_mutex);
            embedder = m_embedder;
            absent = m_model.error;
        }
        if (!embedder) return fail(absent);
        auto reader = m_library->reader();
        if (!reader) return fail(reader.error());
        const Status status = within_memory("to look at these pictures",
                                            [&] { return task(*embedder, **reader, stop.get_token()); });
        if (!status) fail(status.error());
    });
}

void OpenLibrary::explain(RequestId id, QueryImage query, QueryImage match) {
    const auto task = [this, id, query = std::move(query), match = std::move(match)](
                          Embedder& embedder, LibraryReader& reader, const std::stop_token& stop) -> Status {
        constexpr int kParts = 5;
        auto explanation = explain_match(query, match, embedder, &reader, kParts, stop);
        if (!explanation) return explanation.error();
        m_post([id, explanation = std::move(*explanation)](Session& session) {
            Q_EMIT session.explained(id, explanation);
        });
        return {};
    };
    ask_model(m_explaining, m_explanation_stop, id, &Session::explanationFailed, task);
}

void OpenLibrary::cancel_explanation() {
    const std::lock_guard lock(m_jobs_mutex);
    m_explanation_stop.request_stop();
}

void OpenLibrary::find_mark(RequestId id, MarkRequest request) {
    const auto task = [this, id, request = std::move(request)](Embedder& embedder, LibraryReader& reader,
                                                               const std::stop_token& stop) -> Status {
        const auto progress = [this, id](int done, int total) {
            m_post([=](Session& session) { Q_EMIT session.markProgress(id, done, total); });
        };
        auto report = fieldmark::find_mark(request, embedder, reader, stop, progress);
        if (!report) return report.error();
        m_post([id, report = std::move(*report)](Session& session) { Q_EMIT session.markFound(id, report); });
        return {};
    };
    ask_model(m_marking, m_mark_stop, id, &Session::markFailed, task);
}

void OpenLibrary::cancel_mark() {
    const std::lock_guard lock(m_jobs_mutex);
    m_mark_stop.request_stop();
}

void OpenLibrary::look_at(RequestId id, PictureLookRequest request) {
    const auto task = [this, id, request = std::move(request)](Embedder& embedder, LibraryReader& reader,
                                                               const std::stop_token& stop) -> Status {
        auto look = look_at_picture(request, embedder, &reader, stop);
        if (!look) return look.error();
        m_post([id, look = std::move(*look)](Session& session) { Q_EMIT session.lookedAt(id, look); });
        return {};
    };
    ask_model(m_explaining, m_look_stop, id, &Session::lookFailed, task);
}

void OpenLibrary::cancel_look() {
    const std::lock_guard lock(m_jobs_mutex);
    m_look_stop.request_stop();
}

void OpenLibrary::fetch_anchors(RequestId id, AnchorsRequest request) {
    const std::stop_source stop = instead_of(m_anchors_stop);
    m_describing.post([this, id, request = std::move(request), stop](std::stop_token) {
        if (stop.stop_requested()) return;
        // Only a picture from outside has to be embedded; stored vectors wait for no model.
        const bool embeds = request.query && (request.query->item == 0 || !request.query->crop.whole());
        if (embeds && !wait_for_model(stop.get_token())) return;
        std::shared_ptr<Embedder> embedder;
        ModelInfo model;
        Error absent;
        {
            const std::lock_guard lock(m_model_mutex);
            embedder = m_embedder;
            model = m_model.info;
            absent = m_model.error;
        }
        const auto fail = [&](const Error& error) {
            if (error.kind == ErrorKind::Cancelled || stop.stop_requested()) return;
            m_post([id, error](Session& session) { Q_EMIT session.anchorsFailed(id, error); });
        };
        if (model.hash.empty()) return fail(absent);
        auto reader = m_library->reader();
        if (!reader) return fail(reader.error());
        std::vector<float> query;
        if (request.query) {
            const auto models = (*reader)->models();
            if (!models) return fail(models.error());
            const auto record = std::find_if(models->begin(), models->end(),
                                             [&](const ModelRecord& one) { return one.hash == model.hash; });
            const ModelId model_id = record == models->end() ? 0 : record->id;
            QueryEmbedding embedding(**reader, model_id, embedder.get());
            auto embedded = embedding.run({*request.query}, stop.get_token());
            // A query that cannot be read is no reason to show no classes; the search says what is wrong with
            // it.
            if (embedded) query = std::move(embedded->pooled);
        }
        const auto registry = ModelRegistry::for_library(m_library->models_folder());
        auto report = within_memory("to describe the classes", [&] {
            return m_classes.describe(**reader, request, model.hash, registry, query, stop.get_token());
        });
        if (!report) return fail(report.error());
        if (stop.stop_requested()) return;
        m_post(
            [id, report = std::move(*report)](Session& session) { Q_EMIT session.anchorsReady(id, report); });
    });
}

void OpenLibrary::cancel_anchors() {
    const std::lock_guard lock(m_jobs_mutex);
    m_anchors_stop.request_stop();
}

void OpenLibrary::map(RequestId id, MapRequest request) {
    const std::stop_source stop = instead_of(m_map_stop);
    m_mapping.post([this, id, request = std::move(request), stop](std::stop_token) {
        if (stop.stop_requested()) return;
        const auto fail = [&](const Error& error) {
            if (error.kind == ErrorKind::Cancelled) return;
            m_post([id, error](Session& session) { Q_EMIT session.mapFailed(id, error); });
        };
        ModelInfo model;
        Error absent;
        {
            const std::lock_guard lock(m_model_mutex);
            model = m_model.info;
            absent = m_model.error;
        }
        if (model.hash.empty()) return fail(absent);
        auto reader = m_library->reader();
        if (!reader) return fail(reader.error());
        const auto index = search_service()->index();
        const auto ready = [&](LibraryMap map) {
            m_post([id, map = std::move(map)](Session& session) { Q_EMIT session.mapReady(id, map); });
        };
        const auto status = within_memory("to draw the map", [&] {
            return fieldmark::map_library(**reader, model, index.get(), request, ready, stop.get_token());
        });
        if (!status) fail(status.error());
    });
}

void OpenLibrary::cancel_map() {
    const std::lock_guard lock(m_jobs_mutex);
    m_map_stop.request_stop();
}

void OpenLibrary::evaluate(RequestId id, EvaluationRequest request) {
    const std::stop_source stop = instead_of(m_evaluation_stop);
    if (request.model_hash.empty()) {
        const std::lock_guard lock(m_model_mutex);
        request.model_hash = m_model.info.hash;
    }
    m_evaluating.post([this, id, request = std::move(request), stop](std::stop_token) {
        const auto progress = [this, id](int done, int total) {
            m_post([=](Session& session) { Q_EMIT session.evaluationProgress(id, done, total); });
        };
        auto report = within_memory("to evaluate the library", [&] {
            return evaluate_library(*m_library, request, stop.get_token(), progress);
        });
        if (report) {
            m_post([id, report = std::move(*report)](Session& session) {
                Q_EMIT session.evaluationFinished(id, report);
            });
        } else {
            m_post([id, error = report.error()](Session& session) {
                Q_EMIT session.evaluationFailed(id, error);
            });
        }
    });
}

void OpenLibrary::cancel_evaluation() {
    const std::lock_guard lock(m_jobs_mutex);
    m_evaluation_stop.request_stop();
}

void OpenLibrary::fetch_stored_models(RequestId id) {
    m_reads.post([this, id](std::stop_token) {
        auto reader = m_library->reader();
        auto models = reader ? (*reader)->models() : Result<std::vector<ModelRecord>>(reader.error());
        if (!models) {
            m_post([error = models.error()](Session& session) { Q_EMIT session.noticed(error); });
            models = std::vector<ModelRecord>{};
        }
        std::erase_if(*models, [](const ModelRecord& record) { return record.embeddings == 0; });
        m_post([id, models = std::move(*models)](Session& session) {
            Q_EMIT session.storedModelsFetched(id, models);
        });
    });
}

void OpenLibrary::fetch_calibration(RequestId id, std::string field) {
    m_reads.post([this, id, field = std::move(field)](std::stop_token) {
        std::string hash;
        {
            const std::lock_guard lock(m_model_mutex);
            hash = m_model.info.hash;
        }
        std::optional<CalibrationReport> found;
        if (auto reader = m_library->reader()) {
            if (auto stored = load_calibration(**reader, hash, field)) found = std::move(*stored);
        }
        m_post([id, field, found = std::move(found)](Session& session) {
            Q_EMIT session.calibrationFetched(id, field, found);
        });
    });
}

// --- models ---

void OpenLibrary::announce_interrupted_switch() {
    if (m_library->read_only()) return;
    const auto hash = interrupted_switch(*m_library);
    if (!hash || hash->empty()) return;
    const auto info = ModelRegistry::for_library(m_library->models_folder()).find(*hash);
    if (!info) return;  // removed meanwhile: there is nothing to go on with
    m_post([name = info->name](Session& session) { Q_EMIT session.interruptedModelSwitch(name); });
}

Result<std::shared_ptr<Embedder>> OpenLibrary::embedder_of(const ModelInfo& info) {
    const std::lock_guard lock(m_shelf->mutex);
    if (m_shelf->embedder && m_shelf->embedder->info().hash == info.hash) return m_shelf->embedder;
    auto backbone = ModelRegistry::for_library(m_library->models_folder()).load(info, measured_options(info));
    if (!backbone) return backbone.error();
    m_shelf->embedder = std::make_shared<Embedder>(std::move(*backbone));
    return m_shelf->embedder;
}

void OpenLibrary::list_models(RequestId id) {
    m_reads.post([this, id](std::stop_token) {
        std::vector<Error> problems;
        auto models = fieldmark::list_models(m_library.get(), &problems);
        if (!models) {
            problems.push_back(models.error());
            models = std::vector<ModelEntry>{};
        }
        m_post([id, models = std::move(*models), problems](Session& session) {
            Q_EMIT session.modelsListed(id, models, problems);
        });
    });
}

void OpenLibrary::import_model(RequestId id, ModelImport request) {
    m_modelling.post([this, id, request = std::move(request)](std::stop_token) {
        auto imported = fieldmark::import_model(request);
        if (imported) {
            m_post([id, imported = std::move(*imported)](Session& session) {
                Q_EMIT session.modelImported(id, imported);
            });
        } else {
            m_post(
                [id, error = imported.error()](Session& session) { Q_EMIT session.modelFailed(id, error); });
        }
    });
}

void OpenLibrary::remove_model(RequestId id, std::string model) {
    m_edits.post([this, id, model = std::move(model)](std::stop_token) {
        const auto removal = fieldmark::remove_model(m_library.get(), model);
        if (removal) {
            m_post([id, removed = *removal](Session& session) { Q_EMIT session.modelRemoved(id, removed); });
        } else {
            m_post(
                [id, error = removal.error()](Session& session) { Q_EMIT session.modelFailed(id, error); });
        }
    });
}

void OpenLibrary::fit_whitening(RequestId id, WhiteningRequest request) {
    std::stop_token stop;
    {
        const std::lock_guard lock(m_jobs_mutex);
        stop = m_whitening_stop.get_token();
    }
    m_modelling.post([this, id, request = std::move(request), stop](std::stop_token) {
        auto report = fieldmark::fit_whitening(*m_library, request, stop);
        if (report) {
            m_post([id, report = std::move(*report)](Session& session) {
                Q_EMIT session.whiteningFitted(id, report);
            });
        } else {
            m_post([id, error = report.error()](Session& session) { Q_EMIT session.modelFailed(id, error); });
        }
    });
}

void OpenLibrary::use_model(ModelSwitchRequest request) {
    std::stop_token stop;
    {
        const std::lock_guard lock(m_jobs_mutex);
        if (m_switch_stop.stop_requested()) m_switch_stop = std::stop_source();
        stop = m_switch_stop.get_token();
    }
    // On the importer's thread: an import and a change of model take turns, each sees what the other has
    // done.
    m_importer.post(
        [this, request = std::move(request), stop](std::stop_token) { run_switch(request, stop); });
}

void OpenLibrary::run_switch(ModelSwitchRequest request, std::stop_token stop) {
    const auto fail = [this](const Error& error) {
        m_post([error](Session& session) { Q_EMIT session.modelSwitchFailed(error); });
    };
    const auto info = wanted_model(*m_library, request);
    if (!info) return fail(info.error());
    request.model = info->hash;
    request.of_objects = false;
    // Loaded before anything is embedded: a model that cannot run must not become the library's.
    auto embedder = embedder_of(*info);
    if (!embedder) return fail(embedder.error());

    ModelSwitchObserver observer;
    observer.progress = [this](const ModelSwitchProgress& progress) {
        m_post([progress](Session& session) { Q_EMIT session.modelSwitchProgress(progress); });
    };
    observer.committed = [this](const std::vector<ItemId>& items) { touch(items); };
    m_importing = true;
    auto report = ModelSwitch(*m_library, &m_thumbnail_cache).run(request, observer, stop, *embedder);
    m_importing = false;
    if (!report) {
        refresh_index_soon();
        return fail(report.error());
    }
    if (report->cancelled) {
        // Stopped by a person: not to be asked about again. What closes the library may go on next time.
        if (!m_closing) (void)forget_switch(*m_library);
    }
    if (report->switched) {
        // The library's current model is the new one by now: memory follows, whoever has cancelled meanwhile.
        if (auto status = take_over(*info, *embedder); !status) return fail(status.error());
    }
    refresh_index_soon();
    touch({});
    m_post([report = std::move(*report)](Session& session) { Q_EMIT session.modelSwitchFinished(report); });
}

/// Reads the new model's vectors while the former one still answers, then changes over at once.
Status OpenLibrary::take_over(const ModelInfo& info, std::shared_ptr<Embedder> embedder) {
    const auto fresh = std::make_shared<Serving>();
    fresh->embedder = embedder;
    fresh->search = std::make_unique<SearchService>(*m_library, embedder.get(), info.hash);
    if (auto status = fresh->search->refresh({}); !status) return status;
    if (auto loaded = fresh->search->load_graph(); !loaded) {
        m_post([error = loaded.error()](Session& session) { Q_EMIT session.noticed(error); });
    }
    const std::int64_t rows = fresh->search->index_info().rows;
    std::shared_ptr<Serving> former;
    {
        const std::lock_guard lock(m_serving_mutex);
        former = std::exchange(m_serving, fresh);
    }
    {
        const std::lock_guard lock(m_model_mutex);
        m_embedder = embedder;
        m_model_state = ModelState::Ready;
        m_model.loading = false;
        m_model.available = true;
        m_model.info = info;
        m_model.engine = embedder->engine();
        m_model.error = {};
        const auto measured = stored_measurement(info);
        m_model.measured = measured ? std::optional(measured->best) : std::nullopt;
        m_model.embedded = rows;
    }
    m_model_changed.notify_all();
    publish_model();
    m_post([rows](Session& session) { Q_EMIT session.indexReady(rows); });
    return {};
}

void OpenLibrary::cancel_model_switch() {
    const std::lock_guard lock(m_jobs_mutex);
    m_switch_stop.request_stop();
}

void OpenLibrary::forget_model_switch() {
    m_edits.post([this](std::stop_token) { (void)forget_switch(*m_library); });
}

// --- edits and announcements ---

void OpenLibrary::edit(RequestId id, Edit change, std::vector<ItemId> touched,
                       std::function<void(Session&)> then) {
    m_edits.post([this, id, change = std::move(change), touched = std::move(touched), then](std::stop_token) {
        LibraryWriter* writer = m_library->writer();
        const Status status =
            writer ? change(*writer)
                   : Status(Error{ErrorKind::ReadOnly,
                                  "The library \"" + m_library->folder() +
                                      "\" is open for reading only, so it cannot be changed."});
        if (!status) {
            m_post([id, error = status.error()](Session& session) { Q_EMIT session.editFailed(id, error); });
            return;
        }
        m_facts.forget();
        refresh_index_soon();
        touch(touched);
        m_post([id, then](Session& session) {
            Q_EMIT session.edited(id);
            if (then) then(session);
        });
    });
}

void OpenLibrary::fetch_object_box(RequestId id, ItemId item, bool find) {
    m_pictures.post([this, id, item, find](std::stop_token) {
        auto reader = m_library->reader();
        auto box =
            reader ? object_box_of(**reader, item, find) : Result<std::optional<ObjectBox>>(reader.error());
        const Error error = box ? Error{} : box.error();
        const std::optional<ObjectBox> found = box ? *box : std::nullopt;
        m_post([=](Session& session) { Q_EMIT session.objectBoxFetched(id, item, found, error); });
    });
}

void OpenLibrary::set_object_box(RequestId id, ItemId item, std::optional<Crop> box) {
    std::string kind;
    {
        const std::lock_guard lock(m_model_mutex);
        kind = m_model.info.kind;
    }
    const auto change = [this, item, box](LibraryWriter& writer) -> Status {
        auto reader = m_library->reader();
        if (!reader) return reader.error();
        return put_object_box(writer, **reader, item, box);
    };
    // A model of objects has lost this picture's vector with the old box: it is made again at once.
    edit(id, change, {item}, [kind](Session& session) {
        if (kind == "object") session.start_import({});
    });
}

void OpenLibrary::touch(const std::vector<ItemId>& items) {
    m_classes.forget();
    const std::lock_guard lock(m_touched_mutex);
    if (items.empty() || m_touched.size() + items.size() > kMostTouched) {
        m_touched_any = true;
        m_touched.clear();
    }
    if (!m_touched_any) m_touched.insert(items.begin(), items.end());
    if (std::exchange(m_announcement_due, true)) return;
    const int wait = std::max(0, kAnnounceMs - static_cast<int>(m_since_announced.milliseconds()));
    m_post([wait, post = m_post, weak = weak_from_this()](Session& session) {
        QTimer::singleShot(wait, &session, [post, weak] {
            // Through post again, which drops it if the library was closed meanwhile: the session holds it
            // otherwise.
            post([weak](Session&) {
                if (const auto self = weak.lock()) self->announce_touched();
            });
        });
    });
}

void OpenLibrary::announce_touched() {
    std::vector<ItemId> items;
    {
        const std::lock_guard lock(m_touched_mutex);
        if (!m_touched_any) items.assign(m_touched.begin(), m_touched.end());
        m_touched.clear();
        m_touched_any = false;
        m_announcement_due = false;
        m_since_announced = {};
    }
    refresh_summary();
    m_post([items = std::move(items)](Session& session) { Q_EMIT session.itemsChanged(items); });
}

}  // namespace fieldmark
