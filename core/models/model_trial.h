// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/base/result.h"
#include "core/models/backbone.h"

namespace fieldmark {

/// Embeds two generated pictures that have little in common, before a model is taken over. Gives what a person
/// should know about its embeddings, or "". Damaged where they are no unit vectors; else as embed().
Result<std::string> try_model(Backbone& model);

}  // namespace fieldmark
