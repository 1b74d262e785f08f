// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/query/crop_editor.h"

#include <algorithm>
#include <cmath>

#include <QAccessible>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>

#include "ui/widgets/metrics.h"
#include "ui/widgets/text.h"

namespace fieldmark {

namespace {

constexpr int kWhole = 10000;
constexpr int kStep = 100;     // an arrow key: one percent
constexpr int kFineStep = 10;  // with Ctrl
/// Where the arrow keys start from on the whole picture.
constexpr Crop kFirstBox{1500, 1500, 7000, 7000};

}  // namespace

CropEditor::CropEditor(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("cropEditor"));
    setAccessibleName(tr("Part of the picture to search with"));
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setCursor(Qt::CrossCursor);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setToolTip(
        tr("Drag a box around what matters. Arrow keys move it, Shift+arrows resize it, Backspace takes "
           "the whole picture."));
}

void CropEditor::setImage(const QImage& image, const QSize& source) {
    m_picture = QPixmap::fromImage(image);
    m_source = source.isEmpty() ? image.size() : source;
    update();
}

void CropEditor::setCrop(const Crop& crop) {
    if (!crop.valid() || crop == m_crop) return;
    m_crop = crop;
    setAccessibleDescription(description());
    update();
}

void CropEditor::reset() {
    change(Crop{});
}

QString CropEditor::description() const {
    if (m_crop.whole()) return tr("the whole picture");
    const double share = static_cast<double>(m_crop.width) * m_crop.height / kWhole / kWhole;
    const int width =
        qMax(1, static_cast<int>(std::lround(m_source.width() * static_cast<double>(m_crop.width) / kWhole)));
    const int height = qMax(
        1, static_cast<int>(std::lround(m_source.height() * static_cast<double>(m_crop.height) / kWhole)));
    if (m_source.isEmpty()) return tr("%1 of the picture").arg(Text::percent(share));
    return tr("%1 pixels, %2 of the picture").arg(Text::pixels(width, height), Text::percent(share));
}

Crop CropEditor::moved(const Crop& crop, int dx, int dy) {
    Crop result = crop;
    result.x = std::clamp(crop.x + dx, 0, kWhole - crop.width);
    result.y = std::clamp(crop.y + dy, 0, kWhole - crop.height);
    return result;
}

Crop CropEditor::resized(const Crop& crop, Qt::Edges edges, int dx, int dy) {
    int left = crop.x;
    int top = crop.y;
    int right = crop.x + crop.width;
    int bottom = crop.y + crop.height;
    if (edges & Qt::LeftEdge) left = std::clamp(left + dx, 0, qMax(0, right - kSmallest));
    if (edges & Qt::RightEdge) right = std::clamp(right + dx, qMin(kWhole, left + kSmallest), kWhole);
    if (edges & Qt::TopEdge) top = std::clamp(top + dy, 0, qMax(0, bottom - kSmallest));
    if (edges & Qt::BottomEdge) bottom = std::clamp(bottom + dy, qMin(kWhole, top + kSmallest), kWhole);
    return {left, top, right - left, bottom - top};
}

QSize CropEditor::sizeHint() const {
    return {rhythm(this) * 48, rhythm(this) * 30};
}
QSize CropEditor::minimumSizeHint() const {
    return {rhythm(this) * 12, rhythm(this) * 10};
}

QRectF CropEditor::pictureRect() const {
    const QSizeF size = m_source.isEmpty() ? QSizeF(m_picture.size()) : QSizeF(m_source);
    if (size.isEmpty()) return {};
    // Room for half a handle on every side, so that those in the corners can be seen and taken.
    const qreal margin = rhythm(this) / 2.0;
    const QRectF room = QRectF(rect()).adjusted(margin, margin, -margin, -margin);
    const QSizeF fitted = size.scaled(room.size(), Qt::KeepAspectRatio);
    return {room.center() - QPointF(fitted.width(), fitted.height()) / 2, fitted};
}

QRectF CropEditor::boxRect() const {
    const QRectF picture = pictureRect();
    return {picture.x() + picture.width() * m_crop.x / kWhole,
            picture.y() + picture.height() * m_crop.y / kWhole, picture.width() * m_crop.width / kWhole,
            picture.height() * m_crop.height / kWhole};
}

