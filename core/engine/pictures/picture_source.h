// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <QImage>

#include "core/base/result.h"
#include "core/engine/pictures/query.h"
#include "core/image/image.h"
#include "core/library/reader.h"
#include "core/library/thumbnail_cache.h"

namespace fieldmark {

/// The same pixels for Qt, in the format that paints fastest.
QImage to_qimage(const Image& image);

struct LoadedPicture {
    QImage image;
    int source_width = 0;  ///< of the full picture, upright
    int source_height = 0;
};

/// An item's, file's or pasted picture, its longer side at most `max_side` (0: full). Where an item's file
/// cannot be read now, its cached thumbnail stands in. Any thread; `reader` and `cache` may be null without
/// items.
Result<LoadedPicture> load_picture_of(const QueryImage& source, int max_side, LibraryReader* reader,
                                      ThumbnailCache* cache);

}  // namespace fieldmark
