// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <QImage>

#include "core/base/result.h"
#include "core/engine/classes/class_anchors.h"
#include "core/library/library.h"

namespace fieldmark {

/// Classes by their anchors or prototypes on one page: a heading for each class, a row for each anchor, in it
/// the pictures nearest to it with their scores. 1,600 pixels wide, as high as needed. Pictures come from
/// their files, else from the thumbnail cache; one that cannot be read leaves its place empty. `title` and
/// `subtitle` are UTF-8. Any thread; needs a QGuiApplication (for fonts), no display. Damaged or Io where the
/// library cannot be read, Usage without anchors, TooLarge for more rows than a picture can hold.
Result<QImage> draw_anchor_sheet(const Library& library, const std::vector<ClassAnchor>& anchors,
                                 const std::string& title, const std::string& subtitle);

}  // namespace fieldmark
