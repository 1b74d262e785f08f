// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <QLineEdit>
#include <QTimer>

#include "core/library/records.h"

namespace fieldmark {

/// What a text in the filter field means: conditions (FIELD=VALUE and the other operators, quotes around a
/// value where need be) and the free text that is left.
struct FilterText {
    std::vector<Condition> conditions;
    QString text;
};

/// `fields` are the names a condition may have beside the built-in "path", "collection", "state"; a word with
/// an operator but no such name is free text. A value ends at a quote's end or where the next condition
/// begins.
FilterText parse_filter(const QString& text, const std::vector<std::string>& fields);

/// The filter field: free text takes effect while one types (150 ms after the last key), conditions with
/// Enter.
class FilterField : public QLineEdit {
    Q_OBJECT
  public:
    explicit FilterField(QWidget* parent = nullptr);

    void set_fields(const std::vector<std::string>& fields) { m_fields = fields; }
    QString free_text() const { return m_free_text; }
    void clear_quietly();

  Q_SIGNALS:
    void freeTextChanged(const QString& text);
    void conditionsEntered(const std::vector<fieldmark::Condition>& conditions);

  private:
    void settle();
    void enter();

    std::vector<std::string> m_fields;
    QTimer m_debounce;
    QString m_free_text;
};

}  // namespace fieldmark
