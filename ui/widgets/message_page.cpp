// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/widgets/message_page.h"

#include <QEvent>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QVBoxLayout>

#include "ui/widgets/icons.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/metrics.h"

namespace fieldmark {

MessagePage::MessagePage(const QString& name, const QString& icon_name, QWidget* parent)
    : QWidget(parent), m_icon_name(icon_name) {
    m_column = new QVBoxLayout(this);
    m_column->setSpacing(rhythm(this));
    m_column->addStretch(2);
    m_icon = new QLabel(this);
    m_title = new QLabel(this);
    m_title->setObjectName(name + QStringLiteral("Message"));
    QFont larger = m_title->font();
    larger.setPointSizeF(larger.pointSizeF() * 1.3);
    m_title->setFont(larger);
    m_hint = quiet_note(this, name + QStringLiteral("Hint"));
    for (QLabel* label : {m_icon, m_title, m_hint}) {
        label->setAlignment(Qt::AlignCenter);
        label->setWordWrap(label != m_icon);
        label->setTextFormat(Qt::PlainText);
        m_column->addWidget(label);
    }
    m_column->addStretch(3);
    recolour();
}

void MessagePage::say(const QString& title, const QString& hint) {
    m_title->setText(title);
    m_hint->setText(hint);
    m_hint->setVisible(!hint.isEmpty());
}

QPushButton* MessagePage::add_button(const QString& object_name, const QString& icon_name,
                                     const QString& text, const QString& tip) {
    auto* button = new QPushButton(text, this);
    if (!icon_name.isEmpty()) button->setIcon(icon(icon_name));
    button->setObjectName(object_name);
    button->setToolTip(tip);
    button->hide();
    m_column->insertWidget(m_column->count() - 1, button, 0, Qt::AlignCenter);
    return button;
}

QPushButton* MessagePage::add_labels_button(const QString& object_name) {
    m_add_labels = add_button(object_name, QStringLiteral("label"), tr("Add labels"),
                              tr("From a table, or the names of the folders the pictures lie in"));
    return m_add_labels;
}

void MessagePage::set_label_actions(const QList<QAction*>& actions) {
    if (m_add_labels == nullptr) return;
    auto* menu = new QMenu(m_add_labels);
    menu->addActions(actions);
    m_add_labels->setMenu(menu);
}

void MessagePage::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::StyleChange) recolour();
}

void MessagePage::recolour() {
    if (m_icon == nullptr) return;
    if (!m_icon_name.isEmpty())
        m_icon->setPixmap(
            icon_pixmap(m_icon_name, rhythm(this) * 6, quiet_text(palette()), devicePixelRatioF()));
}

}  // namespace fieldmark
