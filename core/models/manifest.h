// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/base/result.h"
#include "core/models/backbone.h"

namespace fieldmark {

/// A model folder's manifest.json: the ModelInfo it describes and the weights it belongs to.
struct Manifest {
    ModelInfo info;
    std::string weights_path;    ///< of the safetensors file, inside the model's folder
    std::string weights_sha256;  ///< 64 hex digits
};

/// Reads FOLDER/manifest.json. NotFound where there is none; Damaged names the field that is missing or
/// wrong; NewerVersion for a format this program does not know; Unsupported for an unknown kind of model.
Result<Manifest> read_manifest(const std::string& folder);

/// The model hash: SHA-256 (hex) over the weights' hash, the preprocessing recipe, the pooling, the
/// normalisation and the dimension. The name, the licence and the place of the files are not in it.
std::string model_hash(const ModelInfo& info, const std::string& weights_sha256);

}  // namespace fieldmark