Qt::Edges CropEditor::edgesAt(const QPointF& position) const {
    if (m_crop.whole()) return {};
    const QRectF box = boxRect();
    const qreal reach = rhythm(this);
    if (!box.adjusted(-reach, -reach, reach, reach).contains(position)) return {};
    Qt::Edges edges;
    // The nearer of two opposite edges; on a small box a third of it in the middle is left for moving.
    const qreal reach_x = qMin(reach, box.width() / 3);
    const qreal reach_y = qMin(reach, box.height() / 3);
    const auto near = [](qreal value, qreal edge, qreal inside, qreal outside, bool low) {
        const qreal out = low ? edge - value : value - edge;
        return out <= outside && -out <= inside;
    };
    if (near(position.x(), box.left(), reach_x, reach, true))
        edges |= Qt::LeftEdge;
    else if (near(position.x(), box.right(), reach_x, reach, false))
        edges |= Qt::RightEdge;
    if (near(position.y(), box.top(), reach_y, reach, true))
        edges |= Qt::TopEdge;
    else if (near(position.y(), box.bottom(), reach_y, reach, false))
        edges |= Qt::BottomEdge;
    return edges;
}

QPointF CropEditor::toCrop(const QPointF& position) const {
    const QRectF picture = pictureRect();
    if (picture.isEmpty()) return {};
    return {(position.x() - picture.x()) / picture.width() * kWhole,
            (position.y() - picture.y()) / picture.height() * kWhole};
}

void CropEditor::change(const Crop& crop) {
    if (crop == m_crop || !crop.valid()) return;
    setCrop(crop);
    Q_EMIT cropChanged(m_crop);
    QAccessibleValueChangeEvent event(this, description());
    QAccessible::updateAccessibility(&event);
}

void CropEditor::updateCursor(const QPointF& position) {
    const Qt::Edges edges = edgesAt(position);
    const bool left = edges & Qt::LeftEdge;
    const bool right = edges & Qt::RightEdge;
    const bool top = edges & Qt::TopEdge;
    const bool bottom = edges & Qt::BottomEdge;
    if ((left && top) || (right && bottom))
        setCursor(Qt::SizeFDiagCursor);
    else if ((right && top) || (left && bottom))
        setCursor(Qt::SizeBDiagCursor);
    else if (left || right)
        setCursor(Qt::SizeHorCursor);
    else if (top || bottom)
        setCursor(Qt::SizeVerCursor);
    else if (!m_crop.whole() && boxRect().contains(position))
        setCursor(Qt::SizeAllCursor);
    else
        setCursor(Qt::CrossCursor);
}

void CropEditor::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const QRectF picture = pictureRect();
    if (m_picture.isNull() || picture.isEmpty()) return;
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    painter.drawPixmap(picture, m_picture, QRectF(m_picture.rect()));

    const QColor accent = palette().color(QPalette::Highlight);
    const QRectF box = boxRect();
    if (!m_crop.whole()) {
        QPainterPath outside;
        outside.addRect(picture);
        QPainterPath inside;
        inside.addRect(box);
        // Black dims a picture in light and dark themes alike.
        painter.fillPath(outside.subtracted(inside), QColor(0, 0, 0, 140));
    }
    // A light line on a dark one is seen on any picture.
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(QColor(0, 0, 0, 160), 3));
    painter.drawRect(box);
    painter.setPen(QPen(Qt::white, 1));
    painter.drawRect(box);
    if (!m_crop.whole()) {
        painter.setRenderHint(QPainter::Antialiasing);
        const qreal size = rhythm(this);
        const qreal xs[] = {box.left(), box.center().x(), box.right()};
        const qreal ys[] = {box.top(), box.center().y(), box.bottom()};
        const bool roomy = box.width() > size * 4 && box.height() > size * 4;
        for (int i = 0; i < 3; ++i) {
            for (int j = 0; j < 3; ++j) {
                if ((i == 1 && j == 1) || (!roomy && (i == 1 || j == 1))) continue;
                const QRectF handle(xs[i] - size / 2, ys[j] - size / 2, size, size);
                painter.setPen(QPen(QColor(0, 0, 0, 160), 1));
                painter.setBrush(Qt::white);
                painter.drawRoundedRect(handle, size / 4, size / 4);
            }
        }
    }
    if (hasFocus()) {
        painter.setPen(QPen(accent, 2));
        painter.setBrush(Qt::NoBrush);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), 3, 3);
    }
}

