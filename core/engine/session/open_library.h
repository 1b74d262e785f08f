// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/pause_gate.h"
#include "core/base/stopwatch.h"
#include "core/engine/explain/explanation_cache.h"
#include "core/engine/models/model_catalog.h"
#include "core/engine/models/model_switch.h"
#include "core/engine/models/self_measurer.h"
#include "core/engine/pictures/thumbnail_service.h"
#include "core/engine/search/library_facts.h"
#include "core/engine/search/search_service.h"
#include "core/engine/session/post_to_session.h"
#include "core/engine/session/session.h"
#include "core/engine/session/training_runner.h"
#include "core/engine/session/worker.h"
#include "core/library/library.h"
#include "core/library/thumbnail_cache.h"

namespace fieldmark {

/// The model that was loaded last, kept over a change of library. Any thread.
struct ModelShelf {
    std::mutex mutex;
    std::shared_ptr<Embedder> embedder;
};

/// One open library with its services and threads: what a Session is made of. Made and destroyed on the
/// session's opening thread; the requests come from the UI thread and return at once; answers go out through
/// `post`.
class OpenLibrary : public std::enable_shared_from_this<OpenLibrary> {
  public:
    OpenLibrary(std::unique_ptr<Library> library, std::shared_ptr<ModelShelf> shelf, PostToSession post);
    ~OpenLibrary();  ///< waits for all threads

    /// Finds out which model this library is for. Opening thread, before anything else.
    void prepare();
    /// Begins to load vectors and model.
    void start();
    /// Asks every thread to stop; waits for none.
    void request_stop();
    Result<LibrarySummary> read_summary();

    void list_items(RequestId id, ItemQuery query);
    void fetch_rows(RequestId id, std::vector<ItemId> ids);
    void fetch_field_values(RequestId id, std::string field);
    void fetch_folder_labels(RequestId id, std::string field, std::vector<CollectionId> collections);
    void request_thumbnails(const std::vector<ItemId>& ids, int size_class);
    void load_picture(RequestId id, QueryImage source, int max_side);
    void search(RequestId id, SearchRequest request);
    void cancel_search(RequestId id);
    void count_pictures(RequestId id, std::vector<std::string> paths);
    void import(ImportRequest request);
    PauseGate& import_gate() { return m_gate; }
    void cancel_import();
    void map(RequestId id, MapRequest request);
    void cancel_map();
    void place_anchors(RequestId id, AnchorMarksRequest request);
    void place_query(RequestId id, std::vector<QueryImage> images);
    void explain(RequestId id, QueryImage query, QueryImage match);
    void cancel_explanation();
    void fetch_anchors(RequestId id, AnchorsRequest request);
    void cancel_anchors();
    void find_mark(RequestId id, MarkRequest request);
    void cancel_mark();
    void look_at(RequestId id, PictureLookRequest request);
    void cancel_look();
    void evaluate(RequestId id, EvaluationRequest request);
    void cancel_evaluation();
    void fetch_stored_models(RequestId id);
    void fetch_calibration(RequestId id, std::string field);

    void list_models(RequestId id);
    void import_model(RequestId id, ModelImport request);
    void remove_model(RequestId id, std::string model);
    void fit_whitening(RequestId id, WhiteningRequest request);
    void use_model(ModelSwitchRequest request);
    void cancel_model_switch();
    void forget_model_switch();

    TrainingRunner& trainings() { return m_trainings; }

    using Edit = std::function<Status(LibraryWriter&)>;
    void fetch_object_box(RequestId id, ItemId item, bool find);
    void set_object_box(RequestId id, ItemId item, std::optional<ObjectBox> box);
    /// `touched` empty: anything may have changed. `then` runs on the UI thread after the edit succeeded.
    void edit(RequestId id, Edit change, std::vector<ItemId> touched,
              std::function<void(Session&)> then = {});

  private:
    enum class ModelState { Loading, Ready, Absent };
    using Failed = void (Session::*)(RequestId, const Error&);
    using ModelTask = std::function<Status(Embedder&, LibraryReader&, const std::stop_token&)>;

    /// What answers queries: one model's vectors and, once it is loaded, the model. The service only borrows
    /// the embedder, so both go together.
    struct Serving {
        ModelInfo model;
        std::shared_ptr<Embedder> embedder;
        std::unique_ptr<SearchService> search;
    };
    /// Holds what it needs even if another model takes over meanwhile.
    std::shared_ptr<SearchService> search_service() const;
    /// Model, name and vectors that belong together, whatever takes over meanwhile.
    struct Served {
        ModelInfo model;                     ///< hash empty: there is none
        std::shared_ptr<Embedder> embedder;  ///< null: not loaded
        std::shared_ptr<SearchService> search;
    };
    Served served() const;
    Error absent_model();  ///< why there is none
    using LandmarkSource = std::function<Result<std::vector<MapLandmark>>(const Served&, LibraryReader&)>;
    /// Posts the landmarks of `source` with the items nearest to each, or why there are none.
    void place(RequestId id, int neighbours, const std::stop_token& stop, const LandmarkSource& source);

