// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/widgets/curve_plot.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <QLocale>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>

#include "ui/widgets/metrics.h"

namespace fieldmark {

namespace {

/// A round step that gives about `count` ticks.
double round_step(double range, int count) {
    const double raw = range / std::max(1, count);
    const double power = std::pow(10, std::floor(std::log10(raw)));
    for (const double factor : {1.0, 2.0, 5.0}) {
        if (raw <= factor * power) return factor * power;
    }
    return 10 * power;
}

/// Whether the way from one point to the other leads through the box (Liang and Barsky 1984).
bool crosses(const QRectF& box, const QPointF& from, const QPointF& to) {
    double enter = 0;
    double leave = 1;
    const auto cut = [&](double start, double end, double low, double high) {
        if (start == end) return start >= low && start <= high;
        const double first = (low - start) / (end - start);
        const double second = (high - start) / (end - start);
        enter = std::max(enter, std::min(first, second));
        leave = std::min(leave, std::max(first, second));
        return true;
    };
    return cut(from.x(), to.x(), box.left(), box.right()) && cut(from.y(), to.y(), box.top(), box.bottom()) &&
           enter <= leave;
}

double dot_radius(const QFontMetrics& font) {
    return std::max(2.2, font.height() / 6.0);
}

}  // namespace

struct CurvePlot::Frame {
    QRectF area;
    Range x;
    Range y;
    double x_step = 1;
    double y_step = 1;
    QPointF place(const QPointF& value) const {
        return {area.left() + (value.x() - x.low) / (x.high - x.low) * area.width(),
                area.bottom() - (value.y() - y.low) / (y.high - y.low) * area.height()};
    }
};

CurvePlot::CurvePlot(QWidget* parent) : QWidget(parent) {
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void CurvePlot::set_title(const QString& title) {
    m_title = title;
    setAccessibleName(title);
    update();
}

void CurvePlot::set_axes(const QString& x, const QString& y) {
    m_x_name = x;
    m_y_name = y;
    update();
}

void CurvePlot::set_format(Format x, Format y) {
    m_x_format = x;
    m_y_format = y;
    update();
}

void CurvePlot::set_x_range(double low, double high) {
    m_x_wish = {low, high};
    update();
}

void CurvePlot::set_y_range(double low, double high) {
    m_y_wish = {low, high};
    update();
}

void CurvePlot::set_diagonal(bool on) {
    m_diagonal = on;
    update();
}

void CurvePlot::set_empty_text(const QString& text) {
    m_empty_text = text;
    update();
}

void CurvePlot::set_series(std::vector<Series> series) {
    m_series = std::move(series);
    describe();
    update();
}

void CurvePlot::describe() {
    QStringList parts;
    for (const Series& one : m_series) {
        if (one.points.empty()) continue;
        parts += tr("%1: %2", "name of a curve, its last value")
                     .arg(one.name, number(one.points.back().y(), m_y_format, 0.001));
    }
    setAccessibleDescription(parts.join(QStringLiteral(", ")));
}

QString CurvePlot::number(double value, Format format, double step) const {
    QLocale locale;
    if (format == Format::Percent) {
        return tr("%1%", "percentage").arg(locale.toString(100 * value, 'f', step < 0.0099 ? 1 : 0));
    }
    const int decimals =
        std::clamp(static_cast<int>(std::ceil(-std::log10(std::max(step, 1e-9)) - 1e-9)), 0, 6);
    return locale.toString(value, 'f', decimals);
}

QSize CurvePlot::sizeHint() const {
    return {fontMetrics().height() * 20, fontMetrics().height() * 12};
}

QSize CurvePlot::minimumSizeHint() const {
    return {fontMetrics().height() * 12, fontMetrics().height() * 8};
}

CurvePlot::Frame CurvePlot::frame() const {
    Frame frame;
    const auto fit = [this](const Range& wish, bool x) {
        if (wish.low < wish.high) return wish;
        Range range{std::numeric_limits<double>::max(), std::numeric_limits<double>::lowest()};
        for (const Series& one : m_series) {
            for (const QPointF& point : one.points) {
                const double value = x ? point.x() : point.y();
                range.low = std::min(range.low, value);
                range.high = std::max(range.high, value);
            }
        }
        if (range.low > range.high) return Range{0, 1};
        const double span =
            std::max(range.high - range.low, x ? 2.0 : std::max(1e-3, std::abs(range.high) * 0.05));
        if (x) return Range{range.low, range.low + span};
        const double middle = (range.low + range.high) / 2;
        return Range{middle - span * 0.56, middle + span * 0.56};
    };
    frame.x = fit(m_x_wish, true);
    frame.y = fit(m_y_wish, false);
    const int unit = rhythm(this);
    const QFontMetrics font = fontMetrics();
    const int rows = std::max(2, height() / (font.height() * 3));
    frame.y_step = round_step(frame.y.high - frame.y.low, std::min(rows, 6));
    int widest = 0;
    for (double tick = std::ceil(frame.y.low / frame.y_step) * frame.y_step; tick <= frame.y.high + 1e-9;
         tick += frame.y_step) {
        widest = std::max(widest, font.horizontalAdvance(number(tick, m_y_format, frame.y_step)));
    }
    const int top = m_title.isEmpty() ? unit : font.height() + unit * 2;
    const int bottom = font.height() + unit + (m_x_name.isEmpty() ? 0 : font.lineSpacing());
    frame.area = QRectF(widest + unit * 1.5, top, std::max(1.0, width() - widest - unit * 3.0),
                        std::max(1, height() - top - bottom));
    const int columns = std::max(2, static_cast<int>(frame.area.width()) / (font.averageCharWidth() * 8));
    frame.x_step = round_step(frame.x.high - frame.x.low, std::min(columns, 8));
    if (m_x_format == Format::Number && frame.x.high - frame.x.low > 1.5)
        frame.x_step = std::max(1.0, frame.x_step);
    return frame;
}

std::vector<QRectF> CurvePlot::name_places() const {
    std::vector<QRectF> places(m_series.size());
    const auto named = std::count_if(m_series.begin(), m_series.end(), [](const Series& one) {
        return !one.points.empty() && !one.name.isEmpty();
    });
    if (named < 2) return places;
    const Frame frame = this->frame();
    const QFontMetrics font = fontMetrics();
    const double dot = dot_radius(font);
    const auto covered = [&](const QRectF& box) {
        int curves = 0;
        for (const Series& one : m_series) {
            for (std::size_t n = 1; n < one.points.size(); ++n) {
                if (!crosses(box, frame.place(one.points[n - 1]), frame.place(one.points[n]))) continue;
                ++curves;
                break;
            }
        }
        return curves;
    };
    for (std::size_t n = 0; n < m_series.size(); ++n) {
        const Series& one = m_series[n];
        if (one.points.empty() || one.name.isEmpty()) continue;
        const QPointF last = frame.place(one.points.back());
        const double width = font.horizontalAdvance(one.name);
        const double left = std::clamp(last.x() - width, frame.area.left(),
                                       std::max(frame.area.left(), frame.area.right() - width));
        // Above its end, below it, then further off: where it hides no other name, and no curve either.
        int least = std::numeric_limits<int>::max();
        for (int step = 0; step < 8; ++step) {
            const double off = step / 2 * (font.height() + 1.0);
            const QRectF box(
                left, step % 2 == 0 ? last.y() - font.height() - dot * 2 - off : last.y() + dot * 2 + off,
                width, font.height());
            const auto names = std::count_if(places.begin(), places.begin() + static_cast<std::ptrdiff_t>(n),
                                             [&](const QRectF& other) { return other.intersects(box); });
            const bool outside = box.top() < frame.area.top() - font.height() ||
                                 box.bottom() > frame.area.bottom() + font.height();
            const int cost = static_cast<int>(names) * 1000 + (outside ? 500 : 0) + covered(box) * 10 + step;
            if (cost >= least) continue;
            least = cost;
            places[n] = box;
        }
    }
    return places;
}

void CurvePlot::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QFontMetrics font = fontMetrics();
    const int unit = rhythm(this);
    if (!m_title.isEmpty()) {
        QFont bold = painter.font();
        bold.setBold(true);
        painter.setFont(bold);
        painter.setPen(palette().color(QPalette::WindowText));
        painter.drawText(QRect(0, 0, width(), font.height() + unit / 2), Qt::AlignLeft | Qt::AlignVCenter,
                         m_title);
        painter.setFont(this->font());
    }
    const bool empty =
        std::all_of(m_series.begin(), m_series.end(), [](const Series& one) { return one.points.empty(); });
    const Frame frame = this->frame();
    if (empty) {
        painter.setPen(QPen(quiet_line(palette()), 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(frame.area);
        painter.setPen(quiet_text(palette()));
        painter.drawText(frame.area, Qt::AlignCenter | Qt::TextWordWrap, m_empty_text);
        return;
    }
    draw_axes(painter, frame);
    draw_curves(painter, frame);
    draw_names(painter);
    draw_value(painter, frame);
}

void CurvePlot::draw_axes(QPainter& painter, const Frame& frame) const {
    const QPalette colours = palette();
    const QColor quiet = quiet_text(colours);
    const QFontMetrics font = fontMetrics();
    const int unit = rhythm(this);
    const QColor grid = blend(colours.color(QPalette::Window), colours.color(QPalette::WindowText), 0.12);
    for (double tick = std::ceil(frame.y.low / frame.y_step - 1e-9) * frame.y_step;
         tick <= frame.y.high + frame.y_step * 1e-6; tick += frame.y_step) {
        const double y = frame.place({frame.x.low, tick}).y();
        painter.setPen(QPen(grid, 1));
        painter.drawLine(QPointF(frame.area.left(), y), QPointF(frame.area.right(), y));
        painter.setPen(quiet);
        painter.drawText(QRectF(0, y - font.height(), frame.area.left() - unit / 2.0, 2.0 * font.height()),
                         Qt::AlignRight | Qt::AlignVCenter, number(tick, m_y_format, frame.y_step));
    }
    for (double tick = std::ceil(frame.x.low / frame.x_step - 1e-9) * frame.x_step;
         tick <= frame.x.high + frame.x_step * 1e-6; tick += frame.x_step) {
        const double x = frame.place({tick, frame.y.low}).x();
        painter.setPen(quiet);
        const QString text = number(tick, m_x_format, frame.x_step);
        const double half = font.horizontalAdvance(text) / 2.0;
        const double left = std::clamp(x - half, 0.0, width() - 2 * half);
        painter.drawText(QPointF(left, frame.area.bottom() + font.ascent() + unit / 3.0), text);
    }
    painter.setPen(QPen(quiet_line(colours), 1));
    painter.drawLine(frame.area.bottomLeft(), frame.area.bottomRight());
    if (!m_x_name.isEmpty()) {
        painter.setPen(quiet);
        painter.drawText(QRectF(frame.area.left(), height() - font.lineSpacing() - 1.0, frame.area.width(),
                                font.lineSpacing()),
                         Qt::AlignCenter, m_x_name);
    }
    if (!m_y_name.isEmpty()) {
        painter.setPen(quiet);
        const int title = font.horizontalAdvance(m_title) + unit * 4;
        painter.drawText(QRect(title, 0, std::max(0, width() - title - unit), font.height() + unit / 2),
                         Qt::AlignRight | Qt::AlignVCenter,
                         font.elidedText(m_y_name, Qt::ElideRight, std::max(0, width() - title - unit)));
    }
    if (m_diagonal) {
        painter.setPen(QPen(quiet_line(colours), 1.2, Qt::DashLine));
        painter.drawLine(frame.area.bottomLeft(), frame.area.topRight());
    }
}

void CurvePlot::draw_curves(QPainter& painter, const Frame& frame) const {
    const QPalette colours = palette();
    const QFontMetrics font = fontMetrics();
    const double dot = dot_radius(font);
    for (const Series& one : m_series) {
        if (one.points.empty()) continue;
        const QColor colour = colours.color(one.accent ? QPalette::Highlight : QPalette::WindowText);
        QPainterPath path;
        for (std::size_t n = 0; n < one.points.size(); ++n) {
            const QPointF place = frame.place(one.points[n]);
            if (n == 0) {
                path.moveTo(place);
            } else {
                path.lineTo(place);
            }
        }
        painter.save();
        painter.setClipRect(frame.area.adjusted(-dot * 2, -dot * 2, dot * 2, dot * 2));
        painter.setBrush(Qt::NoBrush);
        if (one.line != Qt::NoPen) {
            painter.setPen(
                QPen(colour, std::max(1.6, font.height() / 9.0), one.line, Qt::RoundCap, Qt::RoundJoin));
            painter.drawPath(path);
        }
        const bool few = one.points.size() <= 40;
        painter.setPen(QPen(colour, 1.5));
        for (std::size_t n = 0; n < one.points.size(); ++n) {
            const bool larger = static_cast<int>(n) == one.highlighted;
            if (!larger && !(one.markers && few)) continue;
            painter.setBrush(larger ? colours.color(QPalette::Base) : colour);
            const double radius = larger ? dot * 1.7 : dot;
            painter.drawEllipse(frame.place(one.points[n]), radius, radius);
        }
        painter.restore();
    }
}

void CurvePlot::draw_names(QPainter& painter) const {
    const QPalette colours = palette();
    const QColor ink = colours.color(QPalette::WindowText);
    const double margin = rhythm(this) / 4.0;
    // No line of the grid strikes a name through, and of a curve beneath it something stays to be seen.
    QColor ground = colours.color(QPalette::Window);
    ground.setAlphaF(0.85F);
    const std::vector<QRectF> places = name_places();
    for (std::size_t n = 0; n < m_series.size(); ++n) {
        if (places[n].isEmpty()) continue;
        painter.fillRect(places[n].adjusted(-margin, 0, margin, 0), ground);
        painter.setPen(m_series[n].accent ? blend(colours.color(QPalette::Highlight), ink, 0.25) : ink);
        painter.drawText(places[n], Qt::AlignRight | Qt::AlignVCenter, m_series[n].name);
    }
}

void CurvePlot::draw_value(QPainter& painter, const Frame& frame) const {
    const QPalette colours = palette();
    const QFontMetrics font = fontMetrics();
    const int unit = rhythm(this);
    if (!frame.area.contains(m_mouse)) return;
    const Series* nearest = nullptr;
    QPointF value;
    double best = font.height() * 3.0;
    for (const Series& one : m_series) {
        for (const QPointF& point : one.points) {
            const QPointF at = frame.place(point) - QPointF(m_mouse);
            const double distance = std::hypot(at.x(), at.y());
            if (distance >= best) continue;
            best = distance;
            nearest = &one;
            value = point;
        }
    }
    if (nearest == nullptr) return;
    QString text =
        tr("%1 at %2", "value of a curve, place on the axis")
            .arg(number(value.y(), m_y_format, frame.y_step / 10),
                 number(value.x(), m_x_format, m_x_format == Format::Percent ? 0.001 : frame.x_step));
    if (!nearest->name.isEmpty()) text = tr("%1: %2", "name of a curve, its value").arg(nearest->name, text);
    const QPointF at = frame.place(value);
    QRectF box(0, 0, font.horizontalAdvance(text) + unit * 1.5, font.height() + unit);
    box.moveTopLeft({std::clamp(at.x() + unit, 0.0, std::max(0.0, width() - box.width())),
                     std::max(0.0, at.y() - box.height() - unit)});
    painter.setPen(QPen(quiet_line(colours), 1));
    painter.setBrush(colours.color(QPalette::ToolTipBase));
    painter.drawRoundedRect(box, unit / 2.0, unit / 2.0);
    painter.setPen(colours.color(QPalette::ToolTipText));
    painter.drawText(box, Qt::AlignCenter, text);
}

void CurvePlot::mouseMoveEvent(QMouseEvent* event) {
    m_mouse = event->position().toPoint();
    update();
}

void CurvePlot::leaveEvent(QEvent* event) {
    QWidget::leaveEvent(event);
    m_mouse = {-1, -1};
    update();
}

}  // namespace fieldmark
