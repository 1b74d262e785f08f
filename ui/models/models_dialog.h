// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <QAbstractTableModel>
#include <QDialog>

#include "core/engine/session/session.h"

class QDoubleSpinBox;
class QLabel;
class QPushButton;
class QSpinBox;
class QTableView;

namespace fieldmark {

class MessageBar;
class ModelBar;
struct Message;

/// The models a library can search with, one a row. UI thread.
class ModelsModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    enum Column {
        NameColumn,
        KindColumn,
        DimensionColumn,
        InputColumn,
        BaseColumn,
        VectorsColumn,
        LicenceColumn,
        ColumnCount
    };

    using QAbstractTableModel::QAbstractTableModel;
    void set_models(std::vector<ModelEntry> models);
    const ModelEntry& entry(int row) const { return m_models[std::size_t(row)]; }
    const std::vector<ModelEntry>& models() const { return m_models; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

    static QString kind_text(const ModelInfo& info);  ///< "Vision transformer"

  private:
    std::vector<ModelEntry> m_models;
};

/// Which models there are, which one the library searches with, and how to bring, use and remove them. Not
/// modal; stays true while the library changes.
class ModelsDialog : public QDialog {
    Q_OBJECT
  public:
    explicit ModelsDialog(Session& session, QWidget* parent = nullptr);

    void refresh();
    /// Installs a weights file, as the button does once one is chosen.
    void import_file(const std::string& path);
    /// A change did not happen because pictures cannot be read now; `change` asks for it all the same.
    static Message lacking(const ModelSwitchReport& report,
                           const std::function<void(const ModelSwitchRequest&)>& change);

  private:
    void build_table();
    void build_whitening();
    void build_buttons();
    void connect_session();
    void take(const std::vector<ModelEntry>& models, const std::vector<Error>& problems);
    void update_buttons();
    const ModelEntry* chosen() const;   ///< the selected model; null for none
    const ModelEntry* current() const;  ///< the one in use; null for none
    /// The model to go back to from a whitening; null where that is not what the library uses.
    const ModelEntry* before_whitening() const;
    void choose_file();
    void use(const ModelEntry& entry);
    void ask_to_remove(const ModelEntry& entry);
    void try_or_undo_whitening();
    void show_error(const Error& error);

    Session& m_session;
    ModelsModel* m_model;
    QTableView* m_table;
    QLabel* m_summary;
    QLabel* m_empty;
    MessageBar* m_messages;
    ModelBar* m_bar;
    QDoubleSpinBox* m_power;
    QSpinBox* m_dimension;
    QPushButton* m_whiten;
    QPushButton* m_import;
    QPushButton* m_use;
    QPushButton* m_remove;
    RequestId m_list_request = 0;
    RequestId m_import_request = 0;
    RequestId m_remove_request = 0;
    RequestId m_whitening_request = 0;
    std::string m_select;  ///< hash of the row to select when the list comes
};

}  // namespace fieldmark
