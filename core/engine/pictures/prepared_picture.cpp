// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/pictures/prepared_picture.h"

#include <exception>
#include <utility>

#include "core/base/digest.h"
#include "core/engine/pictures/lister.h"
#include "core/engine/pictures/object_service.h"
#include "core/image/resize.h"

namespace fieldmark {

Result<ReadPicture> read_picture(const std::string& path, const DecodeLimits& limits) {
    auto before = stat_file(path);
    if (!before) return before.error();
    auto bytes = read_image_file(path, limits);
    if (!bytes) return bytes.error();
    auto after = stat_file(path);
    if (!after) return after.error();
    if (after->mtime_ns != before->mtime_ns || after->size != static_cast<std::int64_t>(bytes->size())) {
        return Error{ErrorKind::Io,
                     "\"" + path + "\" changed while it was read. Import it again once it is complete."};
    }
    ReadPicture picture;
    picture.bytes = std::move(*bytes);
    picture.hash = sha256(picture.bytes);
    picture.size = after->size;
    picture.mtime_ns = after->mtime_ns;
    return picture;
}

Result<PreparedPicture> prepare_picture(std::span<const std::byte> file, const std::string& name,
                                        const Embedder& embedder, const Crop& crop,
                                        const DecodeLimits& limits, bool thumbnail,
                                        const std::optional<ObjectBox>& known) {
    PreparedPicture picture;
    Crop part = crop;
    if (crop.whole() && embedder.object_finder()) {
        auto object = object_for(file, name, *embedder.object_finder(), limits, known);
        if (!object) return object.error();
        part = object->box;
        picture.object = std::move(*object);
    }
    auto decoded = decode(file, name, {embedder.cover_for(part), limits});
    if (!decoded) return decoded.error();
    try {
        picture.width = decoded->source_width;
        picture.height = decoded->source_height;
        picture.orientation = decoded->orientation;
        picture.taken = std::move(decoded->taken);
        picture.input.resize(embedder.input_bytes());
        embedder.prepare(decoded->image, part, picture.input);
        if (thumbnail) {
            constexpr int kSide = 256;
            constexpr int kQuality = 85;
            const bool small = decoded->image.width <= kSide && decoded->image.height <= kSide;
            auto jpeg = encode_jpeg(small ? decoded->image : fit_within(decoded->image, kSide), kQuality);
            if (jpeg) picture.thumbnail = std::move(*jpeg);  // without one it is made when first shown
        }
    } catch (const std::exception& exception) {  // bad_alloc, or OpenCV's own for the same
        return Error{ErrorKind::TooLarge, "There is not enough memory to scale \"" + name + "\".",
                     exception.what()};
    }
    return picture;
}

}  // namespace fieldmark
