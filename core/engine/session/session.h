// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <QImage>
#include <QObject>

#include "core/base/result.h"
#include "core/engine/classes/class_anchors.h"
#include "core/engine/classes/library_map.h"
#include "core/engine/explain/explanation.h"
#include "core/engine/explain/find_mark.h"
#include "core/engine/explain/picture_look.h"
#include "core/engine/importing/folder_labels.h"
#include "core/engine/importing/import_pipeline.h"
#include "core/engine/learning/evaluation_service.h"
#include "core/engine/learning/training_job.h"
#include "core/engine/models/model_catalog.h"
#include "core/engine/models/model_switch.h"
#include "core/engine/models/whitening.h"
#include "core/engine/pictures/query.h"
#include "core/library/reader.h"
#include "core/library/writer.h"
#include "core/models/backbone.h"
#include "core/models/model_import.h"
#include "core/models/self_measurement.h"

namespace fieldmark {

using RequestId = std::uint64_t;

/// What the side bar, the title and About show.
struct LibrarySummary {
    std::string folder;
    std::string name;
    bool read_only = false;
    LibraryCounts counts;
    std::vector<Collection> collections;
    std::vector<Field> fields;
};

/// The model as the window sees it. `loading` until the weights are in memory.
struct ModelStatus {
    bool loading = true;
    bool available = false;
    ModelInfo info;
    std::string engine;
    Error error = {};            ///< with available false and loading false
    std::int64_t embedded = 0;
    std::int64_t total = 0;
    /// Hash of the model that looks at whole pictures, beneath one that looks at their objects only; else "".
    std::string whole_model = {};
    std::optional<MeasuredWay> measured = {};  ///< how it runs best on this computer, once that was measured
};

struct SessionOptions {
    bool create = true;
    bool read_only = false;
};

/// An open library put to work for a window: owns the Library, the threads and the services, and talks in value
/// types. Lives on the UI thread; every method returns at once; every signal is emitted on the UI thread. A request
/// gives an id that its answer carries; an answer to an older request of the same kind may still come, so views
/// compare ids. Nothing here touches SQL, files or Torch on the calling thread.
class Session : public QObject {
    Q_OBJECT
  public:
    explicit Session(QObject* parent = nullptr);
    ~Session() override;  ///< cancels jobs within one batch, saves what is quick to save, closes the library

    /// Opens (or creates) a library, closing the one before; answer: opened or openFailed. Then the model loads in
    /// the background (modelChanged) and the vectors (indexReady). An import that was interrupted is announced by
    /// interruptedImport.
    void open(const std::string& folder, const SessionOptions& options = {});
    void close();
    bool is_open() const;
    LibrarySummary summary() const;  ///< as of the last summaryChanged
    ModelStatus model() const;

    // --- the gallery ---
    RequestId list_items(const ItemQuery& query);              ///< itemsListed
    RequestId fetch_rows(const std::vector<ItemId>& ids);      ///< rowsFetched
    RequestId fetch_field_values(const std::string& field);    ///< fieldValuesFetched
    /// What the folders of these collections (none: of all) would label in `field`; the newest request cancels the
    /// one before it. Answer: folderLabelsFetched or folderLabelsFailed (Cancelled is not answered).
    RequestId fetch_folder_labels(const std::string& field, const std::vector<CollectionId>& collections);
    /// The thumbnails wanted now, most urgent first; what was asked before and is not in the list is dropped.
    /// size_class: 256 or 512 device pixels. Answers one by one: thumbnailReady.
    void request_thumbnails(const std::vector<ItemId>& ids, int size_class);
    /// A large picture of an item, a file or bytes (the fields of QueryImage; its crop is ignored), at most
    /// `max_side` pixels on the longer side (0: full). Answer: pictureReady.
    RequestId load_picture(const QueryImage& source, int max_side);

    // --- queries ---
    RequestId search(const SearchRequest& request);            ///< searchFinished or searchFailed
    void cancel_search(RequestId id);

    /// Why a query picture and a match are alike; the newest request cancels the one before it. Answer:
    /// explained or explanationFailed (Cancelled is not answered).
    RequestId explain(const QueryImage& query, const QueryImage& match);
    void cancel_explanation();
    /// A region of the query, looked for in pictures; the newest request cancels the one before it. Answers:
    /// markProgress, then markFound or markFailed (Cancelled is not answered).
    RequestId find_mark(const MarkRequest& request);
    void cancel_mark();
    /// What the model does with one picture; the newest request cancels the one before it. Answer: lookedAt or
    /// lookFailed (Cancelled is not answered).
    RequestId look_at(const PictureLookRequest& request);
    void cancel_look();
    /// The plane's map of the library; the newest request cancels the one before it. Answers: mapReady, first
    /// with what is there at once and then with better ones, the last one final; mapFailed (Cancelled is not
    /// answered).
    RequestId map_library(const MapRequest& request);
    void cancel_map();
    /// What is drawn into a map: the anchors or prototypes of classes, and the query's pictures as one vector,
    /// each with the items nearest to it. The newest request of each kind cancels the one of its kind before it. Answers:
    /// landmarksPlaced or landmarksFailed (Cancelled is not answered).
    RequestId place_anchors(const AnchorMarksRequest& request);
    RequestId place_query(const std::vector<QueryImage>& images);
    /// The classes of a label field by their appearance anchors (a model learned by GAPan) or, with any other
    /// model, by prototypes. The newest request cancels the one before it. Answer: anchorsReady or anchorsFailed
    /// (Cancelled is not answered).
    RequestId fetch_anchors(const AnchorsRequest& request);
    void cancel_anchors();

