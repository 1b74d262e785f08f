// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/learning/learned_classes.h"

#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

#include "core/models/manifest.h"
#include "core/models/model_registry.h"

namespace fieldmark {

int learned_classes(const ModelRegistry& registry, const std::string& model_hash, const std::string& field,
                    const std::vector<std::string>& classes) {
    std::set<std::string> learned;
    std::string hash = model_hash;
    for (int depth = 0; !hash.empty() && depth < 8; ++depth) {
        const auto info = registry.find(hash);
        if (!info) break;
        const auto manifest = read_manifest(info->path);
        if (!manifest) break;
        const auto training = nlohmann::json::parse(manifest->training, nullptr, /*allow_exceptions=*/false);
        if (training.is_object() && training.value("field", nlohmann::json()) == field &&
            training.contains("classes")) {
            for (const auto& name : training["classes"]) {
                if (name.is_string()) learned.insert(name.get<std::string>());
            }
        }
        hash = info->base;
    }
    return static_cast<int>(std::count_if(classes.begin(), classes.end(),
                                          [&](const std::string& name) { return learned.contains(name); }));
}

}  // namespace fieldmark
