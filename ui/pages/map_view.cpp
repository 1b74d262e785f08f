// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/pages/map_view.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include <QApplication>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <QStyle>
#include <QWheelEvent>

#include "ui/widgets/metrics.h"
#include "ui/widgets/text.h"
#include "ui/widgets/thumbnail_store.h"

namespace fieldmark {
namespace {

constexpr double kMargin = 0.92;       // of the widget, when the map is fitted
constexpr double kClosest = 400;       // times the fitting scale
constexpr double kWheelStep = 1.0015;  // a unit of the wheel's angle
constexpr int kMostTiled = 5000;       // points in view above which no pictures are laid
constexpr double kCrowd = 1.7;         // points a place, on average, up to which pictures are shown
constexpr double kClose = 3;           // times the fitting scale: from here on few points need not lie apart
constexpr double kDim = 0.22;          // of a point's colour, outside the filter

// Hues that people with any colour vision tell apart as well as eight can be (after Okabe and Ito).
constexpr std::array<int, 8> kHues = {205, 28, 160, 320, 52, 265, 0, 90};

bool dark_ground(const QPalette& palette) {
    return palette.color(QPalette::Base).lightnessF() < 0.5;
}

/// A small alpha mask around a point.
struct Stamp {
    int radius = 0;  // pixels around the middle
    std::vector<std::uint8_t> alpha;
};

Stamp make_stamp(MapMark::Shape shape, double radius, bool ring) {
    Stamp stamp;
    stamp.radius = static_cast<int>(std::ceil(radius + 1));
    const int side = 2 * stamp.radius + 1;
    QImage image(side, side, QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::transparent);
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.translate(stamp.radius + 0.5, stamp.radius + 0.5);
    if (ring) {
        painter.setPen(QPen(Qt::black, std::max(1.2, radius * 0.3)));
        painter.setBrush(Qt::NoBrush);
        painter.drawEllipse(QPointF(), radius * 0.85, radius * 0.85);
    } else {
        painter.setPen(Qt::NoPen);
        painter.setBrush(Qt::black);
        if (shape == MapMark::Shape::Disc) {
            painter.drawEllipse(QPointF(), radius, radius);
        } else if (shape == MapMark::Shape::Square) {
            const double half = radius * 0.88;
            painter.drawRect(QRectF(-half, -half, 2 * half, 2 * half));
        } else {
            const double half = radius * 1.1;
            painter.drawPolygon(
                QPolygonF{QPointF(0, -half), QPointF(half, half * 0.8), QPointF(-half, half * 0.8)});
        }
    }
    painter.end();
    stamp.alpha.resize(static_cast<std::size_t>(side) * static_cast<std::size_t>(side));
    for (int y = 0; y < side; ++y) {
        const auto* line = reinterpret_cast<const QRgb*>(image.constScanLine(y));
        for (int x = 0; x < side; ++x)
            stamp.alpha[static_cast<std::size_t>(y * side + x)] = static_cast<std::uint8_t>(qAlpha(line[x]));
    }
    return stamp;
}

/// Writes a stamp in one colour into an opaque image.
void press_stamp(QImage& image, const Stamp& stamp, int x, int y, QRgb colour) {
    const int side = 2 * stamp.radius + 1;
    const int left = x - stamp.radius;
    const int top = y - stamp.radius;
    const int from_x = std::max(0, -left);
    const int to_x = std::min(side, image.width() - left);
    const int from_y = std::max(0, -top);
    const int to_y = std::min(side, image.height() - top);
    if (from_x >= to_x) return;
    const std::uint32_t red_blue = colour & 0xFF00FFU;
    const std::uint32_t green = colour & 0x00FF00U;
    for (int row = from_y; row < to_y; ++row) {
        auto* line = reinterpret_cast<QRgb*>(image.scanLine(top + row)) + left;
        const std::uint8_t* alpha = stamp.alpha.data() + row * side;
        for (int column = from_x; column < to_x; ++column) {
            const std::uint32_t a = alpha[column];
            if (a == 0) continue;
            if (a == 255) {
                line[column] = colour;
                continue;
            }
            const std::uint32_t weight = a + (a >> 7);  // of 256
            const std::uint32_t under = line[column];
            const std::uint32_t rb =
                ((under & 0xFF00FFU) * (256 - weight) + red_blue * weight) >> 8 & 0xFF00FFU;
            const std::uint32_t g = ((under & 0x00FF00U) * (256 - weight) + green * weight) >> 8 & 0x00FF00U;
            line[column] = 0xFF000000U | rb | g;
        }
    }
}

}  // namespace

MapView::MapView(ThumbnailStore* thumbnails, QWidget* parent) : QWidget(parent), m_thumbnails(thumbnails) {
    setObjectName(QStringLiteral("mapView"));
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setAttribute(Qt::WA_OpaquePaintEvent);
    setCursor(Qt::OpenHandCursor);
    if (m_thumbnails != nullptr) {
        connect(m_thumbnails, &ThumbnailStore::changed, this, [this](ItemId item) {
            const bool shown = item == m_hover ||
                               std::any_of(m_tiles.begin(), m_tiles.end(),
                                           [&](const Tile& tile) { return m_map.items[tile.row] == item; });
            if (shown) update();
        });
    }
    name();
}

MapView::~MapView() = default;

// --- what is shown ---

void MapView::set_map(const LibraryMap& map) {
    const std::vector<ItemId> chosen = selected();
    m_map = map;
    m_rows.clear();
    m_rows.reserve(m_map.items.size());
    for (std::size_t i = 0; i < m_map.items.size(); ++i)
        m_rows[m_map.items[i]] = static_cast<std::uint32_t>(i);
    m_groups.assign(m_map.items.size(), 0);
    for (const auto& [item, group] : m_group_of) {
        if (const auto row = m_rows.find(item); row != m_rows.end())
            m_groups[row->second] = static_cast<std::uint8_t>(group);
    }
    m_reach_x = 0.05;
    m_reach_y = 0.05;
    for (std::size_t i = 0; i < m_map.items.size(); ++i) {
        m_reach_x = std::max(m_reach_x, std::abs(double{m_map.places[2 * i]}));
        m_reach_y = std::max(m_reach_y, std::abs(double{m_map.places[2 * i + 1]}));
    }
    m_selected.assign(m_map.items.size(), 0);
    m_selected_count = 0;
    dim();
    place_landmarks();
    set_selected(chosen);
    if (m_fitted) fit();
    moved();
    name();
}

void MapView::set_groups(const std::unordered_map<ItemId, int>& groups) {
    m_group_of = groups;
    std::fill(m_groups.begin(), m_groups.end(), std::uint8_t{0});
    for (const auto& [item, group] : m_group_of) {
        if (const auto row = m_rows.find(item); row != m_rows.end())
            m_groups[row->second] = static_cast<std::uint8_t>(std::clamp(group, 0, most_groups));
    }
    redraw();
}

MapMark MapView::mark(int group) const {
    const bool dark = dark_ground(palette());
    MapMark mark;
    if (group <= 0) {
        mark.colour = blend(palette().color(QPalette::Base), palette().color(QPalette::Text), 0.42);
        return mark;
    }
    const auto hue = static_cast<std::size_t>(group - 1) % kHues.size();
    mark.shape = static_cast<MapMark::Shape>((static_cast<std::size_t>(group - 1) / kHues.size()) % 3);
    // Yellow is light and blue is dark by nature: kept near one contrast with the ground.
    const bool light_hue = kHues[hue] > 40 && kHues[hue] < 170;
    const int lightness = dark ? (light_hue ? 150 : 175) : (light_hue ? 92 : 118);
    mark.colour = QColor::fromHsl(kHues[hue], dark ? 190 : 205, lightness);
    return mark;
}

namespace {

/// A pixmap to paint a mark in, its origin in the middle; half of the side is handed to `paint`.
template <typename Paint>
QPixmap mark_pixmap(int size, double ratio, const Paint& paint) {
    QImage image(static_cast<int>(size * ratio), static_cast<int>(size * ratio),
                 QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::transparent);
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    const double middle = image.width() / 2.0;
    painter.translate(middle, middle);
    paint(painter, middle);
    painter.end();
    QPixmap pixmap = QPixmap::fromImage(image);
    pixmap.setDevicePixelRatio(ratio);
    return pixmap;
}

}  // namespace

QPixmap MapView::swatch(int group, int size) const {
    const MapMark look = mark(group);
    return mark_pixmap(size, devicePixelRatioF(), [&](QPainter& painter, double middle) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(look.colour);
        const double radius = middle * (group == 0 ? 0.45 : 0.7);
        if (look.shape == MapMark::Shape::Disc) {
            painter.drawEllipse(QPointF(), radius, radius);
        } else if (look.shape == MapMark::Shape::Square) {
            painter.drawRect(QRectF(-radius, -radius, 2 * radius, 2 * radius));
        } else {
            painter.drawPolygon(QPolygonF{QPointF(0, -radius), QPointF(radius, radius * 0.8),
                                          QPointF(-radius, radius * 0.8)});
        }
    });
}

