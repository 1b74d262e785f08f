// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/widgets/dialog_buttons.h"

#include <QCoreApplication>
#include <QDialogButtonBox>
#include <QPushButton>

#include "ui/widgets/icons.h"

namespace fieldmark {

void dress_buttons(QDialogButtonBox& buttons) {
    const auto dress = [&](QDialogButtonBox::StandardButton which, const QString& icon_name,
                           const QString& text) {
        QPushButton* button = buttons.button(which);
        if (button == nullptr) return;
        button->setIcon(icon(icon_name));
        button->setText(text);
    };
    const QString close = QStringLiteral("close");
    const QString check = QStringLiteral("check");
    dress(QDialogButtonBox::Close, close, QCoreApplication::translate("fieldmark::DialogButtons", "Close"));
    dress(QDialogButtonBox::Cancel, close, QCoreApplication::translate("fieldmark::DialogButtons", "Cancel"));
    dress(QDialogButtonBox::Ok, check, QCoreApplication::translate("fieldmark::DialogButtons", "OK"));
    dress(QDialogButtonBox::Save, check, QCoreApplication::translate("fieldmark::DialogButtons", "Save"));
}

}  // namespace fieldmark
