// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cli/library_access.h"
#include "core/engine/importing/import_pipeline.h"

namespace fieldmark::cli {

/// Runs an import with progress on standard error; a signal cancels it.
Result<ImportReport> run_import(Context& context, Library& library, Embedder& embedder,
                                const ImportRequest& request);

Json to_json(const ImportReport& report);

}  // namespace fieldmark::cli
