// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/session/training_runner.h"

#include <array>
#include <filesystem>
#include <utility>

#include "core/base/within_memory.h"
#include "core/engine/learning/training_note.h"
#include "core/library/reader.h"
#include "core/library/writer.h"
#include "core/training/training_data.h"

namespace fieldmark {

namespace fs = std::filesystem;

namespace {

/// A checkpoint is a file for the first learning and, once that is done, one for the second beside it.
std::array<std::string, 2> checkpoint_files(const std::string& checkpoint) {
    return {checkpoint, refit_checkpoint(checkpoint)};
}

}  // namespace

TrainingRunner::TrainingRunner(Library& library, PostToSession post)
    : m_library(library), m_post(std::move(post)), m_notice(notice_to(m_post)) {}

TrainingRunner::~TrainingRunner() {
    request_stop();
}

std::string TrainingRunner::checkpoint(const std::string& name) const {
    return m_library.models_folder() + "/." + name + ".training/checkpoint";
}

std::string TrainingRunner::kept(const std::string& name) const {
    return m_library.models_folder() + "/." + name + ".checkpoint";
}

void TrainingRunner::request_stop() {
    if (m_closing.exchange(true)) return;
    const std::lock_guard lock(m_mutex);
    if (!m_running.empty()) {
        // The training takes its checkpoint away when it ends. A second name for it keeps it: each checkpoint
        // is a file of its own, so this one stays whole whatever is written after it.
        const auto files = checkpoint_files(checkpoint(m_running)),
                   kept_files = checkpoint_files(kept(m_running));
        for (std::size_t i = 0; i < files.size(); ++i) {
            std::error_code ignored;
            const std::string &file = files[i], &second = kept_files[i];
            fs::remove(second, ignored);
            if (!fs::exists(file, ignored)) continue;
            fs::create_hard_link(file, second, ignored);
            // Not every file system knows second names.
            if (ignored) fs::copy_file(file, second, ignored);
        }
    }
    m_stop.request_stop();
    m_previews.request_stop();
    m_training.request_stop();
}

void TrainingRunner::preview(RequestId id, TrainingRequest request) {
    m_previews.post([this, id, request = std::move(request)](std::stop_token) {
        auto preview = within_memory("to look at the labels", [&] {
            return preview_training(m_library, request,
                                    ModelRegistry::for_library(m_library.models_folder()));
        });
        if (preview) {
            m_post([id, preview = std::move(*preview)](Session& session) {
                Q_EMIT session.trainingPreviewed(id, preview);
            });
        } else {
            m_post([id, error = preview.error()](Session& session) {
                Q_EMIT session.trainingRefused(id, error);
            });
        }
    });
}

void TrainingRunner::start(RequestId id, TrainingRequest request) {
    if (m_busy.exchange(true)) {
        m_post([id](Session& session) {
            Q_EMIT session.trainingRefused(
                id,
                {ErrorKind::Usage, "A training is running already. Wait for it to end, or stop it first."});
        });
        return;
    }
    std::stop_token stop;
    {
        const std::lock_guard lock(m_mutex);
        m_stop = std::stop_source();
        stop = m_stop.get_token();
    }
    m_training.post([this, id, request = std::move(request), stop](std::stop_token) {
        const Status done = within_memory("to learn", [&]() -> Status {
            run(id, request, stop);
            return {};
        });
        {
            const std::lock_guard lock(m_mutex);
            m_running.clear();
        }
        m_busy = false;
        if (!done)
            m_post(
                [id, error = done.error()](Session& session) { Q_EMIT session.trainingFailed(id, error); });
    });
}

void TrainingRunner::run(RequestId id, TrainingRequest request, std::stop_token stop) {
    const auto fail = [&](const Error& error) {
        m_post([id, error](Session& session) { Q_EMIT session.trainingFailed(id, error); });
    };
    const ModelRegistry registry = ModelRegistry::for_library(m_library.models_folder());
    // What is refused is refused before anything is noted.
    const auto preview = preview_training(m_library, request, registry);
    if (!preview) return fail(preview.error());
    request.model_name = preview->model_name;
    LibraryWriter* writer = m_library.writer();
    if (writer != nullptr) {
        if (auto noted = note_training(*writer, request); !noted) return fail(noted.error());
    }
    {
        const std::lock_guard lock(m_mutex);
        m_running = request.model_name;
    }
    TrainingObserver observer;
    observer.epoch = [this](const EpochReport& report) {
        m_post([report](Session& session) { Q_EMIT session.trainingEpoch(report); });
    };
    observer.progress = [this](double share, double seconds_left) {
        m_post([=](Session& session) { Q_EMIT session.trainingProgress(share, seconds_left); });
    };
    observer.message = [this](const std::string& text) {
        m_post([text](Session& session) { Q_EMIT session.trainingMessage(text); });
    };
    auto result = train_on_library(m_library, request, registry, observer, stop);
    {
        const std::lock_guard lock(m_mutex);
        m_running.clear();
    }
    const bool stopped = result ? result->outcome.cancelled : result.error().kind == ErrorKind::Cancelled;
    if (m_closing && stopped) {
        put_aside(result ? *result : TrainingResult{}, request.model_name);
        return;  // the note stays
    }
    forget_kept(request.model_name);
    // What failed for want of room or memory, or for a broken disk, has its checkpoint still: the note stays,
    // and the next start offers to go on.
    std::error_code ignored;
    const bool can_go_on = !result && !stopped && result.error().kind != ErrorKind::Usage &&
                           result.error().kind != ErrorKind::Unsupported &&
                           fs::exists(checkpoint(request.model_name), ignored);
    if (writer != nullptr && !can_go_on) (void)forget_training(*writer);
    if (!result) return fail(result.error());
    m_post(
        [id, result = std::move(*result)](Session& session) { Q_EMIT session.trainingFinished(id, result); });
}

/// What request_stop() kept of a training that came to its end by itself.
void TrainingRunner::forget_kept(const std::string& name) const {
    std::error_code ignored;
    for (const std::string& file : checkpoint_files(kept(name))) fs::remove(file, ignored);
}

/// The checkpoint goes back to where a resumed training looks for it, and the model that was made of the best
/// epoch goes: the name is still being learned for.
void TrainingRunner::put_aside(const TrainingResult& result, const std::string& name) const {
    std::error_code failure;
    if (!fs::exists(kept(name), failure)) return;
    if (!result.outcome.folder.empty()) fs::remove_all(result.outcome.folder, failure);
    fs::create_directories(fs::path(checkpoint(name)).parent_path(), failure);
    const auto files = checkpoint_files(checkpoint(name)), kept_files = checkpoint_files(kept(name));
    for (std::size_t i = 0; i < files.size(); ++i) fs::rename(kept_files[i], files[i], failure);
}

void TrainingRunner::cancel() {
    const std::lock_guard lock(m_mutex);
    m_stop.request_stop();
}

void TrainingRunner::forget() {
    m_previews.post([this](std::stop_token) {
        auto reader = m_library.reader();
        if (!reader || m_library.writer() == nullptr) return;
        const auto request = interrupted_training(**reader);
        if (request && *request) {
            std::error_code ignored;
            fs::remove_all(fs::path(checkpoint((*request)->model_name)).parent_path(), ignored);
        }
        (void)forget_training(*m_library.writer());
    });
}

void TrainingRunner::review_labels(RequestId id, AnchorRequest request, std::string label) {
    m_previews.post([this, id, request = std::move(request), label = std::move(label)](std::stop_token stop) {
        auto verdicts = within_memory("to check the labels", [&] {
            return fieldmark::review_labels(m_library, request, label,
                                            ModelRegistry::for_library(m_library.models_folder()), stop);
        });
        if (verdicts) {
            m_post([id, verdicts = std::move(*verdicts)](Session& session) {
                Q_EMIT session.labelsReviewed(id, verdicts);
            });
        } else {
            m_post(
                [id, error = verdicts.error()](Session& session) { Q_EMIT session.reviewFailed(id, error); });
        }
    });
}

void TrainingRunner::announce_interrupted() {
    auto reader = m_library.reader();
    if (!reader || m_library.read_only()) return;
    const auto request = interrupted_training(**reader);
    if (!request || !*request) return;
    m_post([request = **request](Session& session) { Q_EMIT session.interruptedTraining(request); });
}

}  // namespace fieldmark
