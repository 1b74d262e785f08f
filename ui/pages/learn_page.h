// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <QWidget>

#include "core/engine/session/session.h"

class QLabel;
class QProgressBar;
class QPushButton;
class QStackedWidget;
class QTabWidget;
class QUndoStack;

namespace fieldmark {

class CurvePlot;
class LabelReview;
class LearnForm;
class MessagePage;
class ResultCard;
class ThumbnailStore;

/// Learn: choose what names the class, which classes, a method and how long; watch it learn; see honestly
/// whether classes it has not seen are found better; use the new model. Beside it the labels that a trained
/// model doubts. UI thread.
class LearnPage : public QWidget {
    Q_OBJECT
  public:
    LearnPage(Session& session, ThumbnailStore& thumbnails, QWidget* parent = nullptr);

    void setUndoStack(QUndoStack* undo);       ///< for accepted labels
    void set_field(const std::string& field);  ///< preselects; ignored where there is no such field
    TrainingRequest request() const;           ///< as chosen now
    bool running() const;
    bool stopping() const;  ///< asked to, and not yet done
    void start();
    void resume(const TrainingRequest& request);
    /// The ways to get labels, for a library without any; they outlive the page.
    void setLabelActions(const QList<QAction*>& actions);

  Q_SIGNALS:
    void lookAlikesRequested(fieldmark::ItemId item);
    void useRequested(const std::string& model_hash);

  protected:
    void showEvent(QShowEvent* event) override;

  private:
    QWidget* build_running();
    void take_summary(const LibrarySummary& summary);
    void take_epoch(const EpochReport& report);
    void take_result(const TrainingResult& result);
    void take_failure(const Error& error);
    void say_use(const std::string& model);  ///< on the card, whether its model is the one in use
    void show_curves();
    void show_state();

    Session& m_session;
    bool m_read_only = false;
    RequestId m_training_request = 0;
    bool m_showing_result = false;
    std::optional<Error> m_failure;
    TrainingRequest m_asked;
    std::vector<EpochReport> m_history;
    std::optional<ValidationFigures> m_base;  ///< where m_history does not begin with the model in use
    std::string m_used;                       ///< hash of the model that "Use this model" asked for

    QTabWidget* m_tabs = nullptr;
    LearnForm* m_form = nullptr;
    LabelReview* m_review = nullptr;
    QStackedWidget* m_stack = nullptr;
    MessagePage* m_intro = nullptr;
    QPushButton* m_add_labels = nullptr;
    QWidget* m_running_page = nullptr;
    QLabel* m_running_title = nullptr;
    QProgressBar* m_progress = nullptr;
    QLabel* m_progress_text = nullptr;
    QLabel* m_message = nullptr;
    QPushButton* m_cancel = nullptr;
    CurvePlot* m_loss = nullptr;
    CurvePlot* m_quality = nullptr;
    ResultCard* m_card = nullptr;
};

}  // namespace fieldmark
