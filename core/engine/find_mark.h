// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/crop.h"
#include "core/base/result.h"
#include "core/engine/query.h"

namespace fieldmark {

class Embedder;
class LibraryReader;

/// "Find this mark": a region of the query, looked for in pictures that matched as a whole.
struct MarkRequest {
    QueryImage query;
    Crop region;                ///< of the whole query picture (not of its crop)
    std::vector<ItemId> items;  ///< to look at, usually the matches in their order
};

/// Where one picture shows the mark best.
struct MarkSighting {
    ItemId item = 0;
    float similarity = 0;  ///< cosine of the mark's descriptors with those of `box`, -1..1
    Crop box;              ///< of the whole picture
    Error error = {};      ///< why the picture could not be looked at; its kind tells whether there is one
};

struct MarkReport {
    std::string model;                    ///< name
    std::vector<MarkSighting> sightings;  ///< by falling similarity; pictures with an error last
    double milliseconds = 0;
};

/// Looks for the region in each picture. Any thread; the model is used between an import's batches.
/// `progress` is told after each picture (done, total). Cancelled; Unsupported where the model shows no
/// places.
Result<MarkReport> find_mark(const MarkRequest& request, Embedder& embedder, LibraryReader& reader,
                             std::stop_token stop = {}, const std::function<void(int, int)>& progress = {});

}  // namespace fieldmark
