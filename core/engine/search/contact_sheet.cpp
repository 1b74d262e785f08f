// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/search/contact_sheet.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include <QBuffer>
#include <QByteArray>
#include <QFont>
#include <QFontMetricsF>
#include <QLocale>
#include <QPainter>
#include <QPainterPath>

#include "core/base/file_system.h"
#include "core/engine/classes/anchor_point.h"
#include "core/engine/pictures/sheet_painting.h"
#include "core/image/decode.h"
#include "core/image/resize.h"
#include "core/library/reader.h"
#include "core/library/thumbnail_cache.h"

namespace fieldmark {

namespace {

// All lengths are pixels of the finished sheet.
constexpr qreal sheet_width = 1600;
constexpr qreal margin = 48;
constexpr qreal header_height = 104;
constexpr qreal query_width = 460;
constexpr qreal gutter = 28;
constexpr int columns = 4;
constexpr qreal caption_height = 66;
constexpr int query_cover = 480;
constexpr int tile_cover = 256;

const QColor accent(0, 98, 132);
const QColor track(222, 224, 224);
const QColor no_red(176, 42, 48);

std::string caption_of(const ItemRow& row, const std::string& field) {
    static const std::array<std::string, 4> usual{"name", "label", "species", "class"};
    const auto value = [&](const std::string& name) {
        const auto found = row.metadata.find(name);
        return found == row.metadata.end() ? std::string() : found->second;
    };
    if (!field.empty()) {
        if (std::string text = value(field); !text.empty()) return text;
    } else {
        for (const std::string& name : usual) {
            if (std::string text = value(name); !text.empty()) return text;
        }
    }
    return file_name_of(row.item.path);
}

void draw_badge(QPainter& painter, const QPointF& corner_point, const QString& text, const QColor& color) {
    const QFont font = sheet_font(17, QFont::DemiBold);
    const qreal width = std::max<qreal>(32, QFontMetricsF(font).horizontalAdvance(text) + 18);
    const QRectF place(corner_point, QSizeF(width, 32));
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    painter.drawRoundedRect(place, 16, 16);
    draw_sheet_line(painter, place, text, font, Qt::white, Qt::AlignHCenter);
}

QRectF part_of(const Crop& crop, const QRectF& picture) {
    return {picture.left() + picture.width() * crop.x / 10000.0,
            picture.top() + picture.height() * crop.y / 10000.0, picture.width() * crop.width / 10000.0,
            picture.height() * crop.height / 10000.0};
}

/// Light outside and coloured inside, so that it shows on any picture.
void draw_outline(QPainter& painter, const Crop& box, const QRectF& picture) {
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(Qt::white, 5));
    painter.drawRect(part_of(box, picture));
    painter.setPen(QPen(accent, 2.5));
    painter.drawRect(part_of(box, picture));
}

void draw_crop(QPainter& painter, const Crop& crop, const QRectF& picture) {
    if (crop.whole()) return;
    const QRectF part = part_of(crop, picture);
    QPainterPath shade;
    shade.addRect(picture);
    QPainterPath hole;
    hole.addRect(part);
    painter.fillPath(shade.subtracted(hole), QColor(0, 0, 0, 120));
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(Qt::white, 2.5));
    painter.drawRect(part);
}

void draw_query_picture(QPainter& painter, const ContactSheet::QueryPicture& picture, const QRectF& place) {
    const QRectF target = draw_sheet_picture(painter, picture.image, place);
    draw_crop(painter, picture.crop, target);
    const QRectF ring = place.adjusted(-3, -3, 3, 3);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(picture.negative ? no_red : accent, 4));
    painter.drawRoundedRect(ring, sheet_corner + 3, sheet_corner + 3);
    draw_badge(painter, place.topLeft() + QPointF(12, 12),
               picture.negative ? QStringLiteral("Not like this") : QStringLiteral("Query"),
               picture.negative ? no_red : accent);
}

