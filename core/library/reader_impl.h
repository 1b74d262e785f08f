// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/library/connection.h"
#include "core/library/reader.h"

namespace fieldmark {

struct LibraryReader::Impl {
    Impl(std::string library_folder, const std::string& database, Connection::Mode mode)
        : folder(std::move(library_folder)), connection(database, mode) {}
    std::string folder;
    Connection connection;
};

}  // namespace fieldmark
