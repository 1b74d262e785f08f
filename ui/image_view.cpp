// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/image_view.h"

#include <algorithm>
#include <cmath>

#include <QKeyEvent>
#include <QMouseEvent>
#include <QNativeGestureEvent>
#include <QPainter>
#include <QWheelEvent>

#include "ui/metrics.h"
#include "ui/text.h"

namespace fieldmark {

namespace {

constexpr double kMaxScale = 16;       // device pixels per picture pixel
constexpr double kMinMaxZoom = 8;      // however small the picture
constexpr double kWheelFactor = 1.25;  // per notch
constexpr double kPixelsFrom = 4;      // from this scale on single pixels are shown, not smoothed
/// The full picture is held decoded, so beyond this it stays reduced: 100 megapixels are 400 MB.
constexpr double kMaxFullPixels = 100e6;

/// Sides are asked for in few sizes, so that a window being resized does not decode at each step.
int bucket(int side) {
    int size = 512;
    while (size < side && size < 8192) size *= 2;
    return size;
}

}  // namespace

ImageView::ImageView(Session& session, QWidget* parent) : QWidget(parent), m_session(session) {
    setObjectName(QStringLiteral("imageView"));
    setAccessibleName(tr("Picture"));
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    m_empty_text = tr("No picture");
    connect(&session, &Session::pictureReady, this, &ImageView::take);
}

void ImageView::setSource(const std::optional<QueryImage>& source, const QPixmap& preview) {
    m_source = source;
    m_preview = preview;
    m_screen = {};
    m_full = {};
    m_source_size = {};
    m_error.reset();
    m_screen_request = 0;
    m_full_request = 0;
    m_requested_side = 0;
    m_crop = source ? source->crop : Crop{};
    m_drag.reset();
    if (isVisible()) loadWhatIsNeeded();
    updateCursor();
    update();
}

void ImageView::setImage(const QImage& image, const QSize& source_size) {
    setSource(std::nullopt);
    m_screen = QPixmap::fromImage(image);
    m_source_size = source_size.isEmpty() ? image.size() : source_size;
    m_viewpoint = clamped(m_viewpoint);
    updateCursor();
    update();
}

void ImageView::setCrop(const Crop& crop) {
    m_crop = crop.valid() ? crop : Crop{};
    update();
}

void ImageView::setOverlay(std::shared_ptr<const PictureOverlay> overlay) {
    m_overlay = std::move(overlay);
    update();
}

void ImageView::setCropOnly(bool only) {
    m_crop_only = only;
    update();
}

void ImageView::setInteractive(bool interactive) {
    m_interactive = interactive;
    setFocusPolicy(interactive ? Qt::StrongFocus : Qt::NoFocus);
    updateCursor();
}

void ImageView::setEmptyText(const QString& text) {
    m_empty_text = text;
    update();
}

void ImageView::setStandIn(const ImageView* other) {
    if (m_stand_in == other) return;
    if (m_stand_in != nullptr) disconnect(m_stand_in, &ImageView::loaded, this, nullptr);
    m_stand_in = other;
    if (other != nullptr) connect(other, &ImageView::loaded, this, [this] { update(); });
    update();
}

void ImageView::setViewpoint(const Viewpoint& viewpoint) {
    const Viewpoint next = clamped(viewpoint);
    if (next == m_viewpoint) return;
    m_viewpoint = next;
    loadWhatIsNeeded();
    updateCursor();
    update();
}

void ImageView::moveTo(Viewpoint viewpoint) {
    const Viewpoint before = m_viewpoint;
    setViewpoint(viewpoint);
    if (!(before == m_viewpoint)) Q_EMIT viewpointChanged(m_viewpoint);
}

QSizeF ImageView::shownSize() const {
    if (m_stand_in != nullptr) return m_stand_in->shownSize();
    QSizeF size = m_source_size;
    if (size.isEmpty()) size = m_preview.size();
    if (m_crop_only) size = {size.width() * m_crop.width / 10000.0, size.height() * m_crop.height / 10000.0};
    return size;
}

double ImageView::fitScale() const {
    const QSizeF picture = shownSize();
    if (picture.isEmpty() || width() <= 0 || height() <= 0) return 1;
    const QSizeF room = QSizeF(size()) * devicePixelRatioF();
    const double fit = std::min(room.width() / picture.width(), room.height() / picture.height());
    // A small picture is blown up to four device pixels for one of its own and no further; a stand-in for one
    // whose size is not known yet fills the room, as the real one will.
    return m_source_size.isEmpty() ? fit : std::min(fit, 4.0);
}

double ImageView::scale() const {
    return fitScale() * m_viewpoint.zoom;
}

Viewpoint ImageView::clamped(Viewpoint viewpoint) const {
    const double fit = fitScale();
    const double most = std::max(kMinMaxZoom, kMaxScale / std::max(fit, 1e-6));
    viewpoint.zoom = std::isfinite(viewpoint.zoom) ? std::clamp(viewpoint.zoom, 1.0, most) : 1.0;
    const QSizeF shown = shownSize() * fit * viewpoint.zoom;
    const QSizeF room = QSizeF(size()) * devicePixelRatioF();
    // The picture's edge stays at the view's edge or beyond it; a picture smaller than the view stays in its
    // middle.
    const auto hold = [](double centre, double length, double view) {
        if (!std::isfinite(centre) || length <= view || length <= 0) return 0.5;
        const double half = view / length / 2;
        return std::clamp(centre, half, 1 - half);
    };
    viewpoint.centre = {hold(viewpoint.centre.x(), shown.width(), room.width()),
                        hold(viewpoint.centre.y(), shown.height(), room.height())};
    return viewpoint;
}

QRectF ImageView::targetRect() const {
    const double ratio = devicePixelRatioF();
    const QSizeF shown = shownSize() * scale();  // device pixels
    const QPointF middle = QPointF(width(), height()) * ratio / 2;
    QPointF corner =
        middle - QPointF(m_viewpoint.centre.x() * shown.width(), m_viewpoint.centre.y() * shown.height());
    // On whole device pixels, so that 1:1 is sharp.
    corner = {std::round(corner.x()), std::round(corner.y())};
    return {corner / ratio, shown / ratio};
}

void ImageView::fit() {
    moveTo(Viewpoint{});
}

void ImageView::actualSize() {
    if (m_source_size.isEmpty()) return;
    moveTo({1.0 / fitScale(), m_viewpoint.centre});
}

void ImageView::zoomBy(double factor) {
    zoomAt(factor, QPointF(width(), height()) / 2);
}

void ImageView::zoomAt(double factor, const QPointF& anchor) {
    const QRectF before = targetRect();
    if (before.isEmpty()) return;
    const QPointF part((anchor.x() - before.x()) / before.width(),
                       (anchor.y() - before.y()) / before.height());
    Viewpoint next = m_viewpoint;
    next.zoom = clamped({m_viewpoint.zoom * factor, m_viewpoint.centre}).zoom;
    // 1:1 is a place to stop at on the way through.
    const double actual = 1.0 / fitScale();
    if ((m_viewpoint.zoom - actual) * (next.zoom - actual) < 0) next.zoom = std::max(1.0, actual);
    const QSizeF size_after = before.size() * (next.zoom / m_viewpoint.zoom);
    const QPointF off = QPointF(width(), height()) / 2 - anchor;
    next.centre = part + QPointF(off.x() / size_after.width(), off.y() / size_after.height());
    moveTo(next);
}

void ImageView::loadWhatIsNeeded() {
    if (!m_source || m_error || width() <= 1 || height() <= 1) return;
    const double ratio = devicePixelRatioF();
    double longer = std::max(width(), height()) * ratio;
    if (m_crop_only) longer *= 10000.0 / std::max(1, std::min(m_crop.width, m_crop.height));
    const int side = bucket(static_cast<int>(std::ceil(longer)));
    const int source_side = std::max(m_source_size.width(), m_source_size.height());
    const bool sharper = m_screen.isNull() || std::max(m_screen.width(), m_screen.height()) < source_side;
    if (m_requested_side < side && sharper) {
        m_requested_side = side;
        m_screen_request = m_session.load_picture(*m_source, side);
    }
    if (m_screen.isNull() || m_source_size.isEmpty() || !m_full.isNull() || m_full_request != 0) return;
    const double screen_scale = static_cast<double>(m_screen.width()) / m_source_size.width();
    if (screen_scale < 0.999 && scale() > screen_scale * 1.05) {
        const double pixels = static_cast<double>(m_source_size.width()) * m_source_size.height();
        const int full =
            pixels <= kMaxFullPixels ? 0 : static_cast<int>(source_side * std::sqrt(kMaxFullPixels / pixels));
        m_full_request = m_session.load_picture(*m_source, full);
    }
}

void ImageView::take(RequestId id, const QImage& image, int source_width, int source_height,
                     const Error& error) {
    if (id == 0 || (id != m_screen_request && id != m_full_request)) return;
    const bool full = id == m_full_request;
    (full ? m_full_request : m_screen_request) = 0;
    if (image.isNull()) {
        if (hasImage()) return;  // what is there is good enough
        m_error = error;
        setAccessibleDescription(Text::error(error));
        update();
        Q_EMIT failed(error);
        return;
    }
    const bool first = !hasImage();
    m_source_size = source_width > 0 && source_height > 0 ? QSize(source_width, source_height) : image.size();
    (full ? m_full : m_screen) = QPixmap::fromImage(image);
    m_viewpoint = clamped(m_viewpoint);
    loadWhatIsNeeded();
    updateCursor();
    update();
    if (first) Q_EMIT loaded();
}

void ImageView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const ImageView& of = m_stand_in != nullptr ? *m_stand_in : *this;
    const QPixmap* best = &of.m_screen;
    if (best->isNull() || (!of.m_full.isNull() && best->width() < of.m_source_size.width() * scale()))
        best = &of.m_full;
    if (best->isNull()) best = of.m_screen.isNull() ? &of.m_preview : &of.m_screen;
    const Crop& crop = of.m_crop;
    if (of.m_error || best->isNull()) {
        const int unit = rhythm(this);
        painter.setPen(quiet_text(palette()));
        const QString text = of.m_error    ? Text::error(*of.m_error)
                             : of.m_source ? tr("Loading")
                                           : m_empty_text;
        painter.drawText(rect().adjusted(unit, unit, -unit, -unit),
                         static_cast<int>(Qt::AlignCenter) | static_cast<int>(Qt::TextWordWrap), text);
    } else {
        const QRectF target = targetRect();
        const double pixel = target.width() * devicePixelRatioF() / best->width();
        painter.setRenderHint(QPainter::SmoothPixmapTransform,
                              std::abs(pixel - 1) > 1e-3 && scale() < kPixelsFrom);
        QRectF part(best->rect());
        if (of.m_crop_only) {
            part = {best->width() * crop.x / 10000.0, best->height() * crop.y / 10000.0,
                    best->width() * crop.width / 10000.0, best->height() * crop.height / 10000.0};
        }
        painter.drawPixmap(target, *best, part);
        if (of.m_overlay && !of.m_crop_only)
            draw_overlay(painter, target, *of.m_overlay, fontMetrics().height());
        if (!crop.whole() && !of.m_crop_only) {
            const QRectF box(target.x() + target.width() * crop.x / 10000.0,
                             target.y() + target.height() * crop.y / 10000.0,
                             target.width() * crop.width / 10000.0, target.height() * crop.height / 10000.0);
            painter.setPen(QPen(QColor(0, 0, 0, 160), 3));
            painter.drawRect(box);
            painter.setPen(QPen(Qt::white, 1, Qt::DashLine));
            painter.drawRect(box);
        }
    }
    if (hasFocus() && m_interactive) {
        painter.setPen(QPen(palette().color(QPalette::Highlight), 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(QRectF(rect()).adjusted(1, 1, -1, -1));
    }
}

void ImageView::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    m_viewpoint = clamped(m_viewpoint);
    if (isVisible()) loadWhatIsNeeded();
    updateCursor();
}

void ImageView::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    loadWhatIsNeeded();
}

