// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/picture_bytes.h"

#include <fstream>

#include <QBuffer>

namespace fieldmark::testing {

std::string encode(const QImage& image, const char* format, int quality) {
    QBuffer buffer;
    buffer.open(QIODevice::ReadWrite);
    if (!image.save(&buffer, format, quality)) return {};
    return buffer.data().toStdString();
}

std::string encode_gif(const QImage& image) {
    std::string gif = "GIF87a" + little(static_cast<unsigned>(image.width()), 2) +
                      little(static_cast<unsigned>(image.height()), 2);
    gif += '\xA2';  // a palette of 8 colours
    gif += std::string(2, '\0');
    for (int i = 0; i < 8; ++i) {
        for (int bit : {4, 2, 1}) gif += static_cast<char>((i & bit) != 0 ? 255 : 0);
    }
    gif += ',' + std::string(4, '\0') + little(static_cast<unsigned>(image.width()), 2) +
           little(static_cast<unsigned>(image.height()), 2) + std::string(1, '\0');
    // LZW without compression: a clear code before the table can grow past the first code length.
    constexpr int code_bits = 4;
    gif += '\x03';
    std::string data;
    unsigned pending = 0;
    int bits = 0;
    const auto put = [&](unsigned code) {
        pending |= code << bits;
        bits += code_bits;
        for (; bits >= 8; bits -= 8, pending >>= 8) data += static_cast<char>(pending & 255U);
    };
    int since_clear = 0;
    put(8);
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) {
            const QRgb pixel = image.pixel(x, y);
            put((qRed(pixel) > 127 ? 4U : 0U) | (qGreen(pixel) > 127 ? 2U : 0U) |
                (qBlue(pixel) > 127 ? 1U : 0U));
            if (++since_clear == 5) {
                put(8);
                since_clear = 0;
            }
        }
    }
    put(9);
    if (bits > 0) put(0);
    for (std::size_t at = 0; at < data.size(); at += 255) {
        const std::string block = data.substr(at, 255);
        gif += static_cast<char>(block.size()) + block;
    }
    return gif + std::string(1, '\0') + ';';
}

std::string little(std::uint64_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i) & 255);
    return text;
}

std::string big(std::uint64_t value, int bytes) {
    std::string text;
    for (int i = bytes - 1; i >= 0; --i) text += static_cast<char>(value >> (8 * i) & 255);
    return text;
}

std::string exif_block(int orientation, const std::string& date) {
    std::string block("Exif\0\0II*\0", 10);
    block += little(8, 4);
    const auto entry = [](unsigned tag, unsigned type, std::uint32_t count, std::uint32_t value) {
        return little(tag, 2) + little(type, 2) + little(count, 4) + little(value, 4);
    };
    const bool dated = !date.empty();
    block += little(dated ? 2 : 1, 2) + entry(0x0112, 3, 1, static_cast<std::uint32_t>(orientation));
    if (!dated) return block + little(0, 4);
    // IFD0 ends at 8 + 2 + 2 * 12 + 4 = 38, where the EXIF directory with its one entry (18 bytes) lies.
    block += entry(0x8769, 4, 1, 38) + little(0, 4);
    block += little(1, 2) + entry(0x9003, 2, static_cast<std::uint32_t>(date.size() + 1), 56) + little(0, 4);
    return block + date + '\0';
}

std::string with_jpeg_segment(const std::string& jpeg, int marker, const std::string& payload) {
    return jpeg.substr(0, 2) + '\xFF' + static_cast<char>(marker) + big(payload.size() + 2, 2) + payload +
           jpeg.substr(2);
}

std::string png_chunk(const std::string& type, const std::string& payload) {
    std::uint32_t crc = 0xFFFFFFFFU;  // of type and payload (PNG specification, annex D)
    for (const char c : type + payload) {
        crc ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit) crc = (crc & 1U) != 0 ? 0xEDB88320U ^ crc >> 1 : crc >> 1;
    }
    return big(payload.size(), 4) + type + payload + big(crc ^ 0xFFFFFFFFU, 4);
}

std::string with_png_chunk(const std::string& png, const std::string& chunk) {
    constexpr std::size_t header_end = 8 + 25;
    return png.substr(0, header_end) + chunk + png.substr(header_end);
}

std::string with_webp_exif(const std::string& webp, const std::string& tiff, int width, int height) {
    std::string chunks = webp.substr(12);
    constexpr char exif_flag = 8;
    if (chunks.starts_with("VP8X")) {
        chunks[8] = static_cast<char>(chunks[8] | exif_flag);
    } else {
        chunks = "VP8X" + little(10, 4) + exif_flag + std::string(3, '\0') +
                 little(static_cast<unsigned>(width - 1), 3) + little(static_cast<unsigned>(height - 1), 3) +
                 chunks;
    }
    chunks += "EXIF" + little(tiff.size(), 4) + tiff + std::string(tiff.size() % 2, '\0');
    return "RIFF" + little(chunks.size() + 4, 4) + "WEBP" + chunks;
}

std::span<const std::byte> as_bytes(const std::string& text) {
    return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

bool write_file(const std::string& path, const std::string& bytes) {
    std::ofstream file(path, std::ios::binary);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    file.close();
    return !file.fail();
}

}  // namespace fieldmark::testing
