// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace fieldmark {

/// Names that a Condition knows without a metadata field; no field can take one.
inline constexpr std::array<std::string_view, 3> kBuiltInFields{"path", "collection", "state"};

inline bool is_built_in_field(std::string_view name) {
    return std::find(kBuiltInFields.begin(), kBuiltInFields.end(), name) != kBuiltInFields.end();
}

}  // namespace fieldmark
