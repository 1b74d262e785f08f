// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>

#include "core/base/result.h"
#include "core/library/library.h"
#include "core/library/records.h"
#include "core/models/backbone.h"
#include "core/models/whitening.h"

namespace fieldmark {

struct WhiteningRequest {
    std::string model;  ///< name or hash of the model to stand on; "": the library's current one
    std::string name;   ///< of the new model; "": MODEL-whitened, with a number where that is taken
    ItemQuery filter;   ///< which pictures it is fitted on; default: all
    WhiteningSettings settings;
};

struct WhiteningReport {
    ModelInfo info;  ///< of the new model, in the library's models folder
    std::string base;
    std::int64_t pictures = 0;
    int rank = 0;
    double explained = 0;
    double seconds = 0;
};

/// Fits a whitening on the library's stored embeddings and stores it as a model of the kind "head" in the
/// library's models folder; the library goes on with its current model until that is changed. No picture is
/// read. Runs on the calling thread; nothing is stored when cancelled.
/// Errors: Usage (too few pictures, a bad setting, name taken), NotFound (no such model), ReadOnly, DiskFull.
Result<WhiteningReport> fit_whitening(
    Library& library, const WhiteningRequest& request, std::stop_token stop = {},
    const std::function<void(std::int64_t done, std::int64_t total)>& progress = {});

}  // namespace fieldmark
