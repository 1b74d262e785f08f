// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/widgets/row_table.h"

#include <QHeaderView>
#include <QTableView>

#include "ui/widgets/metrics.h"

namespace fieldmark {

void show_rows(QTableView& table, const QString& object_name) {
    table.setObjectName(object_name);
    table.setSelectionBehavior(QAbstractItemView::SelectRows);
    table.setSelectionMode(QAbstractItemView::SingleSelection);
    table.setEditTriggers(QAbstractItemView::NoEditTriggers);
    table.setShowGrid(false);
    table.setTabKeyNavigation(false);
    table.verticalHeader()->hide();
    table.verticalHeader()->setDefaultSectionSize(table.fontMetrics().height() + rhythm(&table));
    table.horizontalHeader()->setHighlightSections(false);
}

void set_column_widths(QTableView& table, std::initializer_list<int> widths) {
    int column = 0;
    for (const int width : widths) {
        const int heading = table.horizontalHeader()->sectionSizeHint(column);
        table.setColumnWidth(column, qMax(width * rhythm(&table), heading));
        ++column;
    }
}

}  // namespace fieldmark
