// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/engine/importing/import_pipeline.h"
#include "core/engine/pictures/object_service.h"
#include "core/library/library.h"

namespace fieldmark {

struct FindObjectsReport {
    std::int64_t found = 0;
    std::int64_t without = 0;  ///< looked at, and there is no single object
    std::int64_t left = 0;     ///< have a box already
    std::vector<FailedFile> failed;
    bool cancelled = false;  ///< what was stored is kept; the next run goes on
    double seconds = 0;
};

/// Looks for the object of every ready picture that the query selects and that has no box of this finder.
/// One picture at a time in memory; boxes are stored every 64 pictures, so that a stopped run is resumed by
/// starting it again. Runs on the calling thread. `progress`: (done, total). ReadOnly, DiskFull; Usage for
/// the query.
Result<FindObjectsReport> find_objects(Library& library, ObjectCropper& cropper, const ItemQuery& query,
                                       const std::function<void(std::int64_t, std::int64_t)>& progress = {},
                                       std::stop_token stop = {});

struct BoxImportReport {
    std::int64_t rows = 0;
    std::int64_t stored = 0;            ///< rows whose box is the picture's now
    std::int64_t unmatched = 0;         ///< rows whose path no ready item has
    std::int64_t refused = 0;           ///< rows whose box lies outside the picture or is no box
    std::vector<std::string> problems;  ///< of the first 100 of those, a sentence each
};

/// Stores the boxes of a CSV or TSV: its first column is the path as in import_labels(), four others are x,
/// y, w, h or box_x, box_y, box_width, box_height in pixels of the upright picture; any others are ignored.
/// Usage where columns are missing.
Result<BoxImportReport> import_boxes(Library& library, const std::string& file);

/// The box stored for an item, or nullopt where nobody has looked; with `find` the one that the finder of
/// this machine sees now, whatever is stored (nothing is written). NotFound for an item that is gone; the
/// errors of reading its file, and of the finder.
Result<std::optional<ObjectBox>> object_box_of(LibraryReader& reader, ItemId item, bool find);

/// A person's decision about an item's content, see LibraryWriter::decide_object_box(). NotFound for an item
/// that is gone.
Status put_object_box(LibraryWriter& writer, LibraryReader& reader, ItemId item,
                      const std::optional<ObjectBox>& box);

}  // namespace fieldmark