    // --- objects ---
    /// The box of an item's object, found now where it is not known and `find`. Answer: objectBoxFetched.
    RequestId fetch_object_box(ItemId item, bool find);
    /// Whatever is stored, this is the item's box from now on, with its source: a person's (BoxSource::User, score
    /// 1), or one from before that is brought back. nullopt: forgotten, the finder may say anew. Answers: edited or
    /// editFailed.
    RequestId set_object_box(ItemId item, const std::optional<ObjectBox>& box);

    // --- jobs ---
    RequestId count_pictures(const std::vector<std::string>& paths);  ///< picturesCounted
    /// One import at a time; a second is queued. Answers: importProgress, importFinished or importFailed.
    RequestId start_import(const ImportRequest& request);
    void pause_import(bool paused);
    void cancel_import();
    bool importing() const;
    RequestId evaluate(const EvaluationRequest& request);      ///< evaluationProgress, evaluationFinished or -Failed
    void cancel_evaluation();
    /// The models this library has vectors of, with their counts: what can be compared.
    RequestId fetch_stored_models();                           ///< storedModelsFetched
    /// What was fitted for the model in use and this field, by an evaluation that was asked to calibrate.
    RequestId fetch_calibration(const std::string& field);     ///< calibrationFetched

    // --- models ---
    RequestId list_models();                                   ///< modelsListed
    /// Into the user's models folder. Answer: modelImported or modelFailed.
    RequestId import_model(const ModelImport& request);
    /// By hash or name, with its vectors in this library. Answer: modelRemoved or modelFailed.
    RequestId remove_model(const std::string& model);
    /// Stores a whitening as a model of the library; it is not used yet. Answer: whiteningFitted or modelFailed.
    RequestId fit_whitening(const WhiteningRequest& request);
    /// Embeds the library with another model in the background and then searches with it; the present one
    /// answers until then. Takes turns with imports. Answers: modelSwitchProgress, modelSwitchFinished (also when
    /// cancelled) or modelSwitchFailed.
    void use_model(const ModelSwitchRequest& request);
    void cancel_model_switch();
    bool switching_model() const;
    void forget_model_switch();  ///< the one that interruptedModelSwitch announced shall not be gone on with

    // --- learning ---
    /// What a training would learn from, or why it cannot. Answer: trainingPreviewed or trainingRefused.
    RequestId preview_training(const TrainingRequest& request);
    /// One training at a time; a second is refused (trainingRefused). Then trainingEpoch, trainingProgress and
    /// trainingMessage while it runs, in the end trainingFinished (also when cancelled) or trainingFailed.
    RequestId start_training(const TrainingRequest& request);
    void cancel_training();  ///< the best so far is kept
    bool training() const;
    void forget_training();  ///< the one that interruptedTraining announced shall not be gone on with
    /// Labels in `field` that the model in use doubts (one learned by GAPan). Answer: labelsReviewed or
    /// reviewFailed.
    RequestId review_labels(const std::string& field);

    // --- edits (each answers by edited or editFailed, then summaryChanged / itemsChanged) ---
    RequestId set_values(const std::vector<ValueEdit>& edits);
    RequestId store_folder_labels(const std::vector<ValueEdit>& values);  ///< as an import's; empty: taken back
    RequestId remove_items(const std::vector<ItemId>& ids);
    RequestId rename_collection(CollectionId collection, const std::string& name);
    RequestId remove_collection(CollectionId collection);
    RequestId relocate_collection(CollectionId collection, const std::string& root);
    RequestId retry_failed(const std::vector<ItemId>& ids);    ///< then starts an import of what is pending

