// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/image/srgb.h"

#include <cstring>

#include <QByteArray>
#include <QColorSpace>
#include <QColorTransform>
#include <QImage>

namespace fieldmark {

namespace {

/// The pictures of one camera carry one profile: the last one is kept with what became of it.
struct Remembered {
    QByteArray profile;
    bool needed = false;
    QColorTransform transform;
};

const Remembered& transform_for(std::span<const std::byte> profile) {
    thread_local Remembered last;
    const auto* data = reinterpret_cast<const char*>(profile.data());
    if (last.profile.size() == static_cast<qsizetype>(profile.size()) &&
        std::memcmp(last.profile.constData(), data, profile.size()) == 0) {
        return last;
    }
    last.profile = QByteArray(data, static_cast<qsizetype>(profile.size()));
    const QColorSpace srgb(QColorSpace::SRgb);
    // Bytes 16..19 name the colour space of the data (ICC.1:2010, 7.2.6).
    const bool rgb = last.profile.size() >= 128 && last.profile.mid(16, 4) == QByteArrayLiteral("RGB ");
    const QColorSpace space = rgb ? QColorSpace::fromIccProfile(last.profile) : QColorSpace();
    last.needed = space.isValid() && space != srgb;
    last.transform = last.needed ? space.transformationToColorSpace(srgb) : QColorTransform();
    return last;
}

}  // namespace

void convert_to_srgb(Image& image, std::span<const std::byte> icc_profile) {
    if (image.empty() || icc_profile.empty()) return;
    const Remembered& remembered = transform_for(icc_profile);
    if (!remembered.needed) return;
    // In bands, so that the 32-bit copy Qt works on stays small.
    constexpr int band = 64;
    for (int top = 0; top < image.height; top += band) {
        const int rows = std::min(band, image.height - top);
        QImage part =
            QImage(image.row(top), image.width, rows, qsizetype{3} * image.width, QImage::Format_RGB888)
                .convertToFormat(QImage::Format_RGB32);
        if (part.isNull()) return;
        part.applyColorTransform(remembered.transform);
        for (int y = 0; y < rows; ++y) {
            const auto* from = reinterpret_cast<const QRgb*>(part.constScanLine(y));
            std::uint8_t* to = image.row(top + y);
            for (int x = 0; x < image.width; ++x, to += 3) {
                to[0] = static_cast<std::uint8_t>(qRed(from[x]));
                to[1] = static_cast<std::uint8_t>(qGreen(from[x]));
                to[2] = static_cast<std::uint8_t>(qBlue(from[x]));
            }
        }
    }
}

}  // namespace fieldmark
