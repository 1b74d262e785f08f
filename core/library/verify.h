// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/library/library.h"

namespace fieldmark {

struct VerifyReport {
    std::vector<std::string> problems;  ///< one sentence each, naming the row or file
    std::vector<std::string> repaired;
    std::int64_t embeddings = 0;     ///< checked
    std::int64_t files_missing = 0;  ///< of reachable collections
};

/// integrity_check, foreign_key_check, every vector's length, norm and CRC, thumbnails, files. With `repair`
/// damaged vectors are dropped (to be embedded again) and the thumbnail cache is remade; run twice, the
/// second finds nothing. SQLite damage itself is reported, never "repaired".
Result<VerifyReport> verify_library(Library& library, bool repair);

}  // namespace fieldmark
