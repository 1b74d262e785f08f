// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/gallery/gallery_view.h"

#include <algorithm>

#include <QApplication>
#include <QDrag>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMimeData>
#include <QPainter>
#include <QScrollBar>
#include <QStyle>
#include <QToolTip>
#include <QWheelEvent>

#include "ui/gallery/tile_delegate.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/metrics.h"
#include "ui/widgets/text.h"
#include "ui/widgets/thumbnail_store.h"
#include "ui/widgets/tile_roles.h"

namespace fieldmark {
namespace {

constexpr int max_dragged = 1000;

}  // namespace

GalleryView::GalleryView(ThumbnailStore* thumbnails, QWidget* parent)
    : QAbstractItemView(parent), m_thumbnails(thumbnails), m_tiles(new TileDelegate(thumbnails, this)) {
    setItemDelegate(m_tiles);
    setFrameShape(QFrame::NoFrame);
    setSelectionMode(ExtendedSelection);
    setEditTriggers(NoEditTriggers);
    setTabKeyNavigation(false);
    setAutoScroll(false);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setDragEnabled(true);
    setMouseTracking(true);
    viewport()->setMouseTracking(true);
    viewport()->setAttribute(Qt::WA_Hover);
    // paintEvent() fills all of it: scrolling can then move what is there instead of painting it again.
    viewport()->setAttribute(Qt::WA_OpaquePaintEvent);
    if (m_thumbnails != nullptr) {
        connect(m_thumbnails, &ThumbnailStore::changed, this, [this](ItemId item) {
            const auto [first, last] = visible_rows();
            for (int row = first; row <= last; ++row) {
                const QModelIndex index = model()->index(row, 0);
                if (index.data(ItemIdRole).toLongLong() == item) {
                    viewport()->update(visualRect(index));
                    return;
                }
            }
        });
    }
}

GalleryView::~GalleryView() = default;

void GalleryView::setModel(QAbstractItemModel* model) {
    if (QAbstractItemModel* old = this->model()) old->disconnect(this);
    QAbstractItemView::setModel(model);
    if (model != nullptr) {
        connect(model, &QAbstractItemModel::rowsAboutToBeInserted, this, &GalleryView::keep_anchor);
        connect(model, &QAbstractItemModel::layoutAboutToBeChanged, this, &GalleryView::keep_anchor);
        connect(model, &QAbstractItemModel::rowsRemoved, this, [this] {
            updateGeometries();
            restore_anchor();
            viewport()->update();
        });
        connect(model, &QAbstractItemModel::layoutChanged, this, [this] {
            updateGeometries();
            restore_anchor();
            viewport()->update();
        });
    }
}

void GalleryView::reset() {
    QAbstractItemView::reset();
    m_anchor = QPersistentModelIndex();
    m_span_start = QPersistentModelIndex();
    m_hover = QPersistentModelIndex();
    end_rubber_band();
    updateGeometries();
    verticalScrollBar()->setValue(0);
    m_tell_anyway = true;
    schedule_visible();
    viewport()->update();
    Q_EMIT selectionMoved();
}

// --- geometry ---

int GalleryView::row_count() const {
    return model() != nullptr ? model()->rowCount(rootIndex()) : 0;
}

GalleryView::Grid GalleryView::grid() const {
    Grid grid;
    const TileDelegate::Metrics sizes = TileDelegate::metrics(fontMetrics(), m_tile, m_tiles->scored());
    grid.gap = sizes.gap;
    const int width = viewport()->width() - grid.gap;
    const int least = m_tile + 2 * sizes.padding + sizes.gap;
    grid.columns = std::max(1, width / least);
    // The rest of the width is shared out, but a lone column does not grow a picture beyond its measure by
    // much.
    grid.cell_width = std::min(std::max(1, width / grid.columns), least + m_tile / 2);
    grid.cell_height = grid.cell_width + sizes.caption;
    grid.left = grid.gap + (width - grid.columns * grid.cell_width) / 2;
    grid.top = grid.gap;
    return grid;
}

int GalleryView::columns() const {
    return grid().columns;
}

QRect GalleryView::tile_rect(int row, const Grid& g) const {
    return QRect(g.left + (row % g.columns) * g.cell_width, g.top + (row / g.columns) * g.cell_height,
                 g.cell_width - g.gap, g.cell_height - g.gap);
}

int GalleryView::verticalOffset() const {
    return verticalScrollBar()->value();
}

QRect GalleryView::visualRect(const QModelIndex& index) const {
    if (!index.isValid()) return {};
    return tile_rect(index.row(), grid()).translated(0, -verticalOffset());
}

QModelIndex GalleryView::indexAt(const QPoint& point) const {
    const Grid g = grid();
    const int x = point.x() - g.left;
    const int y = point.y() + verticalOffset() - g.top;
    if (x < 0 || y < 0 || x >= g.columns * g.cell_width) return {};
    if (x % g.cell_width >= g.cell_width - g.gap || y % g.cell_height >= g.cell_height - g.gap) return {};
    const qint64 row = qint64(y / g.cell_height) * g.columns + x / g.cell_width;
    return row < row_count() ? model()->index(int(row), 0, rootIndex()) : QModelIndex();
}

std::pair<int, int> GalleryView::visible_rows() const {
    const int count = row_count();
    if (count == 0) return {0, -1};
    const Grid g = grid();
    const int top = std::max(0, verticalOffset() - g.top) / g.cell_height;
    const int bottom = std::max(0, verticalOffset() + viewport()->height() - 1 - g.top) / g.cell_height;
    return {std::min(top * g.columns, count - 1), std::min((bottom + 1) * g.columns - 1, count - 1)};
}

void GalleryView::updateGeometries() {
    const Grid g = grid();
    const int count = row_count();
    const int grid_rows = (count + g.columns - 1) / g.columns;
    const int height = g.top + grid_rows * g.cell_height;
    verticalScrollBar()->setPageStep(std::max(1, viewport()->height()));
    verticalScrollBar()->setSingleStep(std::max(1, g.cell_height / 3));
    verticalScrollBar()->setRange(0, std::max(0, height - viewport()->height()));
    QAbstractItemView::updateGeometries();
    schedule_visible();
}

void GalleryView::scrollTo(const QModelIndex& index, ScrollHint hint) {
    if (!index.isValid()) return;
    const Grid g = grid();
    const QRect tile = tile_rect(index.row(), g);
    const int top = verticalOffset();
    const int height = viewport()->height();
    int value = top;
    if (hint == PositionAtTop) {
        value = tile.top() - g.gap;
    } else if (hint == PositionAtBottom) {
        value = tile.bottom() + g.gap - height;
    } else if (hint == PositionAtCenter) {
        value = tile.center().y() - height / 2;
    } else if (tile.top() - g.gap < top) {
        value = tile.top() - g.gap;
    } else if (tile.bottom() + g.gap > top + height) {
        value = std::min(tile.top() - g.gap, tile.bottom() + g.gap - height);
    }
    verticalScrollBar()->setValue(value);
}

void GalleryView::set_tile_size(int size) {
    size = std::clamp(size, smallest_tile, largest_tile);
    if (size == m_tile) return;
    // The current tile, if one sees it, else the top one stays where it is.
    const QModelIndex current = currentIndex();
    if (current.isValid() && viewport()->rect().intersects(visualRect(current))) {
        m_anchor = current;
        m_anchor_offset = visualRect(current).top();
    } else {
        keep_anchor();
    }
    m_tile = size;
    updateGeometries();
    restore_anchor();
    viewport()->update();
    Q_EMIT tileSizeChanged(size);
}

void GalleryView::set_scored(bool scored) {
    m_tiles->set_scored(scored);
    updateGeometries();
    viewport()->update();
}

void GalleryView::set_empty_text(const QString& title, const QString& hint, const QString& icon_name) {
    m_empty_title = title;
    m_empty_hint = hint;
    m_empty_icon = icon_name;
    viewport()->update();
}

QSize GalleryView::minimumSizeHint() const {
    return QSize(fontMetrics().height() * 10, fontMetrics().height() * 8);
}
QSize GalleryView::sizeHint() const {
    return QSize(fontMetrics().height() * 40, fontMetrics().height() * 30);
}

void GalleryView::resizeEvent(QResizeEvent* event) {
    const bool wider = event->oldSize().width() != event->size().width();
    if (wider && event->oldSize().width() > 0 && !m_anchor.isValid()) {
        // The scroll bar still has the old grid's value: the tile that was at the top is found with the old
        // width.
        const auto first = m_told_first;
        if (first < row_count() && m_told_last >= first) {
            m_anchor = model()->index(first, 0, rootIndex());
            m_anchor_offset = 0;
            if (verticalOffset() == 0) m_anchor = QPersistentModelIndex();
        }
    }
    QAbstractItemView::resizeEvent(event);
    updateGeometries();
    restore_anchor();
    viewport()->update();
}

void GalleryView::showEvent(QShowEvent* event) {
    QAbstractItemView::showEvent(event);
    m_tell_anyway = true;
    schedule_visible();
}

void GalleryView::changeEvent(QEvent* event) {
    QAbstractItemView::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange) updateGeometries();
}

