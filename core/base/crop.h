// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

namespace fieldmark {

/// A rectangle on an upright image (EXIF orientation applied) in ten-thousandths of its width and height, so
/// that it means the same for every decoded scale. Value type; 0 <= x, y; x + width, y + height <= 10000.
struct Crop {
    int x = 0;
    int y = 0;
    int width = 10000;
    int height = 10000;

    bool whole() const { return x == 0 && y == 0 && width == 10000 && height == 10000; }
    bool valid() const {
        return x >= 0 && y >= 0 && width > 0 && height > 0 && width <= 10000 - x && height <= 10000 - y;
    }
    bool operator==(const Crop&) const = default;
};

/// The database key of a crop: "" for the whole image, else "x,y,w,h".
std::string to_key(const Crop& crop);
/// From "x,y,w,h" (as to_key writes it) or "" for the whole image; empty where it is neither or not valid().
std::optional<Crop> crop_from_key(const std::string& key);

}  // namespace fieldmark
