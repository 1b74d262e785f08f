// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/classes/anchor_sheet.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <QPainter>

#include "core/engine/pictures/sheet_painting.h"
#include "core/library/reader.h"

namespace fieldmark {

namespace {

constexpr qreal kWidth = 1600;
constexpr qreal kMargin = 48;
constexpr qreal kHeader = 104;
constexpr qreal kHeading = 56;  // the name of a class
constexpr qreal kNames = 220;   // the column with the names of the anchors
constexpr qreal kGutter = 16;
constexpr qreal kCaption = 30;
constexpr int kLeastColumns = 5;  // one picture alone does not fill the page
constexpr int kMostHeight = 30'000;

QString number(double value, int digits) {
    return QString::number(value, 'f', digits);
}

Result<Image> picture_of(LibraryReader& reader, ThumbnailCache& thumbnails, ItemId item, int cover) {
    const std::array ids{item};
    auto items = reader.items(ids);
    if (!items) return items.error();
    if (items->empty() || items->front().id == 0) return Image{};
    ItemRow row;
    row.item = std::move(items->front());
    auto path = reader.absolute_path(row.item);
    if (!path) return path.error();
    row.absolute_path = std::move(*path);
    return sheet_picture(row, thumbnails, cover);
}

void draw_name(QPainter& painter, const ClassAnchor& anchor, const QRectF& place) {
    const QString name =
        QStringLiteral("%1 %2").arg(anchor.prototype ? QStringLiteral("Prototype") : QStringLiteral("Anchor"),
                                    QString::number(anchor.index + 1));
    draw_sheet_line(painter, {place.left(), place.top() + 8, place.width(), 28}, name,
                    sheet_font(20, QFont::DemiBold), sheet_ink);
    QStringList lines;
    if (anchor.share > 0)
        lines += QStringLiteral("%1 % of the class").arg(number(100 * anchor.share, 0));
    if (!anchor.prototype) lines += QStringLiteral("log-density %1").arg(number(anchor.log_density, 3));
    qreal y = place.top() + 40;
    for (const QString& line : lines) {
        draw_sheet_line(painter, {place.left(), y, place.width(), 22}, line, sheet_font(15), sheet_faint_ink);
        y += 24;
    }
}

}  // namespace

Result<QImage> draw_anchor_sheet(const Library& library, const std::vector<ClassAnchor>& anchors,
                                 const std::string& title, const std::string& subtitle) {
    if (anchors.empty()) return Error{ErrorKind::Usage, "There is no anchor to draw."};
    std::size_t columns = kLeastColumns;
    std::size_t headings = 0;
    for (std::size_t i = 0; i < anchors.size(); ++i) {
        columns = std::max(columns, anchors[i].nearest.size());
        headings += i == 0 || anchors[i].class_name != anchors[i - 1].class_name ? 1 : 0;
    }
    const qreal left = kMargin + kNames;
    const qreal side =
        (kWidth - kMargin - left - static_cast<qreal>(columns - 1) * kGutter) / static_cast<qreal>(columns);
    const qreal row_height = side + kCaption + kGutter;
    const qreal height = kMargin + kHeader + static_cast<qreal>(headings) * kHeading +
                         static_cast<qreal>(anchors.size()) * row_height + kMargin;
    if (height > kMostHeight)
        return Error{ErrorKind::TooLarge,
                     "So many anchors do not fit into one picture. Ask for one class, for "
                     "fewer anchors a class or for more pictures an anchor."};
    auto reader = library.reader();
    if (!reader) return std::move(reader).error();
    // In memory where the library may not be written; the sheet only reads it.
    ThumbnailCache thumbnails(library.read_only() ? std::string() : library.thumbnail_file());

    QImage image(static_cast<int>(kWidth), static_cast<int>(std::ceil(height)), QImage::Format_RGB888);
    image.fill(sheet_paper);
    QPainter painter(&image);
    painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing |
                           QPainter::SmoothPixmapTransform);
    const qreal line = kWidth - 2 * kMargin;
    draw_sheet_line(painter, {kMargin, kMargin - 8, line, 46}, sheet_text(title),
                    sheet_font(34, QFont::DemiBold), sheet_ink);
    draw_sheet_line(painter, {kMargin, kMargin + 40, line, 28}, sheet_text(subtitle), sheet_font(18),
                    sheet_faint_ink);
    qreal y = kMargin + kHeader;
    for (std::size_t i = 0; i < anchors.size(); ++i) {
        const ClassAnchor& anchor = anchors[i];
        if (i == 0 || anchor.class_name != anchors[i - 1].class_name) {
            draw_sheet_line(painter, {kMargin, y, line, 40}, sheet_text(anchor.class_name),
                            sheet_font(26, QFont::DemiBold), sheet_ink);
            y += kHeading;
        }
        draw_name(painter, anchor, {kMargin, y, kNames - kGutter, side});
        for (std::size_t n = 0; n < anchor.nearest.size(); ++n) {
            const qreal x = left + static_cast<qreal>(n) * (side + kGutter);
            auto picture =
                picture_of(**reader, thumbnails, anchor.nearest[n].item, static_cast<int>(std::ceil(side)));
            if (!picture) return picture.error();
            draw_sheet_picture(painter, *picture, {x, y, side, side});
            draw_sheet_line(painter, {x, y + side + 4, side, 22},
                            number(static_cast<double>(anchor.nearest[n].score), 3), sheet_font(15),
                            sheet_ink);
        }
        y += row_height;
    }
    return image;
}

}  // namespace fieldmark
