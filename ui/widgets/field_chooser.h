// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <QComboBox>

#include "core/library/records.h"

namespace fieldmark {

/// Chooses the label field that a page works by. What was chosen, or asked for by want(), stays chosen while
/// fields come and go; where there is none such yet it is the first one that usually names a class, else the
/// first. UI thread.
class FieldChooser : public QComboBox {
    Q_OBJECT
  public:
    explicit FieldChooser(QWidget* parent = nullptr);

    void set_numbers(bool on) { m_numbers = on; }  ///< offers fields of numbers as well
    void set_nothing(const QString& text);         ///< a first choice that is no field
    /// True if the choices changed; no signal is sent.
    bool set_fields(const std::vector<Field>& fields);
    /// Chosen now or as soon as there is such a field. True if the choice changed; no signal is sent.
    /// `number`: also where it is a field of numbers, which is offered from now on.
    bool want(const std::string& field, bool number = false);
    std::string field() const;  ///< "": none
    bool has_fields() const { return !m_names.empty(); }

  private:
    bool fill();
    bool choose();

    bool m_numbers = false;
    bool m_filled = false;
    QString m_nothing;
    std::vector<Field> m_fields;
    std::vector<std::string> m_names;  ///< of those offered
    std::optional<std::string> m_wanted;
    std::optional<std::string> m_number;  ///< a field of numbers that is offered all the same
};

}  // namespace fieldmark
