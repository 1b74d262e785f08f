// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "app/cli/text.h"
#include "core/base/result.h"
#include "core/engine/pictures/query.h"
#include "core/library/reader.h"

namespace CLI {
class App;
}

namespace fieldmark::cli {

struct ModelChoice;

/// Anchors (or prototypes) of classes to search by.
struct AnchorArguments {
    std::vector<std::string> anchors;  ///< CLASS or CLASS:NUMBER, the number from 1 as "anchors" prints it
    std::string label;                 ///< field that names the classes
    int count = 8;                     ///< anchors of a class, as "anchors" draws them
    std::uint64_t seed = 1;
};

void add_anchor_options(CLI::App& command, AnchorArguments& arguments);

/// The anchors as parts of a query, each with the picture nearest to it. Usage without a label, for a number
/// that the class does not have, and where there is no model; NotFound for an unknown class.
Result<std::vector<QueryImage>> anchor_queries(const AnchorArguments& arguments, LibraryReader& reader,
                                               const ModelChoice& model, const std::stop_token& stop);

/// What was asked with: class, number, whether a prototype, the model and the nearest picture.
Result<Json> anchors_to_json(const std::vector<QueryImage>& images, LibraryReader& reader);

}  // namespace fieldmark::cli