QPixmap MapView::swatch(MapLandmark::Kind kind, int size) const {
    return mark_pixmap(size, devicePixelRatioF(), [&](QPainter& painter, double middle) {
        MapLandmarks::draw_swatch(painter, kind, middle, palette());
    });
}

// --- anchors, query, filter ---

void MapView::set_landmarks(const std::vector<std::pair<MapLandmark, int>>& landmarks) {
    m_landmarks.set(landmarks);
    place_landmarks();
}

void MapView::set_query(const std::optional<MapLandmark>& query) {
    m_landmarks.set_query(query);
    place_landmarks();
}

void MapView::place_landmarks() {
    m_landmarks.place(m_map, [this](ItemId item) -> std::optional<std::size_t> {
        const auto row = m_rows.find(item);
        if (row == m_rows.end()) return std::nullopt;
        return row->second;
    });
    m_landmark_caption.clear();
    update();
}

void MapView::set_shown(const std::optional<std::vector<ItemId>>& items) {
    if (!items && !m_shown) return;
    m_shown.reset();
    if (items) m_shown.emplace(items->begin(), items->end());
    dim();
    moved();
}

void MapView::dim() {
    m_dimmed.assign(m_map.items.size(), 0);
    if (!m_shown) return;
    for (std::size_t i = 0; i < m_map.items.size(); ++i)
        m_dimmed[i] = m_shown->contains(m_map.items[i]) ? 0 : 1;
}

