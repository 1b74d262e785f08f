// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QWidget>

namespace fieldmark {

/// Says over a part of the window what a drop there will do. Covers its parent; takes no events of its own.
class DropOverlay : public QWidget {
    Q_OBJECT
  public:
    explicit DropOverlay(QWidget* parent);

    void show_text(const QString& text, const QString& hint = {});
    QString text() const { return m_text; }

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

  private:
    QString m_text;
    QString m_hint;
};

}  // namespace fieldmark
