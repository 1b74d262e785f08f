// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QTimer>
#include <QWidget>

class QLabel;
class QToolButton;

namespace fieldmark {

class MatchController;

/// The line above the matches: what was searched and how, how much of the library is embedded, and the quiet
/// offer '3 new matches, show'. Goes above the match view, below the filter chips. Hidden while there is no
/// query.
class MatchHeader : public QWidget {
    Q_OBJECT
  public:
    explicit MatchHeader(MatchController& controller, QWidget* parent = nullptr);

  private:
    void refresh();

    MatchController& m_controller;
    QLabel* m_headline = nullptr;
    QLabel* m_note = nullptr;
    QToolButton* m_show = nullptr;
    QTimer m_patience;  ///< 'searching' is only said of searches that one notices
};

}  // namespace fieldmark
