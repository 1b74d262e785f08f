// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/inspector/fields_model.h"

#include <algorithm>
#include <set>

#include <QFont>
#include <QGuiApplication>
#include <QPalette>

#include "ui/widgets/metrics.h"
#include "ui/widgets/text.h"

namespace fieldmark {

FieldsModel::FieldsModel(QObject* parent) : QAbstractTableModel(parent) {}

void FieldsModel::setRows(const std::vector<ItemRow>& rows) {
    std::set<std::string> names;
    for (const ItemRow& row : rows) {
        for (const auto& [name, value] : row.metadata) names.insert(name);
    }
    std::vector<Line> lines;
    for (const std::string& name : names) {
        Line line{name, {}, false};
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const auto found = rows[i].metadata.find(name);
            const std::string value = found == rows[i].metadata.end() ? std::string() : found->second;
            if (i == 0)
                line.value = value;
            else if (value != line.value)
                line.several = true;
        }
        if (line.several) line.value.clear();
        lines.push_back(std::move(line));
    }
    const bool same_names = std::equal(lines.begin(), lines.end(), m_fields.begin(), m_fields.end(),
                                       [](const Line& a, const Line& b) { return a.name == b.name; });
    if (same_names) {
        // Rows stay, so that an editor that is open and the current cell do, too.
        for (int i = 0; i < rowCount(); ++i) {
            Line& line = m_fields[static_cast<std::size_t>(i)];
            if (line == lines[static_cast<std::size_t>(i)]) continue;
            line = lines[static_cast<std::size_t>(i)];
            Q_EMIT dataChanged(index(i, ValueColumn), index(i, ValueColumn));
        }
        return;
    }
    beginResetModel();
    m_fields = std::move(lines);
    endResetModel();
}

void FieldsModel::setReadOnly(bool read_only) {
    m_read_only = read_only;
}

int FieldsModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_fields.size());
}

int FieldsModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant FieldsModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) return {};
    const Line& line = m_fields[static_cast<std::size_t>(index.row())];
    const bool value = index.column() == ValueColumn;
    switch (role) {
        case Qt::DisplayRole:
            if (!value) return Text::display_name(line.name);
            return line.several ? tr("several values") : Text::display_name(line.value);
        case Qt::EditRole:
            return Text::display_name(value ? line.value : line.name);
        case Qt::ToolTipRole:
            if (!value) return Text::display_name(line.name);
            return line.several ? tr("The selected pictures differ here. A new value goes to all of them.")
                                : Text::display_name(line.value);
        case Qt::AccessibleTextRole:
            return value ? tr("%1: %2", "field, value")
                               .arg(Text::display_name(line.name), data(index, Qt::DisplayRole).toString())
                         : Text::display_name(line.name);
        case Qt::FontRole:
            if (value && line.several) {
                QFont font;
                font.setItalic(true);
                return font;
            }
            return {};
        case Qt::ForegroundRole:
            if (!value || line.several) return quiet_text(QGuiApplication::palette());
            return {};
        case SeveralRole:
            return line.several;
        default:
            return {};
    }
}

QVariant FieldsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
    return section == NameColumn ? tr("Field") : tr("Value");
}

bool FieldsModel::setData(const QModelIndex& index, const QVariant& value, int role) {
    if (!index.isValid() || role != Qt::EditRole || !(flags(index) & Qt::ItemIsEditable)) return false;
    const Line& line = m_fields[static_cast<std::size_t>(index.row())];
    const QString text = value.toString().trimmed();
    // Leaving the editor as it was found is no edit; of several values an empty one neither.
    if (text == Text::display_name(line.value)) return false;
    const std::string field = line.name;
    Q_EMIT editRequested(field, text.toStdString());
    return true;
}

Qt::ItemFlags FieldsModel::flags(const QModelIndex& index) const {
    if (!index.isValid()) return Qt::NoItemFlags;
    Qt::ItemFlags flags = QAbstractTableModel::flags(index) | Qt::ItemNeverHasChildren;
    if (index.column() == ValueColumn && !m_read_only) flags |= Qt::ItemIsEditable;
    return flags;
}

}  // namespace fieldmark
