// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/opened_picture.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/engine/embedder.h"
#include "core/engine/object_service.h"
#include "core/image/decode.h"
#include "core/library/reader.h"

namespace fieldmark {

Result<OpenedPicture> open_picture(const QueryImage& source, const Embedder& embedder, LibraryReader* reader,
                                   int detail) {
    if (!source.crop.valid())
        return Error{ErrorKind::Usage,
                     "The crop " + to_key(source.crop) + " does not lie within the picture."};
    std::string name = "the pasted picture";
    std::vector<std::byte> read;
    std::span<const std::byte> bytes = source.bytes;
    std::optional<ObjectBox> known;
    if (source.item != 0 || !source.path.empty()) {
        name = source.path;
        if (source.item != 0) {
            if (reader == nullptr)
                return Error{ErrorKind::Usage, "Open the library that holds the picture first."};
            auto items = reader->items(std::span(&source.item, 1));
            if (!items) return items.error();
            if (items->front().id == 0)
                return Error{ErrorKind::NotFound, "This picture is no longer in the library."};
            auto path = reader->absolute_path(items->front());
            if (!path) return path.error();
            name = *path;
            if (embedder.object_finder()) {
                auto boxes = reader->object_boxes(std::span(&source.item, 1));
                if (boxes && !boxes->empty()) known = boxes->front();
            }
        }
        auto file = read_image_file(name);
        if (!file) return file.error();
        read = std::move(*file);
        bytes = read;
    }
    OpenedPicture opened;
    opened.part = source.crop;
    if (source.crop.whole() && embedder.object_finder()) {
        auto object = object_for(bytes, name, *embedder.object_finder(), {}, known);
        if (!object) return object.error();
        opened.part = object->box;
    }
    auto decoded = decode(bytes, name, {embedder.cover_for(opened.part) * std::max(1, detail), {}});
    if (!decoded) return decoded.error();
    opened.width = decoded->source_width;
    opened.height = decoded->source_height;
    opened.image = std::move(decoded->image);
    return opened;
}

}  // namespace fieldmark
