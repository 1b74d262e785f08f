// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/dialog_buttons.h"

#include <QDialogButtonBox>
#include <QPushButton>

#include "ui/icons.h"

namespace fieldmark {

void use_own_icons(QDialogButtonBox& buttons) {
    const auto all = buttons.buttons();
    for (QAbstractButton* button : all) {
        switch (buttons.standardButton(button)) {
            case QDialogButtonBox::NoButton:
                break;  // it has what it was given
            case QDialogButtonBox::Close:
            case QDialogButtonBox::Cancel:
                button->setIcon(icon(QStringLiteral("close")));
                break;
            case QDialogButtonBox::Ok:
            case QDialogButtonBox::Save:
                button->setIcon(icon(QStringLiteral("check")));
                break;
            default:
                button->setIcon({});
        }
    }
}

}  // namespace fieldmark
