// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include <QElapsedTimer>
#include <QWidget>

#include "core/engine/session/session.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QProgressBar;
class QPushButton;
class QStackedWidget;
class QStandardItemModel;
class QTableView;
class QTabWidget;

namespace fieldmark {

class CurvePlot;
class FieldChooser;
class FigureTiles;
class GalleryModel;
class GalleryView;
class MessagePage;
class PictureRows;
class ThumbnailStore;

/// Evaluate: how well the pictures of the same class find each other, by the labels of one field. A form of
/// one line, one button; then the figures in plain words, by class, mix-ups, the hardest pictures, another
/// model, and what a score is worth as a probability. UI thread.
class EvaluatePage : public QWidget {
    Q_OBJECT
  public:
    EvaluatePage(Session& session, ThumbnailStore& thumbnails, QWidget* parent = nullptr);

    /// What Browse shows now, so that it can be evaluated alone.
    void set_browse_query(const ItemQuery& query, bool narrowed);
    void set_field(const std::string& field);  ///< preselects; ignored where there is no such field
    /// The switch "Show probabilities beside scores": of which field; "": off.
    void set_probabilities(const std::string& field);
    bool running() const { return m_request != 0; }
    const std::optional<EvaluationReport>& report() const { return m_report; }
    void run();
    void clear();
    /// The ways to get labels, for a library without any; they outlive the page.
    void setLabelActions(const QList<QAction*>& actions);

  Q_SIGNALS:
    void classRequested(const std::string& field, const std::string& value);
    void lookAlikesRequested(fieldmark::ItemId item);
    void probabilitiesSwitched(const std::string& field, bool on);

  protected:
    void showEvent(QShowEvent* event) override;

  private:
    QWidget* build_form();
    QWidget* build_results();
    QWidget* build_confusions();
    QWidget* build_comparison();
    QWidget* build_probabilities();
    QTableView* build_table(QStandardItemModel* model, const QString& name);
    void take_summary(const LibrarySummary& summary);
    void take_models(const std::vector<ModelRecord>& models);
    void take_report(const EvaluationReport& report);
    void show_classes();
    void show_confusions();
    void show_confusion(int row);
    void show_worst();
    void show_comparison();
    void show_probabilities();
    void show_state();
    void say(const QString& title, const QString& hint, bool with_labels_button = false);
    QString class_name(std::int32_t label) const;

    Session& m_session;
    ThumbnailStore& m_thumbnails;
    LibrarySummary m_summary;
    ItemQuery m_browse_query;
    std::string m_probability_field;
    std::optional<EvaluationReport> m_report;
    std::optional<Error> m_error;
    RequestId m_request = 0;
    RequestId m_models_request = 0;
    QElapsedTimer m_clock;

    FieldChooser* m_fields = nullptr;
    QComboBox* m_scope = nullptr;
    QWidget* m_compare_box = nullptr;
    QComboBox* m_compare = nullptr;
    QPushButton* m_run = nullptr;
    QWidget* m_progress_box = nullptr;
    QProgressBar* m_progress = nullptr;
    QLabel* m_progress_text = nullptr;
    QStackedWidget* m_stack = nullptr;
    MessagePage* m_message = nullptr;
    QPushButton* m_add_labels = nullptr;
    QWidget* m_results = nullptr;
    QLabel* m_headline = nullptr;
    QLabel* m_explanation = nullptr;
    FigureTiles* m_figures = nullptr;
    QTabWidget* m_tabs = nullptr;
    QStandardItemModel* m_classes = nullptr;
    QTableView* m_class_table = nullptr;
    QStandardItemModel* m_confusions = nullptr;
    QTableView* m_confusion_table = nullptr;
    QLabel* m_truth_label = nullptr;
    QLabel* m_taken_label = nullptr;
    GalleryModel* m_truth_model = nullptr;
    GalleryModel* m_taken_model = nullptr;
    GalleryView* m_truth_view = nullptr;
    GalleryView* m_taken_view = nullptr;
    PictureRows* m_worst = nullptr;
    QWidget* m_comparison_page = nullptr;
    QLabel* m_comparison_headline = nullptr;
    FigureTiles* m_comparison_figures = nullptr;
    QComboBox* m_comparison_choice = nullptr;
    PictureRows* m_comparison_rows = nullptr;
    QLabel* m_probability_text = nullptr;
    QCheckBox* m_probability_switch = nullptr;
    CurvePlot* m_reliability = nullptr;
    CurvePlot* m_probability_curve = nullptr;
};

}  // namespace fieldmark
