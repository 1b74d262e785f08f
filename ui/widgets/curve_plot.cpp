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

void CurvePlot::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QPalette colours = palette();
    const QColor ink = colours.color(QPalette::WindowText);
    const QColor quiet = quiet_text(colours);
    const QColor accent = colours.color(QPalette::Highlight);
    const QFontMetrics font = fontMetrics();
    const int unit = rhythm(this);
    if (!m_title.isEmpty()) {
        QFont bold = painter.font();
        bold.setBold(true);
        painter.setFont(bold);
        painter.setPen(ink);
        painter.drawText(QRect(0, 0, width(), font.height() + unit / 2), Qt::AlignLeft | Qt::AlignVCenter,
                         m_title);
        painter.setFont(this->font());
    }
    const bool empty =
        std::all_of(m_series.begin(), m_series.end(), [](const Series& one) { return one.points.empty(); });
    const Frame frame = this->frame();
    painter.setPen(QPen(quiet_line(colours), 1));
    if (empty) {
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(frame.area);
        painter.setPen(quiet);
        painter.drawText(frame.area, Qt::AlignCenter | Qt::TextWordWrap, m_empty_text);
        return;
    }

    // Grid and numbers.
    const QColor grid = blend(colours.color(QPalette::Window), ink, 0.12);
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

    // Curves, then their names where the eye ends.
    std::vector<QRectF> taken;
    const double dot = std::max(2.2, font.height() / 6.0);
    for (const Series& one : m_series) {
        if (one.points.empty()) continue;
        const QColor colour = one.accent ? accent : ink;
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
    int named = 0;
    for (const Series& one : m_series) named += one.points.empty() || one.name.isEmpty() ? 0 : 1;
    for (const Series& one : m_series) {
        if (one.points.empty() || one.name.isEmpty() || named < 2) continue;
        const QPointF last = frame.place(one.points.back());
        const double text_width = font.horizontalAdvance(one.name);
        QRectF place(std::clamp(last.x() - text_width, frame.area.left(), frame.area.right() - text_width),
                     last.y() - font.height() - dot * 2, text_width, font.height());
        for (int tries = 0; tries < 8; ++tries) {
            const auto hit = std::find_if(taken.begin(), taken.end(),
                                          [&](const QRectF& other) { return other.intersects(place); });
            if (hit == taken.end() && place.top() >= frame.area.top() - font.height()) break;
            place.moveTop(hit != taken.end() ? hit->bottom() + 1 : last.y() + dot * 2);
        }
        taken.push_back(place);
        painter.setPen(one.accent ? blend(accent, ink, 0.25) : ink);
        painter.drawText(place, Qt::AlignRight | Qt::AlignVCenter, one.name);
    }

    // What lies under the mouse, in numbers.
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
