// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/library/reader.h"
#include "core/library/writer.h"

namespace fieldmark {

/// The labels that the folders of a library's pictures spell out.
struct FolderLabels {
    std::string field;
    std::vector<ValueEdit> edits;    ///< of the pictures that have no value of the field, by item
    std::vector<std::string> names;  ///< of the folders in `edits`, sorted, each once
    std::int64_t labelled = 0;       ///< pictures left as they are: they have a value
    std::int64_t loose = 0;          ///< pictures that lie in no folder below their collection's
};

/// Reads them, changing nothing: each picture's label is the name of the folder it lies in, where that is
/// below the folder that was imported. `collections` empty: all. Usage for a field without a name, Cancelled.
Result<FolderLabels> folder_labels(LibraryReader& reader, const std::string& field,
                                   const std::vector<CollectionId>& collections, std::stop_token stop = {});

}  // namespace fieldmark
