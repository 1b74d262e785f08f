// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "core/engine/pictures/embedder.h"
#include "core/library/reader.h"

namespace fieldmark {

/// Up to `most` pictures of the library, spread evenly over it, whole, as the model sees them:
/// (count, input_height, input_width, 3) for SelfMeasureSettings::sample. What cannot be read is left out;
/// what was read so far once `stop` (where there is one) says so. Any thread, some milliseconds a picture.
std::vector<std::uint8_t> measuring_sample(LibraryReader& reader, const Embedder& embedder, std::size_t most,
                                           const std::function<bool()>& stop);

}  // namespace fieldmark