void ImageView::wheelEvent(QWheelEvent* event) {
    const int delta = event->angleDelta().y();
    if (!m_interactive || !hasImage() || delta == 0) {
        event->ignore();
        return;
    }
    zoomAt(std::pow(kWheelFactor, delta / 120.0), event->position());
    event->accept();
}

void ImageView::mousePressEvent(QMouseEvent* event) {
    if (!m_interactive || (event->button() != Qt::LeftButton && event->button() != Qt::MiddleButton)) {
        event->ignore();
        return;
    }
    m_drag = event->position();
    updateCursor();
}

void ImageView::mouseMoveEvent(QMouseEvent* event) {
    if (!m_drag) {
        event->ignore();
        return;
    }
    const QRectF target = targetRect();
    if (target.isEmpty()) return;
    const QPointF off = event->position() - *m_drag;
    m_drag = event->position();
    moveTo({m_viewpoint.zoom,
            m_viewpoint.centre - QPointF(off.x() / target.width(), off.y() / target.height())});
}

void ImageView::mouseReleaseEvent(QMouseEvent* event) {
    if (!m_drag) event->ignore();
    m_drag.reset();
    updateCursor();
}

void ImageView::mouseDoubleClickEvent(QMouseEvent* event) {
    if (!m_interactive || event->button() != Qt::LeftButton || !hasImage()) {
        event->ignore();
        return;
    }
    if (isFitted()) {
        zoomAt(std::max(1.0, 1.0 / fitScale()), event->position());
    } else {
        fit();
    }
}

