// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/models/backbone.h"

namespace fieldmark {

/// The models this machine has: every sub-folder of the search path with a manifest.json and weights beside
/// it. Const and cheap to make; any thread.
class ModelRegistry {
  public:
    /// Folders in order of preference: $FIELDMARK_MODELS, the user's data folder
    /// ($XDG_DATA_HOME/fieldmark/models), then share/fieldmark/models beside the program's bin folder.
    static std::vector<std::string> default_search_path();

    explicit ModelRegistry(std::vector<std::string> search_path = default_search_path());

    /// Manifests found, the default model first; a broken manifest is left out and named in `problems`.
    std::vector<ModelInfo> list(std::vector<Error>* problems = nullptr) const;

    /// By name or by hash (or an unambiguous beginning of it, 8 digits or more); "" is the default model.
    /// Reads the manifest only. NotFound says which folders were searched and how to set the model up.
    Result<ModelInfo> find(const std::string& name_or_hash = {}) const;

    /// Reads and checks the weights (hash, names, shapes) and builds the network; 0.1 to 2 s. NotFound,
    /// Damaged (names the first tensor that is missing or misshaped) or Unsupported.
    Result<std::unique_ptr<Backbone>> load(const ModelInfo& info, const BackboneOptions& options = {}) const;

  private:
    std::vector<std::string> m_search_path;
};

}  // namespace fieldmark