// --- keeping the place ---

void GalleryView::keep_anchor() {
    const auto [first, last] = visible_rows();
    if (last < first) {
        m_anchor = QPersistentModelIndex();
        return;
    }
    m_anchor = model()->index(first, 0, rootIndex());
    m_anchor_offset = visualRect(m_anchor).top();
}

void GalleryView::restore_anchor() {
    if (!m_anchor.isValid()) {
        m_anchor = QPersistentModelIndex();
        return;
    }
    const int top = tile_rect(m_anchor.row(), grid()).top();
    m_anchor = QPersistentModelIndex();
    verticalScrollBar()->setValue(top - m_anchor_offset);
    schedule_visible();
}

void GalleryView::rowsInserted(const QModelIndex& parent, int start, int end) {
    QAbstractItemView::rowsInserted(parent, start, end);
    updateGeometries();
    restore_anchor();
    m_tell_anyway = true;
    schedule_visible();
    viewport()->update();
}

void GalleryView::rowsAboutToBeRemoved(const QModelIndex& parent, int start, int end) {
    // The first tile on screen that stays.
    const auto [first, last] = visible_rows();
    int stays = first;
    if (stays >= start && stays <= end) stays = end + 1;
    if (last >= first && stays < row_count()) {
        m_anchor = model()->index(stays, 0, rootIndex());
        m_anchor_offset = visualRect(model()->index(first, 0, rootIndex())).top();
    }
    QAbstractItemView::rowsAboutToBeRemoved(parent, start, end);
    m_tell_anyway = true;
}

