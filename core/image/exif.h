// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace fieldmark {

/// The two things Fieldmark takes from a picture's EXIF data.
struct ExifFacts {
    int orientation = 1;  ///< 1..8; 1 where there is none or it makes no sense
    std::string taken;    ///< "YYYY-MM-DD HH:MM:SS" or ""
};

/// Reads an EXIF block: a TIFF structure with or without the "Exif\0\0" that JPEG puts before it. What is
/// broken is ignored. Any thread.
ExifFacts read_exif(std::span<const std::byte> block);

}  // namespace fieldmark
