// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/crop.h"
#include "core/base/result.h"
#include "core/engine/pictures/query.h"

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
    Error error = {};      ///< why the picture could not be looked at; its text is "" where it could
    bool seen() const { return error.text.empty(); }
};

struct MarkReport {
    std::string model;                    ///< name
    std::vector<MarkSighting> sightings;  ///< by falling similarity; pictures with an error last
    double milliseconds = 0;
};

/// Looks for the region in each picture: the mean descriptor of the cells it covers is compared with those of
/// every window of as many cells, and of one cell more and less either way. Descriptors are centred by the
/// mean over both pictures: what all places have in common finds no mark. Where the region is smaller than
/// two cells of the model's map, the pictures are looked at in overlapping parts, for a finer map.
///
/// Any thread; the model is used between an import's batches. `progress` is told after each picture (done,
/// total). Cancelled; Usage where the model does not see the region; Unsupported where it shows no places;
/// the errors of opening the query.
Result<MarkReport> find_mark(const MarkRequest& request, Embedder& embedder, LibraryReader& reader,
                             std::stop_token stop = {}, const std::function<void(int, int)>& progress = {});

}  // namespace fieldmark
