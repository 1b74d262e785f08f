// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <cstring>
#include <memory>
#include <vector>

#include "core/image/decoders.h"
#include "core/image/exif.h"
#include "core/image/srgb.h"

#ifdef FIELDMARK_HAVE_HEIF
#include <libheif/heif.h>
#endif

namespace fieldmark::decoders {

#ifndef FIELDMARK_HAVE_HEIF

Result<DecodedImage> decode_heif(Bytes, const std::string& name, ImageFormat format, const DecodeRequest&) {
    return Error{ErrorKind::Unsupported,
                 "\"" + name + "\" is a " + to_string(format) +
                     " picture, and this build of Fieldmark has no libheif to read it. "
                     "Convert it to JPEG or PNG."};
}

#else

namespace {

using Context = std::unique_ptr<heif_context, decltype(&heif_context_free)>;
using Handle = std::unique_ptr<heif_image_handle, decltype(&heif_image_handle_release)>;
using Picture = std::unique_ptr<heif_image, decltype(&heif_image_release)>;
using Options = std::unique_ptr<heif_decoding_options, decltype(&heif_decoding_options_free)>;

Error no_decoder(const std::string& name, ImageFormat format, const char* detail) {
    return {ErrorKind::Unsupported,
            "\"" + name + "\" is a " + to_string(format) +
                " picture, and this system's libheif has no decoder for it. Install one (libde265 for HEIC, "
                "dav1d "
                "or libaom for AVIF), or convert the picture to JPEG or PNG.",
            detail};
}

Error to_error(const std::string& name, ImageFormat format, const heif_error& error) {
    const char* detail = error.message != nullptr ? error.message : "";
    switch (error.code) {
        case heif_error_Unsupported_feature:
        case heif_error_Unsupported_filetype:
        case heif_error_Decoder_plugin_error:
            if (error.subcode == heif_suberror_Unsupported_codec) return no_decoder(name, format, detail);
            if (error.code == heif_error_Decoder_plugin_error) break;
            return {ErrorKind::Unsupported,
                    "\"" + name + "\" is a kind of " + to_string(format) +
                        " that cannot be read here. Convert it to JPEG or PNG.",
                    detail};
        case heif_error_Memory_allocation_error:
            return {ErrorKind::TooLarge, "There is not enough memory to decode \"" + name + "\".", detail};
        default:
            break;
    }
    return damaged(name, format, detail);
}

/// The date only: libheif turns the picture itself, and its EXIF orientation must then be left alone.
std::string taken_of(const heif_image_handle* handle) {
    heif_item_id id = 0;
    if (heif_image_handle_get_list_of_metadata_block_IDs(handle, "Exif", &id, 1) < 1) return {};
    const std::size_t size = heif_image_handle_get_metadata_size(handle, id);
    constexpr std::size_t max_block = std::size_t{1} << 20;
    if (size < 12 || size > max_block) return {};
    std::vector<std::byte> block(size);
    if (heif_image_handle_get_metadata(handle, id, block.data()).code != heif_error_Ok) return {};
    // Four bytes say how far into the rest the TIFF header lies (ISO/IEC 23008-12, A.2.1).
    std::size_t offset = 0;
    for (std::size_t i = 0; i < 4; ++i) offset = offset << 8 | std::to_integer<std::size_t>(block[i]);
    if (offset > size - 4) return {};
    return read_exif(Bytes(block).subspan(4 + offset)).taken;
}

std::vector<std::byte> profile_of(const heif_image_handle* handle) {
    const auto type = heif_image_handle_get_color_profile_type(handle);
    if (type != heif_color_profile_type_prof && type != heif_color_profile_type_rICC) return {};
    const std::size_t size = heif_image_handle_get_raw_color_profile_size(handle);
    constexpr std::size_t max_profile = std::size_t{16} << 20;
    if (size == 0 || size > max_profile) return {};
    std::vector<std::byte> profile(size);
    if (heif_image_handle_get_raw_color_profile(handle, profile.data()).code != heif_error_Ok) return {};
    return profile;
}

}  // namespace

Result<DecodedImage> decode_heif(Bytes file, const std::string& name, ImageFormat format,
                                 const DecodeRequest& request) {
    if (heif_have_decoder_for_format(format == ImageFormat::Avif ? heif_compression_AV1
                                                                 : heif_compression_HEVC) == 0) {
        return no_decoder(name, format, "");
    }
    const Context context(heif_context_alloc(), heif_context_free);
    if (!context) return Error{ErrorKind::TooLarge, "There is not enough memory to decode \"" + name + "\"."};
    heif_error error =
        heif_context_read_from_memory_without_copy(context.get(), file.data(), file.size(), nullptr);
    if (error.code != heif_error_Ok) return to_error(name, format, error);
    heif_image_handle* raw_handle = nullptr;
    error = heif_context_get_primary_image_handle(context.get(), &raw_handle);
    if (error.code != heif_error_Ok) return to_error(name, format, error);
    const Handle handle(raw_handle, heif_image_handle_release);

    // The coded size and the size after cropping and turning: whichever is larger costs.
    const std::int64_t width = heif_image_handle_get_width(handle.get());
    const std::int64_t height = heif_image_handle_get_height(handle.get());
    const std::int64_t coded_width = heif_image_handle_get_ispe_width(handle.get());
    const std::int64_t coded_height = heif_image_handle_get_ispe_height(handle.get());
    if (width <= 0 || height <= 0) return damaged(name, format, "the picture has no size");
    for (const auto& [w, h] : {std::pair{coded_width, coded_height}, std::pair{width, height}}) {
        if (auto status = check_limits(name, w, h, 0, request.limits); !status)
            return std::move(status).error();
        // Planes of luma and chroma, at up to 16 bits, the interleaved bitmap, and ours.
        if (auto status = check_limits(name, w, h, w * h * (6 + 4 + 3), request.limits); !status) {
            return std::move(status).error();
        }
    }

    const bool alpha = heif_image_handle_has_alpha_channel(handle.get()) != 0;
    const Options options(heif_decoding_options_alloc(), heif_decoding_options_free);
    if (options) options->convert_hdr_to_8bit = 1;
    heif_image* raw_picture = nullptr;
    error =
        heif_decode_image(handle.get(), &raw_picture, heif_colorspace_RGB,
                          alpha ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB, options.get());
    if (error.code != heif_error_Ok) return to_error(name, format, error);
    const Picture picture(raw_picture, heif_image_release);

    DecodedImage decoded;
    decoded.format = format;
    decoded.taken = taken_of(handle.get());
    const int got_width = heif_image_get_width(picture.get(), heif_channel_interleaved);
    const int got_height = heif_image_get_height(picture.get(), heif_channel_interleaved);
    int stride = 0;
    const std::uint8_t* plane =
        heif_image_get_plane_readonly(picture.get(), heif_channel_interleaved, &stride);
    if (plane == nullptr || got_width <= 0 || got_height <= 0)
        return damaged(name, format, "no picture came out");
    if (auto status = check_limits(name, got_width, got_height, 0, request.limits); !status) {
        return std::move(status).error();
    }
    decoded.image.width = decoded.source_width = got_width;
    decoded.image.height = decoded.source_height = got_height;
    const std::size_t row_bytes = static_cast<std::size_t>(got_width) * 3;
    decoded.image.pixels.resize(row_bytes * static_cast<std::size_t>(got_height));
    for (int y = 0; y < got_height; ++y) {
        const std::uint8_t* from = plane + static_cast<std::ptrdiff_t>(stride) * y;
        std::uint8_t* to = decoded.image.row(y);
        if (!alpha) {
            std::memcpy(to, from, row_bytes);
            continue;
        }
        for (int x = 0; x < got_width; ++x, from += 4, to += 3) {
            for (int c = 0; c < 3; ++c) to[c] = on_grey(from[c], from[3]);
        }
    }
    convert_to_srgb(decoded.image, profile_of(handle.get()));
    return decoded;
}

#endif

}  // namespace fieldmark::decoders