int MapView::shown_count() const {
    return static_cast<int>(std::count(m_dimmed.begin(), m_dimmed.end(), std::uint8_t{0}));
}

double MapView::landmark_radius() const {
    return std::max(point_radius() * 1.5, rhythm(this) * 0.8);
}

QString MapView::landmark_text(const QPointF& at) const {
    return m_landmarks.text_at(at, frame(), landmark_radius());
}

void MapView::set_selected(const std::vector<ItemId>& items) {
    std::fill(m_selected.begin(), m_selected.end(), std::uint8_t{0});
    m_selected_count = 0;
    for (const ItemId item : items) {
        const auto row = m_rows.find(item);
        if (row == m_rows.end() || m_selected[row->second] != 0) continue;
        m_selected[row->second] = 1;
        ++m_selected_count;
    }
    redraw();
    name();
}

void MapView::set_caption(ItemId item, const QString& text) {
    if (item != m_hover) return;
    m_caption = text;
    update();
}

void MapView::set_lasso(bool on) {
    if (m_lasso_tool == on) return;
    m_lasso_tool = on;
    setCursor(on ? Qt::CrossCursor : Qt::OpenHandCursor);
    Q_EMIT lassoChanged(on);
}

std::vector<ItemId> MapView::selected() const {
    std::vector<ItemId> items;
    items.reserve(m_selected_count);
    for (std::size_t i = 0; i < m_selected.size(); ++i) {
        if (m_selected[i] != 0) items.push_back(m_map.items[i]);
    }
    return items;
}

std::optional<QPointF> MapView::position(ItemId item) const {
    const auto row = m_rows.find(item);
    if (row == m_rows.end()) return std::nullopt;
    return to_screen(row->second);
}

