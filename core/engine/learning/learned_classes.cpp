// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/learning/learned_classes.h"

#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

#include "core/models/manifest.h"
#include "core/models/model_registry.h"

namespace fieldmark {

Result<LearnedFrom> learned_from(const ModelInfo& model) {
    const auto manifest = read_manifest(model.path);
    if (!manifest) return manifest.error();
    LearnedFrom learned;
    const auto training = nlohmann::json::parse(manifest->training, nullptr, /*allow_exceptions=*/false);
    if (!training.is_object()) return learned;
    const auto field = training.find("field");
    if (field != training.end() && field->is_string()) learned.field = field->get<std::string>();
    const auto classes = training.find("classes");
    if (classes == training.end()) return learned;
    for (const auto& name : *classes) {
        if (name.is_string()) learned.classes.push_back(name.get<std::string>());
    }
    return learned;
}

int learned_classes(const ModelRegistry& registry, const std::string& model_hash, const std::string& field,
                    const std::vector<std::string>& classes) {
    std::set<std::string> learned;
    std::string hash = model_hash;
    for (int depth = 0; !hash.empty() && depth < 8; ++depth) {
        const auto info = registry.find(hash);
        if (!info) break;
        const auto from = learned_from(*info);
        if (!from) break;
        if (from->field == field) learned.insert(from->classes.begin(), from->classes.end());
        hash = info->base;
    }
    return static_cast<int>(std::count_if(classes.begin(), classes.end(),
                                          [&](const std::string& name) { return learned.contains(name); }));
}

}  // namespace fieldmark
