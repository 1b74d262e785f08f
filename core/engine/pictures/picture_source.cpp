// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/pictures/picture_source.h"

#include <array>
#include <exception>
#include <utility>

#include "core/engine/pictures/source_file.h"
#include "core/image/decode.h"
#include "core/image/resize.h"

namespace fieldmark {

namespace {

Result<LoadedPicture> from_bytes(std::span<const std::byte> bytes, const std::string& name, int max_side) {
    auto decoded = decode(bytes, name, {max_side, {}});
    if (!decoded) return decoded.error();
    const bool fits =
        max_side <= 0 || (decoded->image.width <= max_side && decoded->image.height <= max_side);
    try {
        return LoadedPicture{to_qimage(fits ? decoded->image : fit_within(decoded->image, max_side)),
                             decoded->source_width, decoded->source_height};
    } catch (const std::exception& exception) {  // bad_alloc, or OpenCV's own for the same
        return Error{ErrorKind::TooLarge, "There is not enough memory to scale \"" + name + "\".",
                     exception.what()};
    }
}

Result<LoadedPicture> from_file(const std::string& path, int max_side) {
    auto bytes = read_image_file(path);
    if (!bytes) return bytes.error();
    return from_bytes(*bytes, path, max_side);
}

}  // namespace

QImage to_qimage(const Image& image) {
    if (image.empty()) return {};
    return QImage(image.pixels.data(), image.width, image.height, static_cast<qsizetype>(image.width) * 3,
                  QImage::Format_RGB888)
        .convertToFormat(QImage::Format_RGB32);
}

Result<LoadedPicture> load_picture_of(const QueryImage& source, int max_side, LibraryReader* reader,
                                      ThumbnailCache* cache) {
    if (source.item == 0) {
        return source.path.empty() ? from_bytes(source.bytes, "the pasted picture", max_side)
                                   : from_file(source.path, max_side);
    }
    const auto item = find_item(*reader, source.item);
    if (!item) return item.error();
    auto path = reader->absolute_path(*item);
    if (!path) return path.error();
    auto picture = from_file(*path, max_side);
    if (picture || !cache || item->hash.empty()) return picture;
    for (const int size_class : std::array{512, 256}) {
        const auto jpeg = cache->find(item->hash, size_class);
        if (!jpeg) continue;
        auto stand_in = from_bytes(std::as_bytes(std::span(*jpeg)), *path, max_side);
        if (!stand_in) continue;
        stand_in->source_width = item->width;
        stand_in->source_height = item->height;
        return stand_in;
    }
    return picture;
}

}  // namespace fieldmark
