// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>

class QString;
class QTableView;

namespace fieldmark {

/// Has a table show rows to choose from: whole rows, one at a time, nothing edited in place, neither grid nor
/// row numbers, rows with some air; Tab leaves it. UI thread.
void show_rows(QTableView& table, const QString& object_name);

/// The widths of the first columns in units of rhythm(), each at least as wide as its heading.
void set_column_widths(QTableView& table, std::initializer_list<int> widths);

}  // namespace fieldmark
