// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/widgets/clear_edges_style.h"

#include <QPainter>
#include <QStyleOption>

#include "ui/widgets/metrics.h"

namespace fieldmark {

ClearEdgesStyle::ClearEdgesStyle() : QProxyStyle(QStringLiteral("fusion")) {}

void ClearEdgesStyle::drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                                    const QWidget* widget) const {
    QProxyStyle::drawPrimitive(element, option, painter, widget);
    if (element != PE_IndicatorCheckBox) return;  // the boxes of lists come here as well
    const State by_keyboard = State_HasFocus | State_KeyboardFocusChange;
    if ((option->state & by_keyboard) == by_keyboard) return;  // Fusion marks that edge itself
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(quiet_text(option->palette));
    painter->setBrush(Qt::NoBrush);
    painter->drawRect(QRectF(option->rect).adjusted(0.5, 0.5, -0.5, -0.5));
    painter->restore();
}

}  // namespace fieldmark
