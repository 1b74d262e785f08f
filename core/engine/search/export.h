// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>

#include "core/base/result.h"
#include "core/engine/pictures/query.h"
#include "core/engine/search/search_service.h"
#include "core/library/library.h"

namespace fieldmark {

enum class ExportFormat {
    Csv,   ///< RFC 4180, comma, LF, header line; paths as their bytes are
    Json,  ///< an array of objects; a path that is not UTF-8 has its bytes in hexadecimal digits beside it
    Npy,   ///< NumPy array format 1.0, little-endian, C order
};
/// By the file's extension (.csv, .json, .npy); Usage for any other.
Result<ExportFormat> export_format_of(const std::string& file);

struct ExportOutcome {
    std::int64_t rows = 0;
    std::string file;
    std::string items_file;  ///< with Npy embeddings: the CSV that names the item of each row
    std::int64_t bytes = 0;  ///< of both
    std::int64_t damaged =
        0;  ///< vectors left out because they do not hold what was stored (verify repairs them)
};

using ExportProgress = std::function<void(std::int64_t done, std::int64_t total)>;

/// The three exports. `file` is replaced in one step when all is written, "-" is standard output; memory does
/// not grow with the library beyond the item ids. Errors: Usage (unknown field, format that does not fit),
/// DiskFull, Permission, NotFound (no such folder), Cancelled, Damaged.

/// Whole-picture embeddings of the items that `filter` selects, by embedding id. CSV and JSON: item, path,
/// vector. Npy: (rows, dimension) float32, and beside it FILE.items.csv: row, item, path, collection, fields.
Result<ExportOutcome> export_embeddings(Library& library, const std::string& model_hash,
                                        const ItemQuery& filter, ExportFormat format, const std::string& file,
                                        std::stop_token stop = {}, const ExportProgress& progress = {});

/// Path and metadata of the items that `filter` selects, in the layout that an import reads as labels; with
/// items of several collections a column "collection" follows the path. CSV or JSON.
Result<ExportOutcome> export_labels(Library& library, const ItemQuery& filter, ExportFormat format,
                                    const std::string& file, std::stop_token stop = {},
                                    const ExportProgress& progress = {});

/// The best `request.k` matches of each image of `request` on its own or, where it has none, of every
/// embedded item that its filter selects (searched among those same items). CSV and JSON: query, rank, score,
/// match, label fields of the match. Npy: a record array with the fields query (int64 item, 0: a file), match
/// (int64 item), rank (int32), score (float32).
Result<ExportOutcome> export_matches(Library& library, SearchService& search, const std::string& model_hash,
                                     const SearchRequest& request, ExportFormat format,
                                     const std::string& file, std::stop_token stop = {},
                                     const ExportProgress& progress = {});

}  // namespace fieldmark
