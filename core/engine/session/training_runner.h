// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>

#include "core/engine/learning/training_job.h"
#include "core/engine/session/post_to_session.h"
#include "core/engine/session/session.h"
#include "core/engine/session/worker.h"
#include "core/library/library.h"

namespace fieldmark {

/// Trainings of one open library: one at a time on a thread of its own, previews and reviews of labels on
/// another. The requests come from the UI thread and return at once; answers go out through `post`.
///
/// A training that is stopped because the library is closed is put aside: its checkpoint stays, no model is
/// made, and the next time the library is opened interruptedTraining offers to go on. One that the person
/// cancels ends with the best model so far.
class TrainingRunner {
  public:
    TrainingRunner(Library& library, PostToSession post);
    ~TrainingRunner();  ///< stops and waits: one batch of training at most

    void preview(RequestId id, TrainingRequest request);
    void start(RequestId id, TrainingRequest request);
    void cancel();
    void forget();
    void review_labels(RequestId id, AnchorRequest request, std::string label);
    /// Tells of a training that a crash or closing stopped. Any worker's thread.
    void announce_interrupted();
    /// The library is being closed. Waits for nothing.
    void request_stop();

  private:
    void run(RequestId id, TrainingRequest request, std::stop_token stop);
    std::string checkpoint(const std::string& name) const;
    std::string kept(const std::string& name) const;
    void put_aside(const TrainingResult& result, const std::string& name) const;
    void forget_kept(const std::string& name) const;

    Library& m_library;
    const PostToSession m_post;
    const Worker::Tell m_notice;  ///< of memory that ran out in a task
    std::mutex m_mutex;
    std::stop_source m_stop;  ///< of the training; guarded
    std::string m_running;    ///< name of the model that is being learned; guarded
    std::atomic<bool> m_busy{false};
    std::atomic<bool> m_closing{false};
    Worker m_previews{m_notice};  ///< last, so that their threads have ended before anything above goes
    Worker m_training{m_notice};
};

}  // namespace fieldmark
