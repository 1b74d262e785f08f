// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/session/session.h"

#include <algorithm>
#include <functional>
#include <mutex>
#include <utility>

#include <QMetaObject>

#include "core/base/within_memory.h"
#include "core/engine/session/open_library.h"
#include "core/engine/session/post_to_session.h"
#include "core/library/writer.h"

namespace fieldmark {

namespace {

void register_types() {
    qRegisterMetaType<ItemId>("fieldmark::ItemId");
    qRegisterMetaType<RequestId>("fieldmark::RequestId");
    qRegisterMetaType<Error>("fieldmark::Error");
    qRegisterMetaType<LibrarySummary>("fieldmark::LibrarySummary");
    qRegisterMetaType<ModelStatus>("fieldmark::ModelStatus");
    qRegisterMetaType<SearchResponse>("fieldmark::SearchResponse");
    qRegisterMetaType<ImportProgress>("fieldmark::ImportProgress");
    qRegisterMetaType<ImportReport>("fieldmark::ImportReport");
    qRegisterMetaType<FolderLabels>("fieldmark::FolderLabels");
    qRegisterMetaType<EvaluationReport>("fieldmark::EvaluationReport");
    qRegisterMetaType<Explanation>("fieldmark::Explanation");
    qRegisterMetaType<LibraryMap>("fieldmark::LibraryMap");
    qRegisterMetaType<AnchorsReport>("fieldmark::AnchorsReport");
    qRegisterMetaType<MarkReport>("fieldmark::MarkReport");
    qRegisterMetaType<PictureLook>("fieldmark::PictureLook");
    qRegisterMetaType<ItemRow>("fieldmark::ItemRow");
    qRegisterMetaType<ModelEntry>("fieldmark::ModelEntry");
    qRegisterMetaType<ImportedModel>("fieldmark::ImportedModel");
    qRegisterMetaType<ModelRemoval>("fieldmark::ModelRemoval");
    qRegisterMetaType<WhiteningReport>("fieldmark::WhiteningReport");
    qRegisterMetaType<ModelSwitchProgress>("fieldmark::ModelSwitchProgress");
    qRegisterMetaType<ModelSwitchReport>("fieldmark::ModelSwitchReport");
    qRegisterMetaType<TrainingRequest>("fieldmark::TrainingRequest");
    qRegisterMetaType<TrainingPreview>("fieldmark::TrainingPreview");
    qRegisterMetaType<TrainingResult>("fieldmark::TrainingResult");
    qRegisterMetaType<EpochReport>("fieldmark::EpochReport");
}

Error not_open() {
    return {ErrorKind::Usage, "No library is open. Open or create one first."};
}

}  // namespace

/// The UI thread's side: which library is open, what was said last, and the thread that opens and closes.
struct Session::Impl {
    explicit Impl(Session& owner) : session(owner) {}

    Session& session;
    std::shared_ptr<OpenLibrary> open;
    std::uint64_t generation = 0;  ///< of the open library; answers of an older one are dropped
    RequestId last_request = 0;
    LibrarySummary summary;
    ModelStatus model;
    int imports = 0;
    int switches = 0;
    RequestId training = 0;  ///< the one that runs
    std::shared_ptr<ModelShelf> shelf = std::make_shared<ModelShelf>();
    std::mutex arrival_mutex;
    std::shared_ptr<OpenLibrary> arrival;  ///< opened, and not taken by the UI thread yet; guarded
    /// Last: its thread ends first.
    Worker lifecycle{notice_to([this](std::function<void(Session&)> task) { post_always(std::move(task)); })};

    /// On the UI thread, in any case (the session lives until `lifecycle` has ended).
    void post_always(std::function<void(Session&)> task) {
        QMetaObject::invokeMethod(
            &session, [this, task = std::move(task)] { task(session); }, Qt::QueuedConnection);
    }

    PostToSession post_while_open() {
        return [this, own = generation](std::function<void(Session&)> task) {
            QMetaObject::invokeMethod(
                &session,
                [this, own, task = std::move(task)] {
                    if (own == generation) task(session);
                },
                Qt::QueuedConnection);
        };
    }

