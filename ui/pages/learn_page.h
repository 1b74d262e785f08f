// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <QTimer>
#include <QWidget>

#include "core/engine/session/session.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QListWidget;
class QProgressBar;
class QPushButton;
class QStackedWidget;
class QTabWidget;
class QUndoStack;

namespace fieldmark {

class CurvePlot;
class MessagePage;
class PictureRows;
class ResultCard;
class ThumbnailStore;

/// Learn: choose what names the class, which classes, a method and how long; watch it learn; see honestly
/// whether classes it has not seen are found better; use the new model. Beside it the labels that a trained
/// model doubts. UI thread.
class LearnPage : public QWidget {
    Q_OBJECT
  public:
    LearnPage(Session& session, ThumbnailStore& thumbnails, QWidget* parent = nullptr);

    void setUndoStack(QUndoStack* undo) { m_undo = undo; }  ///< for accepted labels
    void set_field(const std::string& field);  ///< preselects; ignored where there is no such field
    TrainingRequest request() const;  ///< as chosen now
    bool running() const;
    void start();
    void resume(const TrainingRequest& request);
    /// The ways to get labels, for a library without any; they outlive the page.
    void setLabelActions(const QList<QAction*>& actions);

  Q_SIGNALS:
    void lookAlikesRequested(fieldmark::ItemId item);
    void useRequested(const std::string& model_hash);

  protected:
    void showEvent(QShowEvent* event) override;
    void changeEvent(QEvent* event) override;

  private:
    QWidget* build_form();
    QWidget* build_running();
    QWidget* build_review();
    void take_summary(const LibrarySummary& summary);
    void take_classes(const std::vector<ValueCount>& values);
    void take_epoch(const EpochReport& report);
    void take_result(const TrainingResult& result);
    void model_changed(const ModelStatus& model);
    void method_changed();
    void ask_preview();
    void say_preview(const TrainingPreview& preview);
    void say_refusal(const Error& error);
    void say_use(const std::string& model);  ///< on the card, whether its model is the one in use
    void show_curves();
    void show_state();
    void set_all_classes(bool checked);
    void review();
    void take_verdicts(const std::vector<DensityVerdict>& verdicts);
    void accept_verdict(bool accept);
    void recolour();
    Method method() const;

    Session& m_session;
    QUndoStack* m_undo = nullptr;
    LibrarySummary m_summary;
    std::string m_wanted_field;
    RequestId m_values_request = 0;
    RequestId m_preview_request = 0;
    RequestId m_review_request = 0;
    RequestId m_rows_request = 0;
    RequestId m_training_request = 0;
    QTimer m_preview_timer;
    bool m_possible = false;
    bool m_showing_result = false;
    std::optional<Error> m_failure;
    TrainingRequest m_asked;
    std::vector<EpochReport> m_history;
    std::optional<ValidationFigures> m_base;  ///< where m_history does not begin with the model in use
    std::vector<DensityVerdict> m_verdicts;  ///< as the list shows them
    std::string m_review_field;
    std::vector<ItemRow> m_review_rows;
    bool m_reviewed = false;
    std::string m_used;  ///< hash of the model that "Use this model" asked for

    QTabWidget* m_tabs = nullptr;
    QWidget* m_form = nullptr;
    QComboBox* m_fields = nullptr;
    QListWidget* m_classes = nullptr;
    QLabel* m_classes_note = nullptr;
    QComboBox* m_method = nullptr;
    QLabel* m_method_text = nullptr;
    QComboBox* m_depth = nullptr;
    QCheckBox* m_any_colour = nullptr;
    QComboBox* m_bits = nullptr;
    QWidget* m_bits_box = nullptr;
    QComboBox* m_budget = nullptr;
    QLineEdit* m_name = nullptr;
    QLabel* m_preview = nullptr;
    QPushButton* m_start = nullptr;
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
    QLabel* m_review_text = nullptr;
    QPushButton* m_review_run = nullptr;
    PictureRows* m_review_list = nullptr;
    QPushButton* m_accept = nullptr;
    QPushButton* m_keep = nullptr;
};

}  // namespace fieldmark
