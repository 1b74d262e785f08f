// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/widgets/picture_rows.h"

#include <algorithm>

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <QStyledItemDelegate>
#include <QToolTip>

#include "ui/widgets/icons.h"
#include "ui/widgets/metrics.h"
#include "ui/widgets/thumbnail_store.h"

namespace fieldmark {

// --- model ---

PictureRowsModel::PictureRowsModel(QObject* parent) : QAbstractListModel(parent) {}

void PictureRowsModel::set_rows(std::vector<PictureRow> rows) {
    beginResetModel();
    m_rows = std::move(rows);
    endResetModel();
}

void PictureRowsModel::remove(int row) {
    if (row < 0 || row >= rowCount()) return;
    beginRemoveRows({}, row, row);
    m_rows.erase(m_rows.begin() + row);
    endRemoveRows();
}

const PictureRow* PictureRowsModel::row(int index) const {
    return index >= 0 && index < rowCount() ? &m_rows[static_cast<std::size_t>(index)] : nullptr;
}

int PictureRowsModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

QVariant PictureRowsModel::data(const QModelIndex& index, int role) const {
    const PictureRow* found = index.isValid() ? row(index.row()) : nullptr;
    if (found == nullptr) return {};
    if (role == Qt::DisplayRole) return found->title;
    if (role == Qt::AccessibleTextRole) {
        QStringList parts{found->title, found->subtitle};
        for (const PictureRow::Line& line : found->lines) {
            QStringList tiles;
            for (const PictureRow::Tile& tile : line.tiles) {
                tiles += tile.mark == PictureRow::Mark::Right   ? tr("right: %1").arg(tile.caption)
                         : tile.mark == PictureRow::Mark::Wrong ? tr("wrong: %1").arg(tile.caption)
                                                                : tile.caption;
            }
            const QString all = tiles.join(QStringLiteral(", "));
            parts +=
                line.name.isEmpty() ? all : tr("%1: %2", "line of matches, the matches").arg(line.name, all);
        }
        parts.removeAll(QString());
        return parts.join(QStringLiteral(". "));
    }
    return {};
}

// --- painting ---

class PictureRows::Delegate : public QStyledItemDelegate {
  public:
    Delegate(ThumbnailStore& thumbnails, PictureRows* view)
        : QStyledItemDelegate(view), m_thumbnails(thumbnails), m_view(view) {}

    struct Place {
        QRect rect;  ///< of the picture
        const PictureRow::Tile* tile = nullptr;
    };

    static int side(const QFontMetrics& font, const PictureRow& row) {
        return font.height() * (row.lines.size() > 1 ? 9 : 11) / 2;
    }
    static int line_height(const QFontMetrics& font, const PictureRow& row) {
        return side(font, row) + (row.lines.empty() ? 0 : font.lineSpacing());
    }
    static int query_side(const QFontMetrics& font, const PictureRow& row) {
        const int lines = std::max(1, static_cast<int>(row.lines.size()));
        return std::min(lines * line_height(font, row) + (lines - 1) * font.height() / 2, font.height() * 8);
    }
    static int row_height(const QFontMetrics& font, const PictureRow& row) {
        const int lines = std::max(1, static_cast<int>(row.lines.size()));
        return lines * line_height(font, row) + (lines - 1) * font.height() / 2 + 2 * font.height() / 2 +
               font.height() / 2;
    }

