// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/explain/explanation_picture.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <QFont>
#include <QFontMetricsF>
#include <QPainter>
#include <QPainterPath>

namespace fieldmark {
namespace {

const QColor kFor(240, 120, 0);
const QColor kAgainst(0, 90, 200);
constexpr double kStrongest = 0.62;  // opacity: the picture must stay readable beneath

/// One pixel a cell; painting it large with smoothing blends the cells.
QImage heat_image(const HeatMap& heat) {
    QImage image(heat.columns, heat.rows, QImage::Format_ARGB32_Premultiplied);
    float most = 0;
    for (const float value : heat.values) most = std::max(most, std::abs(value));
    for (int row = 0; row < heat.rows; ++row) {
        for (int column = 0; column < heat.columns; ++column) {
            const float value =
                heat.values[static_cast<std::size_t>(row) * static_cast<std::size_t>(heat.columns) +
                            static_cast<std::size_t>(column)];
            QColor color = value >= 0 ? kFor : kAgainst;
            color.setAlphaF(most > 0 ? static_cast<float>(kStrongest) * std::abs(value) / most : 0.0F);
            image.setPixelColor(column, row, color);
        }
    }
    return image;
}

QRectF place_of(const Crop& crop, const QRectF& picture) {
    return {picture.left() + picture.width() * crop.x / 10000.0,
            picture.top() + picture.height() * crop.y / 10000.0, picture.width() * crop.width / 10000.0,
            picture.height() * crop.height / 10000.0};
}

QFont font_of(qreal pixels, QFont::Weight weight = QFont::Normal) {
    QFont font;
    font.setStyleHint(QFont::SansSerif);
    font.setPixelSize(std::max(1, static_cast<int>(pixels)));
    font.setWeight(weight);
    return font;
}

/// Black or white, whichever is read more easily on `color`.
QColor ink_on(const QColor& color) {
    return color.lightnessF() > 0.55F || (color.green() > 150 && color.red() > 150) ? Qt::black : Qt::white;
}

/// At the box's upper left corner, but within `bounds`, or it could not be read at the picture's edge.
void draw_number(QPainter& painter, const QRectF& box, int number, const QColor& color, qreal unit,
                 const QRectF& bounds = {}) {
    const QFont font = font_of(unit * 0.8, QFont::DemiBold);
    const QString text = QString::number(number);
    const qreal side = std::max(unit, QFontMetricsF(font).horizontalAdvance(text) + unit / 3);
    QRectF badge(box.left() - side / 3, box.top() - unit / 3, side, unit);
    if (!bounds.isNull()) {
        badge.moveLeft(std::max(badge.left(), bounds.left()));
        badge.moveTop(std::max(badge.top(), bounds.top()));
    }
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    painter.drawRoundedRect(badge, unit / 4, unit / 4);
    painter.setPen(ink_on(color));
    painter.setFont(font);
    painter.drawText(badge, Qt::AlignCenter, text);
}

QString signed_number(double value) {
    const QString digits = QString::number(std::abs(value), 'f', 3);
    return (value < 0 ? QStringLiteral("\u2212") : QStringLiteral("+")) + digits;
}

QString shown(const std::string& text) {
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

PictureOverlay overlay_of(const HeatMap& heat, const std::vector<ExplainedPart>& parts,
                          Crop ExplainedPart::*box) {
    PictureOverlay overlay{heat, {}};
    for (const ExplainedPart& part : parts) overlay.parts.push_back(part.*box);
    return overlay;
}

}  // namespace

PictureOverlay query_overlay(const Explanation& explanation) {
    return overlay_of(explanation.query, explanation.parts, &ExplainedPart::query_box);
}

PictureOverlay match_overlay(const Explanation& explanation) {
    return overlay_of(explanation.match, explanation.parts, &ExplainedPart::match_box);
}

QColor part_color(int index) {
    static const std::array<QColor, 8> colors{
        QColor(0, 114, 178), QColor(213, 94, 0),   QColor(0, 158, 115),  QColor(204, 121, 167),
        QColor(230, 159, 0), QColor(86, 180, 233), QColor(240, 228, 66), QColor(0, 0, 0)};
    return colors[static_cast<std::size_t>(index) % colors.size()];
}

void draw_overlay(QPainter& painter, const QRectF& picture, const PictureOverlay& overlay, qreal unit) {
    painter.save();
    painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing |
                           QPainter::SmoothPixmapTransform);
    if (!overlay.heat.values.empty()) {
        const QRectF area = place_of(overlay.heat.area, picture);
        // Enlarged in two steps: QPainter's own smoothing of a 7 x 7 picture shows its grid.
        const QImage smooth = heat_image(overlay.heat)
                                  .scaled(overlay.heat.columns * 16, overlay.heat.rows * 16,
                                          Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
        painter.drawImage(area, smooth);
    }
    for (std::size_t i = 0; i < overlay.parts.size(); ++i) {
        const QRectF box = place_of(overlay.parts[i], picture);
        const QColor color = part_color(static_cast<int>(i));
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(Qt::white, unit / 4));  // a light edge, so that the box shows on any picture
        painter.drawRect(box);
        painter.setPen(QPen(color, unit / 8));
        painter.drawRect(box);
    }
    for (std::size_t i = 0; i < overlay.parts.size(); ++i)
        draw_number(painter, place_of(overlay.parts[i], picture), static_cast<int>(i) + 1,
                    part_color(static_cast<int>(i)), unit, picture);
    painter.restore();
}

QImage draw_explanation(const Explanation& explanation, const QImage& query, const QImage& match,
                        const std::string& query_caption, const std::string& match_caption) {
    constexpr qreal width = 1600, margin = 40, gutter = 32, side = (width - 2 * margin - gutter) / 2;
    constexpr qreal header = 76, caption = 44, line = 40;
    const auto lines = static_cast<qreal>(explanation.parts.size() + (explanation.exact ? 2 : 1));
    QImage page(static_cast<int>(width),
                static_cast<int>(2 * margin + header + side + caption + lines * line), QImage::Format_RGB888);
    page.fill(QColor(250, 250, 248));
    QPainter painter(&page);
    painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing |
                           QPainter::SmoothPixmapTransform);
    const QColor ink(28, 30, 33), faint(104, 108, 114);
    const auto text = [&painter](const QRectF& place, const QString& words, const QFont& font,
                                 const QColor& color, int alignment = Qt::AlignLeft) {
        painter.setFont(font);
        painter.setPen(color);
        painter.drawText(place, alignment | Qt::AlignVCenter | Qt::TextSingleLine,
                         QFontMetricsF(font).elidedText(words, Qt::ElideMiddle, place.width()));
    };
    text({margin, margin - 10, width - 2 * margin, 44},
         QStringLiteral("Score %1").arg(explanation.score, 0, 'f', 3), font_of(34, QFont::DemiBold), ink);
    text({margin, margin + 32, width - 2 * margin, 30},
         shown(explanation.model) + (explanation.exact ? QStringLiteral("  \u00b7  taken apart exactly")
                                     : explanation.method == "relevance"
                                         ? QStringLiteral("  \u00b7  gradient-weighted attention")
                                         : QStringLiteral("  \u00b7  attention rollout")),
         font_of(19), faint);

