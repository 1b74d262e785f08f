// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/window/shortcuts_dialog.h"

#include <QAction>
#include <QDialogButtonBox>
#include <QGridLayout>
#include <QLabel>
#include <QScrollArea>
#include <QVBoxLayout>

#include "ui/widgets/dialog_buttons.h"
#include "ui/widgets/metrics.h"

namespace fieldmark {

ShortcutsDialog::ShortcutsDialog(const std::vector<Group>& groups, QWidget* parent) : QDialog(parent) {
    setObjectName(QStringLiteral("shortcutsDialog"));
    setWindowTitle(tr("Keys of this page"));
    const int unit = rhythm(this);
    auto* column = new QVBoxLayout(this);
    auto* scroll = new QScrollArea(this);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    auto* page = new QWidget(scroll);
    auto* grid = new QGridLayout(page);
    grid->setHorizontalSpacing(unit * 3);
    grid->setVerticalSpacing(unit / 2);
    grid->setColumnStretch(1, 1);
    int line = 0;
    const auto add = [&](const QString& key, const QString& what) {
        auto* key_label = new QLabel(key, page);
        QFont font = key_label->font();
        font.setBold(true);
        key_label->setFont(font);
        key_label->setAlignment(Qt::AlignRight | Qt::AlignTop);
        grid->addWidget(key_label, line, 0);
        auto* what_label = new QLabel(what, page);
        what_label->setWordWrap(true);
        key_label->setBuddy(what_label);
        grid->addWidget(what_label, line, 1);
        ++line;
    };
    for (const Group& group : groups) {
        std::vector<std::pair<QString, QString>> lines;
        for (const QAction* action : group.actions) {
            if (action->shortcuts().isEmpty() || !action->isVisible()) continue;
            QStringList keys;
            for (const QKeySequence& key : action->shortcuts())
                keys.append(key.toString(QKeySequence::NativeText));
            QString text = action->text();
            text.remove(QLatin1Char('&'));
            if (text.endsWith(QChar(0x2026))) text.chop(1);
            lines.emplace_back(keys.join(tr(" or ", "between two keys")), text);
        }
        lines.insert(lines.end(), group.keys.begin(), group.keys.end());
        if (lines.empty()) continue;
        auto* title = new QLabel(group.title, page);
        QFont font = title->font();
        font.setPointSizeF(font.pointSizeF() * 1.15);
        title->setFont(font);
        title->setContentsMargins(0, line == 0 ? 0 : unit, 0, 0);
        grid->addWidget(title, line++, 0, 1, 2);
        for (const auto& [key, what] : lines) add(key, what);
    }
    grid->setRowStretch(line, 1);
    scroll->setWidget(page);
    column->addWidget(scroll);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    dress_buttons(*buttons);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::close);
    column->addWidget(buttons);
    resize(unit * 88, unit * 76);
}

}  // namespace fieldmark
