// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/result.h"

#include <array>

namespace fieldmark {

namespace {
// In the order of ErrorKind.
constexpr std::array kNames{"usage",   "not-found", "permission", "read-only",     "busy",      "unsupported", "damaged",
                            "too-large", "disk-full", "newer-version", "cancelled", "io",          "internal"};
}  // namespace

const char* to_string(ErrorKind kind) {
    return kNames.at(static_cast<std::size_t>(kind));
}

ErrorKind error_kind_from_string(const std::string& name) {
    for (std::size_t i = 0; i < kNames.size(); ++i) {
        if (name == kNames[i]) return static_cast<ErrorKind>(i);
    }
    return ErrorKind::Internal;
}

}  // namespace fieldmark