    std::shared_ptr<OpenLibrary> take_arrival() {
        const std::lock_guard lock(arrival_mutex);
        return std::exchange(arrival, nullptr);
    }

    /// Destroys the library on the opening thread, where its threads may take a batch to end.
    void close_later(std::shared_ptr<OpenLibrary> library) {
        library->request_stop();
        lifecycle.post([this, library = std::move(library)](std::stop_token) mutable {
            library.reset();
            post_always([](Session& owner) { Q_EMIT owner.closed(); });
        });
    }

    RequestId edit(OpenLibrary::Edit change, std::vector<ItemId> touched = {},
                   std::function<void(Session&)> then = {});

    RequestId model_request(const std::function<void(OpenLibrary&, RequestId)>& ask);

    void remember_what_is_said();
};

void Session::Impl::remember_what_is_said() {
    // Connected before anyone else, so that summary() and model() are right in every slot.
    connect(&session, &Session::summaryChanged, &session,
            [this](const LibrarySummary& said) { summary = said; });
    connect(&session, &Session::modelChanged, &session, [this](const ModelStatus& said) { model = said; });
    connect(&session, &Session::importFinished, &session, [this] { imports = std::max(0, imports - 1); });
    connect(&session, &Session::importFailed, &session, [this] { imports = std::max(0, imports - 1); });
    const auto training_ended = [this](RequestId id) {
        if (id == training) training = 0;
    };
    connect(&session, &Session::trainingFinished, &session, training_ended);
    connect(&session, &Session::trainingFailed, &session, training_ended);
    connect(&session, &Session::trainingRefused, &session, training_ended);
    connect(&session, &Session::modelSwitchFinished, &session,
            [this] { switches = std::max(0, switches - 1); });
    connect(&session, &Session::modelSwitchFailed, &session,
            [this] { switches = std::max(0, switches - 1); });
}

Session::Session(QObject* parent) : QObject(parent), m_impl(std::make_unique<Impl>(*this)) {
    register_types();
    m_impl->remember_what_is_said();
}

Session::~Session() {
    ++m_impl->generation;
    if (m_impl->open) m_impl->open->request_stop();
    m_impl->open.reset();
}

void Session::open(const std::string& folder, const SessionOptions& options) {
    close();
    Impl& impl = *m_impl;
    ++impl.generation;
    impl.lifecycle.post(
        [&impl, folder, options, post = impl.post_while_open(), shelf = impl.shelf](std::stop_token) {
            const auto fail = [&](const Error& error) {
                post([error, folder](Session& session) { Q_EMIT session.openFailed(error, folder); });
            };
            std::shared_ptr<OpenLibrary> opened;
            auto summary = within_memory("to open the library", [&]() -> Result<LibrarySummary> {
                auto library = Library::open(folder, {options.create, options.read_only, "Fieldmark"});
                if (!library) return library.error();
                opened = std::make_shared<OpenLibrary>(std::move(*library), shelf, post);
                opened->prepare();
                return opened->read_summary();
            });
            if (!summary) return fail(summary.error());
            {
                const std::lock_guard lock(impl.arrival_mutex);
                impl.arrival = std::move(opened);
            }
            post([&impl, summary = std::move(*summary)](Session& session) {
                impl.open = impl.take_arrival();
                impl.summary = summary;
                impl.open->start();
                Q_EMIT session.opened(summary);
            });
        });
}

void Session::close() {
    Impl& impl = *m_impl;
    ++impl.generation;
    impl.imports = 0;
    impl.switches = 0;
    impl.training = 0;
    impl.summary = {};
    impl.model = {};
    if (impl.open) return impl.close_later(std::exchange(impl.open, nullptr));
    // What is being opened and nobody waits for any more gives its lock back before the next one is opened.
    impl.lifecycle.post([&impl](std::stop_token) { impl.take_arrival().reset(); });
}

bool Session::is_open() const {
    return m_impl->open != nullptr;
}

LibrarySummary Session::summary() const {
    return m_impl->summary;
}

ModelStatus Session::model() const {
    return m_impl->model;
}

// Without a library there is nobody to answer: requests that have a failing answer get it, the others none.

RequestId Session::list_items(const ItemQuery& query) {
    const RequestId id = ++m_impl->last_request;
    if (m_impl->open) m_impl->open->list_items(id, query);
    return id;
}

RequestId Session::fetch_rows(const std::vector<ItemId>& ids) {
    const RequestId id = ++m_impl->last_request;
    if (m_impl->open) m_impl->open->fetch_rows(id, ids);
    return id;
}

RequestId Session::fetch_field_values(const std::string& field) {
    const RequestId id = ++m_impl->last_request;
    if (m_impl->open) m_impl->open->fetch_field_values(id, field);
    return id;
}

RequestId Session::fetch_folder_labels(const std::string& field,
                                       const std::vector<CollectionId>& collections) {
    const RequestId id = ++m_impl->last_request;
    if (m_impl->open) m_impl->open->fetch_folder_labels(id, field, collections);
    return id;
}

void Session::request_thumbnails(const std::vector<ItemId>& ids, int size_class) {
    if (m_impl->open) m_impl->open->request_thumbnails(ids, size_class);
}

RequestId Session::load_picture(const QueryImage& source, int max_side) {
    const RequestId id = ++m_impl->last_request;
    if (m_impl->open) {
        m_impl->open->load_picture(id, source, max_side);
    } else {
        m_impl->post_always(
            [id](Session& session) { Q_EMIT session.pictureReady(id, {}, 0, 0, not_open()); });
    }
    return id;
}

RequestId Session::search(const SearchRequest& request) {
    const RequestId id = ++m_impl->last_request;
    if (m_impl->open) {
        m_impl->open->search(id, request);
    } else {
        m_impl->post_always([id](Session& session) { Q_EMIT session.searchFailed(id, not_open()); });
    }
    return id;
}

void Session::cancel_search(RequestId id) {
    if (m_impl->open) m_impl->open->cancel_search(id);
}

RequestId Session::explain(const QueryImage& query, const QueryImage& match) {
    const RequestId id = ++m_impl->last_request;
    if (m_impl->open) {
        m_impl->open->explain(id, query, match);
    } else {
        m_impl->post_always([id](Session& session) { Q_EMIT session.explanationFailed(id, not_open()); });
    }
    return id;
}

void Session::cancel_explanation() {
    if (m_impl->open) m_impl->open->cancel_explanation();
}

RequestId Session::find_mark(const MarkRequest& request) {
    const RequestId id = ++m_impl->last_request;
    if (m_impl->open) {
        m_impl->open->find_mark(id, request);
    } else {
        m_impl->post_always([id](Session& session) { Q_EMIT session.markFailed(id, not_open()); });
    }
    return id;
}

void Session::cancel_mark() {
    if (m_impl->open) m_impl->open->cancel_mark();
}

RequestId Session::look_at(const PictureLookRequest& request) {
    const RequestId id = ++m_impl->last_request;
    if (m_impl->open) {
        m_impl->open->look_at(id, request);
    } else {
        m_impl->post_always([id](Session& session) { Q_EMIT session.lookFailed(id, not_open()); });
    }
    return id;
}

void Session::cancel_look() {
    if (m_impl->open) m_impl->open->cancel_look();
}

RequestId Session::fetch_anchors(const AnchorsRequest& request) {
    const RequestId id = ++m_impl->last_request;
    if (m_impl->open) {
        m_impl->open->fetch_anchors(id, request);
    } else {
        m_impl->post_always([id](Session& session) { Q_EMIT session.anchorsFailed(id, not_open()); });
    }
    return id;
}

void Session::cancel_anchors() {
    if (m_impl->open) m_impl->open->cancel_anchors();
}

RequestId Session::map_library(const MapRequest& request) {
    const RequestId id = ++m_impl->last_request;
    if (m_impl->open) {
        m_impl->open->map(id, request);
    } else {
        m_impl->post_always([id](Session& session) { Q_EMIT session.mapFailed(id, not_open()); });
    }
    return id;
}

void Session::cancel_map() {
    if (m_impl->open) m_impl->open->cancel_map();
}

RequestId Session::place_anchors(const AnchorMarksRequest& request) {
    const RequestId id = ++m_impl->last_request;
    if (m_impl->open) {
        m_impl->open->place_anchors(id, request);
    } else {
        m_impl->post_always([id](Session& session) { Q_EMIT session.landmarksFailed(id, not_open()); });
    }
    return id;
}

RequestId Session::place_query(const std::vector<QueryImage>& images) {
    const RequestId id = ++m_impl->last_request;
    if (m_impl->open) {
        m_impl->open->place_query(id, images);
    } else {
        m_impl->post_always([id](Session& session) { Q_EMIT session.landmarksFailed(id, not_open()); });
    }
    return id;
}

RequestId Session::count_pictures(const std::vector<std::string>& paths) {
    const RequestId id = ++m_impl->last_request;
    if (m_impl->open) m_impl->open->count_pictures(id, paths);
    return id;
}

RequestId Session::start_import(const ImportRequest& request) {
    const RequestId id = ++m_impl->last_request;
    if (!m_impl->open) {
        m_impl->post_always([](Session& session) { Q_EMIT session.importFailed(not_open()); });
        return id;
    }
    if (m_impl->imports == 0) m_impl->open->import_gate().set_paused(false);
    ++m_impl->imports;
    m_impl->open->import(request);
    return id;
}

void Session::pause_import(bool paused) {
    if (m_impl->open) m_impl->open->import_gate().set_paused(paused);
}

void Session::cancel_import() {
    if (m_impl->open) m_impl->open->cancel_import();
}

bool Session::importing() const {
    return m_impl->imports > 0;
}

RequestId Session::evaluate(const EvaluationRequest& request) {
    const RequestId id = ++m_impl->last_request;
    if (m_impl->open) {
        m_impl->open->evaluate(id, request);
    } else {
        m_impl->post_always([id](Session& session) { Q_EMIT session.evaluationFailed(id, not_open()); });
    }
    return id;
}

void Session::cancel_evaluation() {
    if (m_impl->open) m_impl->open->cancel_evaluation();
}

RequestId Session::fetch_stored_models() {
    const RequestId id = ++m_impl->last_request;
    if (m_impl->open) m_impl->open->fetch_stored_models(id);
    return id;
}

RequestId Session::fetch_calibration(const std::string& field) {
    const RequestId id = ++m_impl->last_request;
    if (m_impl->open) m_impl->open->fetch_calibration(id, field);
    return id;
}

// --- models ---

RequestId Session::Impl::model_request(const std::function<void(OpenLibrary&, RequestId)>& ask) {
    const RequestId id = ++last_request;
    if (open) {
        ask(*open, id);
    } else {
        post_always([id](Session& owner) { Q_EMIT owner.modelFailed(id, not_open()); });
    }
    return id;
}

RequestId Session::list_models() {
    return m_impl->model_request([](OpenLibrary& open, RequestId id) { open.list_models(id); });
}

RequestId Session::import_model(const ModelImport& request) {
    return m_impl->model_request([&](OpenLibrary& open, RequestId id) { open.import_model(id, request); });
}

RequestId Session::remove_model(const std::string& model) {
    return m_impl->model_request([&](OpenLibrary& open, RequestId id) { open.remove_model(id, model); });
}

RequestId Session::fit_whitening(const WhiteningRequest& request) {
    return m_impl->model_request([&](OpenLibrary& open, RequestId id) { open.fit_whitening(id, request); });
}

void Session::use_model(const ModelSwitchRequest& request) {
    ++m_impl->switches;
    if (m_impl->open) {
        m_impl->open->use_model(request);
    } else {
        m_impl->post_always([](Session& session) { Q_EMIT session.modelSwitchFailed(not_open()); });
    }
}

void Session::cancel_model_switch() {
    if (m_impl->open) m_impl->open->cancel_model_switch();
}

bool Session::switching_model() const {
    return m_impl->switches > 0;
}

void Session::forget_model_switch() {
    if (m_impl->open) m_impl->open->forget_model_switch();
}

// --- learning ---

RequestId Session::preview_training(const TrainingRequest& request) {
    const RequestId id = ++m_impl->last_request;
    if (m_impl->open) {
        m_impl->open->trainings().preview(id, request);
    } else {
        m_impl->post_always([id](Session& session) { Q_EMIT session.trainingRefused(id, not_open()); });
    }
    return id;
}

RequestId Session::start_training(const TrainingRequest& request) {
    const RequestId id = ++m_impl->last_request;
    if (!m_impl->open) {
        m_impl->post_always([id](Session& session) { Q_EMIT session.trainingRefused(id, not_open()); });
        return id;
    }
    if (m_impl->training == 0) m_impl->training = id;
    m_impl->open->trainings().start(id, request);
    return id;
}

void Session::cancel_training() {
    if (m_impl->open) m_impl->open->trainings().cancel();
}

bool Session::training() const {
    return m_impl->training != 0;
}

void Session::forget_training() {
    if (m_impl->open) m_impl->open->trainings().forget();
}

RequestId Session::review_labels(const std::string& field) {
    const RequestId id = ++m_impl->last_request;
    if (m_impl->open) {
        AnchorRequest request;
        request.model = m_impl->model.info.hash;
        m_impl->open->trainings().review_labels(id, request, field);
    } else {
        m_impl->post_always([id](Session& session) { Q_EMIT session.reviewFailed(id, not_open()); });
    }
    return id;
}

// --- edits ---

RequestId Session::Impl::edit(OpenLibrary::Edit change, std::vector<ItemId> touched,
                              std::function<void(Session&)> then) {
    const RequestId id = ++last_request;
    if (open) {
        open->edit(id, std::move(change), std::move(touched), std::move(then));
    } else {
        post_always([id](Session& owner) { Q_EMIT owner.editFailed(id, not_open()); });
    }
    return id;
}

namespace {

std::vector<ItemId> items_of(const std::vector<ValueEdit>& edits) {
    std::vector<ItemId> items;
    items.reserve(edits.size());
    for (const ValueEdit& edit : edits) items.push_back(edit.item);
    return items;
}

}  // namespace

RequestId Session::set_values(const std::vector<ValueEdit>& edits) {
    return m_impl->edit(
        [edits](LibraryWriter& writer) { return writer.set_values(edits, ValueSource::User); },
        items_of(edits));
}

RequestId Session::store_folder_labels(const std::vector<ValueEdit>& values) {
    return m_impl->edit(
        [values](LibraryWriter& writer) { return fieldmark::store_folder_labels(writer, values); },
        items_of(values));
}

RequestId Session::fetch_object_box(ItemId item, bool find) {
    const RequestId id = ++m_impl->last_request;
    if (m_impl->open) {
        m_impl->open->fetch_object_box(id, item, find);
    } else {
        m_impl->post_always([id, item](Session& session) {
            Q_EMIT session.objectBoxFetched(id, item, std::nullopt, not_open());
        });
    }
    return id;
}

RequestId Session::set_object_box(ItemId item, const std::optional<ObjectBox>& box) {
    const RequestId id = ++m_impl->last_request;
    if (m_impl->open) {
        m_impl->open->set_object_box(id, item, box);
    } else {
        m_impl->post_always([id](Session& session) { Q_EMIT session.editFailed(id, not_open()); });
    }
    return id;
}

RequestId Session::remove_items(const std::vector<ItemId>& ids) {
    return m_impl->edit([ids](LibraryWriter& writer) { return writer.remove_items(ids); });
}

RequestId Session::rename_collection(CollectionId collection, const std::string& name) {
    return m_impl->edit(
        [collection, name](LibraryWriter& writer) { return writer.rename_collection(collection, name); });
}

RequestId Session::remove_collection(CollectionId collection) {
    return m_impl->edit([collection](LibraryWriter& writer) { return writer.remove_collection(collection); });
}

RequestId Session::relocate_collection(CollectionId collection, const std::string& root) {
    return m_impl->edit(
        [collection, root](LibraryWriter& writer) { return writer.relocate_collection(collection, root); });
}

RequestId Session::retry_failed(const std::vector<ItemId>& ids) {
    const auto retry = [ids](LibraryWriter& writer) -> Status {
        const auto count = writer.retry_failed(ids);
        return count ? Status() : Status(count.error());
    };
    return m_impl->edit(retry, ids, [](Session& session) { session.start_import({}); });
}

}  // namespace fieldmark
