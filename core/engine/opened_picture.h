// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/crop.h"
#include "core/base/result.h"
#include "core/engine/query.h"
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
/// sides still fills the model's input. Any thread. Usage for a crop that is none; NotFound for an item that
/// has gone; the errors of reading and decoding.
Result<OpenedPicture> open_picture(const QueryImage& source, const Embedder& embedder, LibraryReader* reader,
                                   int detail = 1);

}  // namespace fieldmark
