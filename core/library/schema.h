// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>
#include <string>

#include "core/base/result.h"
#include "core/library/connection.h"

namespace fieldmark {

constexpr std::int64_t kApplicationId = 0x464D524B;  ///< "FMRK", in the database's header
constexpr std::int64_t kSchemaVersion = 2;           ///< user_version that this program writes

/// One rung of the migration ladder: brings a database from version `from` to `from` + 1.
struct Migration {
    std::int64_t from = 0;
    std::function<void(Connection&)> apply;
};
std::span<const Migration> migrations();

/// Makes a whole new database at `file`: built under another name and renamed, so that there is never half a
/// one.
Status create_database(const std::string& file, const std::string& folder);

/// Damaged if this is not a library's database, NewerVersion if a newer program wrote it. Reads only.
Status check_identity(Connection& connection, const std::string& folder);

/// Climbs the ladder from the database's user_version up to `target` in one transaction, which is committed
/// only if foreign_key_check finds nothing. Nothing happens if it is there already.
Status migrate(Connection& connection, const std::string& folder, std::span<const Migration> ladder,
               std::int64_t target = kSchemaVersion);

}  // namespace fieldmark
