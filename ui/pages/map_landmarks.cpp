// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/pages/map_landmarks.h"

#include <algorithm>

#include <QLineF>
#include <QPainter>
#include <QPolygonF>

#include "ui/widgets/metrics.h"
#include "ui/widgets/text.h"

namespace fieldmark {
namespace {

void draw_diamond(QPainter& painter, const QPointF& at, double radius) {
    painter.drawPolygon(QPolygonF{at + QPointF(0, -radius), at + QPointF(radius, 0), at + QPointF(0, radius),
                                  at + QPointF(-radius, 0)});
}

void draw_cross(QPainter& painter, const QPointF& at, double arm) {
    painter.drawLines(QList<QLineF>{QLineF(at - QPointF(arm, 0), at + QPointF(arm, 0)),
                                    QLineF(at - QPointF(0, arm), at + QPointF(0, arm))});
}

void draw_label(QPainter& painter, const QPointF& corner, const QString& text,
                const MapLandmarks::Look& look) {
    QRectF box(QPointF(), painter.fontMetrics().size(Qt::TextSingleLine, text) + QSizeF(look.unit, 0));
    box.moveTopLeft(corner);
    painter.setPen(Qt::NoPen);
    painter.setBrush(look.palette.color(QPalette::Base));
    painter.drawRoundedRect(box, box.height() / 4, box.height() / 4);
    painter.setPen(look.palette.color(QPalette::Text));
    painter.drawText(box, Qt::AlignCenter, text);
}

}  // namespace

QPointF MapFrame::to_screen(const QPointF& place) const {
    return (place - centre) * scale + QPointF(size.width(), size.height()) / 2;
}

QPointF MapFrame::to_map(const QPointF& position) const {
    return (position - QPointF(size.width(), size.height()) / 2) / scale + centre;
}

void MapLandmarks::set(const std::vector<std::pair<MapLandmark, int>>& landmarks) {
    m_landmarks.clear();
    for (const auto& [what, group] : landmarks) m_landmarks.push_back({what, group, std::nullopt});
}

void MapLandmarks::set_query(const std::optional<MapLandmark>& query) {
    m_query.reset();
    if (query) m_query = Landmark{*query, 0, std::nullopt};
}

void MapLandmarks::place(const LibraryMap& map, const MapRows& row_of) {
    const auto put = [&](Landmark& landmark) {
        const auto place = place_landmark(map, landmark.what, row_of);
        landmark.place =
            place ? std::optional(QPointF(double{(*place)[0]}, double{(*place)[1]})) : std::nullopt;
    };
    for (Landmark& landmark : m_landmarks) put(landmark);
    if (m_query) put(*m_query);
}

std::optional<QPointF> MapLandmarks::place_of(std::size_t index) const {
    return index < m_landmarks.size() ? m_landmarks[index].place : std::nullopt;
}

std::optional<QPointF> MapLandmarks::query_place() const {
    return m_query ? m_query->place : std::nullopt;
}

QString MapLandmarks::name_of(const MapLandmark& landmark) {
    if (landmark.kind == MapLandmark::Kind::Query) return tr("The query");
    return Text::anchor(landmark.kind == MapLandmark::Kind::Prototype, landmark.index, landmark.class_name);
}

QString MapLandmarks::text_at(const QPointF& position, const MapFrame& frame, double radius) const {
    const double reach = radius * 1.1;
    const auto under = [&](const Landmark& landmark) {
        return landmark.place && (frame.to_screen(*landmark.place) - position).manhattanLength() < reach;
    };
    if (m_query && under(*m_query)) return name_of(m_query->what);
    // The one drawn last lies on top.
    const auto found = std::find_if(m_landmarks.rbegin(), m_landmarks.rend(), under);
    return found == m_landmarks.rend() ? QString() : name_of(found->what);
}

void MapLandmarks::draw(QPainter& painter, const MapFrame& frame, const Look& look) const {
    const double line = std::max(1.5, look.unit * 0.22);
    const QRectF seen =
        QRectF(QPointF(), frame.size).adjusted(-look.radius, -look.radius, look.radius, look.radius);
    for (const Landmark& landmark : m_landmarks) {
        if (!landmark.place) continue;
        const QPointF at = frame.to_screen(*landmark.place);
        if (!seen.contains(at)) continue;
        // A halo in the ground's colour and an outline, so that it stands out of points of its own colour.
        painter.setBrush(look.palette.color(QPalette::Base));
        painter.setPen(Qt::NoPen);
        draw_diamond(painter, at, look.radius + 2 * line);
        const bool filled = landmark.what.kind == MapLandmark::Kind::Anchor;
        const QColor colour = look.colour(landmark.group);
        painter.setBrush(filled ? QBrush(colour) : QBrush());
        painter.setPen(QPen(filled ? look.palette.color(QPalette::Text) : colour, filled ? line : 1.6 * line,
                            Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
        draw_diamond(painter, at, look.radius);
    }
    draw_query(painter, frame, look);
}

void MapLandmarks::draw_query(QPainter& painter, const MapFrame& frame, const Look& look) const {
    if (!m_query || !m_query->place) return;
    const QPointF at = frame.to_screen(*m_query->place);
    const double arm = look.unit * 1.6;
    painter.setPen(QPen(look.palette.color(QPalette::Base), look.unit * 0.8, Qt::SolidLine, Qt::RoundCap));
    draw_cross(painter, at, arm);
    painter.setPen(QPen(look.palette.color(QPalette::Text), look.unit * 0.35, Qt::SolidLine, Qt::RoundCap));
    draw_cross(painter, at, arm);
    draw_label(painter, at + QPointF(arm * 0.6, arm * 0.4), tr("Query"), look);
}

void MapLandmarks::draw_swatch(QPainter& painter, MapLandmark::Kind kind, double reach,
                               const QPalette& palette) {
    painter.setPen(QPen(palette.color(QPalette::Text), reach * 0.2));
    if (kind == MapLandmark::Kind::Query) return draw_cross(painter, {}, reach * 0.75);
    painter.setBrush(kind == MapLandmark::Kind::Anchor ? QBrush(quiet_text(palette)) : QBrush());
    draw_diamond(painter, {}, reach * 0.8);
}

}  // namespace fieldmark
