// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <utility>

// Includes LibTorch: for source files of training and methods only.
#include "core/base/result.h"
#include "core/training/epoch_loop.h"
#include "core/training/training.h"
#include "core/training/training_data.h"

namespace fieldmark {

// Every method learns twice. First from some of the classes, with the others to choose the best epoch by;
// then, where that is wanted, once more from all classes, for as many epochs as were best, with the same
// schedule and a checkpoint of its own. Killed in either, a resumed training ends bit for bit where an
// uninterrupted one does.

/// A digest of data and settings, for checkpoints.
std::string training_fingerprint(const TrainingData& data, const TrainingSettings& settings);

/// The loop of the first learning; one that is not resumed removes the second checkpoint of an earlier
/// training. Where a second one follows, each has its share of the time budget, and of the progress, by
/// the pictures it learns from.
EpochLoopOptions first_loop(const TrainingData& data, const TrainingSettings& settings,
                            const TrainingTarget& target, int epochs, int patience, bool refit);

/// Removes the checkpoints of both learnings: what was learned is saved.
void remove_checkpoints(const TrainingTarget& target);

/// The parts of refit() that do not depend on the model's type.
namespace refitting {
void announce(const TrainingData& data, int epochs, const TrainingObserver& observer);
/// True: learned to the end. False: not, and `outcome` says why.
Result<bool> run(EpochModel& model, const TrainingSettings& settings, const EpochLoopOptions& first,
                 const TrainingObserver& observer, std::stop_token stop, TrainingOutcome& outcome);
void note_cancelled(TrainingOutcome& outcome);
}  // namespace refitting

/// Learns once more from all classes. make(): a fresh model that learns from all of them, as
/// Result<std::unique_ptr<M>>. first: the loop of the first learning, whose outcome is `outcome`. Gives the
/// learned model; null where that was cancelled, ran out of time or met a loss that is no number: `outcome`
/// then says so, and the model that was checked is the one to keep. Adds its seconds to the outcome.
template <typename Make>
auto refit(const Make& make, const TrainingData& data, const TrainingSettings& settings,
           const EpochLoopOptions& first, const TrainingObserver& observer, std::stop_token stop,
           TrainingOutcome& outcome) -> decltype(make()) {
    refitting::announce(data, outcome.best_epoch, observer);
    auto model = make();
    if (!model) {
        if (model.error().kind != ErrorKind::Cancelled) return model;
        refitting::note_cancelled(outcome);
        return decltype(make())(nullptr);
    }
    const auto complete = refitting::run(**model, settings, first, observer, std::move(stop), outcome);
    if (!complete) return complete.error();
    if (!*complete) model->reset();
    return model;
}

}  // namespace fieldmark
