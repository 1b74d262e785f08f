// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <QWidget>

#include "core/library/records.h"

namespace fieldmark {

/// The filters in force as chips, each removable by click or key (Delete, Backspace, Space, Enter); Left and
/// Right go from chip to chip. Wraps lines; hidden while there is none.
class FilterChips : public QWidget {
    Q_OBJECT
  public:
    explicit FilterChips(QWidget* parent = nullptr);

    void setConditions(const std::vector<Condition>& conditions);
    const std::vector<Condition>& conditions() const { return m_conditions; }

  Q_SIGNALS:
    /// By the user; conditions() is already without it.
    void conditionsChanged(const std::vector<fieldmark::Condition>& conditions);

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void rebuild();
    void remove(int index);

    std::vector<Condition> m_conditions;
    std::vector<QWidget*> m_chips;
};

}  // namespace fieldmark