void GalleryView::dataChanged(const QModelIndex& top_left, const QModelIndex& bottom_right,
                              const QList<int>&) {
    const auto [first, last] = visible_rows();
    if (bottom_right.row() < first || top_left.row() > last) return;
    QRegion region;
    for (int row = std::max(first, top_left.row()); row <= std::min(last, bottom_right.row()); ++row) {
        region += visualRect(model()->index(row, 0, rootIndex()));
    }
    viewport()->update(region);
}

// --- what is on screen ---

void GalleryView::schedule_visible() {
    if (!m_visible_timer.isActive()) m_visible_timer.start(0, this);
}

void GalleryView::announce_visible() {
    if (!isVisible()) {
        m_tell_anyway = true;
        if (m_thumbnails != nullptr) m_thumbnails->want(this, {}, 256);
        return;
    }
    const auto [first, last] = visible_rows();
    if (!m_tell_anyway && first == m_told_first && last == m_told_last) return;
    const bool down = first >= m_told_first;
    m_tell_anyway = false;
    m_told_first = first;
    m_told_last = last;
    Q_EMIT visibleRangeChanged(first, last);
    if (m_thumbnails == nullptr) return;

    // What is seen first, then one screen in the direction of travel, then one the other way.
    const int screen = last - first + 1;
    std::vector<ItemId> wanted;
    wanted.reserve(std::size_t(std::max(0, screen * 2)));
    const auto add = [&](int row) {
        if (row < 0 || row >= row_count()) return;
        wanted.push_back(model()->index(row, 0, rootIndex()).data(ItemIdRole).toLongLong());
    };
    for (int row = first; row <= last; ++row) add(row);
    for (int n = 1; n <= screen; ++n) add(down ? last + n : first - n);
    const Grid g = grid();
    m_thumbnails->want(this, wanted, qRound((g.cell_width - g.gap) * devicePixelRatioF()));
}

