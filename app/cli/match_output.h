// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "app/cli/console.h"
#include "core/base/result.h"
#include "core/engine/pictures/query.h"
#include "core/library/library.h"

namespace fieldmark::cli {

Json to_json(const SearchResponse& response);
/// A table of the matches for people.
void print(Console& console, const SearchResponse& response);
/// The request's pictures and their matches as a PNG (core/engine/search/contact_sheet.h).
Status write_contact_sheet(const Library& library, const SearchRequest& request,
                           const SearchResponse& response, const std::string& file);

}  // namespace fieldmark::cli
