// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/gallery/tile_delegate.h"

#include <algorithm>

#include <QApplication>
#include <QPainter>
#include <QStyle>

#include "ui/widgets/icons.h"
#include "ui/widgets/metrics.h"
#include "ui/widgets/text.h"
#include "ui/widgets/thumbnail_store.h"
#include "ui/widgets/tile_roles.h"

namespace fieldmark {
namespace {

constexpr int cache_kilobytes = 64 * 1024;
constexpr int smallest_with_caption = 88;

}  // namespace

TileDelegate::TileDelegate(const ThumbnailStore* thumbnails, QObject* parent)
    : QStyledItemDelegate(parent), m_thumbnails(thumbnails), m_scaled(cache_kilobytes) {}

TileDelegate::Metrics TileDelegate::metrics(const QFontMetrics& font, int picture_side, bool scored) {
    Metrics metrics;
    metrics.padding = std::max(6, font.height() / 2);
    metrics.gap = std::max(4, font.height() / 3);
    // A score is never left out; a name is, where it could not be read anyway.
    const bool named = picture_side >= smallest_with_caption;
    const int lines = (named ? 1 : 0) + (scored ? 1 : 0);
    metrics.caption = lines == 0 ? 0 : lines * font.lineSpacing() + font.height() / 4;
    return metrics;
}

QSize TileDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const {
    return option.rect.size();
}

void TileDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                         const QModelIndex& index) const {
    painter->save();
    const QRect tile = option.rect;
    const QPalette& palette = option.palette;
    const Metrics sizes = metrics(option.fontMetrics, tile.width(), m_scored);
    const bool selected = option.state.testFlag(QStyle::State_Selected);
    const bool hovered = option.state.testFlag(QStyle::State_MouseOver);
    const qreal radius = sizes.padding * 0.8;
    const auto group = option.state.testFlag(QStyle::State_Active) ? QPalette::Active : QPalette::Inactive;
    const QColor accent = palette.color(group, QPalette::Highlight);

    painter->setRenderHint(QPainter::Antialiasing);
    if (selected || hovered) {
        QColor ground = selected ? accent : palette.color(QPalette::Text);
        ground.setAlphaF(selected ? 0.28F : 0.06F);
        painter->setPen(selected ? QPen(accent, 1.5) : QPen(Qt::NoPen));
        painter->setBrush(ground);
        painter->drawRoundedRect(QRectF(tile).adjusted(1, 1, -1, -1), radius, radius);
    }
    if (option.state.testFlag(QStyle::State_HasFocus)) {
        painter->setBrush(Qt::NoBrush);
        painter->setPen(QPen(accent, 2.5));
        painter->drawRoundedRect(QRectF(tile).adjusted(1.5, 1.5, -1.5, -1.5), radius, radius);
    }

    const QRect inner = tile.adjusted(sizes.padding, sizes.padding, -sizes.padding, -sizes.padding);
    const QRect picture(inner.left(), inner.top(), inner.width(), inner.height() - sizes.caption);
    paint_badges(painter, paint_picture(painter, picture, option, index), option, index);
    if (sizes.caption > 0) {
        paint_caption(
            painter,
            QRect(inner.left(), picture.bottom() + 1 + option.fontMetrics.height() / 4, inner.width(),
                  inner.bottom() - picture.bottom() - option.fontMetrics.height() / 4),
            option, index);
    }
    painter->restore();
}

QRect TileDelegate::paint_picture(QPainter* painter, const QRect& area, const QStyleOptionViewItem& option,
                                  const QModelIndex& index) const {
    const qreal ratio = painter->device()->devicePixelRatioF();
    const ItemId item = index.data(ItemIdRole).toLongLong();
    const int device_side = qRound(std::max(area.width(), area.height()) * ratio);
    const QPixmap thumbnail = m_thumbnails != nullptr ? m_thumbnails->pixmap(item, device_side) : QPixmap();
    if (thumbnail.isNull()) {
        const bool failed = index.data(StateRole).toInt() == int(ItemState::Failed) ||
                            (m_thumbnails != nullptr && m_thumbnails->failed(item));
        QColor ground = option.palette.color(QPalette::Text);
        ground.setAlphaF(0.06F);
        painter->setPen(Qt::NoPen);
        painter->setBrush(ground);
        painter->drawRoundedRect(area, option.fontMetrics.height() / 4.0, option.fontMetrics.height() / 4.0);
        if (failed) {
            const int size = std::min(area.width(), option.fontMetrics.height() * 3);
            QColor ink = option.palette.color(QPalette::Text);
            ink.setAlphaF(0.45F);
            painter->drawPixmap(area.center() - QPoint(size / 2, size / 2),
                                icon_pixmap(QStringLiteral("failed"), size, ink, ratio));
        }
        return area;
    }
    // Small pictures are not blown up beyond one of their pixels for one logical pixel.
    QSizeF size = thumbnail.size();
    const QSizeF room = QSizeF(area.size()) * ratio;
    const qreal scale = std::min({room.width() / size.width(), room.height() / size.height(), ratio});
    size *= scale;
    const QSize device_size(std::max(1, qRound(size.width())), std::max(1, qRound(size.height())));
    QPixmap drawn = scaled(thumbnail, device_size);
    drawn.setDevicePixelRatio(ratio);
    const QPointF corner(area.left() + (area.width() - device_size.width() / ratio) / 2,
                         area.top() + (area.height() - device_size.height() / ratio) / 2);
    // On whole device pixels, or the picture is blurred by half of one.
    const QPointF origin = painter->deviceTransform().map(QPointF());
    const QPointF device = painter->deviceTransform().map(corner);
    const QPointF snapped = QPointF(qRound(device.x()) - origin.x(), qRound(device.y()) - origin.y()) / ratio;
    painter->drawPixmap(snapped, drawn);
    return QRectF(corner, QSizeF(device_size) / ratio).toAlignedRect().intersected(area);
}

