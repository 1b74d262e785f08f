// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <QImage>

#include "core/base/crop.h"
#include "core/base/result.h"
#include "core/engine/pictures/query.h"
#include "core/image/image.h"
#include "core/library/library.h"

namespace fieldmark {

/// A query and its ranked matches on one page, to be looked at, printed or sent. Value type; texts are UTF-8.
struct ContactSheet {
    struct QueryPicture {
        Image image;  ///< upright; empty: could not be read
        Crop crop;    ///< the part that was asked with
        bool negative = false;
        std::string caption;
    };
    struct Tile {
        Image image;  ///< upright; empty: could not be read
        int rank = 0;
        float score = 0;  ///< cosine, -1..1
        std::string caption;
        std::string note;              ///< second line, smaller
        std::optional<Crop> box = {};  ///< outlined in the picture
    };
    std::string title;
    std::string subtitle;
    std::vector<QueryPicture> query;
    std::vector<Tile> matches;
};

/// Reads the pictures that `request` asked with and `response` found (from their files, else from the
/// thumbnail cache) and takes their captions from `caption_field`; empty: from the first of name, label,
/// species and class that a match has, else from its file name. Any thread. A picture that cannot be read
/// leaves its place empty; Damaged or Io where the library cannot be read.
Result<ContactSheet> make_contact_sheet(const Library& library, const SearchRequest& request,
                                        const SearchResponse& response,
                                        const std::string& caption_field = {});

/// Query large at the left, matches as tiles in reading order at the right; 1,600 pixels wide, as high as
/// needed. Needs a QGuiApplication (for fonts); no display.
QImage draw_contact_sheet(const ContactSheet& sheet);

/// Writes `sheet` as a PNG, replacing `file` in one step. Errors name the file: DiskFull, Permission,
/// NotFound...
Status save_png(const QImage& sheet, const std::string& file);

}  // namespace fieldmark
