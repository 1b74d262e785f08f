// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <cstdlib>

#include <jpeglib.h>

#include <QTest>

#include "tests/image/compare.h"
#include "tests/support/specimens.h"

using namespace fieldmark;
using namespace fieldmark::testing;

namespace {

struct Ways {
    J_COLOR_SPACE stored = JCS_YCbCr;
    bool adobe = true;  ///< inks inverted, and the marker that says so
    bool progressive = false;
    int restart_rows = 0;
};

/// A JPEG of `picture` at quality 95 in any of libjpeg's ways.
std::string write_jpeg(const QImage& picture, const Ways& ways) {
    jpeg_compress_struct info = {};
    jpeg_error_mgr errors = {};
    info.err = jpeg_std_error(&errors);
    jpeg_create_compress(&info);
    unsigned char* data = nullptr;
    unsigned long size = 0;
    jpeg_mem_dest(&info, &data, &size);
    info.image_width = static_cast<JDIMENSION>(picture.width());
    info.image_height = static_cast<JDIMENSION>(picture.height());
    const bool inks = ways.stored == JCS_CMYK || ways.stored == JCS_YCCK;
    const bool grey = ways.stored == JCS_GRAYSCALE;
    info.input_components = inks ? 4 : grey ? 1 : 3;
    info.in_color_space = inks ? JCS_CMYK : grey ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(&info);
    jpeg_set_colorspace(&info, ways.stored);
    info.write_Adobe_marker = inks && ways.adobe ? TRUE : FALSE;
    jpeg_set_quality(&info, 95, TRUE);
    if (ways.progressive) jpeg_simple_progression(&info);
    info.restart_in_rows = ways.restart_rows;
    jpeg_start_compress(&info, TRUE);
    std::vector<unsigned char> row(static_cast<std::size_t>(picture.width()) * 4);
    for (int y = 0; y < picture.height(); ++y) {
        unsigned char* to = row.data();
        for (int x = 0; x < picture.width(); ++x) {
            const QRgb pixel = picture.pixel(x, y);
            const int rgb[] = {qRed(pixel), qGreen(pixel), qBlue(pixel)};
            if (grey) {
                *to++ = static_cast<unsigned char>(qGray(pixel));
            } else if (inks) {
                // as much black as there can be, the rest in colours; 255 is full ink, or none where inverted
                const int light = std::max({rgb[0], rgb[1], rgb[2], 1});
                for (const int c : rgb) {
                    const int ink = 255 - 255 * c / light;
                    *to++ = static_cast<unsigned char>(ways.adobe ? 255 - ink : ink);
                }
                *to++ = static_cast<unsigned char>(ways.adobe ? light : 255 - light);
            } else {
                for (const int c : rgb) *to++ = static_cast<unsigned char>(c);
            }
        }
        JSAMPROW rows[] = {row.data()};
        jpeg_write_scanlines(&info, rows, 1);
    }
    jpeg_finish_compress(&info);
    std::string file(reinterpret_cast<const char*>(data), size);
    jpeg_destroy_compress(&info);
    std::free(data);
    return file;
}

}  // namespace

