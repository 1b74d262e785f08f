// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <stop_token>
#include <vector>

#include "core/base/result.h"
#include "core/library/reader.h"
#include "core/models/model_registry.h"

namespace fieldmark {

/// Whole-picture vectors of one model, by item.
struct ItemVectors {
    int dimension = 0;
    std::vector<ItemId> items;
    std::vector<float> vectors;  ///< (items, dimension) unit rows
};

/// The items that have a stored vector of this model. Usage where the library knows none of it.
Result<std::vector<ItemId>> items_with_vectors(LibraryReader& reader, const ModelInfo& model);

/// Usage where the library has no such field of labels; `purpose` ends the sentence: "to learn from".
Status check_label_field(LibraryReader& reader, const std::string& label, const std::string& purpose);

/// Stored vectors of the wanted items, ordered by item: the same pictures, the same training. Usage, Cancelled, Damaged.
Result<ItemVectors> vectors_of(LibraryReader& reader, const ModelInfo& model,
                               const std::function<bool(ItemId)>& wanted, std::stop_token stop = {});

/// The same for a model that need not be in use: stored vectors where there are some, else, for a head,
/// computed from those of the model beneath.
Result<ItemVectors> vectors_of_any(LibraryReader& reader, const ModelInfo& model,
                                   const ModelRegistry& registry, const std::function<bool(ItemId)>& wanted,
                                   std::stop_token stop = {});

}  // namespace fieldmark