    /// Where everything of a row goes.
    struct Layout {
        QRect query;
        QRect text;
        std::vector<QRect> names;
        std::vector<std::vector<Place>> lines;
    };
    Layout arrange(const QRect& rect, const PictureRow& row, const QFontMetrics& font) const {
        Layout places;
        const int gap = font.height() / 2;
        const QRect inner = rect.adjusted(gap, gap, -gap, -gap);
        const int query = query_side(font, row);
        places.query = QRect(inner.left(), inner.top(), query, query);
        const int text_width =
            std::clamp(inner.width() / 4, font.averageCharWidth() * 18, font.averageCharWidth() * 40);
        places.text = QRect(places.query.right() + 1 + gap * 2, inner.top(), text_width, inner.height());
        int left = places.text.right() + 1 + gap * 2;
        int name_width = 0;
        for (const PictureRow::Line& line : row.lines) {
            name_width = std::max(name_width, font.horizontalAdvance(line.name));
        }
        const int edge = side(font, row);
        int top = inner.top();
        for (const PictureRow::Line& line : row.lines) {
            places.names.push_back(QRect(left, top, name_width, edge));
            std::vector<Place> tiles;
            int x = left + (name_width > 0 ? name_width + gap * 2 : 0);
            for (const PictureRow::Tile& tile : line.tiles) {
                if (x + edge > inner.right() && !tiles.empty()) break;
                tiles.push_back({QRect(x, top, edge, edge), &tile});
                x += edge + gap;
            }
            places.lines.push_back(std::move(tiles));
            top += line_height(font, row) + gap;
        }
        if (m_view->isRightToLeft()) mirror(places, rect);
        return places;
    }

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        const PictureRow* row = m_view->m_model->row(index.row());
        return row == nullptr
                   ? QSize()
                   : QSize(option.fontMetrics.averageCharWidth() * 40, row_height(option.fontMetrics, *row));
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override {
        const PictureRow* row = m_view->m_model->row(index.row());
        if (row == nullptr) return;
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        const QPalette& palette = option.palette;
        const QFontMetrics& font = option.fontMetrics;
        const bool current = option.state.testFlag(QStyle::State_Selected);
        const QColor accent = palette.color(QPalette::Highlight);
        if (current || option.state.testFlag(QStyle::State_MouseOver)) {
            QColor ground = current ? accent : palette.color(QPalette::Text);
            ground.setAlphaF(current ? 0.16F : 0.05F);
            painter->setPen(current && m_view->hasFocus() ? QPen(accent, 1.5) : QPen(Qt::NoPen));
            painter->setBrush(ground);
            const double radius = font.height() / 2.5;
            painter->drawRoundedRect(QRectF(option.rect).adjusted(2, 2, -2, -2), radius, radius);
        }
        const Layout places = arrange(option.rect, *row, font);
        paint_picture(painter, places.query, row->query, option);
        paint_text(painter, places.text, *row, option);
        for (std::size_t n = 0; n < places.lines.size(); ++n) {
            painter->setFont(option.font);
            painter->setPen(quiet_text(palette));
            painter->drawText(places.names[n], Qt::AlignVCenter | Qt::AlignRight | Qt::TextSingleLine,
                              row->lines[n].name);
            for (const Place& place : places.lines[n]) paint_tile(painter, place, option);
        }
        painter->restore();
    }

    /// The item at a place of a row, 0 where there is none.
    ItemId item_at(const QRect& rect, const PictureRow& row, const QPoint& point, const QFontMetrics& font,
                   QString* caption = nullptr) const {
        const Layout places = arrange(rect, row, font);
        if (places.query.contains(point)) {
            if (caption != nullptr) *caption = row.title;
            return row.query;
        }
        for (const auto& line : places.lines) {
            for (const Place& place : line) {
                if (!place.rect.adjusted(0, 0, 0, font.lineSpacing()).contains(point)) continue;
                if (caption != nullptr) *caption = place.tile->caption;
                return place.tile->item;
            }
        }
        return 0;
    }

  private:
    static void mirror(Layout& places, const QRect& within) {
        const auto flip = [&within](QRect& rect) {
            rect.moveLeft(within.left() + within.right() - rect.right());
        };
        flip(places.query);
        flip(places.text);
        for (QRect& name : places.names) flip(name);
        for (auto& line : places.lines) {
            for (Place& place : line) flip(place.rect);
        }
    }

