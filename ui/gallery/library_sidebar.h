// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include <QWidget>

#include "core/engine/session/session.h"

class QComboBox;
class QLabel;
class QTreeWidget;
class QTreeWidgetItem;

namespace fieldmark {

/// The left panel: collections with their counts, what failed or went missing, and the values of one chosen
/// field. Choosing narrows what the gallery shows; the window decides how. Folders dropped here are imported.
/// UI thread.
class LibrarySidebar : public QWidget {
    Q_OBJECT
  public:
    explicit LibrarySidebar(Session& session, QWidget* parent = nullptr);

    /// What is chosen above: a collection, a state, or neither (all pictures).
    struct Place {
        CollectionId collection = 0;  ///< 0: all
        std::optional<ItemState> state;
        bool operator==(const Place&) const = default;
    };
    Place place() const { return m_place; }
    void set_place(const Place& place);  ///< without a signal
    std::string field() const;           ///< whose values are listed; "" if there is none
    void set_field(const std::string& field);
    /// The conditions in force, so that their values are marked.
    void set_conditions(const std::vector<Condition>& conditions);

  Q_SIGNALS:
    void placeChosen(const fieldmark::LibrarySidebar::Place& place);
    void valueToggled(const std::string& field, const std::string& value);
    void fieldChosen(const std::string& field);
    void importRequested(const std::vector<std::string>& paths);
    void addFolderRequested();
    void updateRequested(const std::string& root);  ///< scan this collection's folder again
    void removeRequested(fieldmark::CollectionId collection, const QString& name);
    void failedListRequested();

  protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

  private:
    void take_summary(const LibrarySummary& summary);
    void take_values(const std::vector<ValueCount>& values);
    void request_values();
    void show_menu(const QPoint& position);
    void mark_place();

    Session& m_session;
    QTreeWidget* m_places;
    QWidget* m_label_box;
    QComboBox* m_fields;
    QTreeWidget* m_values;
    QLabel* m_no_values;
    Place m_place;
    std::string m_wanted_field;  ///< remembered choice, until the library has it
    std::vector<Condition> m_conditions;
    RequestId m_values_request = 0;
    bool m_values_again = false;
    bool m_editing = false;
    LibrarySummary m_summary;
};

}  // namespace fieldmark
