// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/pictures/sheet_painting.h"

#include <span>

#include <QFontMetricsF>
#include <QPainter>
#include <QPainterPath>

#include "core/image/decode.h"

namespace fieldmark {

const QColor sheet_paper(250, 250, 248);
const QColor sheet_ink(28, 30, 33);
const QColor sheet_faint_ink(104, 108, 114);

namespace {

const QColor well(128, 128, 128);  ///< what decoding blends alpha with: cut-outs stand in it without an edge

QImage to_qimage(const Image& image) {
    // The bytes stay ours: every caller paints the QImage while `image` lives.
    return {image.pixels.data(), image.width, image.height, static_cast<qsizetype>(image.width) * 3,
            QImage::Format_RGB888};
}

/// The largest rectangle of the picture's shape in the middle of `place`; small pictures grow to it, too.
QRectF fitted(const Image& image, const QRectF& place) {
    const QSizeF size = QSizeF(image.width, image.height).scaled(place.size(), Qt::KeepAspectRatio);
    QRectF target(QPointF(0, 0), size);
    target.moveCenter(place.center());
    return target;
}

}  // namespace

QFont sheet_font(qreal pixels, QFont::Weight weight) {
    QFont font;
    font.setStyleHint(QFont::SansSerif);
    font.setPixelSize(static_cast<int>(pixels));
    font.setWeight(weight);
    return font;
}

QString sheet_text(const std::string& utf8) {
    return QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size()));
}

std::string file_name_of(const std::string& path) {
    return path.substr(path.find_last_of('/') + 1);
}

void draw_sheet_line(QPainter& painter, const QRectF& place, const QString& text, const QFont& font,
                     const QColor& color, Qt::Alignment alignment) {
    painter.setFont(font);
    painter.setPen(color);
    const QString fitting = QFontMetricsF(font).elidedText(text, Qt::ElideRight, place.width());
    painter.drawText(place, static_cast<int>(alignment | Qt::AlignVCenter) | Qt::TextSingleLine, fitting);
}

QRectF draw_sheet_picture(QPainter& painter, const Image& image, const QRectF& place) {
    QPainterPath outline;
    outline.addRoundedRect(place, sheet_corner, sheet_corner);
    painter.save();
    painter.setClipPath(outline);
    painter.fillRect(place, well);
    QRectF target = place;
    if (image.empty()) {
        draw_sheet_line(painter, place, QStringLiteral("cannot be read"), sheet_font(16), Qt::white,
                        Qt::AlignHCenter);
    } else {
        target = fitted(image, place);
        // QPainter's own scaling is bilinear without antialiasing; smoothScaled averages.
        const QImage scaled =
            to_qimage(image).scaled(target.size().toSize(), Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
        painter.drawImage(target.topLeft().toPoint(), scaled);
    }
    painter.restore();
    return target;
}

Image sheet_picture(const std::string& path, int cover) {
    auto decoded = decode_file(path, {.cover = cover, .limits = {}});
    return decoded ? std::move(decoded->image) : Image{};
}

Image sheet_picture(const ItemRow& row, ThumbnailCache& thumbnails, int cover) {
    Image image = sheet_picture(row.absolute_path, cover);
    if (!image.empty()) return image;
    const auto jpeg = thumbnails.find(row.item.hash, 256);
    if (!jpeg) return {};
    auto decoded = decode(std::as_bytes(std::span(*jpeg)), row.item.path);
    return decoded ? std::move(decoded->image) : Image{};
}

}  // namespace fieldmark
