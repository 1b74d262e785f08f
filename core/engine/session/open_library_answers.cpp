// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
// What a library answers: matches, reasons, marks, anchors, the map, figures.
#include "core/engine/session/open_library.h"

#include <algorithm>
#include <utility>

#include "core/base/within_memory.h"
#include "core/engine/classes/library_mapper.h"
#include "core/engine/learning/calibration_store.h"
#include "core/engine/search/query_vector.h"
#include "core/library/known_model.h"
#include "core/models/model_registry.h"

namespace fieldmark {

namespace {
bool any_needs_model(const std::vector<QueryImage>& images) {
    return std::any_of(images.begin(), images.end(), needs_model);
}

Result<std::vector<float>> embedded_query(LibraryReader& reader, const std::string& model_hash,
                                          Embedder* embedder, const std::vector<QueryImage>& images,
                                          std::stop_token stop) {
    auto model = known_model(reader, model_hash);
    if (!model) return model.error();
    QueryEmbedding embedding(reader, std::move(*model), embedder);
    auto embedded = embedding.run(images, std::move(stop));
    if (!embedded) return embedded.error();
    return std::move(embedded->pooled);
}

}  // namespace

// --- queries ---

void OpenLibrary::search(RequestId id, SearchRequest request) {
    std::stop_source stop;
    {
        const std::lock_guard lock(m_jobs_mutex);
        m_searches.emplace(id, stop);
    }
    m_searching.post([this, id, request = std::move(request), stop](std::stop_token) {
        const bool ready = !any_needs_model(request.images) || wait_for_model(stop.get_token());
        auto response = within_memory("to search", [&]() -> Result<SearchResponse> {
            if (!ready) return Error{ErrorKind::Cancelled, "The search was cancelled."};
            return search_service()->search(request, stop.get_token());
        });
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
        const std::shared_ptr<Embedder> embedder = served().embedder;
        if (!embedder) return fail(absent_model());
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
        const std::uint64_t age = m_explanations.age();
        const auto key = ExplanationCache::key(embedder.info().hash, query, match, reader);
        auto known = key ? m_explanations.find(*key) : std::nullopt;
        auto explanation = known ? Result<Explanation>(std::move(*known))
                                 : explain_match(query, match, embedder, &reader, kParts, stop);
        if (!explanation) return explanation.error();
        if (key) m_explanations.put(*key, *explanation, age);
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
        const bool embeds = request.query && needs_model(*request.query);
        if (embeds && !wait_for_model(stop.get_token())) return;
        const auto fail = [&](const Error& error) {
            if (error.kind == ErrorKind::Cancelled || stop.stop_requested()) return;
            m_post([id, error](Session& session) { Q_EMIT session.anchorsFailed(id, error); });
        };
        const Served now = served();
        if (now.model.hash.empty()) return fail(absent_model());
        auto reader = m_library->reader();
        if (!reader) return fail(reader.error());
        std::vector<float> query;
        std::optional<Error> unread;  // no reason to show no classes
        if (request.query) {
            auto vector = within_memory("to read the query", [&] {
                return embedded_query(**reader, now.model.hash, now.embedder.get(), {*request.query},
                                      stop.get_token());
            });
            if (vector) {
                query = std::move(*vector);
            } else {
                unread = vector.error();
            }
        }
        const auto registry = ModelRegistry::for_library(m_library->models_folder());
        auto report = within_memory("to describe the classes", [&] {
            return m_classes.describe(**reader, request, now.model.hash, registry, query, stop.get_token());
        });
        if (!report) return fail(report.error());
        if (stop.stop_requested()) return;
        report->query_error = unread;
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
        const auto ready = [&](LibraryMap map) {
            m_post([id, map = std::move(map)](Session& session) { Q_EMIT session.mapReady(id, map); });
        };
        const auto status = within_memory("to draw the map", [&]() -> Status {
            // Name and vectors of one model: another may take over while the map is drawn.
            const Served now = served();
            if (now.model.hash.empty()) return absent_model();
            auto reader = m_library->reader();
            if (!reader) return reader.error();
            const auto index = now.search->index();
            return fieldmark::map_library(**reader, now.model, index.get(), request, ready, stop.get_token());
        });
        if (status || status.error().kind == ErrorKind::Cancelled) return;
        m_post([id, error = status.error()](Session& session) { Q_EMIT session.mapFailed(id, error); });
    });
}

Error OpenLibrary::absent_model() {
    const std::lock_guard lock(m_model_mutex);
    return m_model.error;
}

void OpenLibrary::place(RequestId id, int neighbours, const std::stop_token& stop,
                        const LandmarkSource& source) {
    auto placed = within_memory("to draw into the map", [&]() -> Result<std::vector<MapLandmark>> {
        const Served now = served();
        if (now.model.hash.empty()) return absent_model();
        auto reader = m_library->reader();
        if (!reader) return reader.error();
        auto landmarks = source(now, **reader);
        if (!landmarks) return landmarks;
        if (auto status = now.search->refresh(stop); !status) return status.error();
        const auto index = now.search->index();
        if (!index) return std::vector<MapLandmark>();  // nothing is embedded yet
        if (auto status = find_neighbours(*landmarks, neighbours, **reader, *index, now.model.hash, stop);
            !status)
            return status.error();
        return landmarks;
    });
    if (stop.stop_requested()) return;
    if (!placed) {
        m_post([id, error = placed.error()](Session& session) { Q_EMIT session.landmarksFailed(id, error); });
    } else {
        m_post([id, placed = std::move(*placed)](Session& session) {
            Q_EMIT session.landmarksPlaced(id, placed);
        });
    }
}

void OpenLibrary::place_anchors(RequestId id, AnchorMarksRequest request) {
    const std::stop_source stop = instead_of(m_anchor_marks_stop);
    m_describing.post([this, id, request = std::move(request), stop](std::stop_token) {
        if (stop.stop_requested()) return;
        place(id, request.neighbours, stop.get_token(), [&](const Served& now, LibraryReader& reader) {
            const auto registry = ModelRegistry::for_library(m_library->models_folder());
            return m_classes.landmarks(reader, request, now.model.hash, registry, stop.get_token());
        });
    });
}

void OpenLibrary::place_query(RequestId id, std::vector<QueryImage> images) {
    const std::stop_source stop = instead_of(m_query_mark_stop);
    m_placing.post([this, id, images = std::move(images), stop](std::stop_token) {
        constexpr int kNeighbours = 15;
        const bool embeds = any_needs_model(images);
        if (stop.stop_requested() || (embeds && !wait_for_model(stop.get_token()))) return;
        const auto query = [&](const Served& now, LibraryReader& reader) -> Result<std::vector<MapLandmark>> {
            auto vector =
                embedded_query(reader, now.model.hash, now.embedder.get(), images, stop.get_token());
            if (!vector) return vector.error();
            std::vector<MapLandmark> one(1);
            one[0].kind = MapLandmark::Kind::Query;
            one[0].vector = std::move(*vector);
            // Its twins are as near to it as it is itself. An anchor is no picture.
            if (images.size() == 1 && !embeds && !images.front().anchor)
                one[0].nearest = {{images.front().item, 1.0F}};
            return one;
        };
        place(id, kNeighbours, stop.get_token(), query);
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

}  // namespace fieldmark
