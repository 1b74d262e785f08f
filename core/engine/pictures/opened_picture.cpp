// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/pictures/opened_picture.h"

#include <algorithm>
#include <exception>
#include <span>
#include <utility>

#include "core/engine/pictures/embedder.h"
#include "core/engine/pictures/object_service.h"
#include "core/engine/pictures/source_file.h"
#include "core/image/decode.h"

namespace fieldmark {

Result<OpenedPicture> open_picture(const QueryImage& source, const Embedder& embedder, LibraryReader* reader,
                                   int detail) {
    const auto file = read_source(source, reader);
    if (!file) return file.error();
    const auto known = known_box(*file, source.crop, embedder, reader);
    if (!known) return known.error();
    OpenedPicture opened;
    opened.part = source.crop;
    if (source.crop.whole() && embedder.object_finder()) {
        auto object = object_for(file->bytes(), file->name, *embedder.object_finder(), {}, *known);
        if (!object) return object.error();
        opened.part = object->box;
    }
    auto decoded =
        decode(file->bytes(), file->name, {embedder.cover_for(opened.part) * std::max(1, detail), {}});
    if (!decoded) return decoded.error();
    opened.width = decoded->source_width;
    opened.height = decoded->source_height;
    opened.image = std::move(decoded->image);
    return opened;
}

Result<std::vector<std::uint8_t>> model_input(const OpenedPicture& picture, const std::vector<Crop>& parts,
                                              const Embedder& embedder) {
    const std::size_t one = embedder.input_bytes();
    try {
        std::vector<std::uint8_t> pixels(one * parts.size());
        for (std::size_t i = 0; i < parts.size(); ++i)
            embedder.prepare(picture.image, parts[i], std::span(pixels).subspan(i * one, one));
        return pixels;
    } catch (const std::exception& exception) {  // bad_alloc, or OpenCV's own for the same
        return Error{ErrorKind::TooLarge, "There is not enough memory to scale a picture.", exception.what()};
    }
}

}  // namespace fieldmark
