// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <cstring>
#include <mutex>
#include <optional>

#include <QBuffer>
#include <QByteArray>
#include <QColorSpace>
#include <QImage>
#include <QImageReader>

#ifdef FIELDMARK_HAVE_TIFF
#include <tiffio.h>
#endif

#include "core/image/containers.h"
#include "core/image/decoders.h"
#include "core/image/exif.h"

namespace fieldmark::decoders {

namespace {

const char* qt_name(ImageFormat format) {
    switch (format) {
        case ImageFormat::WebP:
            return "webp";
        case ImageFormat::Bmp:
            return "bmp";
        case ImageFormat::Tiff:
            return "tiff";
        case ImageFormat::Gif:
            return "gif";
        default:
            return "";
    }
}

bool plugin_present(const QByteArray& format) {
    static const QList<QByteArray> supported = QImageReader::supportedImageFormats();
    return supported.contains(format);
}

int to_exif(QImageIOHandler::Transformations transformation) {
    switch (transformation) {
        case QImageIOHandler::TransformationMirror:
            return 2;
        case QImageIOHandler::TransformationRotate180:
            return 3;
        case QImageIOHandler::TransformationFlip:
            return 4;
        case QImageIOHandler::TransformationFlipAndRotate90:
            return 5;
        case QImageIOHandler::TransformationRotate90:
            return 6;
        case QImageIOHandler::TransformationMirrorAndRotate90:
            return 7;
        case QImageIOHandler::TransformationRotate270:
            return 8;
        default:
            return 1;
    }
}

/// Broken files make readers seek beyond the end, which QBuffer would report on standard error.
class QuietBuffer final : public QBuffer {
  public:
    bool seek(qint64 position) override { return position <= size() && QBuffer::seek(position); }
};

/// Blends on grey and packs; `picture` has 32-bit pixels with straight alpha or none.
void pack(const QImage& picture, bool alpha, Image& image) {
    for (int y = 0; y < image.height; ++y) {
        const auto* from = reinterpret_cast<const QRgb*>(picture.constScanLine(y));
        std::uint8_t* to = image.row(y);
        for (int x = 0; x < image.width; ++x, to += 3) {
            const QRgb pixel = from[x];
            if (alpha && qAlpha(pixel) != 255) {
                const auto a = static_cast<unsigned>(qAlpha(pixel));
                to[0] = on_grey(static_cast<unsigned>(qRed(pixel)), a);
                to[1] = on_grey(static_cast<unsigned>(qGreen(pixel)), a);
                to[2] = on_grey(static_cast<unsigned>(qBlue(pixel)), a);
            } else {
                to[0] = static_cast<std::uint8_t>(qRed(pixel));
                to[1] = static_cast<std::uint8_t>(qGreen(pixel));
                to[2] = static_cast<std::uint8_t>(qBlue(pixel));
            }
        }
    }
}

}  // namespace

Result<DecodedImage> decode_qt(Bytes file, const std::string& name, ImageFormat format,
                               const DecodeRequest& request) {
    // Qt's own limit (256 MB, for the whole process) would refuse large scans; ours are checked before each
    // read.
    static std::once_flag once;
    std::call_once(once, [] {
        QImageReader::setAllocationLimit(0);
#ifdef FIELDMARK_HAVE_TIFF
        // libtiff, under Qt's plug-in, talks to standard error about every oddity.
        TIFFSetErrorHandler(nullptr);
        TIFFSetWarningHandler(nullptr);
#endif
    });

    const QByteArray plugin(qt_name(format));
    if (!plugin_present(plugin)) {
        return Error{ErrorKind::Unsupported,
                     "\"" + name + "\" is a " + to_string(format) +
                         " picture, and Qt's plug-in for that format is missing. Install the package "
                         "qt6-image-formats-plugins."};
    }
    std::optional<BmpFacts> bmp;
    if (format == ImageFormat::Bmp) {
        bmp = bmp_facts(file);
        if (!bmp) return damaged(name, format, "the header makes no sense");
        if (auto status = check_limits(name, bmp->width, bmp->height, 0, request.limits); !status) {
            return std::move(status).error();
        }
        if (bmp->rows_there * 2 < bmp->height) return damaged(name, format, "the file ends early");
    }
    if (format == ImageFormat::Gif && !gif_frame_complete(file)) {
        return damaged(name, format, "the file ends within the first frame");
    }
    const auto content = QByteArray::fromRawData(reinterpret_cast<const char*>(file.data()),
                                                 static_cast<qsizetype>(file.size()));
    QuietBuffer buffer;
    buffer.setData(content);
    buffer.open(QIODevice::ReadOnly);
    QImageReader reader(&buffer, plugin);
    reader.setAutoDetectImageFormat(false);
    reader.setAutoTransform(false);

    const QSize size = reader.size();
    const auto broken = [&] { return damaged(name, format, reader.errorString().toStdString()); };
    if (size.width() <= 0 || size.height() <= 0) return broken();

    DecodedImage decoded;
    decoded.format = format;
    if (format == ImageFormat::WebP) {
        ExifFacts facts = read_exif(webp_exif(file));
        decoded.orientation = facts.orientation;
        decoded.taken = std::move(facts.taken);
    } else if (format == ImageFormat::Tiff) {
        decoded.orientation = to_exif(reader.transformation());
    }
    const std::int64_t width = size.width();
    const std::int64_t height = size.height();
    if (auto status = check_limits(name, width, height, 0, request.limits); !status)
        return std::move(status).error();
    // Qt's bitmap (8 bytes a pixel for 16-bit samples), its 32-bit copy, and ours.
    const QImage::Format native = reader.imageFormat();
    const bool deep = native != QImage::Format_Invalid && QImage::toPixelFormat(native).bitsPerPixel() > 32;
    const std::int64_t memory = width * height * ((deep ? 8 + 4 : 4) + 3);
    if (auto status = check_limits(name, width, height, memory, request.limits); !status) {
        return std::move(status).error();
    }

    QImage picture;
    if (!reader.read(&picture) || picture.isNull()) return broken();
    // A handler whose picture is not what its header said has read something else than was checked.
    if (picture.size() != size)
        return damaged(name, format, "the picture has another size than its header says");

    const bool alpha = picture.hasAlphaChannel();
    const QColorSpace space = picture.colorSpace();
    picture.convertTo(alpha ? QImage::Format_ARGB32 : QImage::Format_RGB32);
    if (picture.isNull()) {
        return Error{ErrorKind::TooLarge, "There is not enough memory to decode \"" + name + "\"."};
    }
    if (space.isValid() && space != QColorSpace(QColorSpace::SRgb)) {
        picture.setColorSpace(space);
        picture.convertToColorSpace(QColorSpace(QColorSpace::SRgb));
    }
    decoded.image.width = size.width();
    decoded.image.height = size.height();
    decoded.image.pixels.resize(static_cast<std::size_t>(width * height * 3));
    pack(picture, alpha, decoded.image);
    picture = QImage();
    if (bmp && bmp->rows_there < height) {
        decoded.incomplete = true;
        const std::int64_t missing = height - bmp->rows_there;
        std::memset(decoded.image.row(bmp->bottom_up ? 0 : static_cast<int>(bmp->rows_there)), 128,
                    static_cast<std::size_t>(missing * width * 3));
    }

    const bool turned = decoded.orientation >= 5;
    decoded.source_width = turned ? size.height() : size.width();
    decoded.source_height = turned ? size.width() : size.height();
    decoded.image = apply_orientation(std::move(decoded.image), decoded.orientation);
    return decoded;
}

}  // namespace fieldmark::decoders