    void load_model(std::stop_token stop);
    void publish_model();
    /// Waits until the model is loaded or known to be absent. False if `stop` came first.
    bool wait_for_model(std::stop_token stop);
    /// Stops the job that holds `former` and gives its successor a stop of its own, kept in `former`.
    std::stop_source instead_of(std::stop_source& former);
    /// Runs `task` on `worker` with the model and a reader, in place of the one that `former` stops. The task
    /// posts its own answer; an error, also memory that is not there, is posted as `failed`. Cancelled is no
    /// error: whoever cancelled waits for nothing.
    void ask_model(Worker& worker, std::stop_source& former, RequestId id, Failed failed, ModelTask task);
    void load_index(std::stop_token stop);
    void tend_index(std::stop_token stop, bool build);
    void refresh_index_soon();
    void announce_interrupted_import();
    void announce_interrupted_switch();
    Result<std::shared_ptr<Embedder>> embedder_of(const ModelInfo& info);
    void run_switch(ModelSwitchRequest request, std::stop_token stop);
    Status take_over(const ModelInfo& info, std::shared_ptr<Embedder> embedder);
    void run_import(const ImportRequest& request, std::stop_token stop);
    void touch(const std::vector<ItemId>& items);
    void announce_touched();
    void refresh_summary();
    Result<std::vector<ItemRow>> rows_of(LibraryReader& reader, const std::vector<ItemId>& ids);

    const std::unique_ptr<Library> m_library;
    const std::shared_ptr<ModelShelf> m_shelf;
    const PostToSession m_post;
    const Worker::Tell m_notice;  ///< of memory that ran out in a task
    ThumbnailCache m_thumbnail_cache;
    LibraryFacts m_facts;
    ClassDescriber m_classes;
    ExplanationCache m_explanations;
    PauseGate m_gate;

    std::mutex m_model_mutex;
    std::condition_variable_any m_model_changed;
    ModelState m_model_state = ModelState::Loading;
    ModelStatus m_model;
    mutable std::mutex m_serving_mutex;
    std::shared_ptr<Serving> m_serving;  ///< made by prepare(), replaced by take_over(); guarded

    std::mutex m_jobs_mutex;
    std::map<RequestId, std::stop_source> m_searches;
    std::stop_source m_count_stop;
    std::stop_source m_folders_stop;
    std::stop_source m_import_stop;
    std::stop_source m_switch_stop;
    std::stop_source m_whitening_stop;
    std::stop_source m_explanation_stop;
    std::stop_source m_map_stop;
    std::stop_source m_anchors_stop;
    std::stop_source m_anchor_marks_stop;
    std::stop_source m_query_mark_stop;
    std::stop_source m_mark_stop;
    std::stop_source m_look_stop;
    std::stop_source m_evaluation_stop;
    std::atomic<bool> m_importing{false};
    std::atomic<bool> m_closing{false};
    std::atomic<bool> m_refresh_posted{false};
    std::atomic<bool> m_summary_posted{false};

    std::mutex m_touched_mutex;
    std::set<ItemId> m_touched;
    bool m_touched_any = false;
    bool m_announcement_due = false;
    Stopwatch m_since_announced;

    // Last, so that their threads have ended before anything above goes.
    ThumbnailService m_thumbnails;
    TrainingRunner m_trainings;
    Worker m_reads{m_notice};
    Worker m_pictures{m_notice, 2};
    Worker m_searching{m_notice};
    Worker m_counting{m_notice};
    Worker m_edits{m_notice};
    Worker m_importer{m_notice};
    Worker m_indexer{m_notice};
    Worker m_explaining{m_notice};
    Worker m_mapping{m_notice};
    Worker m_describing{m_notice};
    Worker m_placing{m_notice};  ///< of queries on the map, which shall not wait for it or for the classes
    Worker m_marking{m_notice};  ///< of its own: it takes seconds, and an explanation shall not wait for it
    Worker m_evaluating{m_notice};
    Worker m_modelling{m_notice};
    std::unique_ptr<SelfMeasurer> m_measurer;  ///< made by load_model(); guarded by m_model_mutex
};

}  // namespace fieldmark