    QRect paint_picture(QPainter* painter, const QRect& area, ItemId item,
                        const QStyleOptionViewItem& option) const {
        const qreal ratio = painter->device()->devicePixelRatioF();
        const QPixmap thumbnail = m_thumbnails.pixmap(item, qRound(area.width() * ratio));
        if (thumbnail.isNull()) {
            QColor ground = option.palette.color(QPalette::Text);
            ground.setAlphaF(0.06F);
            painter->setPen(Qt::NoPen);
            painter->setBrush(ground);
            painter->drawRoundedRect(area, area.width() / 20.0, area.width() / 20.0);
            return area;
        }
        QSizeF size = thumbnail.size();
        size.scale(area.size(), Qt::KeepAspectRatio);
        const QSize device(std::max(1, qRound(size.width() * ratio)),
                           std::max(1, qRound(size.height() * ratio)));
        QPixmap drawn = thumbnail.scaled(device, Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
        drawn.setDevicePixelRatio(ratio);
        QRect place(QPoint(), QSize(qRound(device.width() / ratio), qRound(device.height() / ratio)));
        place.moveCenter(area.center());
        painter->drawPixmap(place.topLeft(), drawn);
        return place;
    }

    static void paint_text(QPainter* painter, const QRect& area, const PictureRow& row,
                           const QStyleOptionViewItem& option) {
        QFont bold = option.font;
        bold.setBold(true);
        const QFontMetrics metrics(bold);
        painter->setFont(bold);
        painter->setPen(option.palette.color(QPalette::Text));
        const QRect line(area.left(), area.top(), area.width(), metrics.lineSpacing());
        const auto side = option.direction == Qt::RightToLeft ? Qt::AlignRight : Qt::AlignLeft;
        painter->drawText(line, Qt::AlignVCenter | side | Qt::TextSingleLine,
                          metrics.elidedText(row.title, Qt::ElideRight, line.width()));
        painter->setFont(option.font);
        painter->setPen(quiet_text(option.palette));
        painter->drawText(area.adjusted(0, metrics.lineSpacing() + metrics.height() / 4, 0, 0),
                          Qt::AlignTop | side | Qt::TextWordWrap, row.subtitle);
    }

    void paint_tile(QPainter* painter, const Place& place, const QStyleOptionViewItem& option) const {
        const QFontMetrics& font = option.fontMetrics;
        const QRect picture = paint_picture(painter, place.rect, place.tile->item, option);
        painter->setFont(option.font);
        painter->setPen(option.palette.color(QPalette::Text));
        painter->drawText(
            QRect(place.rect.left(), place.rect.bottom() + 1, place.rect.width(), font.lineSpacing()),
            Qt::AlignCenter | Qt::TextSingleLine,
            font.elidedText(place.tile->caption, Qt::ElideRight, place.rect.width()));
        if (place.tile->mark == PictureRow::Mark::None) return;
        // A filled disc with a tick, an empty one with a cross: apart without colour, too.
        const bool right = place.tile->mark == PictureRow::Mark::Right;
        const int size = font.height() * 5 / 4;
        const QRect badge(picture.right() - size + 1, picture.top(), size, size);
        const QColor base = option.palette.color(QPalette::Base);
        const QColor ink = option.palette.color(QPalette::Text);
        painter->setBrush(right ? option.palette.color(QPalette::Highlight) : base);
        painter->setPen(QPen(right ? base : ink, 1.2));
        painter->drawEllipse(badge);
        const int inset = size / 5;
        painter->drawPixmap(
            badge.topLeft() + QPoint(inset, inset),
            icon_pixmap(right ? QStringLiteral("check") : QStringLiteral("close"), size - 2 * inset,
                        right ? option.palette.color(QPalette::HighlightedText) : ink,
                        painter->device()->devicePixelRatioF()));
    }

    ThumbnailStore& m_thumbnails;
    PictureRows* m_view;
};

// --- view ---

PictureRows::PictureRows(ThumbnailStore& thumbnails, QWidget* parent)
    : QListView(parent),
      m_thumbnails(thumbnails),
      m_model(new PictureRowsModel(this)),
      m_delegate(new Delegate(thumbnails, this)) {
    setModel(m_model);
    setItemDelegate(m_delegate);
    setSelectionMode(QAbstractItemView::SingleSelection);
    setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setMouseTracking(true);
    setFrameShape(QFrame::NoFrame);
    setResizeMode(QListView::Adjust);
    connect(&m_thumbnails, &ThumbnailStore::changed, viewport(), qOverload<>(&QWidget::update));
}

void PictureRows::set_rows(std::vector<PictureRow> rows) {
    m_model->set_rows(std::move(rows));
    if (m_model->rowCount() > 0) setCurrentIndex(m_model->index(0));
    scrollToTop();
    want_visible();
}

void PictureRows::set_empty_text(const QString& text) {
    m_empty_text = text;
    viewport()->update();
}

int PictureRows::current_row() const {
    return currentIndex().isValid() ? currentIndex().row() : -1;
}

void PictureRows::want_visible() {
    if (!isVisible()) return;
    std::vector<ItemId> items;
    int largest = 1;
    for (int n = 0; n < m_model->rowCount(); ++n) {
        const QRect rect = visualRect(m_model->index(n));
        if (rect.bottom() < 0 || rect.top() > viewport()->height()) continue;
        const PictureRow& row = *m_model->row(n);
        items.push_back(row.query);
        largest = std::max(largest, Delegate::query_side(fontMetrics(), row));
        for (const auto& line : row.lines) {
            for (const auto& tile : line.tiles) items.push_back(tile.item);
        }
    }
    m_thumbnails.want(this, items, qRound(largest * devicePixelRatioF()));
}

void PictureRows::paintEvent(QPaintEvent* event) {
    QListView::paintEvent(event);
    if (m_model->rowCount() > 0 || m_empty_text.isEmpty()) return;
    QPainter painter(viewport());
    painter.setPen(quiet_text(palette()));
    const int margin = rhythm(this) * 4;
    painter.drawText(viewport()->rect().adjusted(margin, margin, -margin, -margin),
                     Qt::AlignCenter | Qt::TextWordWrap, m_empty_text);
}

void PictureRows::resizeEvent(QResizeEvent* event) {
    QListView::resizeEvent(event);
    want_visible();
}

void PictureRows::showEvent(QShowEvent* event) {
    QListView::showEvent(event);
    want_visible();
}

void PictureRows::changeEvent(QEvent* event) {
    QListView::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange) doItemsLayout();
}

void PictureRows::scrollContentsBy(int dx, int dy) {
    QListView::scrollContentsBy(dx, dy);
    want_visible();
}

void PictureRows::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) {
        if (const PictureRow* row = m_model->row(current_row())) Q_EMIT lookAlikesRequested(row->query);
        return;
    }
    QListView::keyPressEvent(event);
}

void PictureRows::mouseDoubleClickEvent(QMouseEvent* event) {
    const QModelIndex index = indexAt(event->position().toPoint());
    if (const PictureRow* row = m_model->row(index.isValid() ? index.row() : -1)) {
        const ItemId item =
            m_delegate->item_at(visualRect(index), *row, event->position().toPoint(), fontMetrics());
        if (item != 0) Q_EMIT lookAlikesRequested(item);
    }
}

void PictureRows::currentChanged(const QModelIndex& current, const QModelIndex& previous) {
    QListView::currentChanged(current, previous);
    Q_EMIT currentRowChanged(current.isValid() ? current.row() : -1);
}

bool PictureRows::viewportEvent(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const QModelIndex index = indexAt(help->pos());
        QString caption;
        if (const PictureRow* row = m_model->row(index.isValid() ? index.row() : -1)) {
            m_delegate->item_at(visualRect(index), *row, help->pos(), fontMetrics(), &caption);
            if (caption.isEmpty()) caption = row->subtitle;
        }
        QToolTip::showText(help->globalPos(), caption, this);
        return true;
    }
    return QListView::viewportEvent(event);
}

}  // namespace fieldmark
