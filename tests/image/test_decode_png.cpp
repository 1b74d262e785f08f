// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <png.h>

#include <QTest>

#include "tests/image/compare.h"
#include "tests/support/specimens.h"

using namespace fieldmark;
using namespace fieldmark::testing;

namespace {

/// A PNG of an RGBA picture, interlaced or not, with or without its alpha channel, 8 or 16 bits deep.
std::string write_png(const QImage& picture, bool interlaced, bool alpha, int depth) {
    const QImage rgba = picture.convertToFormat(QImage::Format_RGBA8888);
    std::string file;
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
    png_infop info = png_create_info_struct(png);
    png_set_write_fn(
        png, &file,
        [](png_structp self, png_bytep data, std::size_t size) {
            static_cast<std::string*>(png_get_io_ptr(self))
                ->append(reinterpret_cast<const char*>(data), size);
        },
        nullptr);
    png_set_IHDR(png, info, static_cast<png_uint_32>(rgba.width()), static_cast<png_uint_32>(rgba.height()),
                 depth, alpha ? PNG_COLOR_TYPE_RGBA : PNG_COLOR_TYPE_RGB,
                 interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    const int channels = alpha ? 4 : 3;
    const std::size_t samples = static_cast<std::size_t>(rgba.width()) * static_cast<std::size_t>(channels);
    const std::size_t row_bytes = samples * static_cast<std::size_t>(depth / 8);
    std::vector<png_byte> data(row_bytes * static_cast<std::size_t>(rgba.height()));
    std::vector<png_bytep> rows;
    for (int y = 0; y < rgba.height(); ++y) {
        png_byte* row = data.data() + row_bytes * static_cast<std::size_t>(y);
        rows.push_back(row);
        for (std::size_t i = 0; i < samples; ++i) {
            const auto pixel = i / static_cast<std::size_t>(channels);
            const png_byte value = rgba.constScanLine(y)[pixel * 4 + i % static_cast<std::size_t>(channels)];
            for (int b = 0; b < depth / 8; ++b) *row++ = value;  // v * 257: the same shade
        }
    }
    png_write_info(png, info);
    png_write_image(png, rows.data());
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    return file;
}

}  // namespace

class TestDecodePng : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void kinds_data() {
        QTest::addColumn<bool>("interlaced");
        QTest::addColumn<bool>("alpha");
        QTest::addColumn<int>("depth");
        for (const bool interlaced : {false, true}) {
            for (const bool alpha : {false, true}) {
                for (const int depth : {8, 16}) {
                    const std::string name = std::string(interlaced ? "interlaced " : "") +
                                             (alpha ? "RGBA " : "RGB ") + std::to_string(depth) + " bits";
                    QTest::newRow(name.c_str()) << interlaced << alpha << depth;
                }
            }
        }
    }

    void kinds() {
        QFETCH(bool, interlaced);
        QFETCH(bool, alpha);
        QFETCH(int, depth);
        const QImage picture = draw_specimen(7, 1);
        const auto decoded = decode_bytes(write_png(picture, interlaced, alpha, depth));
        QVERIFY2(decoded.ok(), decoded.ok() ? "" : decoded.error().detail.c_str());
        QVERIFY(!decoded->incomplete);
        QCOMPARE(difference(decoded->image, picture).largest, 0);
    }

    void truncated_data() { kinds_data(); }

    void truncated() {
        QFETCH(bool, interlaced);
        QFETCH(bool, alpha);
        QFETCH(int, depth);
        const QImage picture = draw_specimen(7, 2);
        const std::string file = write_png(picture, interlaced, alpha, depth);
        int partial = 0;
        int refused = 0;
        for (int percent = 1; percent < 99; ++percent) {
            const auto decoded =
                decode_bytes(file.substr(0, file.size() * static_cast<std::size_t>(percent) / 100));
            if (!decoded.ok()) {
                QVERIFY2(decoded.error().kind == ErrorKind::Damaged, decoded.error().text.c_str());
                QVERIFY2(partial == 0, "more data, and yet refused");
                ++refused;
                continue;
            }
            ++partial;
            QVERIFY(decoded->incomplete);
            if (interlaced) continue;
            QCOMPARE(difference(decoded->image, picture, 0, 120).largest, 0);
            if (percent < 90) {
                const std::uint8_t* last = decoded->image.row(239);
                QVERIFY(std::all_of(last, last + 960, [](std::uint8_t value) { return value == 128; }));
            }
        }
        QVERIFY2(partial > 20 && refused > 20,
                 (std::to_string(partial) + ' ' + std::to_string(refused)).c_str());
    }

    /// A palette with one translucent and one transparent colour, and a grey level that means "transparent".
    void transparent_colours() {
        QImage picture(8, 1, QImage::Format_Indexed8);
        picture.setColorTable({qRgb(10, 20, 30), qRgba(200, 100, 0, 0), qRgba(255, 255, 255, 51)});
        for (int x = 0; x < 8; ++x) picture.setPixel(x, 0, static_cast<unsigned>(x % 3));
        const auto decoded = decode_bytes(encode(picture, "PNG"));
        QVERIFY(decoded.ok());
        const std::uint8_t* row = decoded->image.row(0);
        const std::uint8_t expected[] = {10, 20, 30, 128, 128, 128, 153, 153, 153};
        QVERIFY(std::equal(expected, expected + 9, row));

        const std::string opaque = encode(QImage(8, 8, QImage::Format_Grayscale8).copy(), "PNG");
        QVERIFY(!opaque.empty());
        QImage grey(8, 8, QImage::Format_Grayscale8);
        grey.fill(7);
        const auto blended = decode_bytes(with_png_chunk(encode(grey, "PNG"), png_chunk("tRNS", big(7, 2))));
        QVERIFY(blended.ok());
        QCOMPARE(int{blended->image.pixels[0]}, 128);
    }
};

QTEST_GUILESS_MAIN(TestDecodePng)
#include "test_decode_png.moc"
