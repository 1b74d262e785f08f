// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

/// What the outer structure of a file tells without decoding it, where Qt's readers do not tell: they hand
/// out unwritten memory for the missing part of a truncated BMP, and whatever came before for a truncated
/// GIF.
namespace fieldmark {

struct BmpFacts {
    std::int64_t width = 0;
    std::int64_t height = 0;  ///< positive
    bool bottom_up = true;    ///< the first row in the file is the lowest of the picture
    std::int64_t rows_there =
        0;  ///< complete rows in the file, at most `height`; all of them if run-length coded
};

/// Empty where the header makes no sense.
std::optional<BmpFacts> bmp_facts(std::span<const std::byte> file);

/// Whether the data of the first frame are closed by their end block.
bool gif_frame_complete(std::span<const std::byte> file);

/// The EXIF chunk of a WebP (a TIFF structure), or nothing.
std::span<const std::byte> webp_exif(std::span<const std::byte> file);

}  // namespace fieldmark
