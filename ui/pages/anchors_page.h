// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <QTimer>
#include <QWidget>

#include "core/engine/session/session.h"

class QLabel;
class QPushButton;
class QSplitter;
class QStackedWidget;
class QStandardItemModel;
class QTableView;
class QTabWidget;

namespace fieldmark {

class FieldChooser;
class MessagePage;
class PictureRows;
class ThumbnailStore;

/// Anchors: what the classes of a label field look like. A list of the classes; of the chosen one its anchors
/// (of a model learned by GAPan) or prototypes (of any other), each shown by its nearest pictures; labels to
/// check, unusual pictures and the classes it is easily taken for. Asks only while it is shown; changes of
/// the library are taken up at most once a second. UI thread.
class AnchorsPage : public QWidget {
    Q_OBJECT
  public:
    AnchorsPage(Session& session, ThumbnailStore& thumbnails, QWidget* parent = nullptr);

    void set_field(const std::string& field);  ///< preselects; ignored where there is no such field
    /// The picture asked with, to be placed among the classes; nullopt: none.
    void set_query(const std::optional<QueryImage>& query);
    void choose_class(const std::string& name);
    const std::optional<AnchorsReport>& report() const { return m_report; }
    bool asking() const { return m_request != 0; }
    /// The ways to get labels, for a library without any; they outlive the page.
    void setLabelActions(const QList<QAction*>& actions);

  Q_SIGNALS:
    void lookAlikesRequested(fieldmark::ItemId item);
    /// A search by one of the anchors (or prototypes) itself.
    void anchorRequested(const fieldmark::QueryImage& anchor);
    void classRequested(const std::string& field, const std::string& value);
    void learnRequested();

  protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

  private:
    QWidget* build_head();
    QWidget* build_results();
    QWidget* build_class();
    PictureRows* build_rows(const QString& name, const QString& accessible, const QString& empty);
    void take_summary(const LibrarySummary& summary);
    void take_report(const AnchorsReport& report);
    void show_classes();
    void show_class();
    void show_anchors();
    void show_review();
    void show_look_alikes();
    void show_query();
    void show_state();
    void say(const QString& title, const QString& hint, bool with_labels_button = false);
    void search_from_anchor();
    void outdate();  ///< what is shown is to be asked for anew, soon if it is seen
    void ask();
    void clear();

    Session& m_session;
    ThumbnailStore& m_thumbnails;
    std::string m_wanted_class;
    std::string m_model_hash;
    std::optional<QueryImage> m_query;
    std::optional<AnchorsReport> m_report;
    std::optional<Error> m_error;
    RequestId m_request = 0;
    bool m_outdated = true;
    bool m_showing = false;  ///< the list of classes is being filled
    QTimer m_soon;           ///< after a change of the choice
    QTimer m_calmly;         ///< after a change of the library

    FieldChooser* m_fields = nullptr;
    QLabel* m_query_place = nullptr;
    QStackedWidget* m_stack = nullptr;
    MessagePage* m_message = nullptr;
    QPushButton* m_add_labels = nullptr;
    QSplitter* m_results = nullptr;
    QSplitter* m_details = nullptr;
    QStandardItemModel* m_classes = nullptr;
    QTableView* m_class_table = nullptr;
    QLabel* m_title = nullptr;
    QLabel* m_explanation = nullptr;
    PictureRows* m_anchors = nullptr;
    QPushButton* m_search = nullptr;
    QPushButton* m_browse = nullptr;
    QPushButton* m_learn = nullptr;
    QPushButton* m_other_field = nullptr;  ///< to the field that the model has learned
    QTabWidget* m_tabs = nullptr;
    PictureRows* m_doubtful = nullptr;
    PictureRows* m_outliers = nullptr;
    PictureRows* m_look_alikes = nullptr;
};

}  // namespace fieldmark
