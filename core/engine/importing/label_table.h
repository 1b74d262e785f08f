// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"

namespace fieldmark {

/// A table of labels: the first column is a path relative to the imported folder, each other column a field.
struct LabelTable {
    std::vector<std::string> fields;  ///< names of the other columns
    struct Row {
        std::string path;
        std::vector<std::string> values;  ///< one per field
    };
    std::vector<Row> rows;
};

/// Reads CSV with quotes (RFC 4180), a UTF-8 or UTF-16 byte-order mark, CRLF or LF, and a comma, semicolon or
/// tab, whichever the header line uses. Errors name file and line: NotFound, Damaged (unbalanced quotes, a
/// row with another number of cells), Usage (no header, duplicate or empty column names).
Result<LabelTable> read_label_table(const std::string& file);

}  // namespace fieldmark
