// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <QColor>
#include <QFont>
#include <QRectF>
#include <QString>

#include "core/engine/pictures/query.h"
#include "core/image/image.h"
#include "core/library/thumbnail_cache.h"

class QPainter;

namespace fieldmark {

// What sheets of pictures (contact_sheet.h, anchor_sheet.h) are painted with. Lengths are pixels of the
// sheet.

extern const QColor sheet_paper;
extern const QColor sheet_ink;
extern const QColor sheet_faint_ink;
constexpr qreal sheet_corner = 10;  ///< of a picture's well

QFont sheet_font(qreal pixels, QFont::Weight weight = QFont::Normal);
QString sheet_text(const std::string& utf8);
std::string file_name_of(const std::string& path);

/// One line, cut short where it is too long.
void draw_sheet_line(QPainter& painter, const QRectF& place, const QString& text, const QFont& font,
                     const QColor& color, Qt::Alignment alignment = Qt::AlignLeft);
/// Into a rounded well; says so where there is no picture. Returns where it lies.
QRectF draw_sheet_picture(QPainter& painter, const Image& image, const QRectF& place);

/// Upright, both sides at least `cover` where the file is that large; empty if it cannot be read.
Image sheet_picture(const std::string& path, int cover);
/// The same of an item, from the thumbnail cache where its file is away.
Image sheet_picture(const ItemRow& row, ThumbnailCache& thumbnails, int cover);

}  // namespace fieldmark
