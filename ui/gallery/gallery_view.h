// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QAbstractItemView>
#include <QBasicTimer>
#include <QPersistentModelIndex>

namespace fieldmark {

class ThumbnailStore;
class TileDelegate;

/// Tiles of one size in a grid. Every place is computed from the row number, so that 100,000 pictures cost
/// what 100 cost. Only what is on screen, and one screen ahead, asks for texts and thumbnails. The picture at
/// the top keeps its place while rows come and go above it. Shows gallery and matches alike (tile_roles.h).
/// UI thread.
///
/// Keys: arrows, Page Up/Down, Home, End move; with Shift they extend the selection, with Ctrl they leave it;
/// Space marks; Enter activates; Ctrl + and - and Ctrl+wheel change the size.
class GalleryView : public QAbstractItemView {
    Q_OBJECT
  public:
    static constexpr int smallest_tile = 64;
    static constexpr int largest_tile = 480;

    explicit GalleryView(ThumbnailStore* thumbnails, QWidget* parent = nullptr);
    ~GalleryView() override;

    void setModel(QAbstractItemModel* model) override;

    int tile_size() const { return m_tile; }
    void set_tile_size(int size);  ///< of the picture, logical pixels; keeps the current or top tile in view
    void set_scored(bool scored);  ///< leaves room for rank and score below the name
    /// What to say while there is nothing to show.
    void set_empty_text(const QString& title, const QString& hint, const QString& icon = {});

    int columns() const;
    /// First and last row on screen (last < first: none).
    std::pair<int, int> visible_rows() const;
    QModelIndexList selected_rows() const;  ///< in order

    QRect visualRect(const QModelIndex& index) const override;
    QModelIndex indexAt(const QPoint& point) const override;
    void scrollTo(const QModelIndex& index, ScrollHint hint = EnsureVisible) override;
    QSize minimumSizeHint() const override;
    QSize sizeHint() const override;
    void keyboardSearch(const QString& search) override;
    void reset() override;

  Q_SIGNALS:
    void activatedItem(const QModelIndex& index);         ///< Enter or double click
    void findSimilarRequested(const QModelIndex& index);  ///< S or Ctrl+Enter
    void visibleRangeChanged(int first, int last);
    void tileSizeChanged(int size);
    void selectionMoved();  ///< selected or current tile changed

  protected:
    QModelIndex moveCursor(CursorAction action, Qt::KeyboardModifiers modifiers) override;
    int horizontalOffset() const override { return 0; }
    int verticalOffset() const override;
    bool isIndexHidden(const QModelIndex&) const override { return false; }
    void setSelection(const QRect& rect, QItemSelectionModel::SelectionFlags command) override;
    QRegion visualRegionForSelection(const QItemSelection& selection) const override;
    void updateGeometries() override;

    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void changeEvent(QEvent* event) override;
    void scrollContentsBy(int dx, int dy) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    bool viewportEvent(QEvent* event) override;
    void timerEvent(QTimerEvent* event) override;
    void startDrag(Qt::DropActions actions) override;

    void rowsInserted(const QModelIndex& parent, int start, int end) override;
    void rowsAboutToBeRemoved(const QModelIndex& parent, int start, int end) override;
    void dataChanged(const QModelIndex& top_left, const QModelIndex& bottom_right,
                     const QList<int>& roles) override;
    void currentChanged(const QModelIndex& current, const QModelIndex& previous) override;
    void selectionChanged(const QItemSelection& selected, const QItemSelection& deselected) override;

  private:
    /// The grid for the present size of viewport and tiles.
    struct Grid {
        int columns = 1;
        int cell_width = 1;  ///< tile and gap
        int cell_height = 1;
        int gap = 0;
        int left = 0;
        int top = 0;
    };
    Grid grid() const;
    int row_count() const;
    QRect tile_rect(int row, const Grid& grid) const;  ///< in contents coordinates
    void move_to(const QModelIndex& index, Qt::KeyboardModifiers modifiers);
    void select_span(int from, int to, QItemSelectionModel::SelectionFlags command);
    void begin_rubber_band(const QPoint& position, Qt::KeyboardModifiers modifiers);
    void move_rubber_band(const QPoint& position);
    void end_rubber_band();
    QRect rubber_rect() const;  ///< in viewport coordinates
    void keep_anchor();
    void restore_anchor();
    void schedule_visible();
    void announce_visible();
    void paint_empty(QPainter* painter) const;

    ThumbnailStore* m_thumbnails;
    TileDelegate* m_tiles;
    int m_tile = 160;
    QString m_empty_title;
    QString m_empty_hint;
    QString m_empty_icon;
    QPersistentModelIndex m_hover;
    QPersistentModelIndex m_span_start;  ///< where a Shift selection begins

    QPersistentModelIndex m_anchor;  ///< the tile that keeps its place
    int m_anchor_offset = 0;         ///< of its top from the viewport's

    bool m_pressed = false;
    QPoint m_press_position;           ///< in contents coordinates
    bool m_press_selects_one = false;  ///< a press on a selected tile: decided on release, it may be a drag
    bool m_rubber = false;
    QPoint m_rubber_end;  ///< in contents coordinates
    QItemSelection m_rubber_base;
    QBasicTimer m_rubber_scroll;
    QBasicTimer m_visible_timer;
    int m_told_first = 0;
    int m_told_last = -1;
    bool m_tell_anyway = true;
    int m_wheel_rest = 0;
};

}  // namespace fieldmark