/// The query column; returns its height.
qreal draw_query(QPainter& painter, const std::vector<ContactSheet::QueryPicture>& pictures,
                 const QPointF& origin) {
    if (pictures.empty()) return 0;
    const QRectF large(origin, QSizeF(query_width, query_width));
    draw_query_picture(painter, pictures.front(), large);
    qreal y = large.bottom() + 14;
    draw_sheet_line(painter, {origin.x(), y, query_width, 30}, sheet_text(pictures.front().caption),
                    sheet_font(21, QFont::DemiBold), sheet_ink);
    y += 48;
    // Further pictures of the same question, smaller, two in a row.
    const qreal side = (query_width - gutter) / 2;
    for (std::size_t i = 1; i < pictures.size(); ++i) {
        const qreal x = origin.x() + ((i - 1) % 2 == 0 ? 0 : side + gutter);
        draw_query_picture(painter, pictures[i], {x, y, side, side});
        draw_sheet_line(painter, {x, y + side + 8, side, 24}, sheet_text(pictures[i].caption), sheet_font(16),
                        sheet_faint_ink);
        if ((i - 1) % 2 == 1 || i + 1 == pictures.size()) y += side + 48;
    }
    return y - origin.y();
}

void draw_tile(QPainter& painter, const ContactSheet::Tile& tile, const QRectF& place) {
    const QRectF picture(place.topLeft(), QSizeF(place.width(), place.width()));
    const QRectF target = draw_sheet_picture(painter, tile.image, picture);
    if (tile.box) draw_outline(painter, *tile.box, target);
    draw_badge(painter, picture.topLeft() + QPointF(10, 10), QString::number(tile.rank),
               QColor(28, 30, 33, 215));

    const qreal score_width = 62;
    const qreal y = picture.bottom() + 8;
    draw_sheet_line(painter, {place.left(), y, place.width(), 26}, sheet_text(tile.caption),
                    sheet_font(18, QFont::DemiBold), sheet_ink);
    draw_sheet_line(painter, {place.left(), y + 25, place.width() - score_width, 22}, sheet_text(tile.note),
                    sheet_font(14), sheet_faint_ink);
    draw_sheet_line(painter, {place.right() - score_width, y + 25, score_width, 22},
                    QString::number(static_cast<double>(tile.score), 'f', 3), sheet_font(16), sheet_ink,
                    Qt::AlignRight);
    const QRectF bar(place.left(), y + 52, place.width(), 4);
    painter.setPen(Qt::NoPen);
    painter.setBrush(track);
    painter.drawRoundedRect(bar, 2, 2);
    painter.setBrush(accent);
    const qreal share = std::clamp<qreal>(static_cast<qreal>(tile.score), 0, 1);
    if (share > 0)
        painter.drawRoundedRect(QRectF(bar.topLeft(), QSizeF(bar.width() * share, bar.height())), 2, 2);
}

qreal query_height(std::size_t pictures) {
    if (pictures == 0) return 0;
    const auto rows = static_cast<qreal>(pictures / 2);  // of the small ones: ceil((pictures - 1) / 2)
    return query_width + 62 + rows * ((query_width - gutter) / 2 + 48);
}

}  // namespace

