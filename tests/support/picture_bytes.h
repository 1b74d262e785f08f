// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include <QImage>

namespace fieldmark::testing {

/// Picture files as byte strings, for tests that take them apart and put them together wrongly.

/// `image` as Qt writes it: "PNG", "JPG", "WEBP", "BMP", "TIFF". Empty if Qt cannot.
std::string encode(const QImage& image, const char* format, int quality = -1);
/// A GIF87a of `image` reduced to 8 colours (one bit a channel); Qt writes none.
std::string encode_gif(const QImage& image);

/// "Exif\0\0" and a little TIFF structure with orientation and, if `date` is not empty ("2024:05:06
/// 07:08:09"), DateTimeOriginal.
std::string exif_block(int orientation, const std::string& date = {});

/// Puts a marker segment (0xE1: APP1...) right behind the start of a JPEG.
std::string with_jpeg_segment(const std::string& jpeg, int marker, const std::string& payload);
/// A PNG chunk with its checksum; and a PNG with `chunk` behind its header.
std::string png_chunk(const std::string& type, const std::string& payload);
std::string with_png_chunk(const std::string& png, const std::string& chunk);
/// A WebP (simple or extended) with an EXIF chunk at its end.
std::string with_webp_exif(const std::string& webp, const std::string& tiff, int width, int height);

/// Little- and big-endian numbers of `bytes` bytes.
std::string little(std::uint64_t value, int bytes);
std::string big(std::uint64_t value, int bytes);

std::span<const std::byte> as_bytes(const std::string& text);
bool write_file(const std::string& path, const std::string& bytes);

}  // namespace fieldmark::testing