void GalleryView::scrollContentsBy(int dx, int dy) {
    QAbstractItemView::scrollContentsBy(dx, dy);
    if (std::abs(dy) < viewport()->height()) {
        viewport()->scroll(0, dy);
    } else {
        viewport()->update();
    }
    schedule_visible();
}

void GalleryView::timerEvent(QTimerEvent* event) {
    if (event->timerId() == m_visible_timer.timerId()) {
        m_visible_timer.stop();
        announce_visible();
    } else if (event->timerId() == m_rubber_scroll.timerId()) {
        const int y = viewport()->mapFromGlobal(QCursor::pos()).y();
        const int beyond = y < 0 ? y : std::max(0, y - viewport()->height());
        if (beyond != 0) {
            verticalScrollBar()->setValue(verticalScrollBar()->value() + std::clamp(beyond, -80, 80));
            move_rubber_band(viewport()->mapFromGlobal(QCursor::pos()));
        }
    } else {
        QAbstractItemView::timerEvent(event);
    }
}

// --- painting ---

void GalleryView::paintEvent(QPaintEvent* event) {
    QPainter painter(viewport());
    painter.fillRect(event->rect(), palette().color(QPalette::Base));
    const int count = row_count();
    if (count == 0) {
        paint_empty(&painter);
        return;
    }
    QStyleOptionViewItem option;
    initViewItemOption(&option);
    const Grid g = grid();
    const auto [first, last] = visible_rows();
    const bool focused = hasFocus() || viewport()->hasFocus();
    const QModelIndex current = currentIndex();
    const QItemSelectionModel* selection = selectionModel();
    const int offset = verticalOffset();
    for (int row = first; row <= last; ++row) {
        option.rect = tile_rect(row, g).translated(0, -offset);
        if (!event->region().intersects(option.rect)) continue;
        const QModelIndex index = model()->index(row, 0, rootIndex());
        option.index = index;
        option.state = QStyle::State_Enabled;
        option.state.setFlag(QStyle::State_Active, isActiveWindow());
        option.state.setFlag(QStyle::State_Selected, selection != nullptr && selection->isSelected(index));
        option.state.setFlag(QStyle::State_HasFocus, focused && index == current);
        option.state.setFlag(QStyle::State_MouseOver, index == m_hover);
        m_tiles->paint(&painter, option, index);
    }
    if (m_rubber) {
        QColor colour = palette().color(QPalette::Highlight);
        painter.setPen(QPen(colour, 1));
        colour.setAlphaF(0.2F);
        painter.setBrush(colour);
        painter.drawRect(rubber_rect().adjusted(0, 0, -1, -1));
    }
}

void GalleryView::paint_empty(QPainter* painter) const {
    if (m_empty_title.isEmpty()) return;
    const int unit = rhythm(this);
    QFont large = font();
    large.setPointSizeF(large.pointSizeF() * 1.25);
    const QRect area = viewport()->rect().adjusted(unit * 2, unit * 2, -unit * 2, -unit * 2);
    const int icon_size = unit * 7;
    const QFontMetrics large_metrics(large);
    const QRect title = large_metrics.boundingRect(area, Qt::AlignHCenter | Qt::TextWordWrap, m_empty_title);
    const QRect hint = fontMetrics().boundingRect(area, Qt::AlignHCenter | Qt::TextWordWrap, m_empty_hint);
    const int icon_height = m_empty_icon.isEmpty() ? 0 : icon_size + unit * 2;
    int y = area.top() + (area.height() - icon_height - title.height() - unit - hint.height()) / 2;
    if (!m_empty_icon.isEmpty()) {
        QColor ink = palette().color(QPalette::Text);
        ink.setAlphaF(0.35F);
        painter->drawPixmap(area.center().x() - icon_size / 2, y,
                            icon_pixmap(m_empty_icon, icon_size, ink, devicePixelRatioF()));
        y += icon_height;
    }
    painter->setFont(large);
    painter->setPen(palette().color(QPalette::Text));
    painter->drawText(QRect(area.left(), y, area.width(), title.height()),
                      Qt::AlignHCenter | Qt::TextWordWrap, m_empty_title);
    y += title.height() + unit;
    painter->setFont(font());
    painter->setPen(quiet_text(palette()));
    painter->drawText(QRect(area.left(), y, area.width(), hint.height() + unit),
                      Qt::AlignHCenter | Qt::TextWordWrap, m_empty_hint);
}

