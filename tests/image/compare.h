// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdlib>
#include <string>

#include <QImage>

#include "core/image/decode.h"
#include "tests/support/picture_bytes.h"

namespace fieldmark::testing {

inline Result<DecodedImage> decode_bytes(const std::string& bytes, const DecodeRequest& request = {}) {
    return decode(as_bytes(bytes), "picture", request);
}

struct Difference {
    int largest = 255;
    double mean = 255;
};

/// Over all pixels and channels of rows `top`..`bottom`-1 (-1: all); the worst possible if the sizes differ.
inline Difference difference(const Image& image, const QImage& reference, int top = 0, int bottom = -1) {
    if (image.width != reference.width() || image.height != reference.height()) return {};
    const QImage rgb = reference.convertToFormat(QImage::Format_RGB32);
    if (bottom < 0) bottom = image.height;
    Difference result{0, 0};
    for (int y = top; y < bottom; ++y) {
        const std::uint8_t* row = image.row(y);
        for (int x = 0; x < image.width; ++x, row += 3) {
            const QRgb pixel = rgb.pixel(x, y);
            const int channels[] = {qRed(pixel), qGreen(pixel), qBlue(pixel)};
            for (int c = 0; c < 3; ++c) {
                const int distance = std::abs(channels[c] - row[c]);
                result.largest = std::max(result.largest, distance);
                result.mean += distance;
            }
        }
    }
    result.mean /= std::max(1.0, 3.0 * image.width * (bottom - top));
    return result;
}

inline Image to_image(const QImage& picture) {
    const QImage rgb = picture.convertToFormat(QImage::Format_RGB888);
    Image image;
    image.width = rgb.width();
    image.height = rgb.height();
    for (int y = 0; y < rgb.height(); ++y) {
        image.pixels.insert(image.pixels.end(), rgb.constScanLine(y), rgb.constScanLine(y) + 3 * rgb.width());
    }
    return image;
}

/// What a camera held so that EXIF `orientation` is due would have stored of the upright `picture`.
inline QImage stored_as(const QImage& picture, int orientation) {
    const auto turned = [&](int degrees) { return picture.transformed(QTransform().rotate(degrees)); };
    switch (orientation) {
        case 2:
            return picture.mirrored(true, false);
        case 3:
            return turned(180);
        case 4:
            return picture.mirrored(false, true);
        case 5:
            return turned(90).mirrored(true, false);  // transposed
        case 6:
            return turned(270);  // to be turned clockwise by 90 degrees
        case 7:
            return turned(90).mirrored(false, true);  // transposed along the other diagonal
        case 8:
            return turned(90);
        default:
            return picture;
    }
}

}  // namespace fieldmark::testing
