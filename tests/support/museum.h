// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace fieldmark::testing {

/// One file that a person's folder may well hold and no program should trip over.
struct Exhibit {
    std::string path;                   ///< absolute; bytes that need not be UTF-8
    std::string cause;                  ///< what is wrong with it; also the file's name
    std::optional<ErrorKind> expected;  ///< how decode_file() must fail; empty: it must decode
    bool incomplete = false;            ///< must decode, and say that a part is missing
    bool listed = true;       ///< a lister that takes regular files (and links to such) by extension finds it
    bool needs_heif = false;  ///< without libheif the error is Unsupported instead
};

/// Writes the museum of broken files into `folder` (which must exist) and returns its catalogue. Exhibits
/// that cannot be set up here (root reads files without permission) are left out. Empty if the folder cannot
/// be written.
std::vector<Exhibit> write_museum(const std::string& folder);

}  // namespace fieldmark::testing
