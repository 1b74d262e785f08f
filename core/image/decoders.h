// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "core/base/result.h"
#include "core/image/decode.h"

/// What decode.h is made of: one function per family of formats, each on any thread, with the errors of
/// fieldmark::decode(). Only core/image includes this header.
namespace fieldmark::decoders {

using Bytes = std::span<const std::byte>;

Result<DecodedImage> decode_jpeg(Bytes file, const std::string& name, const DecodeRequest& request);
Result<DecodedImage> decode_png(Bytes file, const std::string& name, const DecodeRequest& request);
/// WebP, BMP, TIFF, GIF.
Result<DecodedImage> decode_qt(Bytes file, const std::string& name, ImageFormat format,
                               const DecodeRequest& request);
/// HEIC and AVIF; Unsupported where this build or the system's libheif lacks the decoder.
Result<DecodedImage> decode_heif(Bytes file, const std::string& name, ImageFormat format,
                                 const DecodeRequest& request);

Error damaged(const std::string& name, ImageFormat format, std::string detail);
/// Refuses what is above the limits: `width` x `height` of the full picture, `memory` bytes for decoding it.
Status check_limits(const std::string& name, std::int64_t width, std::int64_t height, std::int64_t memory,
                    const DecodeLimits& limits);

/// One channel of a translucent pixel on neutral grey, straight alpha.
inline std::uint8_t on_grey(unsigned value, unsigned alpha) {
    return static_cast<std::uint8_t>((value * alpha + 128U * (255U - alpha) + 127U) / 255U);
}

}  // namespace fieldmark::decoders
