// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/file_system.h"
#include "core/base/result.h"
#include "core/models/backbone.h"
#include "core/training/training.h"

namespace fieldmark {

/// Labelled pictures to learn from. Every method validates on classes carved out of these, so these are all
/// the classes a training ever sees. Plain values; the engine's training job or a packed image cache fills
/// them.
struct TrainingData {
    std::string label_field;           ///< the field the classes come from; recorded, not used
    std::vector<std::string> classes;  ///< names, sorted; at least two pictures each
    std::vector<std::int32_t> labels;  ///< (count) index into `classes`
    std::vector<std::int64_t> items;   ///< (count) ids for reports; empty: row numbers
    ModelInfo base;                    ///< the model that training starts from
    std::string base_name;             ///< for messages

    /// Cached features, for the methods that learn on them: (count, views, dimension) float32, each vector
    /// L2-normalised; view 0 is the plain picture, the others are fixed augmented copies (flip, crops). Empty
    /// for a method that reads pictures.
    std::vector<float> features;
    int dimension = 0;
    int views = 1;

    /// For a method that reads pictures: a packed image cache (core/training/image_cache.h), row i = picture
    /// i.
    std::string image_cache;
    std::vector<std::int64_t> pictures;  ///< (count) the cache's picture of each row; empty: row i = picture i

    std::size_t count() const { return labels.size(); }
};

/// Where a training leaves what it made.
struct TrainingTarget {
    std::string name;           ///< of the new model
    std::string models_folder;  ///< the model is written into models_folder/name (core/models/model_folder.h)
    std::string checkpoint;     ///< file for checkpoints, removed when the model is written; "": none
    bool resume = false;        ///< go on from the checkpoint if it fits these data and settings
    FileSystem* files = nullptr;  ///< null: the real one
    FileSystem& file_system() const { return files != nullptr ? *files : FileSystem::posix(); }
};

/// The second file of a checkpoint: of the learning from all classes, once the first learning is done
/// (core/training/refit.h).
inline std::string refit_checkpoint(const std::string& checkpoint) {
    return checkpoint + ".refit";
}

/// What every method offers: learns from `data`, writes the model to `target`, tells `observer` (which may
/// have empty members) on the calling thread. Cancelled or out of budget it keeps the best epoch and says so
/// in the outcome; an Error means that nothing was kept. Errors: Usage (data or options the method cannot
/// use, before any time is spent), DiskFull, Permission, Io, TooLarge (memory), Cancelled (before the first
/// epoch), Internal (what LibTorch said).
using TrainFunction = Result<TrainingOutcome>(const TrainingData& data, const TrainingSettings& settings,
                                              const TrainingTarget& target, const TrainingObserver& observer,
                                              std::stop_token stop);

/// What every method checks first: counts that agree, at least four classes with two pictures or more (two to
/// fit, two to validate), finite features. Usage with one plain sentence.
Status check_training_data(const TrainingData& data);

}  // namespace fieldmark
