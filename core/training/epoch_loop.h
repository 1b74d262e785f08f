// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>

// Includes LibTorch: for source files of training and methods only.
#include <torch/torch.h>

#include "core/base/file_system.h"
#include "core/base/result.h"
#include "core/training/training.h"

namespace fieldmark {

/// What a method gives the loop. Called on one thread; may throw std::exception, which the loop catches.
class EpochModel {
  public:
    virtual ~EpochModel() = default;

    /// What an epoch asks on its way: stop() between batches, tell(share of the epoch done) now and then.
    struct Way {
        std::function<bool()> stop;
        std::function<void(double)> tell;
    };
    /// One pass, epoch from 1. Returns the mean losses by name, "total" among them. A value that is not
    /// finite ends the training. Where way.stop() says so it returns at once; what the epoch had learned is
    /// then dropped.
    virtual std::map<std::string, double> train_epoch(int epoch, int epochs, const Way& way) = 0;

    /// Quality on the validation classes as the weights are now. Error: Cancelled, where stop() said so
    /// before that was known; the epoch is then dropped. What is measured in a moment need not ask.
    virtual Result<ValidationFigures> validate(const std::function<bool()>& stop) = 0;

    /// Everything learning changes: weights, optimisers, samplers, generators. Loading it goes on bit for
    /// bit.
    virtual void save(torch::serialize::OutputArchive& archive) const = 0;
    virtual void load(torch::serialize::InputArchive& archive) = 0;

    /// What inference needs of it: kept in memory for the best epoch and put back at the end. By default all
    /// of save(); a method whose network is large keeps only the weights.
    virtual void save_best(torch::serialize::OutputArchive& archive) const { save(archive); }
    virtual void load_best(torch::serialize::InputArchive& archive) { load(archive); }
};

struct EpochLoopOptions {
    int epochs = 0;       ///< of the schedule
    int last_epoch = -1;  ///< where to end on the way of that schedule; -1: at its end
    /// There is nothing to choose by: validate() is not asked and the last epoch is kept. One that ends early
    /// leaves a model in the middle of an epoch, for the caller to throw away.
    bool keep_last = false;
    /// The model in use on the pictures that validate() looks at, where epoch 0 is not that: reports carry it
    /// and the outcome calls it "before".
    std::optional<ValidationFigures> base = {};
    double budget_seconds = 0;  ///< 0: none
    /// Between these shares of the whole progress lie the epochs. What follows them is reckoned into the time
    /// that is left, as long as its share says.
    double progress_begin = 0;
    double progress_end = 1;
    int patience = 0;  ///< epochs without a better one before stopping early; 0: never early
    /// With less than this above the best MAP@R an epoch is no better one.
    double min_gain = 0;
    std::string checkpoint;         ///< file; "": none
    double checkpoint_seconds = 0;  ///< at most one this often (0: after every epoch)
    bool resume = false;            ///< from the checkpoint, if it is there and has this fingerprint
    std::string fingerprint;        ///< of data and settings: a checkpoint of another training is not resumed
    FileSystem* files = nullptr;    ///< null: the real one
    std::function<double()> clock = {};  ///< seconds from any start; empty: the steady clock
};

/// Trains epoch by epoch and leaves `model` with the weights of the best one (epoch 0, before any step, is a
/// candidate). Stops early by patience, budget or `stop`, and where a loss is not finite or an epoch throws
/// after a first good one; `note` says why, and a resumed training that had ended so does not go on. Where
/// the budget is too short for all epochs the schedule is shortened to those that it allows. Fills epochs,
/// planned, best_epoch, seconds, before, after, history, cancelled, note. Checkpoints hold the model, the
/// best weights and the history; one that cannot be written stops the training with its error (DiskFull...)
/// before more time is spent. Flushes denormals on the calling thread. Errors: Usage (a checkpoint of another
/// training), DiskFull, Permission, Io, Cancelled (before epoch 0 was measured), TooLarge, Internal.
Result<TrainingOutcome> run_epochs(EpochModel& model, const EpochLoopOptions& options,
                                   const TrainingObserver& observer, std::stop_token stop);

/// Whether no epoch was better, by MAP@R on classes it has not seen, than the base as it was used before.
/// Then the note says that no model was made.
bool stays_with_base(TrainingOutcome& outcome);

/// LibTorch's error as ours: TooLarge where memory ran out.
Error training_error(const std::exception& error);

/// Sets LibTorch's threads for this training (0: all cores) and flushes denormals; puts the number of threads
/// back at the end.
class TrainingThreads {
  public:
    explicit TrainingThreads(int threads);
    ~TrainingThreads();
    TrainingThreads(const TrainingThreads&) = delete;
    TrainingThreads& operator=(const TrainingThreads&) = delete;

  private:
    int m_before;
};

}  // namespace fieldmark