std::optional<QPointF> MapView::query_position() const {
    const auto place = m_landmarks.query_place();
    return place ? std::optional(frame().to_screen(*place)) : std::nullopt;
}

std::optional<QPointF> MapView::landmark_position(std::size_t index) const {
    const auto place = m_landmarks.place_of(index);
    return place ? std::optional(frame().to_screen(*place)) : std::nullopt;
}

ItemId MapView::item_at(const QPointF& at) const {
    for (const Tile& tile : m_tiles) {
        if (tile.place.contains(at)) return m_map.items[tile.row];
    }
    const double reach = point_radius() + rhythm(this) / 2.0;
    double least = reach * reach;
    ItemId found = 0;
    for (std::size_t i = 0; i < m_map.items.size(); ++i) {
        const QPointF away = to_screen(i) - at;
        const double square = QPointF::dotProduct(away, away);
        if (square < least) {
            least = square;
            found = m_map.items[i];
        }
    }
    return found;
}

// --- the part of the plane ---

QPointF MapView::to_screen(std::size_t row) const {
    return frame().to_screen(QPointF(double{m_map.places[2 * row]}, double{m_map.places[2 * row + 1]}));
}

MapFrame MapView::frame() const {
    return {m_centre, m_scale, QSizeF(size())};
}

double MapView::fitting_scale() const {
    // The larger extent is 1 each way; a lying map in a lying widget may grow to its width.
    return std::max(1.0, kMargin * std::min(width() / (2 * m_reach_x), height() / (2 * m_reach_y)));
}

void MapView::fit() {
    m_centre = {};
    m_scale = fitting_scale();
    m_fitted = true;
    moved();
}

void MapView::zoom(double factor) {
    zoom_at(factor, QPointF(width(), height()) / 2);
}

void MapView::zoom_at(double factor, const QPointF& at) {
    if (m_map.items.empty()) return;
    const double fitting = fitting_scale();
    const QPointF before = frame().to_map(at);
    m_scale = std::clamp(m_scale * factor, fitting / 2, fitting * kClosest);
    m_centre += before - frame().to_map(at);
    m_fitted = false;
    moved();
}

double MapView::point_radius() const {
    const auto count = static_cast<double>(std::max<std::size_t>(1, m_map.items.size()));
    const double unit = rhythm(this);
    const double far = std::clamp(unit * 0.6 * std::pow(500 / count, 0.22), unit * 0.16, unit * 0.6);
    const double closer = std::clamp(std::sqrt(m_scale / std::max(1.0, fitting_scale())), 0.9, 2.5);
    return std::min(far * closer, unit * 0.8);
}

int MapView::tile_size() const {
    return rhythm(this) * 8;
}

void MapView::moved() {
    m_tiles.clear();
    redraw();
    lay_tiles();
    want_pictures();
}

void MapView::redraw() {
    m_dirty = true;
    update();
}

/// Pictures take places of a grid that lies still while the map is dragged; the first picture of a place is
/// shown there with the number of the others. There are none where points crowd: where they share their
/// places and are more than the view has places. Closest up there always are, as twins never part.
void MapView::lay_tiles() {
    m_tiles.clear();
    if (m_thumbnails == nullptr || m_map.items.empty()) return;
    const double cell = tile_size() * 1.12;
    const QRectF shown = QRectF(rect()).adjusted(-cell, -cell, cell, cell);
    const auto near_view = [&](std::size_t row) { return shown.contains(to_screen(row)); };
    // Counted before anything is laid, so that a crowd costs no more than looking at it.
    int in_view = 0;
    for (std::size_t i = 0; i < m_map.items.size(); ++i) {
        if (near_view(i) && ++in_view > kMostTiled) return;
    }
    std::map<std::pair<std::int64_t, std::int64_t>, Tile> places;
    for (std::size_t i = 0; i < m_map.items.size(); ++i) {
        if (!near_view(i)) continue;
        const auto column =
            static_cast<std::int64_t>(std::floor(double{m_map.places[2 * i]} * m_scale / cell));
        const auto line =
            static_cast<std::int64_t>(std::floor(double{m_map.places[2 * i + 1]} * m_scale / cell));
        const auto [place, fresh] = places.try_emplace({line, column});
        if (fresh) {
            place->second.row = static_cast<std::uint32_t>(i);
            continue;
        }
        ++place->second.more;
        // What the filter lets through comes before what it does not.
        if (m_dimmed[place->second.row] != 0 && m_dimmed[i] == 0)
            place->second.row = static_cast<std::uint32_t>(i);
    }
    const double fitting = fitting_scale();
    const bool few = in_view <= shown.width() / cell * shown.height() / cell;
    const bool apart = in_view <= kCrowd * static_cast<double>(places.size());
    const bool closest = m_scale > 0.99 * kClosest * fitting;
    if (places.empty() || !(apart || closest || (few && m_scale >= kClose * fitting))) return;
    const double gap = (cell - tile_size()) / 2;
    for (auto& [key, tile] : places) {
        const QPointF corner =
            (QPointF(static_cast<double>(key.second), static_cast<double>(key.first)) * cell / m_scale -
             m_centre) *
                m_scale +
            QPointF(width(), height()) / 2;
        tile.place = QRectF(corner + QPointF(gap, gap), QSizeF(tile_size(), tile_size()));
        m_tiles.push_back(tile);
    }
}

