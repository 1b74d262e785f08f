// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>
#include <vector>

#include <QDialog>
#include <QList>

class QAction;

namespace fieldmark {

/// F1: the keys that work on this page. Made from the actions themselves, so that it cannot get out of date;
/// keys that a view handles without an action are passed in beside them.
class ShortcutsDialog : public QDialog {
    Q_OBJECT
  public:
    struct Group {
        QString title;
        QList<QAction*> actions;
        std::vector<std::pair<QString, QString>> keys = {};  ///< key, what it does
    };
    explicit ShortcutsDialog(const std::vector<Group>& groups, QWidget* parent = nullptr);
};

}  // namespace fieldmark
