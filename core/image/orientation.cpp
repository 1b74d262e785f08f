// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>

#include "core/image/decode.h"

namespace fieldmark {

Image apply_orientation(Image image, int orientation) {
    if (orientation < 2 || orientation > 8 || image.empty()) return image;
    const std::ptrdiff_t width = image.width;
    const std::ptrdiff_t height = image.height;
    const bool turned = orientation >= 5;
    Image upright;
    upright.width = turned ? image.height : image.width;
    upright.height = turned ? image.width : image.height;
    upright.pixels.resize(image.pixels.size());

    // Output pixel (x, y) is source pixel `origin + x * right + y * down`, in pixels (EXIF 2.32, tag 0x0112).
    std::ptrdiff_t origin = 0;
    std::ptrdiff_t right = 1;
    std::ptrdiff_t down = width;
    switch (orientation) {
        case 2:
            origin = width - 1;
            right = -1;
            break;
        case 3:
            origin = width * height - 1;
            right = -1;
            down = -width;
            break;
        case 4:
            origin = width * (height - 1);
            down = -width;
            break;
        case 5:
            right = width;
            down = 1;
            break;
        case 6:
            origin = width * (height - 1);
            right = -width;
            down = 1;
            break;
        case 7:
            origin = width * height - 1;
            right = -width;
            down = -1;
            break;
        default:
            origin = width - 1;
            right = width;
            down = -1;
            break;
    }
    // In tiles, so that a quarter turn reads each cache line once.
    constexpr int tile = 32;
    const std::uint8_t* source = image.pixels.data();
    for (int top = 0; top < upright.height; top += tile) {
        for (int left = 0; left < upright.width; left += tile) {
            const int bottom = std::min(top + tile, upright.height);
            const int end = std::min(left + tile, upright.width);
            for (int y = top; y < bottom; ++y) {
                std::uint8_t* to = upright.row(y) + static_cast<std::ptrdiff_t>(left) * 3;
                const std::uint8_t* from = source + (origin + left * right + y * down) * 3;
                for (int x = left; x < end; ++x, to += 3, from += right * 3) {
                    to[0] = from[0];
                    to[1] = from[1];
                    to[2] = from[2];
                }
            }
        }
    }
    return upright;
}

}  // namespace fieldmark
