// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <QAbstractTableModel>
#include <QDialog>

#include "core/engine/session/session.h"

class QLabel;
class QPushButton;
class QSortFilterProxyModel;
class QTableView;

namespace fieldmark {

/// Files that could not be read, with the reason. Columns: file, folder, reason. UI thread.
class FailedFilesModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    enum Column { FileColumn, FolderColumn, KindColumn, ReasonColumn, ColumnCount };

    using QAbstractTableModel::QAbstractTableModel;
    void set_files(std::vector<FailedFile> files);
    const FailedFile& file(int row) const { return m_files[std::size_t(row)]; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  private:
    std::vector<FailedFile> m_files;
};

/// A list one can sort, retry, copy and follow to the folder. Not modal; stays true while the library
/// changes.
class FailedFilesDialog : public QDialog {
    Q_OBJECT
  public:
    explicit FailedFilesDialog(Session& session, QWidget* parent = nullptr);

    /// Files of the last import that have no item in the library (a folder that could not be listed).
    void set_unlisted(const std::vector<FailedFile>& failed);
    void refresh();

  private:
    void take(const std::vector<ItemRow>& rows);
    std::vector<FailedFile> chosen() const;  ///< the selected files, or all
    void update_buttons();

    Session& m_session;
    FailedFilesModel* m_model;
    QSortFilterProxyModel* m_sorted;
    QTableView* m_table;
    QLabel* m_summary;
    QPushButton* m_retry;
    QPushButton* m_folder;
    QPushButton* m_copy;
    std::vector<FailedFile> m_unlisted;
    RequestId m_list_request = 0;
    RequestId m_rows_request = 0;
};

/// Opens the folder of a file in the desktop's file manager, the file selected where the desktop can. Returns
/// at once.
void show_in_folder(const std::string& path);
/// Opens a file in the program the desktop has for it.
void open_externally(const std::string& path);

}  // namespace fieldmark
