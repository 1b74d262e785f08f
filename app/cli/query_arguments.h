// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/base/crop.h"
#include "core/base/result.h"
#include "core/engine/pictures/query.h"

namespace CLI {
class App;
}

namespace fieldmark::cli {

/// What a query is made of on the command line.
struct QueryArguments {
    std::vector<std::string> images;
    std::vector<ItemId> items;
    std::vector<std::string> negatives;
    std::vector<std::string> crops;  ///< one per image, in order
    std::vector<std::string> where;
    int k = 20;
    bool exact = false;
    bool graph = false;
    bool hamming = false;
    int shortlist = 0;
    bool auto_crop = false;
    bool keep_query = false;

    /// Usage where the arguments do not fit together. `with_more`: anchors are added to it, so that no
    /// picture need be named.
    Result<SearchRequest> request(bool with_more = false) const;
    /// False where only pictures of the library are asked with.
    bool needs_model() const { return !images.empty() || !negatives.empty() || auto_crop; }
};

void add_query_options(CLI::App& command, QueryArguments& arguments);

/// A file or an item, and the part of it that counts; "" for all of it. Usage as parse_crop().
Result<QueryImage> query_image(const std::string& path, ItemId item, const std::string& crop);

/// "X,Y,W,H" as fractions (0 to 1) of the upright picture. Usage where it is anything else.
Result<Crop> parse_crop(const std::string& text);

}  // namespace fieldmark::cli