// --- selection ---

QModelIndexList GalleryView::selected_rows() const {
    QModelIndexList rows =
        selectionModel() != nullptr ? selectionModel()->selectedIndexes() : QModelIndexList();
    std::sort(rows.begin(), rows.end(),
              [](const QModelIndex& a, const QModelIndex& b) { return a.row() < b.row(); });
    return rows;
}

void GalleryView::setSelection(const QRect& rect, QItemSelectionModel::SelectionFlags command) {
    // All tiles that the rectangle (viewport coordinates) touches: one range for each row of the grid, or one
    // for all of them where it spans the full width.
    const Grid g = grid();
    const QRect area = rect.normalized().translated(0, verticalOffset());
    const int count = row_count();
    QItemSelection selection;
    const auto column_of = [&](int x) { return (x - g.left) / g.cell_width; };
    int first_column = area.left() < g.left ? 0 : column_of(area.left());
    if (first_column < g.columns && area.left() >= g.left &&
        (area.left() - g.left) % g.cell_width >= g.cell_width - g.gap) {
        ++first_column;
    }
    const int last_column = area.right() < g.left ? -1 : std::min(g.columns - 1, column_of(area.right()));
    int first_line = area.top() < g.top ? 0 : (area.top() - g.top) / g.cell_height;
    if (area.top() >= g.top && (area.top() - g.top) % g.cell_height >= g.cell_height - g.gap) ++first_line;
    const int last_line = area.bottom() < g.top ? -1 : (area.bottom() - g.top) / g.cell_height;
    const auto add = [&](int from, int to) {
        to = std::min(to, count - 1);
        if (from <= to)
            selection.select(model()->index(from, 0, rootIndex()), model()->index(to, 0, rootIndex()));
    };
    if (first_column <= last_column) {
        const int end_line = std::min(last_line, count / g.columns);
        if (first_column == 0 && last_column == g.columns - 1) {
            add(first_line * g.columns, end_line * g.columns + last_column);
        } else {
            for (int line = first_line; line <= end_line; ++line) {
                add(line * g.columns + first_column, line * g.columns + last_column);
            }
        }
    }
    selectionModel()->select(selection, command);
}

QRegion GalleryView::visualRegionForSelection(const QItemSelection& selection) const {
    QRegion region;
    const auto [first, last] = visible_rows();
    for (const QItemSelectionRange& range : selection) {
        for (int row = std::max(first, range.top()); row <= std::min(last, range.bottom()); ++row) {
            region += visualRect(model()->index(row, 0, rootIndex()));
        }
    }
    return region;
}

void GalleryView::select_span(int from, int to, QItemSelectionModel::SelectionFlags command) {
    if (from > to) std::swap(from, to);
    selectionModel()->select(
        QItemSelection(model()->index(from, 0, rootIndex()), model()->index(to, 0, rootIndex())), command);
}

void GalleryView::currentChanged(const QModelIndex& current, const QModelIndex& previous) {
    QAbstractItemView::currentChanged(current, previous);
    if (previous.isValid()) viewport()->update(visualRect(previous));
    if (current.isValid()) viewport()->update(visualRect(current));
    Q_EMIT selectionMoved();
}

