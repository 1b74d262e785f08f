// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/crop.h"

#include <cstdio>

namespace fieldmark {

std::string to_key(const Crop& crop) {
    if (crop.whole()) return {};
    return std::to_string(crop.x) + ',' + std::to_string(crop.y) + ',' + std::to_string(crop.width) + ',' +
           std::to_string(crop.height);
}

std::optional<Crop> crop_from_key(const std::string& key) {
    if (key.empty()) return Crop{};
    Crop crop;
    char rest = 0;
    if (std::sscanf(key.c_str(), "%d,%d,%d,%d%c", &crop.x, &crop.y, &crop.width, &crop.height, &rest) != 4) {
        return std::nullopt;
    }
    if (!crop.valid()) return std::nullopt;
    return crop;
}

}  // namespace fieldmark
