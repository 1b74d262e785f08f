// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/models/backbone.h"
#include "core/models/head.h"
#include "core/models/safetensors.h"

namespace fieldmark {

/// The models this machine has: every sub-folder of the search path with a manifest.json and weights beside
/// it. Folders whose name begins with a dot are being written and are passed over. Const and cheap to make;
/// any thread.
class ModelRegistry {
  public:
    /// Folders in order of preference: $FIELDMARK_MODELS, the user's data folder
    /// ($XDG_DATA_HOME/fieldmark/models), then share/fieldmark/models beside the program's bin folder.
    static std::vector<std::string> default_search_path();

    /// Where a person's own models are put: $XDG_DATA_HOME/fieldmark/models (default ~/.local/share/...).
    /// Empty where the environment names no home.
    static std::string user_folder();

    explicit ModelRegistry(std::vector<std::string> search_path = default_search_path());

    /// As a library sees them: its own folder (Library::models_folder()) first, then the default path.
    static ModelRegistry for_library(const std::string& models_folder);

    const std::vector<std::string>& search_path() const { return m_search_path; }

    /// Manifests found, the default model first; a broken manifest is left out and named in `problems`.
    std::vector<ModelInfo> list(std::vector<Error>* problems = nullptr) const;

    /// By name or by hash (or an unambiguous beginning of it, 8 digits or more); "" is the default model: the
    /// standard one, else the first that stands on no other. Models with one hash are one model, whatever
    /// they are called. Reads the manifest only. NotFound says which folders were searched and how to set the
    /// model up.
    Result<ModelInfo> find(const std::string& name_or_hash = {}) const;

    /// Reads and checks the weights (hash, names, shapes), those of the model beneath included, and builds
    /// the network; 0.1 to 2 s. A head on its feature, if it has one, is applied by what is returned.
    /// NotFound, Damaged (names the first tensor that is missing or misshaped) or Unsupported.
    Result<std::unique_ptr<Backbone>> load(const ModelInfo& info, const BackboneOptions& options = {}) const;

    /// The head of a model of the kind "head", whose embeddings are made from those of the model beneath
    /// (info.base) without a picture. Usage for any other kind; errors as load().
    Result<Head> load_head(const ModelInfo& info) const;

    /// Reads a weights file that must have this hash. Errors: Io, NotFound; Damaged where it is another file
    /// than the manifest was made for, or no safetensors.
    static Result<Safetensors> read_weights(const std::string& path, const std::string& sha256_hex);

  private:
    Result<ModelInfo> find_base(const ModelInfo& info) const;
    Result<std::unique_ptr<Backbone>> load(const ModelInfo& info, const BackboneOptions& options,
                                           int depth) const;
    Result<std::unique_ptr<Backbone>> load_network(const ModelInfo& info, const Safetensors& weights,
                                                   const BackboneOptions& options, int depth) const;

    std::vector<std::string> m_search_path;
};

}  // namespace fieldmark
