// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/crop.h"
#include "core/base/result.h"
#include "core/engine/pictures/query.h"
#include "core/image/image.h"

namespace fieldmark {

class Embedder;
class LibraryReader;

/// A decoded picture, to be looked at in parts. Value type.
struct OpenedPicture {
    Image image;    ///< upright; at the smallest scale that serves what it was opened for
    int width = 0;  ///< of the full picture, upright, in pixels
    int height = 0;
    Crop part;  ///< what the model is asked about: the source's crop, or the object for a model of objects
};

/// Reads and decodes a file, bytes or an item (with `reader`), so large that a part of one `detail`-th of the
/// sides still fills the model's input. Any thread. Errors as read_source(), known_box() and decode().
Result<OpenedPicture> open_picture(const QueryImage& source, const Embedder& embedder, LibraryReader* reader,
                                   int detail = 1);

/// Parts of it as the model takes them: (parts, input_height, input_width, 3). TooLarge without the memory.
Result<std::vector<std::uint8_t>> model_input(const OpenedPicture& picture, const std::vector<Crop>& parts,
                                              const Embedder& embedder);

}  // namespace fieldmark
