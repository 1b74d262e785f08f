// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/widgets/drop_overlay.h"

#include <QEvent>
#include <QPainter>

#include "ui/widgets/icons.h"
#include "ui/widgets/metrics.h"

namespace fieldmark {

DropOverlay::DropOverlay(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("dropOverlay"));
    setAttribute(Qt::WA_TransparentForMouseEvents);
    parent->installEventFilter(this);
    hide();
}

void DropOverlay::show_text(const QString& text, const QString& hint) {
    m_text = text;
    m_hint = hint;
    setAccessibleName(text);
    setGeometry(parentWidget()->rect());
    raise();
    show();
    update();
}

bool DropOverlay::eventFilter(QObject* watched, QEvent* event) {
    if (watched == parentWidget() && event->type() == QEvent::Resize) setGeometry(parentWidget()->rect());
    return QWidget::eventFilter(watched, event);
}

void DropOverlay::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const int unit = rhythm(this);
    QColor veil = palette().color(QPalette::Base);
    veil.setAlphaF(0.85F);
    painter.fillRect(rect(), veil);
    const QColor accent = palette().color(QPalette::Highlight);
    QColor ground = accent;
    ground.setAlphaF(0.12F);
    QPen pen(accent, qMax(2.0, unit / 4.0));
    pen.setDashPattern({4, 3});
    painter.setPen(pen);
    painter.setBrush(ground);
    painter.drawRoundedRect(QRectF(rect()).adjusted(unit, unit, -unit, -unit), unit * 1.5, unit * 1.5);

    const int icon_size = unit * 6;
    const QPoint middle = rect().center();
    painter.drawPixmap(middle.x() - icon_size / 2, middle.y() - icon_size - unit,
                       icon_pixmap(QStringLiteral("drop"), icon_size, accent, devicePixelRatioF()));
    QFont large = font();
    large.setPointSizeF(large.pointSizeF() * 1.5);
    painter.setFont(large);
    painter.setPen(palette().color(QPalette::Text));
    const int line = QFontMetrics(large).lineSpacing();
    painter.drawText(QRect(unit * 2, middle.y(), width() - unit * 4, line * 2),
                     Qt::AlignHCenter | Qt::TextWordWrap, m_text);
    painter.setFont(font());
    painter.setPen(quiet_text(palette()));
    painter.drawText(
        QRect(unit * 2, middle.y() + line + unit, width() - unit * 4, fontMetrics().lineSpacing() * 3),
        Qt::AlignHCenter | Qt::TextWordWrap, m_hint);
}

}  // namespace fieldmark