QPixmap TileDelegate::scaled(const QPixmap& source, const QSize& device_size) const {
    if (source.size() == device_size) return source;
    const QString key =
        QStringLiteral("%1/%2/%3").arg(source.cacheKey()).arg(device_size.width()).arg(device_size.height());
    if (const QPixmap* found = m_scaled.object(key)) return *found;
    auto* made = new QPixmap(source.scaled(device_size, Qt::IgnoreAspectRatio, Qt::SmoothTransformation));
    const QPixmap result = *made;
    m_scaled.insert(key, made, std::max(1, device_size.width() * device_size.height() * 4 / 1024));
    return result;
}

void TileDelegate::paint_badges(QPainter* painter, const QRect& area, const QStyleOptionViewItem& option,
                                const QModelIndex& index) const {
    QStringList names;
    switch (ItemState(index.data(StateRole).toInt())) {
        case ItemState::Failed:
            names.append(QStringLiteral("warning"));
            break;
        case ItemState::Missing:
            names.append(QStringLiteral("missing"));
            break;
        case ItemState::Pending:
            if (index.data(LoadedRole).toBool()) names.append(QStringLiteral("pending"));
            break;
        case ItemState::Ready:
            break;
    }
    if (index.data(OfflineRole).toBool()) names.append(QStringLiteral("offline"));
    if (names.isEmpty()) return;

    const qreal ratio = painter->device()->devicePixelRatioF();
    const int size = option.fontMetrics.height() * 6 / 5;
    int right = area.right() + 1;
    for (const QString& name : names) {
        const QRect badge(right - size, area.top(), size, size);
        QColor ground = option.palette.color(QPalette::Base);
        ground.setAlphaF(0.85F);
        painter->setPen(QPen(quiet_line(option.palette), 1));
        painter->setBrush(ground);
        painter->drawEllipse(badge);
        const int inset = size / 6;
        painter->drawPixmap(badge.topLeft() + QPoint(inset, inset),
                            icon_pixmap(name, size - 2 * inset, option.palette.color(QPalette::Text), ratio));
        right -= size + size / 4;
    }
}

void TileDelegate::paint_caption(QPainter* painter, const QRect& area, const QStyleOptionViewItem& option,
                                 const QModelIndex& index) const {
    const QFontMetrics& font = option.fontMetrics;
    const QColor ink = option.palette.color(QPalette::Text);
    QRect line(area.left(), area.top(), area.width(), font.lineSpacing());
    painter->setFont(option.font);
    if (area.height() >= (m_scored ? 2 : 1) * font.lineSpacing() - 1) {
        painter->setPen(ink);
        const QString title = font.elidedText(index.data(TitleRole).toString(), Qt::ElideRight, line.width());
        painter->drawText(
            line, Qt::AlignVCenter | (m_scored ? Qt::AlignLeft : Qt::AlignHCenter) | Qt::TextSingleLine,
            title);
        line.translate(0, font.lineSpacing());
    }
    if (!m_scored) return;

    const float score = index.data(ScoreRole).toFloat();
    const double probability =
        index.data(ProbabilityRole).isValid() ? index.data(ProbabilityRole).toDouble() : -1;
    const bool with_probability = probability >= 0;
    const QString number = with_probability ? tr("%1 · %2", "score of a match, its probability")
                                                  .arg(Text::score(score), Text::percent(probability))
                                            : Text::score(score);
    const QString rank = tr("#%1", "rank of a match").arg(index.data(RankRole).toInt());
    painter->setPen(quiet_text(option.palette));
    painter->drawText(line, Qt::AlignVCenter | Qt::AlignLeft | Qt::TextSingleLine, rank);
    painter->setPen(ink);
    QFont strong = option.font;
    strong.setBold(true);
    painter->setFont(strong);
    const int number_width = QFontMetrics(strong).horizontalAdvance(number);
    painter->drawText(line, Qt::AlignVCenter | Qt::AlignRight | Qt::TextSingleLine, number);

    const int left = line.left() + font.horizontalAdvance(rank) + font.height() / 2;
    const int right = line.right() - number_width - font.height() / 2;
    if (right - left < font.height()) return;
    const qreal thickness = std::max(2.0, font.height() / 5.0);
    const QRectF track(left, line.center().y() - thickness / 2 + 0.5, right - left, thickness);
    painter->setPen(Qt::NoPen);
    painter->setBrush(blend(option.palette.color(QPalette::Base), ink, 0.14));
    painter->drawRoundedRect(track, thickness / 2, thickness / 2);
    const qreal share = std::clamp(double(score), 0.0, 1.0);
    if (share > 0) {
        painter->setBrush(option.palette.color(QPalette::Highlight));
        painter->drawRoundedRect(
            QRectF(track.left(), track.top(), std::max(thickness, track.width() * share), thickness),
            thickness / 2, thickness / 2);
    }
}

}  // namespace fieldmark
