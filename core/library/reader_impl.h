// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "core/library/connection.h"
#include "core/library/reader.h"

namespace fieldmark {

struct LibraryReader::Impl {
    Impl(std::string library_folder, const std::string& database, Connection::Mode mode)
        : folder(std::move(library_folder)), connection(database, mode) {}
    /// False in a library of version 1 that is open for reading only and so was not brought up to date.
    bool knows_objects() {
        if (!objects) {
            objects = connection.integer(
                          "SELECT COUNT(*) FROM sqlite_schema WHERE name IN ('object_box', 'object_view')") == 2;
        }
        return *objects;
    }

    std::string folder;
    Connection connection;
    std::optional<bool> objects;
};

}  // namespace fieldmark
