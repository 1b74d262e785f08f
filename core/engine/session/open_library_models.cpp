// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
// What fills a library: its model, its vectors, imports and changes of model.
#include "core/engine/session/open_library.h"

#include <utility>

#include "core/base/within_memory.h"
#include "core/engine/pictures/measuring_sample.h"
#include "core/engine/pictures/object_service.h"
#include "core/models/model_registry.h"
#include "core/models/self_measurement.h"

namespace fieldmark {

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
    const ModelRegistry registry = ModelRegistry::for_library(m_library->models_folder());
    const auto info = registry.find(hash);
    if (info) {
        m_model.info = *info;
        m_model.whole_model = whole_model_of(registry, *info);
        hash = info->hash;
    } else {
        m_model.error = info.error();
    }
    m_serving = std::make_shared<Serving>();
    if (info) m_serving->model = *info;
    m_serving->search = std::make_unique<SearchService>(*m_library, nullptr, hash);
}

OpenLibrary::Served OpenLibrary::served() const {
    const std::lock_guard lock(m_serving_mutex);
    return {m_serving->model, m_serving->embedder, {m_serving, m_serving->search.get()}};
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
    if (embedder) {  // before it is called ready: who waited for it asks the service at once
        const std::lock_guard lock(m_serving_mutex);
        m_serving->embedder = embedder;
        m_serving->search->set_embedder(embedder.get());
    }
    {
        const std::lock_guard lock(m_model_mutex);
        m_model_state = embedder ? ModelState::Ready : ModelState::Absent;
        m_model.loading = false;
        m_model.available = embedder != nullptr;
        if (embedder) m_model.engine = embedder->engine();
        if (const auto measured = stored_measurement(info)) {
            m_model.measured = measured->best;
        } else if (embedder && !m_measurer && !m_closing) {
            m_measurer = std::make_unique<SelfMeasurer>(
                m_library->models_folder(), embedder,
                [this, embedder](std::size_t most, const std::function<bool()>& give_up) {
                    auto reader = m_library->reader();
                    return reader ? measuring_sample(**reader, *embedder, most, give_up)
                                  : std::vector<std::uint8_t>();
                },
                [this](const SelfMeasurement& now) {
                    {
                        const std::lock_guard measured_lock(m_model_mutex);
                        if (m_model.info.hash == now.model) m_model.measured = now.best;
                    }
                    publish_model();
                });
        }
        if (error) m_model.error = *error;
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
    const std::shared_ptr<Embedder> embedder = served().embedder;
    if (!embedder) {
        m_post([error = absent_model()](Session& session) { Q_EMIT session.importFailed(error); });
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
    auto report = within_memory("to import these pictures", [&] {
        return ImportPipeline(*m_library, *embedder, &m_thumbnail_cache)
            .run(request, observer, stop, &m_gate);
    });
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
    auto backbone = load_measured(ModelRegistry::for_library(m_library->models_folder()), info);
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
        auto report = within_memory("to fit the whitening",
                                    [&] { return fieldmark::fit_whitening(*m_library, request, stop); });
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
    auto report = within_memory("to change the model", [&] {
        return ModelSwitch(*m_library, &m_thumbnail_cache).run(request, observer, stop, *embedder);
    });
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
        const auto status =
            within_memory("to change the model", [&] { return take_over(*info, *embedder); });
        if (!status) return fail(status.error());
    }
    refresh_index_soon();
    touch({});
    m_post([report = std::move(*report)](Session& session) { Q_EMIT session.modelSwitchFinished(report); });
}

/// Reads the new model's vectors while the former one still answers, then changes over at once.
Status OpenLibrary::take_over(const ModelInfo& info, std::shared_ptr<Embedder> embedder) {
    std::string whole_model = whole_model_of(ModelRegistry::for_library(m_library->models_folder()), info);
    const auto fresh = std::make_shared<Serving>();
    fresh->model = info;
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
        m_model_state = ModelState::Ready;
        m_model.loading = false;
        m_model.available = true;
        m_model.info = info;
        m_model.whole_model = std::move(whole_model);
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

}  // namespace fieldmark
