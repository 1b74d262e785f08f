// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "tests/image/compare.h"
#include "tests/image/heif_writer.h"
#include "tests/support/specimens.h"

using namespace fieldmark;
using namespace fieldmark::testing;

class TestDecodeHeif : public QObject {
    Q_OBJECT

  private Q_SLOTS:
#ifdef FIELDMARK_HAVE_HEIF
    void formats_data() {
        QTest::addColumn<int>("compression");
        QTest::addColumn<int>("format");
        QTest::newRow("HEIC") << int{heif_compression_HEVC} << static_cast<int>(ImageFormat::Heif);
        QTest::newRow("AVIF") << int{heif_compression_AV1} << static_cast<int>(ImageFormat::Avif);
    }

    void formats() {
        QFETCH(int, compression);
        QFETCH(int, format);
        const QImage picture = draw_specimen(2, 2);
        const std::string file = write_heif(picture, static_cast<heif_compression_format>(compression),
                                            exif_block(6, "2024:05:06 07:08:09"));
        if (file.empty()) QSKIP("this system's libheif cannot write the format");
        const auto decoded = decode_bytes(file);
        QVERIFY2(decoded.ok(), decoded.ok() ? "" : decoded.error().detail.c_str());
        QCOMPARE(static_cast<int>(decoded->format), format);
        QCOMPARE(decoded->source_width, 320);
        // The container's own turns count, not EXIF's.
        QCOMPARE(decoded->orientation, 1);
        QCOMPARE(decoded->taken, std::string("2024-05-06 07:08:09"));
        const double mean = difference(decoded->image, picture).mean;
        QVERIFY2(mean < 4, std::to_string(mean).c_str());
    }

    void alpha_data() {
        formats_data();
    }

    void alpha() {
        QFETCH(int, compression);
        QImage picture(64, 64, QImage::Format_ARGB32);
        for (int y = 0; y < 64; ++y) {
            for (int x = 0; x < 64; ++x)
                picture.setPixel(x, y, x < 32 ? qRgba(200, 60, 20, 255) : qRgba(0, 0, 0, 0));
        }
        const std::string file = write_heif(picture, static_cast<heif_compression_format>(compression));
        if (file.empty()) QSKIP("this system's libheif cannot write the format");
        const auto decoded = decode_bytes(file);
        QVERIFY2(decoded.ok(), decoded.ok() ? "" : decoded.error().detail.c_str());
        const std::uint8_t* row = decoded->image.row(32);
        QVERIFY(std::abs(row[3 * 8] - 200) < 10);
        QVERIFY(std::abs(row[3 * 56] - 128) < 6 && std::abs(row[3 * 56 + 1] - 128) < 6);
    }

    void truncated_and_limited_data() {
        formats_data();
    }

    void truncated_and_limited() {
        QFETCH(int, compression);
        const std::string file =
            write_heif(draw_specimen(2, 4), static_cast<heif_compression_format>(compression));
        if (file.empty()) QSKIP("this system's libheif cannot write the format");
        for (int percent = 5; percent < 100; percent += 5) {
            const auto decoded =
                decode_bytes(file.substr(0, file.size() * static_cast<std::size_t>(percent) / 100));
            QVERIFY(!decoded.ok());
            QVERIFY2(
                decoded.error().kind == ErrorKind::Damaged || decoded.error().kind == ErrorKind::Unsupported,
                decoded.error().text.c_str());
        }
        DecodeRequest request;
        request.limits.max_pixels = 1000;
        const auto refused = decode_bytes(file, request);
        QVERIFY(!refused.ok());
        QVERIFY(refused.error().kind == ErrorKind::TooLarge);
    }
#else
    void names_the_missing_library() {
        const auto decoded =
            decode_bytes(std::string("\0\0\0\x18"
                                     "ftypheic\0\0\0\0mif1heic",
                                     24));
        QVERIFY(!decoded.ok());
        QVERIFY(decoded.error().kind == ErrorKind::Unsupported);
        QVERIFY(decoded.error().text.find("libheif") != std::string::npos);
    }
#endif
};

QTEST_GUILESS_MAIN(TestDecodeHeif)
#include "test_decode_heif.moc"
