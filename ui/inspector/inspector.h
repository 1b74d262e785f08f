// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include <QPointer>
#include <QWidget>

#include "core/engine/session/session.h"

class QFormLayout;
class QLabel;
class QLineEdit;
class QPushButton;
class QStackedLayout;
class QTableView;
class QToolButton;
class QUndoStack;

namespace fieldmark {

class ElidedLabel;
class FieldsModel;
class ImageView;
class ValueSuggestions;

/// All about the selected picture or pictures: preview, facts, fields to edit. Edits go through the undo
/// stack; the row is fetched anew when the session says that it changed. UI thread.
class Inspector : public QWidget {
    Q_OBJECT
  public:
    explicit Inspector(Session& session, QWidget* parent = nullptr);
    ~Inspector() override;

    /// Edits are pushed here; without one they take effect but cannot be undone. Must outlive the inspector.
    void setUndoStack(QUndoStack* stack);

    void showRow(const std::optional<ItemRow>& row);  ///< empty: the placeholder
    void showRows(const std::vector<ItemRow>& rows);  ///< several: what they share
    /// More are selected than are edited together: says so, and edits none rather than some.
    void showTooMany(int selected, int limit);
    void showMatch(const Match& match, const QueryImage& query);
    const std::vector<ItemRow>& rows() const { return m_rows; }

    /// Sets one field of everything shown, undoably; "" removes it.
    void setValue(const std::string& field, const std::string& value);

  Q_SIGNALS:
    void findSimilarRequested(fieldmark::ItemId item);
    void compareRequested(fieldmark::ItemId item);  ///< by double click on the preview of a match
    void lookRequested(fieldmark::ItemId item, const QString& name);  ///< at what the model sees in it
    void problemOccurred(const fieldmark::Error& error);

  protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void refresh(bool picture);
    void refreshFacts();
    void refreshFields();
    void addFact(const QString& name, const QString& text, const QString& tip = {});
    void fitTable();
    void fitPreview();
    void beginAddField();
    void finishAddField();
    void endAddField();
    void openFolder();
    void copyPath();
    void editObjectBox();
    void retry();
    void recolour();

    Session& m_session;
    QPointer<QUndoStack> m_undo;
    std::vector<ItemRow> m_rows;
    std::optional<Match> m_match;
    std::optional<QueryImage> m_query;
    RequestId m_rows_request = 0;

    QStackedLayout* m_stack = nullptr;
    QLabel* m_placeholder = nullptr;
    ImageView* m_preview = nullptr;
    ImageView* m_query_preview = nullptr;
    QWidget* m_query_box = nullptr;
    ElidedLabel* m_title = nullptr;
    QLabel* m_score = nullptr;
    QWidget* m_score_bar = nullptr;
    QWidget* m_error_box = nullptr;
    QLabel* m_error = nullptr;
    QPushButton* m_retry = nullptr;
    QPushButton* m_find = nullptr;
    QToolButton* m_open_folder = nullptr;
    QToolButton* m_copy_path = nullptr;
    QWidget* m_closer = nullptr;  ///< holds the two buttons for a closer look
    QToolButton* m_object_box = nullptr;
    QToolButton* m_look = nullptr;
    QWidget* m_facts_box = nullptr;
    QFormLayout* m_facts = nullptr;
    ValueSuggestions* m_suggestions = nullptr;
    FieldsModel* m_fields = nullptr;
    QLabel* m_fields_title = nullptr;
    QLabel* m_no_fields = nullptr;
    QTableView* m_table = nullptr;
    QToolButton* m_add_field = nullptr;
    QWidget* m_add_box = nullptr;
    QLineEdit* m_add_name = nullptr;
    QLineEdit* m_add_value = nullptr;
    QPushButton* m_add_done = nullptr;
};

}  // namespace fieldmark
