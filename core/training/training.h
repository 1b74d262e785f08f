// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace fieldmark {

// What a training is asked for, tells while it runs and gives in the end: plain values, shared by the methods
// (core/methods), the engine's training job, the command line and the Learn page. No LibTorch type appears
// here.

/// How an embedding is learned from labels.
enum class Method {
    ProxyNca,  ///< ProxyNCA++ alone, the plain reference (Teh et al., ECCV 2020)
    Gapan,     ///< reconstruction of GAPan (arXiv 2605.09859): flow priors, anchors, alignment
    Dva,       ///< reconstruction of DVA (arXiv 2506.16273): adapters in a frozen vision transformer
    GdfNet,    ///< reconstruction of GDF-Net (2022): KNN graph features, hash codes
};
const char* to_string(Method method);  ///< "proxy-nca++", "gapan", "dva", "gdfnet"
Result<Method> method_from_name(const std::string& name);

struct TrainingSettings {
    Method method = Method::Gapan;
    bool end_to_end = false;    ///< all of the backbone learns; false: on cached features, minutes on a CPU
    int epochs = 0;             ///< 0: the method's default
    double budget_seconds = 0;  ///< stops (keeping the best epoch) when it is spent; 0: none
    std::uint64_t seed = 1;
    int threads = 0;                ///< 0: as many as there are cores
    int bits = 48;                  ///< GDF-Net's code length
    double validation_share = 0.2;  ///< of the classes, carved out of the given ones, class-disjoint
    /// A method's further options by name ("align" = "profile_kl", "temperature" = "0.5"...), as its header
    /// lists them; an unknown one is a Usage error before any time is spent.
    std::map<std::string, std::string> options;
};

/// The same after so many seconds of the time budget were spent before the first epoch, on reading pictures
/// and embedding them. With next to nothing left nothing is learned, and the outcome's note says why.
TrainingSettings with_time_spent(TrainingSettings settings, double seconds);

/// Quality on the validation classes, which the weights have not seen. Fractions, 0 to 1.
struct ValidationFigures {
    double recall_at_1 = 0;
    double map_at_r = 0;
    int queries = 0;
    int classes = 0;
};

/// What one validation picture found before and after: the window shows the worst and the most improved ones
/// and takes its confidence intervals from them.
struct QueryChange {
    std::int64_t item = 0;            ///< the query (TrainingData::items)
    std::int64_t nearest_before = 0;  ///< item found first with the frozen model; 0: none
    std::int64_t nearest_after = 0;
    bool hit_before = false;  ///< the first one found is of the query's class
    bool hit_after = false;
    double precision_before = 0;  ///< the query's part of MAP@R, 0 to 1
    double precision_after = 0;
};

struct EpochReport {
    int epoch = 0;  ///< 0: before any step (where the learning begins is a candidate for the best epoch)
    int epochs = 0;
    std::map<std::string, double> losses;  ///< "total" and the method's terms
    ValidationFigures validation;
    /// The model in use on the same pictures, where the learning does not begin with it (a head begins
    /// at its own start, a network sees larger pictures); told while it runs, not kept in a history.
    std::optional<ValidationFigures> base;
    bool best = false;         ///< the best so far by MAP@R of the validation classes
    double seconds = 0;        ///< since the start, resumed time included
    double seconds_left = -1;  ///< -1: not known
};

struct TrainingObserver {
    std::function<void(const EpochReport&)> epoch;  ///< after each epoch, on the training thread
    std::function<void(double share, double seconds_left)>
        progress;                                     ///< within an epoch, share 0..1 of it all
    std::function<void(const std::string&)> message;  ///< one plain line: "classes 1-49: 39 fit, 10..."
};

struct TrainingOutcome {
    Method method = Method::Gapan;
    int epochs = 0;   ///< done
    int planned = 0;  ///< of the schedule: fewer than asked for where the time allowed no more
    int best_epoch = 0;
    double seconds = 0;
    ValidationFigures before;  ///< the frozen model on the validation classes
    ValidationFigures after;   ///< the best epoch on them
    std::vector<EpochReport> history;
    std::vector<QueryChange> queries;  ///< of the validation classes, frozen model against best epoch
    std::int64_t trainable_parameters = 0;
    std::int64_t total_parameters = 0;
    std::string folder;  ///< the new model's folder (manifest.json and weights), empty with nothing kept
    bool cancelled = false;
    std::string note;  ///< why it stopped early, or ""
};
/// Lengthens the note by a sentence.
void add_note(TrainingOutcome& outcome, const std::string& sentence);

}  // namespace fieldmark
