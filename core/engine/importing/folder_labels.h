// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/library/reader.h"
#include "core/library/writer.h"

namespace fieldmark {

/// The labels that the folders of a library's pictures spell out: each picture's is the name of the folder it
/// lies in, below the one that was imported. Folders without folders of their own that were imported side by
/// side are such names themselves.
struct FolderLabels {
    std::string field;
    std::vector<ValueEdit> edits;    ///< of the pictures that have no value of the field, by item
    std::vector<std::string> names;  ///< of the folders in `edits`, sorted, each once
    std::int64_t labelled = 0;       ///< pictures left as they are: they have a value
    std::int64_t loose = 0;          ///< pictures that lie directly in the folder that was imported
};

/// Whether a field of this name can take them. Usage where it has no name, a built-in one, or holds numbers.
Status check_label_field_name(LibraryReader& reader, const std::string& field);

/// Reads them, changing nothing. `collections` empty: all. Errors: Usage as above, Cancelled.
Result<FolderLabels> folder_labels(LibraryReader& reader, const std::string& field,
                                   const std::vector<CollectionId>& collections, std::stop_token stop = {});

/// Stores values of one field, a label whatever they look like, as an import's: a table may correct them
/// later, and what a person typed stays. An empty value takes such a one back.
Status store_folder_labels(LibraryWriter& writer, std::span<const ValueEdit> values);

}  // namespace fieldmark
