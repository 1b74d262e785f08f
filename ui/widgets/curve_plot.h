// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <QPointF>
#include <QRectF>
#include <QString>
#include <QWidget>

namespace fieldmark {

/// A small line chart: one or more series over one axis, in the palette's colours. Series are told apart by
/// their line (solid, dashed, dotted) and their markers as well as by shade; each carries its name at its
/// end. UI thread.
class CurvePlot : public QWidget {
    Q_OBJECT
  public:
    struct Series {
        QString name;
        std::vector<QPointF> points;
        bool accent = true;                 ///< in the palette's accent, else in the text colour
        Qt::PenStyle line = Qt::SolidLine;  ///< Qt::NoPen: markers alone
        bool markers = true;
        int highlighted = -1;  ///< index of a point with a larger marker
    };
    enum class Format { Number, Percent };

    explicit CurvePlot(QWidget* parent = nullptr);

    void set_title(const QString& title);
    void set_axes(const QString& x, const QString& y);
    void set_format(Format x, Format y);
    /// The range shown; where low >= high it follows the points.
    void set_x_range(double low, double high);
    void set_y_range(double low, double high);
    void set_diagonal(bool on);  ///< a quiet line from corner to corner
    void set_series(std::vector<Series> series);
    void set_empty_text(const QString& text);
    const std::vector<Series>& series() const { return m_series; }
    /// Where each series carries its name, in this widget; empty where it carries none (one curve needs none).
    std::vector<QRectF> name_places() const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

  protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;

  private:
    struct Range {
        double low = 0;
        double high = 1;
    };
    struct Frame;
    Frame frame() const;
    QString number(double value, Format format, double step) const;
    void describe();
    void draw_axes(QPainter& painter, const Frame& frame) const;
    void draw_curves(QPainter& painter, const Frame& frame) const;
    void draw_names(QPainter& painter) const;
    void draw_value(QPainter& painter, const Frame& frame) const;  ///< of the point under the mouse

    QString m_title;
    QString m_x_name;
    QString m_y_name;
    QString m_empty_text;
    Format m_x_format = Format::Number;
    Format m_y_format = Format::Number;
    Range m_x_wish{0, 0};
    Range m_y_wish{0, 0};
    bool m_diagonal = false;
    std::vector<Series> m_series;
    QPoint m_mouse{-1, -1};
};

}  // namespace fieldmark
