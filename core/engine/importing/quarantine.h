// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stop_token>
#include <vector>

#include "core/base/result.h"
#include "core/engine/importing/import_pipeline.h"
#include "core/engine/pictures/embedder.h"
#include "core/library/library.h"

namespace fieldmark {

/// Looks one by one at the files that were being decoded when the program last died. The one that is in hand
/// each time it dies again becomes a failed item, so that a single file cannot stop every import. Call before
/// an import.
Result<std::vector<FailedFile>> examine_suspects(Library& library, const Embedder& embedder, ModelId model,
                                                 const DecodeLimits& limits, std::stop_token stop);

}  // namespace fieldmark
