// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/training/refit.h"

#include <algorithm>
#include <span>
#include <utility>

#include "core/base/digest.h"
#include "core/training/image_cache.h"

namespace fieldmark {
std::string training_fingerprint(const TrainingData& data, const TrainingSettings& settings) {
    // Raised with a method's defaults: a checkpoint of an earlier program does not go on with other settings.
    constexpr const char* kDefaults = "defaults 5\n";
    Sha256 digest;
    std::string text = kDefaults + std::string(to_string(settings.method)) + "\n" +
                       (settings.end_to_end ? "all\n" : "head\n") + std::to_string(settings.epochs) + "\n" +
                       std::to_string(settings.seed) + "\n" + std::to_string(settings.bits) + "\n" +
                       std::to_string(settings.validation_share) + "\n" + data.base.hash + "\n" +
                       std::to_string(data.dimension) + "\n" + std::to_string(data.views) + "\n";
    for (const auto& [name, value] : settings.options) text += name + "=" + value + "\n";
    for (const std::string& name : data.classes) text += name + "\n";
    digest.update(text);
    digest.update(std::as_bytes(std::span(data.labels)));
    digest.update(std::as_bytes(std::span(data.items)));
    digest.update(std::as_bytes(std::span(data.features)));
    digest.update(std::as_bytes(std::span(data.pictures)));
    // Pictures and their object boxes; a cache that cannot be read is refused where it is needed.
    if (!data.image_cache.empty()) {
        if (const auto cache = ImageCache::open(data.image_cache))
            digest.update(std::to_string(cache->checksum()));
    }
    return to_hex(digest.finish());
}

EpochLoopOptions first_loop(const TrainingData& data, const TrainingSettings& settings,
                            const TrainingTarget& target, int epochs, int patience, bool refit) {
    // A training that begins anew shall not meet the second learning of an earlier one when it is resumed.
    if (!target.resume && !target.checkpoint.empty())
        static_cast<void>(target.file_system().remove(refit_checkpoint(target.checkpoint)));
    EpochLoopOptions loop;
    loop.epochs = epochs;
    // The second learning sees all pictures where this one sees those of the classes it does not check on.
    const double fit = 1 - settings.validation_share;
    const double share = refit ? fit / (fit + 1) : 1;
    loop.budget_seconds = settings.budget_seconds * share;
    loop.progress_end = share;
    loop.patience = patience;
    loop.checkpoint = target.checkpoint;
    loop.resume = target.resume;
    loop.fingerprint = training_fingerprint(data, settings);
    loop.files = target.files;
    return loop;
}

void remove_checkpoints(const TrainingTarget& target) {
    if (target.checkpoint.empty()) return;
    static_cast<void>(target.file_system().remove(target.checkpoint));
    static_cast<void>(target.file_system().remove(refit_checkpoint(target.checkpoint)));
}

namespace refitting {

void announce(const TrainingData& data, int epochs, const TrainingObserver& observer) {
    if (observer.message && epochs > 0)
        observer.message("Learning once more from all " + std::to_string(data.classes.size()) + " classes, " +
                         std::to_string(epochs) + (epochs == 1 ? " epoch." : " epochs."));
}

void note_cancelled(TrainingOutcome& outcome) {
    outcome.cancelled = true;
    outcome.note = "Cancelled while learning once more from all classes; the model that was checked is kept.";
}

Result<bool> run(EpochModel& model, const TrainingSettings& settings, const EpochLoopOptions& first,
                 const TrainingObserver& observer, std::stop_token stop, TrainingOutcome& outcome) {
    EpochLoopOptions loop = first;
    if (settings.budget_seconds > 0)
        loop.budget_seconds = std::max(1e-3, settings.budget_seconds - outcome.seconds);
    loop.epochs = outcome.planned;  // the schedule as it ended, shortened where the time was short
    loop.last_epoch = outcome.best_epoch;
    loop.keep_last = true;
    loop.progress_begin = first.progress_end;
    loop.progress_end = 1;
    loop.patience = 0;
    loop.checkpoint = first.checkpoint.empty() ? std::string() : refit_checkpoint(first.checkpoint);
    loop.fingerprint += " refit " + std::to_string(loop.last_epoch);
    TrainingObserver quiet;  // epochs without figures are no reports
    quiet.progress = observer.progress;
    quiet.message = observer.message;
    const auto again = run_epochs(model, loop, quiet, std::move(stop));
    if (!again && again.error().kind != ErrorKind::Cancelled) return again.error();
    if (!again || again->cancelled) {
        note_cancelled(outcome);
        return false;
    }
    outcome.seconds += again->seconds;
    if (again->best_epoch == loop.last_epoch) return true;
    outcome.note =
        "Learning once more from all classes did not come to its end; the model that was checked is kept. " +
        again->note;
    return false;
}

}  // namespace refitting
}  // namespace fieldmark
