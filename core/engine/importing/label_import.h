// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/engine/importing/import_pipeline.h"
#include "core/engine/importing/label_table.h"
#include "core/library/library.h"

namespace fieldmark {

/// A folder whose items a table may name: those of `collection` below `prefix` (relative to its root; "" for
/// all).
struct LabelScope {
    CollectionId collection = 0;
    std::string root;  ///< absolute, of the collection
    std::string prefix;
};

/// Gives the items of `scopes` (empty: of all collections) the table's values, as source Import. A row's path
/// is relative to a scope's folder or absolute; "./" before it and backslashes are understood. A path named
/// twice: the last row counts. Safe to repeat.
Result<LabelReport> import_labels(Library& library, const LabelTable& table, std::vector<LabelScope> scopes,
                                  std::stop_token stop = {});

}  // namespace fieldmark