void CropEditor::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || m_picture.isNull()) return;
    m_press = event->position();
    m_before = m_crop;
    m_edges = edgesAt(m_press);
    if (m_edges)
        m_drag = Drag::Resize;
    else if (!m_crop.whole() && boxRect().contains(m_press))
        m_drag = Drag::Move;
    else
        m_drag = Drag::Draw;
    event->accept();
}

void CropEditor::mouseMoveEvent(QMouseEvent* event) {
    if (m_drag == Drag::None) {
        updateCursor(event->position());
        return;
    }
    const QPointF from = toCrop(m_press);
    const QPointF to = toCrop(event->position());
    const auto dx = static_cast<int>(std::lround(to.x() - from.x()));
    const auto dy = static_cast<int>(std::lround(to.y() - from.y()));
    switch (m_drag) {
        case Drag::Resize:
            change(resized(m_before, m_edges, dx, dy));
            break;
        case Drag::Move:
            change(moved(m_before, dx, dy));
            break;
        case Drag::Draw: {
            // A click that trembles is no box.
            if ((event->position() - m_press).manhattanLength() < rhythm(this)) break;
            const auto at = [](qreal value) {
                return std::clamp(static_cast<int>(std::lround(value)), 0, kWhole);
            };
            int left = qMin(at(from.x()), at(to.x()));
            int top = qMin(at(from.y()), at(to.y()));
            const int width = qMax(kSmallest, qAbs(at(to.x()) - at(from.x())));
            const int height = qMax(kSmallest, qAbs(at(to.y()) - at(from.y())));
            left = qMin(left, kWhole - width);
            top = qMin(top, kWhole - height);
            change({left, top, width, height});
            break;
        }
        case Drag::None:
            break;
    }
}

void CropEditor::mouseReleaseEvent(QMouseEvent* event) {
    m_drag = Drag::None;
    updateCursor(event->position());
}

void CropEditor::keyPressEvent(QKeyEvent* event) {
    int dx = 0;
    int dy = 0;
    switch (event->key()) {
        case Qt::Key_Left:
            dx = -1;
            break;
        case Qt::Key_Right:
            dx = 1;
            break;
        case Qt::Key_Up:
            dy = -1;
            break;
        case Qt::Key_Down:
            dy = 1;
            break;
        case Qt::Key_Escape:
            if (m_drag != Drag::None) {
                m_drag = Drag::None;
                change(m_before);
            } else {
                event->ignore();  // the box stays; closing the editor is the strip's
            }
            return;
        case Qt::Key_Backspace:
        case Qt::Key_Delete:
            reset();
            return;
        default:
            QWidget::keyPressEvent(event);
            return;
    }
    if (m_picture.isNull()) return;
    const int step = event->modifiers() & Qt::ControlModifier ? kFineStep : kStep;
    if (m_crop.whole()) {
        change(kFirstBox);
    } else if (event->modifiers() & Qt::ShiftModifier) {
        change(resized(m_crop, Qt::RightEdge | Qt::BottomEdge, dx * step, dy * step));
    } else {
        change(moved(m_crop, dx * step, dy * step));
    }
}

bool CropEditor::event(QEvent* event) {
    if (event->type() == QEvent::FocusIn || event->type() == QEvent::FocusOut) update();
    // These are ours while the editor has the focus, also where the window has them as shortcuts.
    if (event->type() == QEvent::ShortcutOverride) {
        const auto* key = static_cast<QKeyEvent*>(event);
        const bool arrows = key->key() >= Qt::Key_Left && key->key() <= Qt::Key_Down;
        const bool whole = key->key() == Qt::Key_Backspace || key->key() == Qt::Key_Delete;
        if (arrows || whole || (key->key() == Qt::Key_Escape && m_drag != Drag::None)) {
            event->accept();
            return true;
        }
    }
    return QWidget::event(event);
}

}  // namespace fieldmark