void GalleryView::selectionChanged(const QItemSelection& selected, const QItemSelection& deselected) {
    QAbstractItemView::selectionChanged(selected, deselected);
    viewport()->update(visualRegionForSelection(selected) + visualRegionForSelection(deselected));
    Q_EMIT selectionMoved();
}

// --- keyboard ---

QModelIndex GalleryView::moveCursor(CursorAction action, Qt::KeyboardModifiers) {
    const int count = row_count();
    if (count == 0) return {};
    const Grid g = grid();
    const int row = currentIndex().isValid() ? currentIndex().row() : -1;
    if (row < 0) return model()->index(action == MoveEnd ? count - 1 : visible_rows().first, 0, rootIndex());
    const int lines = std::max(1, viewport()->height() / g.cell_height);
    int target = row;
    switch (action) {
        case MoveLeft:
            target = isRightToLeft() ? row + 1 : row - 1;
            break;
        case MoveRight:
            target = isRightToLeft() ? row - 1 : row + 1;
            break;
        case MovePrevious:
            target = row - 1;
            break;
        case MoveNext:
            target = row + 1;
            break;
        case MoveUp:
            target = row - g.columns >= 0 ? row - g.columns : row;
            break;
        case MoveDown:
            // From the line above a short last one, down goes to its last tile.
            if (row + g.columns < count) {
                target = row + g.columns;
            } else if (row / g.columns < (count - 1) / g.columns) {
                target = count - 1;
            }
            break;
        case MovePageUp:
            target = std::max(row % g.columns, row - lines * g.columns);
            break;
        case MovePageDown:
            target = row + lines * g.columns;
            if (target >= count) {
                const int last_line = (count - 1) / g.columns;
                target = std::min(count - 1, last_line * g.columns + row % g.columns);
            }
            break;
        case MoveHome:
            target = 0;
            break;
        case MoveEnd:
            target = count - 1;
            break;
    }
    return model()->index(std::clamp(target, 0, count - 1), 0, rootIndex());
}

void GalleryView::move_to(const QModelIndex& index, Qt::KeyboardModifiers modifiers) {
    if (!index.isValid()) return;
    if (modifiers.testFlag(Qt::ShiftModifier)) {
        if (!m_span_start.isValid()) m_span_start = currentIndex().isValid() ? currentIndex() : index;
        select_span(m_span_start.row(), index.row(),
                    modifiers.testFlag(Qt::ControlModifier) ? QItemSelectionModel::Select
                                                            : QItemSelectionModel::ClearAndSelect);
        selectionModel()->setCurrentIndex(index, QItemSelectionModel::NoUpdate);
    } else if (modifiers.testFlag(Qt::ControlModifier)) {
        m_span_start = index;
        selectionModel()->setCurrentIndex(index, QItemSelectionModel::NoUpdate);
    } else {
        m_span_start = index;
        selectionModel()->setCurrentIndex(index, QItemSelectionModel::ClearAndSelect);
    }
    scrollTo(index);
}

void GalleryView::keyPressEvent(QKeyEvent* event) {
    const Qt::KeyboardModifiers modifiers = event->modifiers() & ~Qt::KeypadModifier;
    if (model() == nullptr) return;
    const auto move = [&](CursorAction action) { move_to(moveCursor(action, modifiers), modifiers); };
    switch (event->key()) {
        case Qt::Key_Left:
            return move(MoveLeft);
        case Qt::Key_Right:
            return move(MoveRight);
        case Qt::Key_Up:
            return move(MoveUp);
        case Qt::Key_Down:
            return move(MoveDown);
        case Qt::Key_Home:
            return move(MoveHome);
        case Qt::Key_End:
            return move(MoveEnd);
        case Qt::Key_PageUp:
            return move(MovePageUp);
        case Qt::Key_PageDown:
            return move(MovePageDown);
        case Qt::Key_Space:
            if (currentIndex().isValid()) {
                m_span_start = currentIndex();
                selectionModel()->select(currentIndex(), QItemSelectionModel::Toggle);
            }
            return;
        case Qt::Key_Return:
        case Qt::Key_Enter:
            if (!currentIndex().isValid()) break;
            if (modifiers == Qt::ControlModifier) {
                Q_EMIT findSimilarRequested(currentIndex());
                return;
            }
            if (modifiers == Qt::NoModifier) {
                Q_EMIT activatedItem(currentIndex());
                return;
            }
            break;
        case Qt::Key_Plus:
        case Qt::Key_Equal:
            if (!modifiers.testFlag(Qt::ControlModifier)) break;
            return set_tile_size(m_tile * 5 / 4);
        case Qt::Key_Minus:
            if (!modifiers.testFlag(Qt::ControlModifier)) break;
            return set_tile_size(m_tile * 4 / 5);
        default:
            break;
    }
    if (event->matches(QKeySequence::SelectAll)) {
        selectAll();
        return;
    }
    // Not QAbstractItemView's: it would take letters for a search and Esc for itself.
    event->ignore();
}

