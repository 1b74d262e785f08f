// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <thread>

#include <QBuffer>
#include <QColorSpace>
#include <QImageWriter>
#include <QTemporaryDir>
#include <QTest>

#include "tests/image/compare.h"
#include "tests/support/specimens.h"

using namespace fieldmark;
using namespace fieldmark::testing;

/// What all formats have in common, and the formats that Qt's plug-ins read.
class TestDecode : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void formats_data() {
        QTest::addColumn<QByteArray>("writer");
        QTest::addColumn<int>("quality");
        QTest::addColumn<int>("format");
        QTest::addColumn<double>("mean");
        const auto row = [](const char* name, int quality, ImageFormat format, double mean) {
            QTest::newRow(name) << QByteArray(name) << quality << static_cast<int>(format) << mean;
        };
        row("PNG", -1, ImageFormat::Png, 0.0);
        row("BMP", -1, ImageFormat::Bmp, 0.0);
        row("TIFF", -1, ImageFormat::Tiff, 0.0);
        row("WEBP", 100, ImageFormat::WebP, 0.0);
        row("WEBP", 80, ImageFormat::WebP, 4.0);
        row("JPG", 95, ImageFormat::Jpeg, 2.0);
    }

    void formats() {
        QFETCH(QByteArray, writer);
        QFETCH(int, quality);
        QFETCH(int, format);
        QFETCH(double, mean);
        const QImage picture = draw_specimen(2, 3);
        const std::string file = encode(picture, writer.constData(), quality);
        QVERIFY2(!file.empty(), "Qt cannot write this format here");
        const auto decoded = decode_bytes(file);
        QVERIFY2(decoded.ok(), decoded.ok() ? "" : decoded.error().detail.c_str());
        QCOMPARE(static_cast<int>(decoded->format), format);
        QCOMPARE(decoded->source_width, 320);
        QCOMPARE(decoded->source_height, 240);
        QCOMPARE(decoded->orientation, 1);
        QVERIFY(!decoded->incomplete);
        QVERIFY(decoded->taken.empty());
        QVERIFY(difference(decoded->image, picture).mean <= mean);
        QCOMPARE(static_cast<int>(sniff(as_bytes(file))), format);
    }

    void gif() {
        QImage picture(61, 40, QImage::Format_RGB32);
        for (int y = 0; y < 40; ++y) {
            for (int x = 0; x < 61; ++x) {
                picture.setPixel(x, y, qRgb(x % 7 < 3 ? 255 : 0, y % 5 < 2 ? 255 : 0, x + y < 50 ? 255 : 0));
            }
        }
        const auto decoded = decode_bytes(encode_gif(picture));
        QVERIFY2(decoded.ok(), decoded.ok() ? "" : decoded.error().detail.c_str());
        QVERIFY(decoded->format == ImageFormat::Gif);
        QCOMPARE(difference(decoded->image, picture).largest, 0);
    }

    void kinds_of_pixels_data() {
        QTest::addColumn<int>("format");
        QTest::addColumn<QByteArray>("writer");
        for (const char* writer : {"PNG", "TIFF", "BMP"}) {
            for (const auto format : {QImage::Format_Mono, QImage::Format_Indexed8, QImage::Format_Grayscale8,
                                      QImage::Format_RGB32, QImage::Format_RGB16}) {
                QTest::newRow((std::string(writer) + std::to_string(format)).c_str())
                    << static_cast<int>(format) << QByteArray(writer);
            }
        }
        for (const char* writer : {"PNG", "TIFF"}) {
            for (const auto format : {QImage::Format_Grayscale16, QImage::Format_RGBX64}) {
                QTest::newRow((std::string(writer) + std::to_string(format)).c_str())
                    << static_cast<int>(format) << QByteArray(writer);
            }
        }
    }

    void kinds_of_pixels() {
        QFETCH(int, format);
        QFETCH(QByteArray, writer);
        const QImage picture = draw_specimen(5, 1).convertToFormat(static_cast<QImage::Format>(format));
        const auto decoded = decode_bytes(encode(picture, writer.constData()));
        QVERIFY2(decoded.ok(), decoded.ok() ? "" : decoded.error().detail.c_str());
        QVERIFY(difference(decoded->image, picture).largest <= 1);
    }

    void alpha_lies_on_neutral_grey_data() {
        QTest::addColumn<QByteArray>("writer");
        for (const char* writer : {"PNG", "TIFF", "WEBP"}) QTest::newRow(writer) << QByteArray(writer);
    }

    void alpha_lies_on_neutral_grey() {
        QFETCH(QByteArray, writer);
        QImage picture(64, 48, QImage::Format_ARGB32);
        for (int y = 0; y < 48; ++y) {
            for (int x = 0; x < 64; ++x) picture.setPixel(x, y, qRgba(x * 4, 200, y * 5, x < 16 ? 0 : x * 4));
        }
        const auto decoded = decode_bytes(encode(picture, writer.constData(), 100));
        QVERIFY2(decoded.ok(), decoded.ok() ? "" : decoded.error().detail.c_str());
        QImage expected(64, 48, QImage::Format_RGB32);
        for (int y = 0; y < 48; ++y) {
            for (int x = 0; x < 64; ++x) {
                const double a = x < 16 ? 0.0 : x * 4 / 255.0;
                const auto blend = [&](int value) {
                    return static_cast<int>(std::lround(value * a + 128 * (1 - a)));
                };
                expected.setPixel(x, y, qRgb(blend(x * 4), blend(200), blend(y * 5)));
            }
        }
        // TIFF keeps premultiplied colours, which costs a little.
        QVERIFY(difference(decoded->image, expected).largest <= (writer == "TIFF" ? 2 : 1));
        const std::uint8_t* corner = decoded->image.row(0);
        QVERIFY(corner[0] == 128 && corner[1] == 128 && corner[2] == 128);
    }

    void orientation_data() {
        QTest::addColumn<int>("orientation");
        for (int i = 1; i <= 8; ++i) QTest::newRow(std::to_string(i).c_str()) << i;
    }

    /// Exactly, through PNG, WebP and TIFF; nearly, through JPEG, at full size and scaled.
    void orientation() {
        QFETCH(int, orientation);
        const QImage picture = draw_specimen(1, 2, {.width = 96, .height = 64});
        const QImage stored = stored_as(picture, orientation);
        QCOMPARE(difference(apply_orientation(to_image(stored), orientation), picture).largest, 0);

        const std::string exif = exif_block(orientation, "2024:05:06 07:08:09");
        const std::string tiff_block = exif.substr(6);
        const auto check = [&](const std::string& file, double mean) {
            const auto decoded = decode_bytes(file);
            QVERIFY2(decoded.ok(), decoded.ok() ? "" : decoded.error().detail.c_str());
            QCOMPARE(decoded->orientation, orientation);
            QCOMPARE(decoded->source_width, 96);
            QCOMPARE(decoded->source_height, 64);
            QVERIFY2(difference(decoded->image, picture).mean <= mean, to_string(decoded->format));
            if (decoded->format != ImageFormat::Tiff)
                QCOMPARE(decoded->taken, std::string("2024-05-06 07:08:09"));
        };
        check(with_png_chunk(encode(stored, "PNG"), png_chunk("eXIf", tiff_block)), 0);
        check(with_webp_exif(encode(stored, "WEBP", 100), tiff_block, stored.width(), stored.height()), 0);
        check(with_jpeg_segment(encode(stored, "JPG", 100), 0xE1, exif), 2);

        QBuffer buffer;
        buffer.open(QIODevice::ReadWrite);
        QImageWriter writer(&buffer, "tiff");
        constexpr QImageIOHandler::Transformation transformations[] = {
            QImageIOHandler::TransformationNone,
            QImageIOHandler::TransformationMirror,
            QImageIOHandler::TransformationRotate180,
            QImageIOHandler::TransformationFlip,
            QImageIOHandler::TransformationFlipAndRotate90,
            QImageIOHandler::TransformationRotate90,
            QImageIOHandler::TransformationMirrorAndRotate90,
            QImageIOHandler::TransformationRotate270};
        writer.setTransformation(transformations[orientation - 1]);
        QVERIFY(writer.write(stored));
        check(buffer.data().toStdString(), 0);

        const auto scaled =
            decode_bytes(with_jpeg_segment(encode(stored, "JPG", 100), 0xE1, exif), {.cover = 30});
        QVERIFY(scaled.ok());
        QCOMPARE(scaled->image.width, 48);
        QCOMPARE(scaled->image.height, 32);
        QCOMPARE(scaled->source_width, 96);
    }

    void nonsense_is_not_turned() {
        const Image image = to_image(draw_specimen(1, 1, {.width = 20, .height = 10}));
        for (const int orientation : {-1, 0, 1, 9, 1000}) {
            QVERIFY(apply_orientation(image, orientation).pixels == image.pixels);
        }
        QVERIFY(apply_orientation(Image{}, 6).empty());
    }

    void other_colour_spaces_become_srgb_data() {
        QTest::addColumn<QByteArray>("writer");
        for (const char* writer : {"PNG", "JPG", "TIFF", "WEBP"}) QTest::newRow(writer) << QByteArray(writer);
    }

    void other_colour_spaces_become_srgb() {
        QFETCH(QByteArray, writer);
        QImage picture = draw_specimen(4, 4);
        picture.setColorSpace(QColorSpace(QColorSpace::AdobeRgb));
        const auto decoded = decode_bytes(encode(picture, writer.constData(), 100));
        QVERIFY2(decoded.ok(), decoded.ok() ? "" : decoded.error().detail.c_str());
        QVERIFY(difference(decoded->image, picture).mean > 3);
        picture.convertToColorSpace(QColorSpace(QColorSpace::SRgb));
        QVERIFY(difference(decoded->image, picture).mean < 1.5);
    }

    void limits() {
        const QImage picture = draw_specimen(0, 0);
        for (const char* writer : {"PNG", "JPG", "BMP", "TIFF", "WEBP"}) {
            const std::string file = encode(picture, writer);
            DecodeRequest request;
            request.limits.max_pixels = 320 * 240;
            QVERIFY(decode_bytes(file, request).ok());
            request.limits.max_pixels = 320 * 240 - 1;
            auto refused = decode_bytes(file, request);
            QVERIFY(!refused.ok());
            QVERIFY(refused.error().kind == ErrorKind::TooLarge);
            QVERIFY(refused.error().text.find("320 x 240") != std::string::npos);
            request.limits = {.max_memory = 320 * 240 * 3 - 1};
            refused = decode_bytes(file, request);
            QVERIFY(!refused.ok());
            QVERIFY(refused.error().kind == ErrorKind::TooLarge);
        }
        // Scaled decoding needs memory for the scaled picture alone.
        DecodeRequest request{.cover = 60, .limits = {.max_memory = 320 * 240}};
        QVERIFY(decode_bytes(encode(picture, "JPG"), request).ok());
    }

    void files() {
        const QTemporaryDir folder;
        const std::string path = folder.filePath(QStringLiteral("wren.jpg")).toStdString();
        const std::string file = encode(draw_specimen(0, 1), "JPG");
        QVERIFY(write_file(path, file));
        const auto decoded = decode_file(path, {.cover = 100});
        QVERIFY(decoded.ok());
        QCOMPARE(decoded->image.height, 120);
        const auto bytes = read_image_file(path);
        QVERIFY(bytes.ok());
        QCOMPARE(bytes->size(), file.size());
        const auto refused =
            read_image_file(path, {.max_file_bytes = static_cast<std::int64_t>(file.size()) - 1});
        QVERIFY(!refused.ok());
        QVERIFY(refused.error().kind == ErrorKind::TooLarge);
        const auto missing = decode_file(path + ".not");
        QVERIFY(!missing.ok());
        QVERIFY(missing.error().kind == ErrorKind::NotFound);
        QVERIFY(missing.error().text.find(path) != std::string::npos);
        const auto folder_error = decode_file(folder.path().toStdString());
        QVERIFY(!folder_error.ok());
        QVERIFY(folder_error.error().kind == ErrorKind::Usage);
    }

    void sniffing() {
        const auto is = [](std::string_view head, ImageFormat format) {
            return sniff(as_bytes(std::string(head))) == format;
        };
        using namespace std::string_view_literals;
        QVERIFY(is(""sv, ImageFormat::Unknown));
        QVERIFY(is("\xFF\xD8"sv, ImageFormat::Unknown));
        QVERIFY(is("\xFF\xD8\xFF\xE1"sv, ImageFormat::Jpeg));
        QVERIFY(is("GIF89a"sv, ImageFormat::Gif));
        QVERIFY(is("MM\0*"sv, ImageFormat::Tiff));
        QVERIFY(is("RIFF\x10\0\0\0WEBPVP8 "sv, ImageFormat::WebP));
        QVERIFY(is("RIFF\x10\0\0\0WAVEfmt "sv, ImageFormat::Unknown));
        QVERIFY(
            is("\0\0\0\x18"
               "ftypheic\0\0\0\0mif1heic"sv,
               ImageFormat::Heif));
        QVERIFY(
            is("\0\0\0\x18"
               "ftypmif1\0\0\0\0mif1avif"sv,
               ImageFormat::Avif));
        QVERIFY(
            is("\0\0\0\x18"
               "ftypisom\0\0\0\0isommp42"sv,
               ImageFormat::Unknown));
        QVERIFY(is("BMP is how this text begins"sv, ImageFormat::Unknown));
        for (const char* name :
             {"a.jpg", "a.JPG", "b.c.JpEg", "x.tif", "x.tiff", "y.webp", "z.heic", ".png", "q.avif"}) {
            QVERIFY2(has_image_extension(name), name);
        }
        for (const char* name :
             {"", "jpg", "a.txt", "a.jpg.txt", "a.", "a.jpgx", "notes", "a.mp4", "x.pdf"}) {
            QVERIFY2(!has_image_extension(name), name);
        }
    }

    /// Readers are kept per thread or made per picture: threads must not meet.
    void threads() {
        std::vector<std::pair<std::string, std::vector<std::uint8_t>>> cases;
        for (const char* writer : {"PNG", "JPG", "BMP", "TIFF", "WEBP"}) {
            for (int i = 0; i < 3; ++i) {
                std::string file = encode(draw_specimen(i, i, {.width = 64 + 8 * i, .height = 48}), writer);
                auto pixels = decode_bytes(file)->image.pixels;
                cases.emplace_back(std::move(file), std::move(pixels));
            }
        }
        std::atomic<int> wrong = 0;
        std::vector<std::jthread> workers;
        for (std::size_t t = 0; t < 4; ++t) {
            workers.emplace_back([&, t] {
                for (std::size_t i = 0; i < 10 * cases.size(); ++i) {
                    const auto& [file, pixels] = cases[(i * 7 + t * 3) % cases.size()];
                    // a broken file between two good ones must leave nothing behind
                    static_cast<void>(decode_bytes(file.substr(0, file.size() / 4)));
                    const auto decoded = decode_bytes(file);
                    if (!decoded.ok() || decoded->image.pixels != pixels) ++wrong;
                }
            });
        }
        workers.clear();
        QCOMPARE(wrong.load(), 0);
    }
};

QTEST_GUILESS_MAIN(TestDecode)
#include "test_decode.moc"
