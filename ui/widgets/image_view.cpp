// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/widgets/image_view.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <QApplication>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QNativeGestureEvent>
#include <QPainter>
#include <QWheelEvent>

#include "ui/widgets/metrics.h"
#include "ui/widgets/text.h"

namespace fieldmark {

namespace {

constexpr double kMaxScale = 16;       // device pixels per picture pixel
constexpr double kMinMaxZoom = 8;      // however small the picture
constexpr double kWheelFactor = 1.25;  // per notch
constexpr double kMostBlownUp = 4;     // logical pixels per picture pixel, where the whole picture is seen
constexpr double kPixelsFrom = 4;      // logical pixels per picture pixel, from which single ones are shown
/// The full picture is held decoded, so beyond this it stays reduced: 100 megapixels are 400 MB.
constexpr double kMaxFullPixels = 100e6;

/// A click stands for a square of this share of the picture's shorter side.
constexpr double kClickedSide = 0.18;
constexpr int kSmallestRegion = 100;  // of 10,000

/// What brightness and contrast make of a value, by value.
std::array<uchar, 256> tone_table(int brightness, int contrast) {
    const double factor = contrast >= 0 ? 1 + contrast * 0.03 : 1 + contrast * 0.009;
    std::array<uchar, 256> table{};
    for (int i = 0; i < 256; ++i)
        table[static_cast<std::size_t>(i)] =
            static_cast<uchar>(std::clamp((i - 128) * factor + 128 + brightness * 1.28, 0.0, 255.0));
    return table;
}

void apply_tone(QImage& image, int brightness, int contrast) {
    const auto table = tone_table(brightness, contrast);
    for (int y = 0; y < image.height(); ++y) {
        auto* line = reinterpret_cast<QRgb*>(image.scanLine(y));
        for (int x = 0; x < image.width(); ++x) {
            if (qAlpha(line[x]) != 255) continue;  // where no picture is, and at its rim
            line[x] = qRgb(table[static_cast<std::size_t>(qRed(line[x]))],
                           table[static_cast<std::size_t>(qGreen(line[x]))],
                           table[static_cast<std::size_t>(qBlue(line[x]))]);
        }
    }
}

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

void ImageView::setOverlayOpacity(double opacity) {
    m_overlay_opacity = std::clamp(opacity, 0.0, 1.0);
    update();
}

void ImageView::setMark(const std::optional<Crop>& mark) {
    m_mark = mark;
    update();
}

void ImageView::setSelecting(bool selecting) {
    m_selecting = selecting;
    m_region_from.reset();
    updateCursor();
    update();
}

void ImageView::setWipe(const ImageView* other, double share) {
    if (m_wipe != other) {
        if (m_wipe != nullptr) disconnect(m_wipe, &ImageView::loaded, this, nullptr);
        if (other != nullptr) connect(other, &ImageView::loaded, this, [this] { update(); });
        m_wipe = other;
        m_wiping = false;
    }
    m_wipe_share = std::clamp(share, 0.0, 1.0);
    updateCursor();
    update();
}

void ImageView::setTone(int brightness, int contrast) {
    if (m_brightness == brightness && m_contrast == contrast) return;
    m_brightness = std::clamp(brightness, -100, 100);
    m_contrast = std::clamp(contrast, -100, 100);
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

QSizeF ImageView::pictureSize() const {
    QSizeF size = m_source_size;
    if (size.isEmpty()) size = m_preview.size();
    if (m_crop_only) size = {size.width() * m_crop.width / 10000.0, size.height() * m_crop.height / 10000.0};
    return size;
}

double ImageView::fitScale(const ImageView& of) const {
    const QSizeF picture = of.pictureSize();
    if (picture.isEmpty() || width() <= 0 || height() <= 0) return 1;
    const QSizeF room = QSizeF(size()) * devicePixelRatioF();
    const double fit = std::min(room.width() / picture.width(), room.height() / picture.height());
    // A small picture is blown up to four logical pixels for one of its own and no further, so that it is as
    // large at every scale of the screen; a stand-in for one whose size is not known yet fills the room, as
    // the real one will.
    return of.m_source_size.isEmpty() ? fit : std::min(fit, kMostBlownUp * devicePixelRatioF());
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

QRectF ImageView::targetRect(const ImageView& of) const {
    const double ratio = devicePixelRatioF();
    const QSizeF size = of.pictureSize() * fitScale(of) * m_viewpoint.zoom;  // device pixels
    const QPointF middle = QPointF(width(), height()) * ratio / 2;
    QPointF corner =
        middle - QPointF(m_viewpoint.centre.x() * size.width(), m_viewpoint.centre.y() * size.height());
    // On whole device pixels, so that 1:1 is sharp.
    corner = {std::round(corner.x()), std::round(corner.y())};
    return {corner / ratio, size / ratio};
}

QRectF ImageView::seenRect() const {
    return targetRect() & QRectF(rect());
}

double ImageView::wipeLine() const {
    const QRectF seen = seenRect();
    return seen.left() + seen.width() * m_wipe_share;
}

QPointF ImageView::partAt(const QPointF& position) const {
    const QRectF target = targetRect();
    if (target.isEmpty()) return {0.5, 0.5};
    return {std::clamp((position.x() - target.x()) / target.width(), 0.0, 1.0),
            std::clamp((position.y() - target.y()) / target.height(), 0.0, 1.0)};
}

void ImageView::select(const QPointF& from, const QPointF& to) {
    QRectF region = QRectF(from, to).normalized();
    if (from == to) {
        const QSizeF picture = shownSize();
        if (picture.isEmpty()) return;
        const double side = kClickedSide * std::min(picture.width(), picture.height());
        region.setSize({side / picture.width(), side / picture.height()});
        region.moveCenter(from);
    }
    const auto place = [](double at, double length) {
        const int extent = std::clamp(static_cast<int>(std::lround(length * 10000)), kSmallestRegion, 10000);
        return std::pair(std::clamp(static_cast<int>(std::lround(at * 10000)), 0, 10000 - extent), extent);
    };
    const auto [x, width] = place(region.x(), region.width());
    const auto [y, height] = place(region.y(), region.height());
    Q_EMIT regionSelected({x, y, width, height});
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

const QPixmap& ImageView::bestPixmap(double wanted) const {
    if (!m_full.isNull() && (m_screen.isNull() || m_screen.width() < m_source_size.width() * wanted))
        return m_full;
    return m_screen.isNull() ? m_preview : m_screen;
}

void ImageView::drawPicture(QPainter& painter, const ImageView& of) const {
    const double wanted = fitScale(of) * m_viewpoint.zoom;
    const QPixmap& best = of.bestPixmap(wanted);
    if (of.m_error || best.isNull()) return;
    const Crop& crop = of.m_crop;
    const QRectF target = targetRect(of);
    QRectF part(best.rect());
    if (of.m_crop_only) {
        part = {best.width() * crop.x / 10000.0, best.height() * crop.y / 10000.0,
                best.width() * crop.width / 10000.0, best.height() * crop.height / 10000.0};
    }
    const double pixel = target.width() * devicePixelRatioF() / best.width();
    painter.setRenderHint(QPainter::SmoothPixmapTransform,
                          std::abs(pixel - 1) > 1e-3 && wanted < kPixelsFrom * devicePixelRatioF());
    painter.drawPixmap(target, best, part);
}

void ImageView::drawMarks(QPainter& painter, const ImageView& of) const {
    if (of.m_crop_only || of.m_error || of.bestPixmap(1).isNull()) return;
    const QRectF target = targetRect(of);
    const auto place = [&target](const Crop& crop) {
        return QRectF(target.x() + target.width() * crop.x / 10000.0,
                      target.y() + target.height() * crop.y / 10000.0, target.width() * crop.width / 10000.0,
                      target.height() * crop.height / 10000.0);
    };
    if (of.m_overlay) {
        painter.setOpacity(of.m_overlay_opacity);
        draw_overlay(painter, target, *of.m_overlay, fontMetrics().height());
        painter.setOpacity(1);
    }
    painter.setBrush(Qt::NoBrush);
    if (!of.m_crop.whole()) {
        painter.setPen(QPen(QColor(0, 0, 0, 160), 3));
        painter.drawRect(place(of.m_crop));
        painter.setPen(QPen(Qt::white, 1, Qt::DashLine));
        painter.drawRect(place(of.m_crop));
    }
    if (of.m_mark) {
        const double unit = fontMetrics().height();
        painter.setPen(QPen(Qt::white, unit / 4, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
        painter.drawRect(place(*of.m_mark));
        painter.setPen(QPen(palette().color(QPalette::Active, QPalette::Highlight), unit / 8, Qt::SolidLine,
                            Qt::SquareCap, Qt::MiterJoin));
        painter.drawRect(place(*of.m_mark));
    }
}

void ImageView::drawBoth(QPainter& painter,
                         void (ImageView::*draw)(QPainter&, const ImageView&) const) const {
    if (m_wipe == nullptr) {
        (this->*draw)(painter, shown());
        return;
    }
    const double line = wipeLine();
    painter.save();
    painter.setClipRect(QRectF(line, 0, width() - line, height()));
    (this->*draw)(painter, shown());
    painter.setClipRect(QRectF(0, 0, line, height()));
    (this->*draw)(painter, *m_wipe);
    painter.restore();
}

void ImageView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const ImageView& of = shown();
    if (of.m_error || of.bestPixmap(1).isNull()) {
        const int unit = rhythm(this);
        painter.setPen(quiet_text(palette()));
        const QString text = of.m_error    ? Text::error(*of.m_error)
                             : of.m_source ? tr("Loading")
                                           : m_empty_text;
        painter.drawText(rect().adjusted(unit, unit, -unit, -unit),
                         static_cast<int>(Qt::AlignCenter) | static_cast<int>(Qt::TextWordWrap), text);
    } else {
        if (m_brightness == 0 && m_contrast == 0) {
            drawBoth(painter, &ImageView::drawPicture);
        } else {
            // As many pixels as the view has, however large the picture is.
            QImage seen((QSizeF(size()) * devicePixelRatioF()).toSize(), QImage::Format_ARGB32_Premultiplied);
            seen.setDevicePixelRatio(devicePixelRatioF());
            seen.fill(Qt::transparent);
            QPainter onto(&seen);
            drawBoth(onto, &ImageView::drawPicture);
            onto.end();
            apply_tone(seen, m_brightness, m_contrast);
            painter.drawImage(QPointF(0, 0), seen);
        }
        drawBoth(painter, &ImageView::drawMarks);
        const double unit = rhythm(this);
        if (m_wipe != nullptr) {
            const QRectF seen = seenRect();
            const double line = wipeLine();
            painter.setRenderHint(QPainter::Antialiasing);
            for (const auto& [colour, wide] :
                 {std::pair(QColor(0, 0, 0, 160), unit / 2), std::pair(QColor(Qt::white), unit / 4)}) {
                painter.setPen(QPen(colour, wide));
                painter.drawLine(QPointF(line, seen.top()), QPointF(line, seen.bottom()));
            }
            painter.setPen(QPen(QColor(0, 0, 0, 160), unit / 8));
            painter.setBrush(Qt::white);
            painter.drawEllipse(QPointF(line, seen.center().y()), unit * 0.8, unit * 0.8);
        }
        if (m_region_from) {
            const QRectF target = targetRect();
            const auto at = [&target](const QPointF& part) {
                return QPointF(target.x() + target.width() * part.x(),
                               target.y() + target.height() * part.y());
            };
            painter.setBrush(Qt::NoBrush);
            for (const auto& [colour, wide] :
                 {std::pair(QColor(Qt::white), unit / 2),
                  std::pair(palette().color(QPalette::Active, QPalette::Highlight), unit / 4)}) {
                painter.setPen(QPen(colour, wide, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
                painter.drawRect(QRectF(at(*m_region_from), at(m_region_to)).normalized());
            }
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
    m_pressed = event->position();
    if (event->button() == Qt::LeftButton && m_selecting && hasImage()) {
        m_region_from = m_region_to = partAt(m_pressed);
        return;
    }
    if (event->button() == Qt::LeftButton && m_wipe != nullptr &&
        std::abs(m_pressed.x() - wipeLine()) <= 1.5 * rhythm(this)) {
        m_wiping = true;
        return;
    }
    m_drag = event->position();
    updateCursor();
}

void ImageView::mouseMoveEvent(QMouseEvent* event) {
    if (m_region_from) {
        m_region_to = partAt(event->position());
        update();
        return;
    }
    if (m_wiping) {
        const QRectF seen = seenRect();
        if (seen.isEmpty()) return;
        m_wipe_share = std::clamp((event->position().x() - seen.left()) / seen.width(), 0.0, 1.0);
        update();
        Q_EMIT wipeMoved(m_wipe_share);
        return;
    }
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
    if (m_region_from && event->button() == Qt::LeftButton) {
        const QPointF from = *m_region_from;
        m_region_from.reset();
        update();
        const bool dragged =
            (event->position() - m_pressed).manhattanLength() >= QApplication::startDragDistance();
        select(from, dragged ? partAt(event->position()) : from);
        return;
    }
    if (m_wiping) {
        m_wiping = false;
        return;
    }
    if (!m_drag) event->ignore();
    m_drag.reset();
    updateCursor();
}

void ImageView::mouseDoubleClickEvent(QMouseEvent* event) {
    if (!m_interactive || event->button() != Qt::LeftButton || !hasImage() || m_selecting || m_wiping) {
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
    if (m_selecting && hasImage() && (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)) {
        const QPointF middle = partAt(seenRect().center());
        select(middle, middle);
        return;
    }
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
    if (m_selecting && hasImage()) {
        setCursor(Qt::CrossCursor);
    } else if (!m_interactive || !hasImage() || isFitted()) {
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