void GalleryView::keyboardSearch(const QString&) {}

// --- mouse ---

void GalleryView::wheelEvent(QWheelEvent* event) {
    if (!event->modifiers().testFlag(Qt::ControlModifier)) {
        QAbstractItemView::wheelEvent(event);
        return;
    }
    m_wheel_rest += event->angleDelta().y();
    const int steps = m_wheel_rest / 120;
    m_wheel_rest -= steps * 120;
    for (int n = 0; n < std::abs(steps); ++n) set_tile_size(steps > 0 ? m_tile * 9 / 8 : m_tile * 8 / 9);
    event->accept();
}

void GalleryView::mousePressEvent(QMouseEvent* event) {
    const QPoint position = event->position().toPoint();
    const QModelIndex index = indexAt(position);
    m_press_selects_one = false;
    if (event->button() == Qt::RightButton) {
        // The menu that follows is about what lies under the pointer.
        if (index.isValid() && !selectionModel()->isSelected(index)) {
            m_span_start = index;
            selectionModel()->setCurrentIndex(index, QItemSelectionModel::ClearAndSelect);
        } else if (!index.isValid()) {
            selectionModel()->clearSelection();
        }
        event->accept();
        return;
    }
    if (event->button() != Qt::LeftButton) {
        event->ignore();
        return;
    }
    m_pressed = true;
    m_press_position = position + QPoint(0, verticalOffset());
    if (!index.isValid()) {
        begin_rubber_band(position, event->modifiers());
        return;
    }
    if (event->modifiers().testFlag(Qt::ShiftModifier)) {
        if (!m_span_start.isValid()) m_span_start = currentIndex().isValid() ? currentIndex() : index;
        select_span(m_span_start.row(), index.row(),
                    event->modifiers().testFlag(Qt::ControlModifier) ? QItemSelectionModel::Select
                                                                     : QItemSelectionModel::ClearAndSelect);
        selectionModel()->setCurrentIndex(index, QItemSelectionModel::NoUpdate);
    } else if (event->modifiers().testFlag(Qt::ControlModifier)) {
        m_span_start = index;
        selectionModel()->setCurrentIndex(index, QItemSelectionModel::Toggle);
    } else if (selectionModel()->isSelected(index)) {
        m_span_start = index;
        m_press_selects_one = true;
        selectionModel()->setCurrentIndex(index, QItemSelectionModel::NoUpdate);
    } else {
        m_span_start = index;
        selectionModel()->setCurrentIndex(index, QItemSelectionModel::ClearAndSelect);
    }
    event->accept();
}

void GalleryView::mouseMoveEvent(QMouseEvent* event) {
    const QPoint position = event->position().toPoint();
    if (m_rubber) {
        move_rubber_band(position);
        return;
    }
    if (m_pressed && event->buttons().testFlag(Qt::LeftButton)) {
        const QPoint travelled = position + QPoint(0, verticalOffset()) - m_press_position;
        if (travelled.manhattanLength() >= QApplication::startDragDistance()) {
            m_pressed = false;
            m_press_selects_one = false;
            if (!selectionModel()->selectedIndexes().isEmpty()) startDrag(Qt::CopyAction);
        }
        return;
    }
    const QModelIndex index = indexAt(position);
    if (index != m_hover) {
        if (m_hover.isValid()) viewport()->update(visualRect(m_hover));
        m_hover = index;
        if (index.isValid()) viewport()->update(visualRect(index));
    }
}

