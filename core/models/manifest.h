// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/models/backbone.h"

namespace fieldmark {

/// A model folder's manifest.json: the ModelInfo it describes and the weights it belongs to. docs/models.md
/// explains each field to people who edit it.
struct Manifest {
    ModelInfo info;
    std::string weights_path;    ///< of the safetensors file, inside the model's folder
    std::string weights_sha256;  ///< 64 hex digits
    std::string head_path;       ///< of a head applied to the network's feature, or ""
    std::string head_sha256;     ///< with head_path
    std::string training;        ///< a JSON object (seed, classes, figures, settings) as text, or ""
};

/// "squash" or "center-crop": the words of a manifest and of the command line.
const char* to_string(ResizeMode resize);

/// The kinds of model this version can run.
const std::vector<std::string>& model_kinds();

/// Reads FOLDER/manifest.json. NotFound where there is none; Damaged names the field that is missing or
/// wrong; NewerVersion for a format this program does not know; Unsupported for an unknown kind of model.
Result<Manifest> read_manifest(const std::string& folder);

/// The text of a manifest.json; of the paths only the file names are written. read_manifest() gives the same
/// values back. Usage if `training` is not a JSON object.
Result<std::string> manifest_text(const Manifest& manifest);

/// The model hash: SHA-256 (hex) over the weights' and the head's hash, the model beneath, the preprocessing
/// recipe, the pooling, the normalisation and the dimension. The name, the licence and the place of the files
/// are not in it.
std::string model_hash(const ModelInfo& info, const std::string& weights_sha256,
                       const std::string& head_sha256 = {});

}  // namespace fieldmark
