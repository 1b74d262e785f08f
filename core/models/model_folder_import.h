// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "core/models/model_import.h"

namespace fieldmark {

// A model that Fieldmark made elsewhere (fieldmark-train on another machine, another library): its folder says
// all about it, so it is taken over as it is.

/// The folder that `request` asks for: request.file itself, or, where nothing but a name is said about it, the
/// one whose manifest.json names it as its weights.
std::optional<std::string> model_folder_of(const ModelImport& request);

/// Checks every file against the manifest, builds the model with what it stands on (looked for beside it and
/// where the registry looks), embeds two generated pictures and writes it as import_model() does. Errors as there;
/// Usage where the request says what the manifest says; NotFound where the model beneath is not here.
Result<ImportedModel> import_model_folder(const ModelImport& request, const std::string& folder);

}  // namespace fieldmark
