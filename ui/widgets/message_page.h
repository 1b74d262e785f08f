// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QList>
#include <QString>
#include <QWidget>

class QAction;
class QLabel;
class QPushButton;
class QVBoxLayout;

namespace fieldmark {

/// What a page shows while it has nothing else to show: an icon, a sentence, a hint what to do and perhaps a
/// button that does it, in the middle. Its labels are called `name`Message and `name`Hint. UI thread.
class MessagePage : public QWidget {
    Q_OBJECT
  public:
    MessagePage(const QString& name, const QString& icon_name, QWidget* parent = nullptr);

    void say(const QString& title, const QString& hint = {});
    /// Below the hint; hidden until it is shown. The page owns it.
    QPushButton* add_button(const QString& object_name, const QString& icon_name, const QString& text,
                            const QString& tip);
    /// The button of pages that need labels: "Add labels", with the ways to do so as its menu.
    QPushButton* add_labels_button(const QString& object_name);
    /// Those ways; they outlive the page.
    void set_label_actions(const QList<QAction*>& actions);

  protected:
    void changeEvent(QEvent* event) override;

  private:
    void recolour();

    const QString m_icon_name;
    QVBoxLayout* m_column = nullptr;
    QLabel* m_icon = nullptr;
    QLabel* m_title = nullptr;
    QLabel* m_hint = nullptr;
    QPushButton* m_add_labels = nullptr;
};

}  // namespace fieldmark