void MapView::want_pictures() {
    if (m_thumbnails == nullptr) return;
    std::vector<ItemId> items;
    if (m_hover != 0) items.push_back(m_hover);
    for (const Tile& tile : m_tiles) items.push_back(m_map.items[tile.row]);
    m_thumbnails->want(this, items, static_cast<int>(tile_size() * devicePixelRatioF()));
}

// --- painting ---

void MapView::draw_points() {
    const double ratio = devicePixelRatioF();
    const QSize size(static_cast<int>(std::ceil(width() * ratio)),
                     static_cast<int>(std::ceil(height() * ratio)));
    if (m_points.size() != size) m_points = QImage(size, QImage::Format_RGB32);
    m_points.fill(palette().color(QPalette::Base));
    m_dirty = false;
    if (!m_tiles.empty()) return;  // pictures stand for their points

    const double radius = point_radius() * ratio;
    std::array<Stamp, 3> stamps;
    for (std::size_t shape = 0; shape < stamps.size(); ++shape)
        stamps[shape] = make_stamp(static_cast<MapMark::Shape>(shape), radius, false);
    const Stamp faint = make_stamp(MapMark::Shape::Disc, std::max(1.0, radius * 0.75), false);
    const Stamp ring = make_stamp(MapMark::Shape::Disc, radius + 3 * ratio, true);
    std::array<MapMark, most_groups + 1> marks;
    std::array<QRgb, most_groups + 1> colours{};
    for (int group = 0; group <= most_groups; ++group) {
        marks[static_cast<std::size_t>(group)] = mark(group);
        colours[static_cast<std::size_t>(group)] = marks[static_cast<std::size_t>(group)].colour.rgb();
    }
    const double scale = m_scale * ratio;
    const double shift_x = width() * ratio / 2 - m_centre.x() * scale;
    const double shift_y = height() * ratio / 2 - m_centre.y() * scale;
    const bool grouped = !m_group_of.empty();
    std::array<QRgb, most_groups + 1> pale{};
    for (std::size_t group = 0; group < pale.size(); ++group)
        pale[group] = blend(palette().color(QPalette::Base), marks[group].colour, kDim).rgb();
    // What is outside the filter lies below, then what has no group, what is selected above.
    for (int pass = m_shown ? 0 : 1; pass < 4; ++pass) {
        for (std::size_t i = 0; i < m_map.items.size(); ++i) {
            const std::uint8_t group = m_groups[i];
            const bool dimmed = m_dimmed[i] != 0;
            if (pass == 0   ? !dimmed
                : pass == 1 ? dimmed || group != 0
                : pass == 2 ? dimmed || group == 0
                            : m_selected[i] == 0)
                continue;
            const double x = double{m_map.places[2 * i]} * scale + shift_x;
            const double y = double{m_map.places[2 * i + 1]} * scale + shift_y;
            if (x < -radius || y < -radius || x > size.width() + radius || y > size.height() + radius)
                continue;
            const int column = static_cast<int>(std::floor(x));
            const int line = static_cast<int>(std::floor(y));
            if (pass == 3) {
                press_stamp(m_points, ring, column, line, palette().color(QPalette::Highlight).rgb());
            } else {
                const Stamp& stamp =
                    group == 0 && grouped ? faint : stamps[static_cast<std::size_t>(marks[group].shape)];
                press_stamp(m_points, stamp, column, line, dimmed ? pale[group] : colours[group]);
            }
        }
    }
}

