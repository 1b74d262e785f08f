// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QPixmap>
#include <QWidget>

#include "core/base/crop.h"

namespace fieldmark {

/// A rectangle on a picture. Drag outside the box draws a new one, inside moves it, on a handle resizes it.
/// Keys: arrows move by one percent, with Shift they move the right and lower edges, with Ctrl in steps of a
/// tenth; Backspace goes back to the whole picture, Esc ends a drag. UI thread.
class CropEditor : public QWidget {
    Q_OBJECT
  public:
    explicit CropEditor(QWidget* parent = nullptr);

    /// `source`: full pixel size, for the figures; empty: that of `image`.
    void setImage(const QImage& image, const QSize& source = {});
    void setCrop(const Crop& crop);  ///< emits nothing
    Crop crop() const { return m_crop; }
    void reset();  ///< the whole picture

    QString description() const;  ///< "1,240 × 830 pixels, 31% of the picture"

    /// The smallest side of a box, in ten-thousandths.
    static constexpr int kSmallest = 200;
    /// `crop` shifted, kept inside the picture at its size.
    static Crop moved(const Crop& crop, int dx, int dy);
    /// `crop` with the named edges shifted, kept inside and not below kSmallest.
    static Crop resized(const Crop& crop, Qt::Edges edges, int dx, int dy);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;
    QRectF pictureRect() const;  ///< where the picture is drawn, logical pixels
    QRectF boxRect() const;      ///< where the crop is drawn

  Q_SIGNALS:
    void cropChanged(const fieldmark::Crop& crop);  ///< by the user, at every step of a drag

  protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;

  private:
    enum class Drag { None, Draw, Move, Resize };
    Qt::Edges edgesAt(const QPointF& position) const;
    QPointF toCrop(const QPointF& position) const;
    void change(const Crop& crop);
    void updateCursor(const QPointF& position);

    QPixmap m_picture;
    QSize m_source;
    Crop m_crop;
    Drag m_drag = Drag::None;
    Qt::Edges m_edges;
    QPointF m_press;
    Crop m_before;
};

}  // namespace fieldmark
