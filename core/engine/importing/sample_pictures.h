// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/base/result.h"

namespace fieldmark {

/// The pictures to try Fieldmark with: $FIELDMARK_SAMPLES, else the stamps of Debian's
/// tuxpaint-stamps-default (birds, animals, vehicles, plants...). NotFound says how to get them. Paths are
/// bytes.
Result<std::string> sample_folder();

/// Where their library lives: Samples.fieldmark in the user's data folder ($XDG_DATA_HOME/fieldmark).
std::string sample_library();

/// A table of labels for the pictures under `folder` as read_label_table() reads it, written to `file`: name
/// (the first line of the text beside the picture, where there is one), group (the outermost folder) and kind
/// (the innermost one).
Status write_sample_labels(const std::string& folder, const std::string& file);

/// A picture under `folder` to ask with: a bird where there is one, else the first picture. Absolute;
/// NotFound if there is no picture at all.
Result<std::string> sample_query(const std::string& folder);

}  // namespace fieldmark