void MapView::draw_tiles(QPainter& painter) const {
    const double line = std::max(2.0, rhythm(this) / 4.0);
    for (const Tile& tile : m_tiles) {
        if (!tile.place.intersects(QRectF(rect()))) continue;
        const ItemId item = m_map.items[tile.row];
        const QPixmap pixmap =
            m_thumbnails->pixmap(item, static_cast<int>(tile_size() * devicePixelRatioF()));
        QRectF frame = tile.place;
        painter.setOpacity(m_dimmed[tile.row] != 0 ? kDim : 1);
        if (pixmap.isNull()) {
            painter.fillRect(frame, palette().color(QPalette::AlternateBase));
        } else {
            const QSizeF fitted = QSizeF(pixmap.size()).scaled(tile.place.size(), Qt::KeepAspectRatio);
            frame = QRectF(tile.place.center() - QPointF(fitted.width(), fitted.height()) / 2, fitted);
            painter.drawPixmap(frame, pixmap, QRectF(pixmap.rect()));
        }
        const std::uint8_t group = m_groups[tile.row];
        if (group != 0) {
            painter.setBrush(Qt::NoBrush);
            painter.setPen(QPen(mark(group).colour, line));
            painter.drawRect(frame.adjusted(line / 2, line / 2, -line / 2, -line / 2));
        }
        if (m_selected[tile.row] != 0) {
            painter.setBrush(Qt::NoBrush);
            painter.setPen(QPen(palette().color(QPalette::Highlight), line * 1.5));
            painter.drawRoundedRect(frame.adjusted(-line, -line, line, line), line, line);
        }
        if (tile.more > 0) {
            const QString text = QStringLiteral("+%1").arg(tile.more);
            QRectF badge(QPointF(), fontMetrics().size(Qt::TextSingleLine, text) + QSizeF(rhythm(this), 0));
            badge.moveBottomRight(tile.place.bottomRight());
            painter.setPen(Qt::NoPen);
            painter.setBrush(palette().color(QPalette::Window));
            painter.drawRoundedRect(badge, badge.height() / 3, badge.height() / 3);
            painter.setPen(palette().color(QPalette::WindowText));
            painter.drawText(badge, Qt::AlignCenter, text);
        }
    }
    painter.setOpacity(1);
}

void MapView::draw_hover(QPainter& painter) const {
    if (m_dragging || m_lassoing || (m_landmark_caption.isEmpty() && m_hover == 0)) return;
    const int unit = rhythm(this);
    QPixmap pixmap;
    if (m_landmark_caption.isEmpty() && m_thumbnails != nullptr)
        pixmap = m_thumbnails->pixmap(m_hover, static_cast<int>(unit * 16 * devicePixelRatioF()));
    const bool picture = !pixmap.isNull() && m_tiles.empty();
    QSizeF shown(0, 0);
    if (picture) shown = QSizeF(pixmap.size()).scaled(QSizeF(unit * 16, unit * 16), Qt::KeepAspectRatio);
    const QString text = fontMetrics().elidedText(
        m_landmark_caption.isEmpty() ? m_caption : m_landmark_caption, Qt::ElideMiddle, unit * 26);
    const QSizeF said = text.isEmpty() ? QSizeF(0, 0) : QSizeF(fontMetrics().size(Qt::TextSingleLine, text));
    if (!picture && text.isEmpty()) return;
    const double pad = unit / 2.0;
    QRectF card(0, 0, std::max(shown.width(), said.width()) + 2 * pad,
                shown.height() + said.height() + 2 * pad + (picture && !text.isEmpty() ? pad : 0));
    card.moveTopLeft(m_hover_at + QPointF(unit * 1.5, unit * 1.5));
    if (card.right() > width()) card.moveRight(m_hover_at.x() - unit);
    if (card.bottom() > height()) card.moveBottom(m_hover_at.y() - unit);
    card.moveLeft(std::max(0.0, card.left()));
    card.moveTop(std::max(0.0, card.top()));
    painter.setPen(QPen(quiet_line(palette()), 1));
    painter.setBrush(palette().color(QPalette::ToolTipBase));
    painter.drawRoundedRect(card, pad, pad);
    QPointF corner = card.topLeft() + QPointF(pad, pad);
    if (picture) {
        painter.drawPixmap(QRectF(QPointF(card.center().x() - shown.width() / 2, corner.y()), shown), pixmap,
                           QRectF(pixmap.rect()));
        corner.ry() += shown.height() + pad;
    }
    painter.setPen(palette().color(QPalette::ToolTipText));
    painter.drawText(QRectF(corner, QSizeF(card.width() - 2 * pad, said.height())), Qt::AlignCenter, text);
}

