// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QWidget>

#include "core/engine/session/session.h"

class QLabel;
class QProgressBar;
class QPushButton;
class QToolButton;

namespace fieldmark {

/// The status strip's report on imports: what, how far, how fast, how long still; Pause and Cancel; then a
/// summary that stays until it is closed or the next import begins. UI thread.
class ImportBar : public QWidget {
    Q_OBJECT
  public:
    explicit ImportBar(Session& session, QWidget* parent = nullptr);

    /// An import was asked for; `name` is what it is called ("Kenya 2025").
    void begin(const QString& name);
    bool running() const { return m_running; }
    const ImportReport& last_report() const { return m_report; }
    /// "Importing Kenya 2025: 3,120 of 10,000 · 96 pictures/s · about 1 min left"
    static QString progress_text(const ImportProgress& progress, const QString& name);
    /// Where the time goes, one line a stage, the slowest named.
    static QString stages_text(const std::vector<StageStatus>& stages);
    /// "Kenya 2025: 9,998 pictures added in 1 min 44 s"
    static QString summary_text(const ImportReport& report, const QString& name);

  Q_SIGNALS:
    void failedListRequested();
    void finished(const fieldmark::ImportReport& report);
    void visibilityChanged();

  protected:
    void changeEvent(QEvent* event) override;

  private:
    void take_progress(const ImportProgress& progress);
    void take_report(const ImportReport& report);
    void set_failed(std::int64_t count);
    void set_buttons(bool running);

    Session& m_session;
    QString m_name;
    bool m_running = false;
    bool m_paused = false;
    bool m_cancelling = false;
    ImportReport m_report;
    QLabel* m_icon;
    QLabel* m_text;
    QProgressBar* m_progress;
    QPushButton* m_failed;
    QPushButton* m_pause;
    QPushButton* m_cancel;
    QToolButton* m_close;
};

}  // namespace fieldmark
