// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/engine/pictures/embedder.h"
#include "core/library/library.h"
#include "core/library/thumbnail_cache.h"
#include "core/models/backbone.h"

namespace fieldmark {

/// Library settings: the hash of the model that is being changed to, and of the one that was current before.
constexpr const char* kNextModelSetting = "model.next";
constexpr const char* kFormerModelSetting = "model.former";

struct ModelSwitchProgress {
    enum class Phase {
        Deriving,   ///< vectors are computed from stored ones of the model beneath, without pictures
        Embedding,  ///< pictures are decoded and embedded
        Finishing,
    } phase = Phase::Deriving;
    std::string model;  ///< name
    std::int64_t done = 0;
    std::int64_t total = 0;
    std::int64_t failed = 0;
    double per_second = 0;
    double seconds_left = -1;  ///< -1: not known yet
};

struct ModelSwitchRequest {
    std::string model;  ///< name or hash; "": the one a former switch was stopped at
    bool allow_incomplete =
        false;        ///< change over even if some pictures (on a drive that is away) lack a vector
    int threads = 0;  ///< of the model; 0: as many as there are cores
    /// Look at the object of each picture instead of the whole: the model of the kind "object" that stands on
    /// `model` ("": on the current one) and this machine's object finder, made where it is not there yet.
    bool of_objects = false;
};

struct ModelSwitchReport {
    ModelInfo info;
    std::string former;         ///< hash of the model that was current before; "" for none
    std::int64_t derived = 0;   ///< vectors computed from stored ones
    std::int64_t embedded = 0;  ///< pictures embedded
    std::int64_t failed = 0;    ///< pictures that could not be read
    std::int64_t lacking = 0;   ///< pictures that still have no vector of it
    bool switched = false;      ///< the library's current model is this one now
    bool cancelled = false;     ///< what was committed is kept; the same request goes on from there
    double seconds = 0;
};

struct ModelSwitchObserver {
    std::function<void(const ModelSwitchProgress&)> progress;  ///< some ten times a second
    /// After each commit: these items have a vector of the new model now.
    std::function<void(const std::vector<ItemId>& items)> committed;
};

/// Changes a library's current model. All its pictures get a vector of the new model first - computed from
/// the stored vectors of the model beneath, where there is one with vectors, else by the import pipeline -
/// and only then the library's setting changes, in one transaction: until that moment the former model
/// answers, and its vectors stay, so that going back is only that transaction. Killed or cancelled at any
/// point, the same request resumes: what is to be done is always what the library lacks.
///
/// `embedder` may be null; it is then loaded if pictures must be embedded. Runs on the calling thread and the
/// pipeline's workers. Errors: NotFound (no such model here), ReadOnly, DiskFull, Busy, what load() says.
class ModelSwitch {
  public:
    ModelSwitch(Library& library, ThumbnailCache* thumbnails)
        : m_library(library), m_thumbnails(thumbnails) {}

    Result<ModelSwitchReport> run(const ModelSwitchRequest& request, const ModelSwitchObserver& observer = {},
                                  std::stop_token stop = {}, std::shared_ptr<Embedder> embedder = nullptr);

  private:
    Library& m_library;
    ThumbnailCache* m_thumbnails;
};

/// The model that a request means; one of objects is made where it is not there yet. NotFound; Usage where no
/// change was begun, or for the objects of a model of objects; the errors of the object finder.
Result<ModelInfo> wanted_model(const Library& library, const ModelSwitchRequest& request);

/// The hash of the model a switch was stopped or killed at; "" if none was. Forgotten by forget_switch() and
/// by a switch that succeeds.
Result<std::string> interrupted_switch(const Library& library);
Status forget_switch(Library& library);

}  // namespace fieldmark
