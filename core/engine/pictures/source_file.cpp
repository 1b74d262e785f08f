// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/pictures/source_file.h"

#include <utility>

#include "core/base/digest.h"
#include "core/engine/pictures/embedder.h"
#include "core/library/reader.h"

namespace fieldmark {

Status check_crop(const Crop& crop) {
    if (crop.valid()) return {};
    return Error{ErrorKind::Usage, "The crop " + to_key(crop) + " does not lie within the picture."};
}

Result<Item> find_item(LibraryReader& reader, ItemId id) {
    auto items = reader.items(std::span(&id, 1));
    if (!items) return items.error();
    if (items->empty() || items->front().id == 0)
        return Error{ErrorKind::NotFound, "This picture is no longer in the library."};
    return std::move(items->front());
}

Result<SourceFile> read_source(const QueryImage& source, LibraryReader* reader) {
    if (auto status = check_crop(source.crop); !status) return status.error();
    SourceFile read;
    if (source.item == 0 && source.path.empty()) {
        if (source.bytes.empty())
            return Error{ErrorKind::Usage, "The query has no picture. Give a file or an item."};
        read.name = "the pasted picture";
        read.pasted = source.bytes;
        read.file.hash = sha256(source.bytes);
        read.file.size = static_cast<std::int64_t>(source.bytes.size());
        return read;
    }
    read.name = source.path;
    if (source.item != 0) {
        if (reader == nullptr)
            return Error{ErrorKind::Usage, "Open the library that holds the picture first."};
        const auto item = find_item(*reader, source.item);
        if (!item) return item.error();
        auto path = reader->absolute_path(*item);
        if (!path) return path.error();
        read.name = std::move(*path);
    }
    auto file = read_picture(read.name, {});
    if (!file) return file.error();
    read.file = std::move(*file);
    return read;
}

Result<std::optional<ObjectBox>> known_box(const SourceFile& source, const Crop& crop,
                                           const Embedder& embedder, LibraryReader* reader) {
    if (reader == nullptr || !crop.whole() || !embedder.object_finder()) return std::optional<ObjectBox>();
    return reader->object_box(source.file.hash);
}

}  // namespace fieldmark
