// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/library/library.h"
#include "core/library/records.h"
#include "core/models/model_registry.h"
#include "core/training/training.h"

namespace fieldmark {

/// What a training on a library is asked for.
struct TrainingRequest {
    std::string label;                 ///< metadata field that names the class
    ItemQuery filter;                  ///< which pictures: the `where` conditions
    std::vector<std::string> classes;  ///< only these values of the field; empty: all
    TrainingSettings settings;
    std::string base;        ///< name or hash of the model to start from; "": the library's current one
    std::string model_name;  ///< of the new model; "": made from method and field ("gapan-species")
    bool resume = false;     ///< go on where a killed or cancelled training of this name stopped
};

/// What a request would learn from, found out in well under a second: for the page before "Learn" is pressed.
struct TrainingPreview {
    std::int64_t pictures = 0;  ///< labelled, embedded or readable, of usable classes
    int classes = 0;            ///< with two pictures or more
    int fit_classes = 0;        ///< those it will learn from; the others are checked on
    int validation_classes = 0;
    /// Of those checked on: classes that the base was learned from already, which flatters before and after.
    int learned_classes = 0;
    int single_classes = 0;  ///< left out: one picture alone
    std::int64_t unlabelled = 0;
    std::int64_t not_embedded = 0;  ///< left out where the method learns on stored vectors
    std::int64_t unreadable = 0;  ///< failed or missing pictures; after a training also those lost on the way
    std::string base_hash;
    std::string base_name;
    std::string model_name;  ///< as it will be called
};

/// Checks a request without spending time: field and classes exist, at least four classes with two pictures
/// or more, method and base model fit together, options are known, the name is free, the library can be
/// written and has room. Usage, NotFound, Unsupported, ReadOnly, DiskFull: one plain sentence.
Result<TrainingPreview> preview_training(Library& library, const TrainingRequest& request,
                                         const ModelRegistry& registry);

/// A finished training: what learned and what it is called.
struct TrainingResult {
    TrainingOutcome outcome;
    TrainingPreview preview;
    std::string model_hash;  ///< of the new model; "" where nothing was kept
    /// Path and why, of each picture counted as unreadable.
    std::vector<std::pair<std::string, Error>> failed;
};

/// Runs a training here and now: collects features (or packs pictures), learns, writes the model into the
/// library's models folder. Blocks; `observer` is called on this thread. Errors as preview_training, and
/// those of TrainFunction.
Result<TrainingResult> train_on_library(Library& library, const TrainingRequest& request,
                                        const ModelRegistry& registry, const TrainingObserver& observer,
                                        std::stop_token stop);

/// The same on a thread of its own, for a window. Start and destroy it on one thread; `observer` and
/// `finished` are called on the worker's thread (post them to your own). The library must outlive the job.
class TrainingJob {
  public:
    using Finished = std::function<void(Result<TrainingResult>)>;

    TrainingJob(Library& library, ModelRegistry registry);
    ~TrainingJob();  ///< cancels and waits (one batch of training at most)
    TrainingJob(const TrainingJob&) = delete;
    TrainingJob& operator=(const TrainingJob&) = delete;

    /// Usage if one is running already.
    Status start(const TrainingRequest& request, TrainingObserver observer, Finished finished);
    /// Asks it to stop; what was learned up to the best epoch is kept, and `finished` still comes.
    void cancel();
    bool running() const;

  private:
    struct State;
    Library& m_library;
    const ModelRegistry m_registry;
    std::shared_ptr<State> m_state;
    std::jthread m_thread;
};

}  // namespace fieldmark
