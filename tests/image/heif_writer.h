// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef FIELDMARK_HAVE_HEIF

#include <string>

#include <libheif/heif.h>
#include <QImage>

/// x265, which only the tests use, keeps a little memory at exit; the leak checker of an asan build asks
/// here.
extern "C" [[gnu::used]] inline const char* __lsan_default_suppressions() {
    return "leak:libx265\n";
}

namespace fieldmark::testing {

/// A HEIC or AVIF file of `picture`, with alpha if it has any and with an EXIF block (with "Exif\0\0") if
/// given. Empty where this system's libheif has no encoder for `format`.
inline std::string write_heif(const QImage& picture, heif_compression_format format,
                              const std::string& exif = {}) {
    if (heif_have_encoder_for_format(format) == 0) return {};
    const bool alpha = picture.hasAlphaChannel();
    const QImage source = picture.convertToFormat(alpha ? QImage::Format_RGBA8888 : QImage::Format_RGB888);
    heif_context* context = heif_context_alloc();
    heif_encoder* encoder = nullptr;
    heif_context_get_encoder_for_format(context, format, &encoder);
    heif_encoder_set_lossy_quality(encoder, 95);
    heif_image* image = nullptr;
    heif_image_create(source.width(), source.height(), heif_colorspace_RGB,
                      alpha ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB, &image);
    heif_image_add_plane(image, heif_channel_interleaved, source.width(), source.height(), 8);
    int stride = 0;
    unsigned char* plane = heif_image_get_plane(image, heif_channel_interleaved, &stride);
    for (int y = 0; y < source.height(); ++y) {
        std::copy_n(source.constScanLine(y), source.width() * (alpha ? 4 : 3), plane + y * stride);
    }
    heif_image_handle* handle = nullptr;
    const heif_error encoded = heif_context_encode_image(context, image, encoder, nullptr, &handle);
    if (handle != nullptr && !exif.empty()) {
        heif_context_add_exif_metadata(context, handle, exif.data(), static_cast<int>(exif.size()));
    }
    std::string file;
    heif_writer writer = {};
    writer.writer_api_version = 1;
    writer.write = [](heif_context*, const void* data, std::size_t size, void* to) {
        static_cast<std::string*>(to)->assign(static_cast<const char*>(data), size);
        return heif_error{heif_error_Ok, heif_suberror_Unspecified, ""};
    };
    if (encoded.code == heif_error_Ok) heif_context_write(context, &writer, &file);
    heif_image_handle_release(handle);
    heif_image_release(image);
    heif_encoder_release(encoder);
    heif_context_free(context);
    return file;
}

}  // namespace fieldmark::testing

#endif
