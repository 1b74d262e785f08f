// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <QAbstractTableModel>

#include "core/engine/pictures/query.h"

namespace fieldmark {

/// The fields of one or several items as a table of names and values. An edit is not taken in but asked for
/// (editRequested); the owner sets the rows again once it is made. UI thread.
class FieldsModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    enum Column { NameColumn, ValueColumn, ColumnCount };
    static constexpr int SeveralRole = Qt::UserRole + 1;  ///< bool: the items differ in it

    explicit FieldsModel(QObject* parent = nullptr);

    void setRows(const std::vector<ItemRow>& rows);
    void setReadOnly(bool read_only);
    const std::string& field(int row) const { return m_fields[static_cast<std::size_t>(row)].name; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role = Qt::EditRole) override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;

  Q_SIGNALS:
    void editRequested(const std::string& field, const std::string& value);

  private:
    struct Line {
        std::string name;
        std::string value;
        bool several = false;
        bool operator==(const Line&) const = default;
    };
    std::vector<Line> m_fields;
    bool m_read_only = false;
};

}  // namespace fieldmark
