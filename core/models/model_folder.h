// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "core/base/file_system.h"
#include "core/base/result.h"
#include "core/models/backbone.h"
#include "core/models/manifest.h"

namespace fieldmark {

/// A model that is to be stored: what becomes its manifest.json and the files beside it.
struct NewModel {
    ModelInfo info;  ///< `hash` and `path` are filled by write_model_folder()
    std::vector<std::byte>
        weights;  ///< a safetensors file: the network, the adapters, or (kind "head") the head
    std::vector<std::byte> head;  ///< a safetensors file with a Head on the network's feature; may be empty
    std::string training;         ///< a JSON object as text, or ""
    /// Further files by name that belong to the model but move no vector (a method's densities); not in the hash.
    std::map<std::string, std::vector<std::byte>> beside = {};
};

/// A model's name is its folder's name: not empty, at most 100 bytes, without '/', control characters or a
/// dot or blank at its beginning. Usage says what is wrong.
Status check_model_name(const std::string& name);

/// Writes MODELS_FOLDER/NAME with weights.safetensors, perhaps head.safetensors, and manifest.json: first
/// under a name that no registry looks at, everything synced, then by one rename. Whatever fails or is killed
/// on the way leaves no model behind; a later call removes the remains. The folder is made if need be.
/// Usage: a bad name, or one that is taken there. DiskFull, Permission, Io as the file system says.
Result<Manifest> write_model_folder(FileSystem& fs, const std::string& models_folder, const NewModel& model);

/// Deletes a model's folder: the manifest first, so that what a failure leaves is no model. Only the files
/// that a model folder holds (its manifest and what is named *.safetensors or *.json) are deleted; a folder
/// with anything else in it is left standing with that in it. NotFound if it is no model.
Status remove_model_folder(FileSystem& fs, const std::string& folder);

}  // namespace fieldmark
