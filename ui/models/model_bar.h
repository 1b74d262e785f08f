// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QFrame>

#include "core/engine/session/session.h"

class QLabel;
class QProgressBar;
class QPushButton;

namespace fieldmark {

/// How far a change of model is, with a button to stop it. Hidden while none is under way. UI thread.
class ModelBar : public QFrame {
    Q_OBJECT
  public:
    explicit ModelBar(Session& session, QWidget* parent = nullptr);

    /// Shows that it was asked for, before the first progress comes.
    void begin(const QString& model);
    bool running() const { return m_running; }
    /// "Changing to deit_tiny: 3,120 of 10,000 · 96 pictures/s · about 1 min left"
    static QString progress_text(const ModelSwitchProgress& progress);

  Q_SIGNALS:
    void visibilityChanged();

  private:
    void take(const ModelSwitchProgress& progress);
    void end();

    Session& m_session;
    QLabel* m_text;
    QProgressBar* m_progress;
    QPushButton* m_cancel;
    bool m_running = false;
    bool m_cancelling = false;
};

}  // namespace fieldmark