  Q_SIGNALS:
    void opened(const fieldmark::LibrarySummary& summary);
    void openFailed(const fieldmark::Error& error, const std::string& folder);
    void closed();
    void summaryChanged(const fieldmark::LibrarySummary& summary);
    void modelChanged(const fieldmark::ModelStatus& model);
    void indexReady(std::int64_t rows);
    void interruptedImport(std::int64_t pending_items);
    void itemsListed(fieldmark::RequestId id, const std::vector<fieldmark::ItemId>& ids);
    void rowsFetched(fieldmark::RequestId id, const std::vector<fieldmark::ItemRow>& rows);
    void fieldValuesFetched(fieldmark::RequestId id, const std::string& field,
                            const std::vector<fieldmark::ValueCount>& values);
    void folderLabelsFetched(fieldmark::RequestId id, const fieldmark::FolderLabels& labels);
    void folderLabelsFailed(fieldmark::RequestId id, const fieldmark::Error& error);
    void thumbnailReady(fieldmark::ItemId item, int size_class, const QImage& image);  ///< null image: failed
    void pictureReady(fieldmark::RequestId id, const QImage& image, int source_width, int source_height,
                      const fieldmark::Error& error);  ///< null image: see error
    void searchFinished(fieldmark::RequestId id, const fieldmark::SearchResponse& response);
    void searchFailed(fieldmark::RequestId id, const fieldmark::Error& error);
    void explained(fieldmark::RequestId id, const fieldmark::Explanation& explanation);
    void explanationFailed(fieldmark::RequestId id, const fieldmark::Error& error);
    void markProgress(fieldmark::RequestId id, int done, int total);
    void markFound(fieldmark::RequestId id, const fieldmark::MarkReport& report);
    void markFailed(fieldmark::RequestId id, const fieldmark::Error& error);
    void lookedAt(fieldmark::RequestId id, const fieldmark::PictureLook& look);
    void lookFailed(fieldmark::RequestId id, const fieldmark::Error& error);
    void mapReady(fieldmark::RequestId id, const fieldmark::LibraryMap& map);
    void mapFailed(fieldmark::RequestId id, const fieldmark::Error& error);
    void landmarksPlaced(fieldmark::RequestId id, const std::vector<fieldmark::MapLandmark>& landmarks);
    void landmarksFailed(fieldmark::RequestId id, const fieldmark::Error& error);
    void anchorsReady(fieldmark::RequestId id, const fieldmark::AnchorsReport& report);
    void anchorsFailed(fieldmark::RequestId id, const fieldmark::Error& error);
    void objectBoxFetched(fieldmark::RequestId id, fieldmark::ItemId item,
                          const std::optional<fieldmark::ObjectBox>& box, const fieldmark::Error& error);
    void picturesCounted(fieldmark::RequestId id, std::int64_t count);
    void importProgress(const fieldmark::ImportProgress& progress);
    void importFinished(const fieldmark::ImportReport& report);
    void importFailed(const fieldmark::Error& error);
    void evaluationProgress(fieldmark::RequestId id, int done, int total);
    void evaluationFinished(fieldmark::RequestId id, const fieldmark::EvaluationReport& report);
    void evaluationFailed(fieldmark::RequestId id, const fieldmark::Error& error);
    void storedModelsFetched(fieldmark::RequestId id, const std::vector<fieldmark::ModelRecord>& models);
    void calibrationFetched(fieldmark::RequestId id, const std::string& field,
                            const std::optional<fieldmark::CalibrationReport>& calibration);
    void modelsListed(fieldmark::RequestId id, const std::vector<fieldmark::ModelEntry>& models,
                      const std::vector<fieldmark::Error>& problems);
    void modelImported(fieldmark::RequestId id, const fieldmark::ImportedModel& imported);
    void modelRemoved(fieldmark::RequestId id, const fieldmark::ModelRemoval& removed);
    void whiteningFitted(fieldmark::RequestId id, const fieldmark::WhiteningReport& report);
    void modelFailed(fieldmark::RequestId id, const fieldmark::Error& error);
    void modelSwitchProgress(const fieldmark::ModelSwitchProgress& progress);
    void modelSwitchFinished(const fieldmark::ModelSwitchReport& report);
    void modelSwitchFailed(const fieldmark::Error& error);
    /// A change to this model was stopped half way, by a crash or by closing: use_model({}) goes on with it.
    void interruptedModelSwitch(const std::string& model);
    void trainingPreviewed(fieldmark::RequestId id, const fieldmark::TrainingPreview& preview);
    void trainingRefused(fieldmark::RequestId id, const fieldmark::Error& error);
    void trainingEpoch(const fieldmark::EpochReport& report);
    void trainingProgress(double share, double seconds_left);  ///< 0 to 1; -1: not known
    void trainingMessage(const std::string& text);
    void trainingFinished(fieldmark::RequestId id, const fieldmark::TrainingResult& result);
    void trainingFailed(fieldmark::RequestId id, const fieldmark::Error& error);
    /// A training was stopped by a crash or by closing: start_training() with this goes on with it.
    void interruptedTraining(const fieldmark::TrainingRequest& request);
    void labelsReviewed(fieldmark::RequestId id, const std::vector<fieldmark::DensityVerdict>& verdicts);
    void reviewFailed(fieldmark::RequestId id, const fieldmark::Error& error);
    /// Items were added, embedded, edited or removed: views refresh what they show, at most twice a second.
    /// `ids` empty: anything may have changed.
    void itemsChanged(const std::vector<fieldmark::ItemId>& ids);
    void edited(fieldmark::RequestId id);
    void editFailed(fieldmark::RequestId id, const fieldmark::Error& error);
    /// Anything worth a line in the message bar that belongs to no request (cache remade, graph rebuilt...).
    void noticed(const fieldmark::Error& notice);

  private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

}  // namespace fieldmark
