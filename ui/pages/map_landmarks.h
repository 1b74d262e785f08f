// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include <QColor>
#include <QCoreApplication>
#include <QPalette>
#include <QPointF>
#include <QSizeF>
#include <QString>

#include "core/engine/classes/library_map.h"

class QPainter;

namespace fieldmark {

/// Which part of a map's plane a widget shows.
struct MapFrame {
    QPointF centre;    ///< in the map's units
    double scale = 1;  ///< logical pixels a unit
    QSizeF size;       ///< of the widget

    QPointF to_screen(const QPointF& place) const;
    QPointF to_map(const QPointF& position) const;
};

/// What lies on a map beside the library's pictures: anchors and prototypes as diamonds (full and hollow) in
/// the colour of their class's group, the query as a cross. Knows where each lies, draws it and tells which
/// one is at a position. UI thread.
class MapLandmarks {
    Q_DECLARE_TR_FUNCTIONS(fieldmark::MapLandmarks)
  public:
    /// How they are drawn.
    struct Look {
        QPalette palette;
        double unit = 8;                               ///< the rhythm, in logical pixels
        double radius = 8;                             ///< of a diamond
        std::function<QColor(int group)> colour = {};  ///< of a group of pictures; 0: of none
    };

    /// Anchors or prototypes with the group of their class (0: none).
    void set(const std::vector<std::pair<MapLandmark, int>>& landmarks);
    void set_query(const std::optional<MapLandmark>& query);
    /// Finds their places anew; after set(), set_query() and with another map.
    void place(const LibraryMap& map, const MapRows& row_of);

    std::size_t count() const { return m_landmarks.size(); }
    /// In the map's units; empty where it has no place on the map.
    std::optional<QPointF> place_of(std::size_t index) const;
    std::optional<QPointF> query_place() const;
    /// "Anchor 2 of Robin", "The query"; empty where none lies.
    QString text_at(const QPointF& position, const MapFrame& frame, double radius) const;

    void draw(QPainter& painter, const MapFrame& frame, const Look& look) const;
    /// For a legend: about the painter's origin, `reach` to each side.
    static void draw_swatch(QPainter& painter, MapLandmark::Kind kind, double reach, const QPalette& palette);

  private:
    struct Landmark {
        MapLandmark what;
        int group = 0;
        std::optional<QPointF> place;  ///< in the map's units
    };
    static QString name_of(const MapLandmark& landmark);
    void draw_query(QPainter& painter, const MapFrame& frame, const Look& look) const;

    std::vector<Landmark> m_landmarks;
    std::optional<Landmark> m_query;
};

}  // namespace fieldmark
