// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/widgets/labels.h"

#include <QEvent>

#include "ui/widgets/metrics.h"

namespace fieldmark {

QLabel* wrapped_label(QWidget* parent, const QString& name, const QString& text) {
    auto* label = new QLabel(text, parent);
    label->setObjectName(name);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    return label;
}

QuietLabel::QuietLabel(QWidget* parent, const QString& name, const QString& text) : QLabel(text, parent) {
    setObjectName(name);
    setTextFormat(Qt::PlainText);
    recolour();
}

void QuietLabel::changeEvent(QEvent* event) {
    QLabel::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::StyleChange ||
        event->type() == QEvent::ParentChange)
        recolour();
}

void QuietLabel::recolour() {
    if (parentWidget() == nullptr) return;
    // The active colours, whatever the group that the ground is in now: nothing tells when that changes.
    QPalette ground = parentWidget()->palette();
    ground.setCurrentColorGroup(QPalette::Active);
    const QColor colour = quiet_text(ground);
    if (palette().color(QPalette::Active, QPalette::WindowText) == colour) return;  // its own change
    QPalette quiet;
    quiet.setColor(QPalette::WindowText, colour);
    quiet.setColor(QPalette::Text, colour);  // what a label is written in where the ground is Base
    setPalette(quiet);
}

QLabel* quiet_note(QWidget* parent, const QString& name, const QString& text) {
    auto* label = new QuietLabel(parent, name, text);
    label->setWordWrap(true);
    return label;
}

}  // namespace fieldmark
