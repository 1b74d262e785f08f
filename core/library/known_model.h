// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/base/result.h"
#include "core/library/reader.h"
#include "core/library/records.h"

namespace fieldmark {

/// The model with this hash as the library knows it; id 0 and nothing but the hash while nothing is embedded
/// with it. Counts its vectors, which takes a while in a large library.
Result<ModelRecord> known_model(LibraryReader& reader, const std::string& hash);

/// The same for what needs its vectors: Usage where the library has none. `name`: of the model, for the
/// message; "" where it is not known.
Result<ModelRecord> embedded_model(LibraryReader& reader, const std::string& hash,
                                   const std::string& name = {});

}  // namespace fieldmark
