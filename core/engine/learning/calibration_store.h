// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "core/base/result.h"
#include "core/evaluation/calibration.h"

namespace fieldmark {

class LibraryReader;
class LibraryWriter;

// Calibrations are kept in the library as the setting "calibration/MODEL HASH/FIELD", a JSON object: a score
// means something else under another model, and "the same" something else in another field.

Status save_calibration(LibraryWriter& writer, const std::string& model_hash, const std::string& field,
                        const CalibrationReport& report);
/// Empty where none was fitted, or where what is stored makes no sense (it can be fitted again).
Result<std::optional<CalibrationReport>> load_calibration(LibraryReader& reader,
                                                          const std::string& model_hash,
                                                          const std::string& field);

}  // namespace fieldmark
