// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "core/base/result.h"
#include "core/library/connection.h"
#include "core/library/records.h"

namespace fieldmark {

using SqlValue = std::variant<std::int64_t, double, std::string, BlobParameter>;

/// An ItemQuery as SQL over the table `item i`. Only names of ours are in the text; everything a person typed
/// is a bound parameter.
struct ItemSql {
    std::string where;  ///< a condition, never empty
    std::vector<SqlValue> where_values;
    std::string join;  ///< for the order only
    std::vector<SqlValue> join_values;
    std::string order;  ///< without "ORDER BY"
};

/// Usage for an unknown field (the text lists the known ones), an operator that a built-in field does not
/// have, or a comparison with something that is not a number. Throws what SQLite throws.
Result<ItemSql> item_sql(Connection& connection, const ItemQuery& query);

/// A whole text as a number ("3", "-0.5", "1e3"), independent of the locale. False where it is none.
bool parse_number(const std::string& text, double& number);

/// The Item of a row of "SELECT " + kItemColumns.
constexpr const char* kItemColumns =
    "i.id, i.collection_id, i.path, i.size, i.mtime_ns, i.hash, i.width, i.height, i.orientation, i.taken, "
    "i.state, "
    "i.error_kind, i.error_text";
Item read_item(const Cursor& cursor);

}  // namespace fieldmark
