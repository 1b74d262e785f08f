// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QLabel>

namespace fieldmark {

/// Plain text that breaks into lines; `name` is its objectName.
QLabel* wrapped_label(QWidget* parent, const QString& name, const QString& text = {});

/// Plain text in the quiet colour of what it lies on, which it follows through light and dark.
class QuietLabel : public QLabel {
  public:
    QuietLabel(QWidget* parent, const QString& name, const QString& text = {});

  protected:
    void changeEvent(QEvent* event) override;

  private:
    void recolour();
};

/// The same, breaking into lines.
QLabel* quiet_note(QWidget* parent, const QString& name, const QString& text = {});

}  // namespace fieldmark