    const auto draw = [&](const QImage& picture, const PictureOverlay& overlay, qreal x,
                          const std::string& words) {
        const QRectF well(x, margin + header, side, side);
        painter.fillRect(well, QColor(128, 128, 128));
        if (!picture.isNull()) {
            const QSizeF size = QSizeF(picture.size()).scaled(well.size(), Qt::KeepAspectRatio);
            QRectF place(QPointF(0, 0), size);
            place.moveCenter(well.center());
            painter.drawImage(place.toRect(), picture.scaled(place.size().toSize(), Qt::IgnoreAspectRatio,
                                                             Qt::SmoothTransformation));
            painter.save();
            painter.setClipRect(well);
            draw_overlay(painter, place.toRect(), overlay, 30);
            painter.restore();
        }
        text({x, well.bottom() + 8, side, 32}, shown(words), font_of(21, QFont::DemiBold), ink);
    };
    draw(query, query_overlay(explanation), margin, query_caption);
    draw(match, match_overlay(explanation), margin + side + gutter, match_caption);

    qreal y = margin + header + side + caption + 14;
    const auto row = [&](const QString& words, const QString& number) {
        text({margin + 48, y, 700, line}, words, font_of(21), ink);
        text({margin + 760, y, 140, line}, number, font_of(21), ink, Qt::AlignRight);
        y += line;
    };
    for (std::size_t i = 0; i < explanation.parts.size(); ++i) {
        draw_number(painter, {margin + 10, y + 15, 0, 0}, static_cast<int>(i) + 1,
                    part_color(static_cast<int>(i)), 28);
        row(QStringLiteral("this place of the query; likeness of the two places %1")
                .arg(static_cast<double>(explanation.parts[i].similarity), 0, 'f', 2),
            explanation.exact ? signed_number(explanation.parts[i].contribution) : QString());
    }
    if (explanation.exact) {
        row(QStringLiteral("everything else"), signed_number(explanation.rest));
        row(QStringLiteral("score"), signed_number(explanation.score));
    }
    return page;
}

}  // namespace fieldmark
