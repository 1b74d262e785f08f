// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/image/image.h"

namespace fieldmark {

/// Formats told apart by content, never by name.
enum class ImageFormat { Unknown, Jpeg, Png, WebP, Bmp, Tiff, Gif, Heif, Avif };
const char* to_string(ImageFormat format);
ImageFormat sniff(std::span<const std::byte> head);

/// What a picture may cost before it is refused with TooLarge. No side may be above 1,000,000 pixels,
/// whatever the limits.
struct DecodeLimits {
    std::int64_t max_pixels = 400'000'000;  ///< of the full picture, before scaling
    std::int64_t max_memory = std::int64_t{2}
                              << 30;  ///< bytes of the decoded (scaled) bitmap and its work space
    std::int64_t max_file_bytes = std::int64_t{2} << 30;
};

struct DecodeRequest {
    /// Decode at the smallest scale whose two sides still cover this many pixels (JPEG: 1/8, 1/4, 1/2); 0:
    /// full.
    int cover = 0;
    DecodeLimits limits = {};
};

struct DecodedImage {
    Image image;           ///< upright, sRGB, alpha blended on neutral grey (128)
    int source_width = 0;  ///< of the full picture, upright, in pixels
    int source_height = 0;
    int orientation = 1;  ///< EXIF value 1..8 that was applied
    ImageFormat format = ImageFormat::Unknown;
    std::string taken;  ///< EXIF DateTimeOriginal as "YYYY-MM-DD HH:MM:SS", "" if there is none
    /// The file ends early: what is there was decoded, the rest is grey. JPEG, PNG and BMP; truncated files
    /// of the other formats are Damaged.
    bool incomplete = false;
};

/// The one decode path: gallery, viewer, thumbnails and model input all come from here. Any thread; const.
/// Errors: Unsupported (not an image, or a format whose library is missing: named), Damaged (broken, or so
/// truncated that under half is there), TooLarge, Usage (empty). `name` is only used in error texts.
Result<DecodedImage> decode(std::span<const std::byte> file, const std::string& name,
                            const DecodeRequest& request = {});

/// Reads a file once, with the limits checked before memory is taken. Errors as decode, plus NotFound,
/// Permission...
Result<std::vector<std::byte>> read_image_file(const std::string& path, const DecodeLimits& limits = {});
Result<DecodedImage> decode_file(const std::string& path, const DecodeRequest& request = {});

/// File extensions (lower case, no dot) that a lister should consider; content decides in the end.
bool has_image_extension(const std::string& file_name);

/// Turns `image` upright as EXIF `orientation` (1..8) says.
Image apply_orientation(Image image, int orientation);

}  // namespace fieldmark
