// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/image/containers.h"

#include <algorithm>
#include <cstring>

namespace fieldmark {

namespace {

std::uint32_t byte_at(std::span<const std::byte> file, std::size_t at) {
    return std::to_integer<std::uint32_t>(file[at]);
}

std::uint32_t little(std::span<const std::byte> file, std::size_t at, std::size_t bytes) {
    std::uint32_t value = 0;
    for (std::size_t i = bytes; i-- > 0;) value = value << 8 | byte_at(file, at + i);
    return value;
}

}  // namespace

std::optional<BmpFacts> bmp_facts(std::span<const std::byte> file) {
    constexpr std::size_t file_header = 14;
    if (file.size() < file_header + 12) return std::nullopt;
    const std::uint32_t offset = little(file, 10, 4);
    BmpFacts facts;
    std::uint32_t bits = 0;
    std::uint32_t compression = 0;
    if (little(file, 14, 4) == 12) {
        facts.width = little(file, 18, 2);
        facts.height = little(file, 20, 2);
        bits = little(file, 24, 2);
    } else {
        if (file.size() < file_header + 40) return std::nullopt;
        facts.width = static_cast<std::int32_t>(little(file, 18, 4));
        const std::int64_t height = static_cast<std::int32_t>(little(file, 22, 4));
        facts.bottom_up = height > 0;
        facts.height = height < 0 ? -height : height;
        bits = little(file, 28, 2);
        compression = little(file, 30, 4);
    }
    if (facts.width <= 0 || facts.height <= 0 || bits == 0 || bits > 32) return std::nullopt;
    const bool run_length = compression == 1 || compression == 2;
    const std::int64_t stride = (facts.width * bits + 31) / 32 * 4;
    const auto there = std::max<std::int64_t>(0, static_cast<std::int64_t>(file.size()) - offset);
    facts.rows_there = run_length ? facts.height : std::min(facts.height, there / stride);
    return facts;
}

bool gif_frame_complete(std::span<const std::byte> file) {
    const auto palette_bytes = [](std::uint32_t flags) -> std::size_t {
        return (flags & 0x80U) != 0 ? std::size_t{3} << ((flags & 7U) + 1) : 0;
    };
    // Data blocks: a length, so many bytes, up to a length of 0. Gives the place behind them, 0 past the end.
    const auto skip_blocks = [&](std::size_t at) -> std::size_t {
        while (at < file.size()) {
            const std::size_t length = byte_at(file, at);
            at += 1 + length;
            if (length == 0) return at;
        }
        return 0;
    };
    if (file.size() < 13) return false;
    std::size_t at = 13 + palette_bytes(byte_at(file, 10));
    while (at != 0 && at + 10 < file.size()) {
        const std::uint32_t kind = byte_at(file, at);
        if (kind == 0x21) {  // an extension
            at = skip_blocks(at + 2);
        } else if (kind == 0x2C) {  // the frame: descriptor, palette, code length, data
            return skip_blocks(at + 10 + palette_bytes(byte_at(file, at + 9)) + 1) != 0;
        } else {
            return false;
        }
    }
    return false;
}

std::span<const std::byte> webp_exif(std::span<const std::byte> file) {
    // RIFF chunks: a four-letter name, a size, the content, a pad byte (WebP container specification).
    for (std::size_t at = 12; at + 8 <= file.size();) {
        const std::size_t size = little(file, at + 4, 4);
        if (size > file.size() - at - 8) return {};
        if (std::memcmp(file.data() + at, "EXIF", 4) == 0) return file.subspan(at + 8, size);
        at += 8 + size + (size & 1U);
    }
    return {};
}

}  // namespace fieldmark