void ImageView::keyPressEvent(QKeyEvent* event) {
    if (!m_interactive) {
        event->ignore();
        return;
    }
    const bool control = event->modifiers() & Qt::ControlModifier;
    const bool shift = event->modifiers() & Qt::ShiftModifier;
    const double step = 0.1 / m_viewpoint.zoom;
    QPointF pan;
    switch (event->key()) {
        case Qt::Key_Plus:
        case Qt::Key_Equal:
            zoomBy(kWheelFactor);
            return;
        case Qt::Key_Minus:
            zoomBy(1 / kWheelFactor);
            return;
        case Qt::Key_0:
            if (!control) break;
            fit();
            return;
        case Qt::Key_1:
            if (!control) break;
            actualSize();
            return;
        // With Shift: the plain arrows go from picture to picture.
        case Qt::Key_Left:
            pan = {-step, 0};
            break;
        case Qt::Key_Right:
            pan = {step, 0};
            break;
        case Qt::Key_Up:
            pan = {0, -step};
            break;
        case Qt::Key_Down:
            pan = {0, step};
            break;
        default:
            break;
    }
    if (!pan.isNull() && shift) {
        moveTo({m_viewpoint.zoom, m_viewpoint.centre + pan});
        return;
    }
    event->ignore();
}

bool ImageView::event(QEvent* event) {
    switch (event->type()) {
        case QEvent::FocusIn:
        case QEvent::FocusOut:
            update();
            break;
        case QEvent::NativeGesture: {
            auto* gesture = static_cast<QNativeGestureEvent*>(event);
            if (!m_interactive || gesture->gestureType() != Qt::ZoomNativeGesture) break;
            zoomAt(1 + gesture->value(), gesture->position());
            return true;
        }
        default:
            break;
    }
    return QWidget::event(event);
}

void ImageView::updateCursor() {
    if (!m_interactive || !hasImage() || isFitted()) {
        unsetCursor();
    } else {
        setCursor(m_drag ? Qt::ClosedHandCursor : Qt::OpenHandCursor);
    }
}

QSize ImageView::sizeHint() const {
    return {rhythm(this) * 40, rhythm(this) * 30};
}
QSize ImageView::minimumSizeHint() const {
    return {rhythm(this) * 8, rhythm(this) * 6};
}

}  // namespace fieldmark