Result<ContactSheet> make_contact_sheet(const Library& library, const SearchRequest& request,
                                        const SearchResponse& response, const std::string& caption_field) {
    auto reader = library.reader();
    if (!reader) return std::move(reader).error();
    // In memory where the library may not be written; the sheet only reads it.
    ThumbnailCache thumbnails(library.read_only() ? std::string() : library.thumbnail_file());
    ContactSheet sheet;
    for (const QueryImage& asked : request.images) {
        ContactSheet::QueryPicture picture;
        picture.crop = asked.crop;
        picture.negative = asked.negative;
        std::string path = asked.path;
        if (asked.item != 0) {
            const std::array ids{asked.item};
            auto items = (*reader)->items(ids);
            if (!items) return std::move(items).error();
            auto absolute = (*reader)->absolute_path(items->front());
            if (!absolute) return std::move(absolute).error();
            path = std::move(*absolute);
        }
        if (asked.bytes.empty()) {
            picture.image = sheet_picture(path, query_cover);
            picture.caption = asked.anchor ? name_of(*asked.anchor) : file_name_of(path);
        } else if (auto decoded =
                       decode(asked.bytes, "the pasted picture", {.cover = query_cover, .limits = {}})) {
            picture.image = std::move(decoded->image);
        }
        sheet.query.push_back(std::move(picture));
    }
    // "Not like this" stands after what is looked for.
    std::stable_sort(sheet.query.begin(), sheet.query.end(),
                     [](const auto& a, const auto& b) { return a.negative < b.negative; });
    for (const Match& match : response.matches) {
        sheet.matches.push_back({sheet_picture(match.row, thumbnails, tile_cover),
                                 match.rank,
                                 match.score,
                                 caption_of(match.row, caption_field),
                                 file_name_of(match.row.item.path),
                                 {}});
    }
    const QLocale english(QLocale::English);
    sheet.title = "Look-alikes" + (sheet.query.empty() || sheet.query.front().caption.empty()
                                       ? std::string()
                                       : " of " + sheet.query.front().caption);
    sheet.subtitle = english.toString(static_cast<qlonglong>(response.searched)).toStdString() +
                     " pictures searched  \u00b7  " + response.model + "  \u00b7  cosine similarity";
    return sheet;
}

QImage draw_contact_sheet(const ContactSheet& sheet) {
    const qreal tiles_left = margin + query_width + 2 * gutter;
    const qreal tile_width = (sheet_width - margin - tiles_left - (columns - 1) * gutter) / columns;
    const qreal tile_height = tile_width + caption_height + gutter;
    const auto rows = static_cast<qreal>((sheet.matches.size() + columns - 1) / columns);
    const qreal body = std::max({query_height(sheet.query.size()), rows * tile_height - gutter, tile_width});
    QImage image(static_cast<int>(sheet_width),
                 static_cast<int>(std::ceil(margin + header_height + body + margin)), QImage::Format_RGB888);
    image.fill(sheet_paper);

    QPainter painter(&image);
    painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing |
                           QPainter::SmoothPixmapTransform);
    const qreal line_width = sheet_width - 2 * margin;
    draw_sheet_line(painter, {margin, margin - 8, line_width, 46}, sheet_text(sheet.title),
                    sheet_font(34, QFont::DemiBold), sheet_ink);
    draw_sheet_line(painter, {margin, margin + 40, line_width, 28}, sheet_text(sheet.subtitle),
                    sheet_font(18), sheet_faint_ink);

    const qreal top = margin + header_height;
    draw_query(painter, sheet.query, {margin, top});
    for (std::size_t i = 0; i < sheet.matches.size(); ++i) {
        const qreal x = tiles_left + static_cast<qreal>(i % columns) * (tile_width + gutter);
        const qreal y = top + static_cast<qreal>(i / columns) * tile_height;
        draw_tile(painter, sheet.matches[i], {x, y, tile_width, tile_height - gutter});
    }
    if (sheet.matches.empty()) {
        draw_sheet_line(painter, {tiles_left, top, sheet_width - margin - tiles_left, 40},
                        QStringLiteral("Nothing was found."), sheet_font(21), sheet_faint_ink);
    }
    return image;
}

Status save_png(const QImage& sheet, const std::string& file) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    if (!buffer.open(QIODevice::WriteOnly) || !sheet.save(&buffer, "PNG")) {
        return Error{ErrorKind::Internal, "The contact sheet for " + file + " could not be encoded as PNG."};
    }
    return write_atomically(
        FileSystem::posix(), file,
        std::as_bytes(std::span(bytes.constData(), static_cast<std::size_t>(bytes.size()))));
}

}  // namespace fieldmark