void MapView::paintEvent(QPaintEvent*) {
    if (m_dirty) draw_points();
    QPainter painter(this);
    painter.drawImage(QRectF(rect()), m_points);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    draw_tiles(painter);
    m_landmarks.draw(painter, frame(),
                     {palette(), double(rhythm(this)), landmark_radius(),
                      [this](int group) { return mark(group).colour; }});
    if (m_lassoing && m_lasso.size() > 1) {
        const QColor accent = palette().color(QPalette::Highlight);
        QColor inside = accent;
        inside.setAlphaF(0.15F);
        painter.setPen(QPen(accent, std::max(1.5, rhythm(this) / 5.0)));
        painter.setBrush(inside);
        painter.drawPolygon(m_lasso);
    }
    draw_hover(painter);
    if (hasFocus()) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(palette().color(QPalette::Highlight), 2));
        painter.drawRect(QRectF(rect()).adjusted(1, 1, -1, -1));
    }
}

void MapView::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    if (m_fitted) {
        fit();
    } else {
        moved();
    }
}

void MapView::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) moved();
    if (event->type() == QEvent::LanguageChange) name();
}

QSize MapView::sizeHint() const {
    return QSize(rhythm(this) * 80, rhythm(this) * 60);
}

QSize MapView::minimumSizeHint() const {
    return QSize(rhythm(this) * 20, rhythm(this) * 14);
}

// --- mouse and keys ---

void MapView::wheelEvent(QWheelEvent* event) {
    const int turn = event->angleDelta().y();
    if (turn != 0) zoom_at(std::pow(kWheelStep, turn), event->position());
    event->accept();
}

void MapView::keyPressEvent(QKeyEvent* event) {
    const double step = rhythm(this) * 8 / m_scale;
    if (event->matches(QKeySequence::SelectAll)) return select_all();
    if ((event->modifiers() & ~(Qt::ShiftModifier | Qt::KeypadModifier)) != 0)
        return QWidget::keyPressEvent(event);
    const auto pan = [&](double x, double y) {
        m_centre += QPointF(x, y);
        m_fitted = false;
        moved();
    };
    switch (event->key()) {
        case Qt::Key_Left:
            return pan(-step, 0);
        case Qt::Key_Right:
            return pan(step, 0);
        case Qt::Key_Up:
            return pan(0, -step);
        case Qt::Key_Down:
            return pan(0, step);
        case Qt::Key_Plus:
        case Qt::Key_Equal:
            return zoom(1.25);
        case Qt::Key_Minus:
            return zoom(0.8);
        case Qt::Key_0:
            return fit();
        case Qt::Key_Escape:
            if (!has_selection()) break;
            return clear_selection();
        case Qt::Key_Return:
        case Qt::Key_Enter:
            if (m_selected_count == 1) {
                Q_EMIT findSimilarRequested(selected().front());
                return;
            }
            break;
        default:
            break;
    }
    QWidget::keyPressEvent(event);
}

void MapView::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return QWidget::mousePressEvent(event);
    m_pressed = true;
    m_dragging = false;
    m_press = event->position();
    m_press_centre = m_centre;
    m_keep = event->modifiers().testFlag(Qt::ControlModifier);
    m_lassoing = m_lasso_tool || event->modifiers().testFlag(Qt::ShiftModifier);
    m_lasso = QPolygonF{event->position()};
}

