// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "core/image/decode.h"

namespace fieldmark {

const char* to_string(ImageFormat format) {
    switch (format) {
        case ImageFormat::Jpeg:
            return "JPEG";
        case ImageFormat::Png:
            return "PNG";
        case ImageFormat::WebP:
            return "WebP";
        case ImageFormat::Bmp:
            return "BMP";
        case ImageFormat::Tiff:
            return "TIFF";
        case ImageFormat::Gif:
            return "GIF";
        case ImageFormat::Heif:
            return "HEIC";
        case ImageFormat::Avif:
            return "AVIF";
        case ImageFormat::Unknown:
            break;
    }
    return "unknown";
}

namespace {

/// ISO/IEC 14496-12: a "ftyp" box lists brands; the major brand comes first, then a version, then compatible
/// ones.
ImageFormat sniff_brands(std::string_view head) {
    const auto byte = [&](std::size_t i) {
        return static_cast<std::size_t>(static_cast<unsigned char>(head[i]));
    };
    const std::size_t box = std::min(head.size(), byte(0) << 24 | byte(1) << 16 | byte(2) << 8 | byte(3));
    ImageFormat found = ImageFormat::Unknown;
    for (std::size_t at = 8; at + 4 <= box; at += at == 8 ? 8 : 4) {
        const std::string_view brand = head.substr(at, 4);
        if (brand == "avif" || brand == "avis") return ImageFormat::Avif;
        if (brand == "heic" || brand == "heix" || brand == "hevc" || brand == "hevx" || brand == "heim" ||
            brand == "heis" || brand == "mif1" || brand == "msf1") {
            found = ImageFormat::Heif;
        }
    }
    return found;
}

}  // namespace

ImageFormat sniff(std::span<const std::byte> head_bytes) {
    const std::string_view head(reinterpret_cast<const char*>(head_bytes.data()),
                                std::min<std::size_t>(head_bytes.size(), 256));
    using namespace std::string_view_literals;
    if (head.starts_with("\xFF\xD8\xFF"sv)) return ImageFormat::Jpeg;
    if (head.starts_with("\x89PNG\r\n\x1A\n"sv)) return ImageFormat::Png;
    if (head.starts_with("GIF87a"sv) || head.starts_with("GIF89a"sv)) return ImageFormat::Gif;
    if (head.starts_with("II*\0"sv) || head.starts_with("MM\0*"sv) || head.starts_with("II+\0"sv) ||
        head.starts_with("MM\0+"sv)) {
        return ImageFormat::Tiff;
    }
    if (head.size() >= 12 && head.starts_with("RIFF"sv) && head.substr(8, 4) == "WEBP"sv)
        return ImageFormat::WebP;
    if (head.size() >= 12 && head.substr(4, 4) == "ftyp"sv) return sniff_brands(head);
    // "BM" alone begins many a text: the size of the header that follows must be one of the known ones.
    if (head.size() >= 18 && head.starts_with("BM"sv)) {
        constexpr std::array<unsigned char, 7> sizes = {12, 40, 52, 56, 64, 108, 124};
        const bool known =
            std::find(sizes.begin(), sizes.end(), static_cast<unsigned char>(head[14])) != sizes.end();
        if (known && head.substr(15, 3) == "\0\0\0"sv) return ImageFormat::Bmp;
    }
    return ImageFormat::Unknown;
}

bool has_image_extension(const std::string& file_name) {
    const auto dot = file_name.rfind('.');
    if (dot == std::string::npos || dot + 6 < file_name.size()) return false;
    std::string extension = file_name.substr(dot + 1);
    for (char& c : extension) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    constexpr std::array<std::string_view, 19> known = {
        "jpg",  "jpeg", "jpe",  "jfif", "jfi",   "png", "webp", "bmp",   "dib", "tif",
        "tiff", "gif",  "heic", "heif", "heics", "hif", "avif", "avifs", "apng"};
    return std::find(known.begin(), known.end(), extension) != known.end();
}

}  // namespace fieldmark
