// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"

namespace fieldmark {

class ModelRegistry;
struct ModelInfo;

/// What a model's manifest tells of its training; empty where it tells nothing.
struct LearnedFrom {
    std::string field;  ///< whose values are the classes
    std::vector<std::string> classes;
};
/// Errors as read_manifest().
Result<LearnedFrom> learned_from(const ModelInfo& model);

/// How many of the classes (values of `field`) a model was learned from, or one that it stands on, as their
/// manifests tell (those it was only checked on included, where it did not learn once more from all). What
/// such a model does with these classes says little of new ones. 0 where it is not known.
int learned_classes(const ModelRegistry& registry, const std::string& model_hash, const std::string& field,
                    const std::vector<std::string>& classes);

}  // namespace fieldmark
