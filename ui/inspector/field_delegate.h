// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <QStringListModel>
#include <QStyledItemDelegate>

#include "core/engine/session/session.h"

class QLineEdit;

namespace fieldmark {

/// Values of a field that the library knows, most frequent first, as completions of a line edit. They are
/// fetched when wanted and come while one types. UI thread.
class ValueSuggestions : public QObject {
    Q_OBJECT
  public:
    explicit ValueSuggestions(Session& session, QObject* parent = nullptr);
    void attach(QLineEdit* edit);  ///< gives it a completer over the values of the field wanted last
    void want(const std::string& field);

  private:
    Session& m_session;
    RequestId m_request = 0;
    std::string m_field;
    QStringListModel m_values;
};

/// The editor of a field's value. UI thread.
class FieldDelegate : public QStyledItemDelegate {
    Q_OBJECT
  public:
    FieldDelegate(ValueSuggestions& suggestions, QObject* parent = nullptr);
    QWidget* createEditor(QWidget* parent, const QStyleOptionViewItem& option,
                          const QModelIndex& index) const override;
    void setEditorData(QWidget* editor, const QModelIndex& index) const override;

  private:
    ValueSuggestions& m_suggestions;
};

}  // namespace fieldmark
