// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/widgets/icons.h"

#include <QFile>
#include <QGuiApplication>
#include <QIconEngine>
#include <QPainter>
#include <QPalette>
#include <QPixmapCache>
#include <QSvgRenderer>

// At global scope, as Q_INIT_RESOURCE demands: the resources lie in a static library that nothing else refers
// to.
static void init_resources() {
    static const bool once = [] {
        Q_INIT_RESOURCE(fieldmark);
        return true;
    }();
    Q_UNUSED(once)
}

namespace fieldmark {
namespace {

QPixmap rendered(const QString& name, const QSize& device_size, const QColor& colour) {
    const QString key = QStringLiteral("fieldmark/%1/%2x%3/%4")
                            .arg(name)
                            .arg(device_size.width())
                            .arg(device_size.height())
                            .arg(colour.rgba(), 8, 16);
    QPixmap pixmap;
    if (QPixmapCache::find(key, &pixmap)) return pixmap;
    init_resources();
    QFile file(QStringLiteral(":/icons/%1.svg").arg(name));
    if (!file.open(QIODevice::ReadOnly)) return {};
    QByteArray svg = file.readAll();
    svg.replace("#000", colour.name(QColor::HexRgb).toLatin1());
    QSvgRenderer renderer(svg);
    QImage image(device_size, QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::transparent);
    QPainter painter(&image);
    painter.setOpacity(colour.alphaF());
    const int side = qMin(device_size.width(), device_size.height());
    renderer.render(&painter, QRectF((device_size.width() - side) / 2.0, (device_size.height() - side) / 2.0,
                                     side, side));
    painter.end();
    pixmap = QPixmap::fromImage(image);
    QPixmapCache::insert(key, pixmap);
    return pixmap;
}

/// Draws the SVG in the palette's colours of the moment of painting, so that a change of theme needs no
/// reload.
class PaletteIconEngine final : public QIconEngine {
  public:
    explicit PaletteIconEngine(QString name) : m_name(std::move(name)) {}

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State state) override {
        const qreal ratio = painter->device() ? painter->device()->devicePixelRatio() : 1.0;
        QPixmap drawn = pixmap((QSizeF(rect.size()) * ratio).toSize(), mode, state);
        drawn.setDevicePixelRatio(ratio);
        painter->drawPixmap(rect.topLeft(), drawn);
    }

    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State) override {
        const QPalette palette = QGuiApplication::palette();
        QColor colour;
        switch (mode) {
            case QIcon::Disabled:
                colour = palette.color(QPalette::Disabled, QPalette::WindowText);
                break;
            case QIcon::Selected:
                colour = palette.color(QPalette::HighlightedText);
                break;
            case QIcon::Normal:
            case QIcon::Active:
                colour = palette.color(QPalette::Active, QPalette::WindowText);
                break;
        }
        return rendered(m_name, size, colour);
    }

    QIconEngine* clone() const override { return new PaletteIconEngine(m_name); }
    QString key() const override { return QStringLiteral("fieldmark"); }

  private:
    QString m_name;
};

}  // namespace

QIcon icon(const QString& name) {
    return QIcon(new PaletteIconEngine(name));
}

QPixmap icon_pixmap(const QString& name, int size, const QColor& colour, qreal device_pixel_ratio) {
    QPixmap pixmap =
        rendered(name, QSize(qRound(size * device_pixel_ratio), qRound(size * device_pixel_ratio)), colour);
    pixmap.setDevicePixelRatio(device_pixel_ratio);
    return pixmap;
}

QIcon application_icon() {
    init_resources();
    return QIcon(QStringLiteral(":/fieldmark.svg"));
}

}  // namespace fieldmark
