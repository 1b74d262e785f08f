// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/models/model_registry.h"
#include "core/training/image_cache.h"

namespace CLI {
class App;
}

namespace fieldmark::train_program {

/// Which pictures of a cache, and which model.
struct Selection {
    std::string cache;
    std::string classes;  ///< "1-49,60": places in the cache's list of classes, from 1; "": all
    std::string split;    ///< name of a split; "": all
    std::string model;    ///< a name the registry knows, or a model's folder; "": the default model
    std::string models;   ///< a folder to look in first

    void add_to(CLI::App& command);
};

/// The selected pictures with classes numbered anew: those with two pictures or more among them.
struct Selected {
    std::vector<std::int64_t> pictures;
    std::vector<std::int32_t> labels;
    std::vector<std::string> classes;
};
Result<Selected> select(const ImageCache& cache, const Selection& selection);

struct FoundModel {
    ModelRegistry registry;
    ModelInfo info;
};
Result<FoundModel> find_model(const Selection& selection);

}  // namespace fieldmark::train_program
