// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <QImage>
#include <QPolygonF>
#include <QString>
#include <QWidget>

#include "core/engine/classes/library_map.h"
#include "ui/pages/map_landmarks.h"

namespace fieldmark {

class ThumbnailStore;

/// How a group of points looks: one of eight hues that keep apart on light and dark grounds, and one of three
/// shapes. Group 0 is what belongs to no group: small and grey.
struct MapMark {
    enum class Shape { Disc, Square, Triangle };
    QColor colour;
    Shape shape = Shape::Disc;
};

/// A library as points on a plane; close up, as pictures on a grid of free places. Points are written
/// straight into one image, so that 100,000 of them can be dragged about.
///
/// Mouse: drag moves the map, Shift+drag (or drag with the lasso switched on) draws a lasso, the wheel zooms
/// about the cursor, a click selects (Ctrl: adds or takes away), a double click asks for look-alikes. Keys:
/// arrows, + and -, 0 fits, Enter asks for look-alikes of the one selected, Ctrl+A selects all. UI thread.
class MapView : public QWidget {
    Q_OBJECT
  public:
    static constexpr int most_groups = 24;

    /// `thumbnails` may be null: points only.
    explicit MapView(ThumbnailStore* thumbnails, QWidget* parent = nullptr);
    ~MapView() override;

    /// Keeps selection and place on the plane where the items are the same.
    void set_map(const LibraryMap& map);
    /// A group (1..most_groups; 0: none) for items; all others belong to none.
    void set_groups(const std::unordered_map<ItemId, int>& groups);
    MapMark mark(int group) const;
    QPixmap swatch(int group, int size) const;  ///< for a legend; `size` in logical pixels
    QPixmap swatch(MapLandmark::Kind kind, int size) const;
    /// Anchors or prototypes, drawn as diamonds in the colour of their class's group (0: grey).
    void set_landmarks(const std::vector<std::pair<MapLandmark, int>>& landmarks);
    void set_query(const std::optional<MapLandmark>& query);  ///< drawn as a cross
    /// The items that a filter lets through; the others are dimmed and are not selected. nullopt: no filter.
    void set_shown(const std::optional<std::vector<ItemId>>& items);
    void set_selected(const std::vector<ItemId>& items);
    void set_caption(ItemId item, const QString& text);  ///< of the picture under the cursor
    void set_lasso(bool on);

    std::vector<ItemId> selected() const;
    bool has_selection() const { return m_selected_count > 0; }
    int point_count() const { return static_cast<int>(m_map.items.size()); }
    bool shows_pictures() const { return !m_tiles.empty(); }
    /// Of an item, in widget coordinates; empty where it is not on the map.
    std::optional<QPointF> position(ItemId item) const;
    std::optional<QPointF> query_position() const;
    std::optional<QPointF> landmark_position(std::size_t index) const;  ///< of set_landmarks()
    std::size_t landmark_count() const { return m_landmarks.count(); }
    int shown_count() const;  ///< on the map and let through by the filter
    /// What lies under the cursor, if it is no picture: "Anchor 2 of Robin", "The query".
    QString landmark_text(const QPointF& position) const;
    ItemId item_at(const QPointF& position) const;  ///< 0: none

    void fit();
    void zoom(double factor);  ///< about the middle
    void zoom_at(double factor, const QPointF& position);
    void select_all();
    void clear_selection();
    void select_group(int group);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

  Q_SIGNALS:
    void selectionChanged(const std::vector<fieldmark::ItemId>& items);  ///< by the user
    void findSimilarRequested(fieldmark::ItemId item);
    void hovered(fieldmark::ItemId item);  ///< 0: none
    void lassoChanged(bool on);

  protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;

  private:
    /// A picture on its free place, in widget coordinates.
    struct Tile {
        QRectF place;
        std::uint32_t row = 0;
        int more = 0;  ///< others that share the place
    };
    QPointF to_screen(std::size_t row) const;
    MapFrame frame() const;
    double fitting_scale() const;
    double point_radius() const;
    int tile_size() const;
    void moved();   ///< the part of the plane that is shown is another
    void redraw();  ///< the points look different
    void draw_points();
    void lay_tiles();
    void draw_tiles(QPainter& painter) const;
    void place_landmarks();
    void dim();
    double landmark_radius() const;
    void draw_hover(QPainter& painter) const;
    void want_pictures();
    void set_hover(ItemId item);
    void choose(std::size_t row, bool keep);
    void end_lasso(bool keep);
    void announce();
    void name();

    ThumbnailStore* m_thumbnails;
    LibraryMap m_map;
    std::vector<std::uint8_t> m_groups;
    std::vector<std::uint8_t> m_selected;
    std::size_t m_selected_count = 0;
    std::unordered_map<ItemId, std::uint32_t> m_rows;
    std::unordered_map<ItemId, int> m_group_of;
    std::vector<std::uint8_t> m_dimmed;  ///< by row: outside the filter
    std::optional<std::unordered_set<ItemId>> m_shown;
    MapLandmarks m_landmarks;

    QPointF m_centre;      ///< of the part that is shown, in the map's units
    double m_scale = 1;    ///< logical pixels a unit
    double m_reach_x = 1;  ///< of the points, from the middle
    double m_reach_y = 1;
    bool m_fitted = true;  ///< follows the widget's size
    QImage m_points;
    bool m_dirty = true;
    std::vector<Tile> m_tiles;

    ItemId m_hover = 0;
    QPointF m_hover_at;
    QString m_caption;
    QString m_landmark_caption;  ///< of what is under the cursor instead of a picture
    bool m_lasso_tool = false;
    bool m_pressed = false;
    bool m_dragging = false;
    bool m_lassoing = false;
    bool m_keep = false;  ///< Ctrl: the lasso adds
    QPointF m_press;
    QPointF m_press_centre;
    QPolygonF m_lasso;
};

}  // namespace fieldmark
