// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/library/library.h"
#include "core/library/reader.h"
#include "core/models/backbone.h"

namespace fieldmark {

/// A model as a library's owner sees it.
struct ModelEntry {
    ModelInfo info;               ///< not installed: hash, name, kind and dimension only
    bool installed = false;       ///< its files are on this machine
    bool current = false;         ///< the library searches with it
    bool former = false;          ///< the one it searched with before
    bool of_library = false;      ///< lies in the library's own models folder
    bool of_user = false;         ///< lies in the user's models folder
    std::int64_t embeddings = 0;  ///< vectors of it in the library
    std::string base_name;        ///< of the model beneath; its hash's beginning where that is not installed
};

/// What is installed and what the library has vectors of: the current one first, then by name. `library` may
/// be null: then the default model is the current one. `problems`: broken manifests.
Result<std::vector<ModelEntry>> list_models(Library* library, std::vector<Error>* problems = nullptr);

/// An installed model by name or hash, the library's own ones first; "" is the library's current one, else
/// the default. NotFound where it is not on this machine.
Result<ModelInfo> model_of_library(const Library& library, LibraryReader& reader,
                                   const std::string& name_or_hash = {});

struct ModelRemoval {
    std::string name;
    std::int64_t embeddings = 0;  ///< vectors removed
    std::string folder;           ///< deleted with its files, or ""
};

/// Removes a model: with a library its vectors there and its graphs; its files where they lie in the
/// library's or the user's models folder (those that came with the program stay). Usage: it is the library's
/// current one, or another installed model stands on it.
Result<ModelRemoval> remove_model(Library* library, const std::string& name_or_hash);

}  // namespace fieldmark