class TestDecodeJpeg : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void colour_models_data() {
        QTest::addColumn<int>("stored");
        QTest::addColumn<bool>("adobe");
        QTest::addColumn<bool>("progressive");
        QTest::newRow("YCbCr") << int{JCS_YCbCr} << true << false;
        QTest::newRow("YCbCr, progressive") << int{JCS_YCbCr} << true << true;
        QTest::newRow("RGB") << int{JCS_RGB} << true << false;
        QTest::newRow("grey") << int{JCS_GRAYSCALE} << true << false;
        QTest::newRow("grey, progressive") << int{JCS_GRAYSCALE} << true << true;
        QTest::newRow("CMYK, Adobe") << int{JCS_CMYK} << true << false;
        QTest::newRow("CMYK, plain") << int{JCS_CMYK} << false << false;
        QTest::newRow("YCCK, Adobe") << int{JCS_YCCK} << true << false;
    }

    void colour_models() {
        QFETCH(int, stored);
        QFETCH(bool, adobe);
        QFETCH(bool, progressive);
        QImage picture = draw_specimen(3, 2);
        if (stored == JCS_GRAYSCALE) picture = picture.convertToFormat(QImage::Format_Grayscale8);
        const std::string file =
            write_jpeg(picture, {static_cast<J_COLOR_SPACE>(stored), adobe, progressive});
        const auto decoded = decode_bytes(file);
        QVERIFY2(decoded.ok(), decoded.ok() ? "" : decoded.error().detail.c_str());
        const double mean = difference(decoded->image, picture).mean;
        QVERIFY2(mean < 2.5, std::to_string(mean).c_str());
        const auto scaled = decode_bytes(file, {.cover = 60});
        QVERIFY(scaled.ok());
        const QImage small = picture.scaled(80, 60, Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
        const double small_mean = difference(scaled->image, small).mean;
        QVERIFY2(small_mean < 4, std::to_string(small_mean).c_str());
    }

    void scales_cover_data() {
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("height");
        QTest::addColumn<int>("cover");
        QTest::addColumn<int>("eighths");
        QTest::newRow("small stays") << 227 << 227 << 224 << 8;
        QTest::newRow("too small stays") << 100 << 300 << 224 << 8;
        QTest::newRow("no cover") << 1000 << 1000 << 0 << 8;
        QTest::newRow("half fits exactly") << 448 << 448 << 224 << 4;
        QTest::newRow("half rounds up") << 447 << 900 << 224 << 4;
        QTest::newRow("half is too small") << 446 << 900 << 224 << 8;
        QTest::newRow("a quarter") << 1000 << 900 << 224 << 2;
        QTest::newRow("an eighth") << 2000 << 1792 << 224 << 1;
        QTest::newRow("an eighth is too small") << 1784 << 3000 << 224 << 2;
    }

    void scales_cover() {
        QFETCH(int, width);
        QFETCH(int, height);
        QFETCH(int, cover);
        QFETCH(int, eighths);
        QImage picture(width, height, QImage::Format_RGB32);
        picture.fill(qRgb(40, 120, 200));
        const auto decoded = decode_bytes(encode(picture, "JPG", 90), {.cover = cover});
        QVERIFY(decoded.ok());
        QCOMPARE(decoded->image.width, (width * eighths + 7) / 8);
        QCOMPARE(decoded->image.height, (height * eighths + 7) / 8);
        QCOMPARE(decoded->source_width, width);
        QCOMPARE(decoded->source_height, height);
        const int shorter = std::min(decoded->image.width, decoded->image.height);
        if (cover > 0 && std::min(width, height) >= cover) QVERIFY(shorter >= cover);
        const std::uint8_t* centre =
            decoded->image.row(decoded->image.height / 2) + 3 * (decoded->image.width / 2);
        QVERIFY(std::abs(centre[0] - 40) < 4 && std::abs(centre[1] - 120) < 4 &&
                std::abs(centre[2] - 200) < 4);
    }

    /// Cut anywhere: real rows are right, missing ones grey, under half is an error.
    void truncated_data() {
        QTest::addColumn<bool>("progressive");
        QTest::addColumn<int>("restart_rows");
        QTest::newRow("baseline") << false << 0;
        QTest::newRow("with restart markers") << false << 1;
        QTest::newRow("progressive") << true << 0;
    }

    void truncated() {
        QFETCH(bool, progressive);
        QFETCH(int, restart_rows);
        const QImage picture = draw_specimen(6, 2);
        const std::string file = write_jpeg(picture, {JCS_YCbCr, true, progressive, restart_rows});
        const auto whole = decode_bytes(file);
        QVERIFY(whole.ok() && !whole->incomplete);
        int partial = 0;
        int refused = 0;
        for (int percent = 1; percent < 100; ++percent) {
            const auto decoded =
                decode_bytes(file.substr(0, file.size() * static_cast<std::size_t>(percent) / 100));
            if (!decoded.ok()) {
                QVERIFY2(decoded.error().kind == ErrorKind::Damaged, decoded.error().text.c_str());
                // libjpeg cannot go back before a table that is cut, of which a progressive file has several.
                QVERIFY2(partial == 0 || progressive, "more data, and yet refused");
                ++refused;
                continue;
            }
            ++partial;
            QVERIFY2(decoded->incomplete, std::to_string(percent).c_str());
            if (progressive) continue;
            const std::size_t half = std::size_t{3} * 320 * 112;
            QVERIFY(std::equal(decoded->image.pixels.begin(), decoded->image.pixels.begin() + half,
                               whole->image.pixels.begin()));
            if (percent < 90) {
                const std::uint8_t* last = decoded->image.row(239);
                QVERIFY(std::all_of(last, last + 960,
                                    [](std::uint8_t value) { return std::abs(value - 128) <= 1; }));
            }
        }
        QVERIFY2(partial > 20 && refused > 5 && (!progressive || refused < 30),
                 (std::to_string(partial) + ' ' + std::to_string(refused)).c_str());
    }

    /// The end marker alone missing costs nothing.
    void without_end_marker() {
        const std::string file = write_jpeg(draw_specimen(6, 3), {});
        const auto decoded = decode_bytes(file.substr(0, file.size() - 2));
        QVERIFY(decoded.ok());
        QVERIFY(!decoded->incomplete);
        QVERIFY(decoded->image.pixels == decode_bytes(file)->image.pixels);
    }

    void dates_data() {
        QTest::addColumn<QByteArray>("written");
        QTest::addColumn<QByteArray>("taken");
        QTest::newRow("good") << QByteArray("2024:05:06 07:08:09") << QByteArray("2024-05-06 07:08:09");
        QTest::newRow("zeros") << QByteArray("0000:00:00 00:00:00") << QByteArray();
        QTest::newRow("spaces") << QByteArray("    :  :     :  :  ") << QByteArray();
        QTest::newRow("words") << QByteArray("yesterday at eleven") << QByteArray();
        QTest::newRow("short") << QByteArray("2024:05:06") << QByteArray();
    }

    void dates() {
        QFETCH(QByteArray, written);
        QFETCH(QByteArray, taken);
        const std::string file =
            with_jpeg_segment(encode(draw_specimen(1, 1), "JPG"), 0xE1, exif_block(1, written.toStdString()));
        const auto decoded = decode_bytes(file);
        QVERIFY(decoded.ok());
        QCOMPARE(decoded->taken, taken.toStdString());
    }

    /// XMP travels in the same kind of segment, before or after EXIF.
    void exif_beside_xmp() {
        const std::string xmp = std::string("http://ns.adobe.com/xap/1.0/\0<x:xmpmeta/>", 41);
        const std::string plain = encode(draw_specimen(1, 1), "JPG");
        const std::string exif = exif_block(3, "2024:05:06 07:08:09");
        for (const auto& file : {with_jpeg_segment(with_jpeg_segment(plain, 0xE1, exif), 0xE1, xmp),
                                 with_jpeg_segment(with_jpeg_segment(plain, 0xE1, xmp), 0xE1, exif)}) {
            const auto decoded = decode_bytes(file);
            QVERIFY(decoded.ok());
            QCOMPARE(decoded->orientation, 3);
            QCOMPARE(decoded->taken, std::string("2024-05-06 07:08:09"));
        }
    }
};

QTEST_GUILESS_MAIN(TestDecodeJpeg)
#include "test_decode_jpeg.moc"