void GalleryView::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton) {
        if (m_rubber) {
            end_rubber_band();
        } else if (m_press_selects_one && currentIndex().isValid()) {
            selectionModel()->select(currentIndex(), QItemSelectionModel::ClearAndSelect);
        }
        m_press_selects_one = false;
        m_pressed = false;
    }
    event->accept();
}

void GalleryView::mouseDoubleClickEvent(QMouseEvent* event) {
    const QModelIndex index = indexAt(event->position().toPoint());
    m_press_selects_one = false;
    m_pressed = false;
    if (event->button() == Qt::LeftButton && index.isValid()) Q_EMIT activatedItem(index);
}

bool GalleryView::viewportEvent(QEvent* event) {
    if (event->type() == QEvent::Leave || event->type() == QEvent::HoverLeave) {
        if (m_hover.isValid()) viewport()->update(visualRect(m_hover));
        m_hover = QPersistentModelIndex();
    }
    return QAbstractItemView::viewportEvent(event);
}

void GalleryView::begin_rubber_band(const QPoint& position, Qt::KeyboardModifiers modifiers) {
    m_rubber = true;
    m_rubber_end = position + QPoint(0, verticalOffset());
    const bool adds = modifiers.testFlag(Qt::ControlModifier) || modifiers.testFlag(Qt::ShiftModifier);
    if (!adds) selectionModel()->clearSelection();
    m_rubber_base = selectionModel()->selection();
    m_rubber_scroll.start(30, this);
}

void GalleryView::move_rubber_band(const QPoint& position) {
    const QRect before = rubber_rect();
    m_rubber_end = position + QPoint(0, verticalOffset());
    const QRect now = rubber_rect();
    // One selection made of what there was and what the band touches, so that nothing flickers.
    const QSignalBlocker quiet(selectionModel());
    const QItemSelection old = selectionModel()->selection();
    selectionModel()->select(m_rubber_base, QItemSelectionModel::ClearAndSelect);
    setSelection(now, QItemSelectionModel::Select);
    const QItemSelection changed = selectionModel()->selection();
    viewport()->update(before.united(now).adjusted(-2, -2, 2, 2));
    viewport()->update(visualRegionForSelection(old) + visualRegionForSelection(changed));
}

void GalleryView::end_rubber_band() {
    if (!m_rubber) return;
    m_rubber = false;
    m_rubber_scroll.stop();
    m_rubber_base.clear();
    viewport()->update();
    Q_EMIT selectionMoved();
}

QRect GalleryView::rubber_rect() const {
    return QRect(m_press_position, m_rubber_end).normalized().translated(0, -verticalOffset());
}

void GalleryView::startDrag(Qt::DropActions) {
    QModelIndexList indexes = selected_rows();
    if (indexes.size() > max_dragged) indexes.resize(max_dragged);
    QMimeData* mime = model()->mimeData(indexes);
    if (mime == nullptr) return;
    auto* drag = new QDrag(this);
    drag->setMimeData(mime);
    const QModelIndex shown = currentIndex().isValid() ? currentIndex() : indexes.first();
    if (m_thumbnails != nullptr) {
        const int side = fontMetrics().height() * 5;
        const qreal ratio = devicePixelRatioF();
        QPixmap pixmap = m_thumbnails->pixmap(shown.data(ItemIdRole).toLongLong(), qRound(side * ratio));
        if (!pixmap.isNull()) {
            pixmap = pixmap.scaled(QSize(side, side) * ratio, Qt::KeepAspectRatio, Qt::SmoothTransformation);
            pixmap.setDevicePixelRatio(ratio);
            drag->setPixmap(pixmap);
            drag->setHotSpot(QPoint(side / 4, side / 4));
        }
    }
    drag->exec(Qt::CopyAction, Qt::CopyAction);
}

}  // namespace fieldmark