void MapView::mouseMoveEvent(QMouseEvent* event) {
    if (!m_pressed) {
        m_hover_at = event->position();
        m_landmark_caption = landmark_text(event->position());
        set_hover(m_landmark_caption.isEmpty() ? item_at(event->position()) : 0);
        update();
        return;
    }
    const QPointF way = event->position() - m_press;
    if (!m_dragging && way.manhattanLength() < QApplication::startDragDistance()) return;
    m_dragging = true;
    if (m_lassoing) {
        if ((m_lasso.last() - event->position()).manhattanLength() >= 2) m_lasso.append(event->position());
        update();
        return;
    }
    setCursor(Qt::ClosedHandCursor);
    m_centre = m_press_centre - way / m_scale;
    m_fitted = false;
    moved();
}

void MapView::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || !m_pressed) return QWidget::mouseReleaseEvent(event);
    m_pressed = false;
    const bool dragged = std::exchange(m_dragging, false);
    const bool lassoed = std::exchange(m_lassoing, false);
    setCursor(m_lasso_tool ? Qt::CrossCursor : Qt::OpenHandCursor);
    if (dragged) {
        if (lassoed) end_lasso(m_keep);
        return;
    }
    const ItemId item = item_at(event->position());
    if (item != 0 && m_dimmed[m_rows.at(item)] == 0) {
        choose(m_rows.at(item), m_keep);
    } else if (!m_keep) {
        clear_selection();
    }
}

void MapView::mouseDoubleClickEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return;
    if (const ItemId item = item_at(event->position()); item != 0) Q_EMIT findSimilarRequested(item);
}

void MapView::leaveEvent(QEvent* event) {
    QWidget::leaveEvent(event);
    m_landmark_caption.clear();
    set_hover(0);
    update();
}

void MapView::set_hover(ItemId item) {
    if (item == m_hover) return;
    m_hover = item;
    m_caption.clear();
    want_pictures();
    update();
    Q_EMIT hovered(item);
}

// --- selection ---

void MapView::choose(std::size_t row, bool keep) {
    const bool was = m_selected[row] != 0;
    if (!keep) std::fill(m_selected.begin(), m_selected.end(), std::uint8_t{0});
    m_selected[row] = keep && was ? 0 : 1;
    announce();
}

void MapView::end_lasso(bool keep) {
    if (!keep) std::fill(m_selected.begin(), m_selected.end(), std::uint8_t{0});
    const QRectF bounds = m_lasso.boundingRect();
    for (std::size_t i = 0; i < m_map.items.size(); ++i) {
        const QPointF at = to_screen(i);
        if (m_dimmed[i] == 0 && bounds.contains(at) && m_lasso.containsPoint(at, Qt::OddEvenFill))
            m_selected[i] = 1;
    }
    m_lasso.clear();
    announce();
}

void MapView::select_all() {
    for (std::size_t i = 0; i < m_selected.size(); ++i) m_selected[i] = m_dimmed[i] == 0 ? 1 : 0;
    announce();
}

void MapView::clear_selection() {
    if (m_selected_count == 0) return;
    std::fill(m_selected.begin(), m_selected.end(), std::uint8_t{0});
    announce();
}

void MapView::select_group(int group) {
    for (std::size_t i = 0; i < m_map.items.size(); ++i)
        m_selected[i] = m_groups[i] == group && m_dimmed[i] == 0 ? 1 : 0;
    announce();
}

void MapView::announce() {
    m_selected_count =
        static_cast<std::size_t>(std::count(m_selected.begin(), m_selected.end(), std::uint8_t{1}));
    redraw();
    name();
    Q_EMIT selectionChanged(selected());
}

void MapView::name() {
    QString text = tr("Map of %n picture(s)", nullptr, point_count());
    if (m_selected_count > 0)
        text += QStringLiteral(", ") + tr("%n selected", nullptr, static_cast<int>(m_selected_count));
    setAccessibleName(text);
}

}  // namespace fieldmark
