// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <random>

#include <QColorSpace>
#include <QTest>

#include "tests/image/compare.h"
#include "tests/image/heif_writer.h"
#include "tests/support/specimens.h"

using namespace fieldmark;
using namespace fieldmark::testing;

/// Small files of each format with random bytes changed, cut out and cut off, always the same ones: each
/// decodes to a whole bitmap or fails with a kind that a picture can fail with; nothing crashes (run it under
/// sanitizers too).
class TestMutations : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void mutations_data() {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<int>("count");
        const QImage picture = draw_specimen(4, 1, {.width = 64, .height = 48});
        const auto row = [](const char* name, const std::string& file, int count) {
            if (!file.empty()) QTest::newRow(name) << QByteArray::fromStdString(file) << count;
        };
        const std::string exif = exif_block(6, "2024:05:06 07:08:09");
        QImage wide = picture;
        wide.setColorSpace(QColorSpace(QColorSpace::AdobeRgb));
        row("JPEG", with_jpeg_segment(encode(wide, "JPG", 85), 0xE1, exif), 300);
        row("PNG", with_png_chunk(encode(wide, "PNG"), png_chunk("eXIf", exif.substr(6))), 300);
        row("WebP", with_webp_exif(encode(wide, "WEBP", 80), exif.substr(6), 64, 48), 300);
        row("WebP, lossless", encode(picture, "WEBP", 100), 300);
        row("BMP", encode(picture, "BMP"), 300);
        row("BMP, palette", encode(picture.convertToFormat(QImage::Format_Indexed8), "BMP"), 300);
        row("TIFF", encode(picture, "TIFF"), 300);
        row("GIF", encode_gif(picture), 300);
#ifdef FIELDMARK_HAVE_HEIF
        row("HEIC", write_heif(picture, heif_compression_HEVC, exif), 100);
        row("AVIF", write_heif(picture, heif_compression_AV1, exif), 100);
#endif
    }

    void mutations() {
        QFETCH(QByteArray, file);
        QFETCH(int, count);
        const std::string original = file.toStdString();
        QVERIFY2(decode_bytes(original).ok(), "the file itself must be good");
        DecodeRequest request;
        request.limits = {.max_pixels = 4'000'000, .max_memory = std::int64_t{64} << 20};
        std::mt19937 random(20261121);
        const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
        int good = 0;
        int bad = 0;
        for (int i = 0; i < count; ++i) {
            std::string mutant = original;
            // Headers decide most: half of the changes go there.
            const std::size_t reach = i % 2 == 0 ? std::min<std::size_t>(mutant.size(), 200) : mutant.size();
            for (std::size_t changes = 1 + below(4); changes > 0; --changes) {
                mutant[below(reach)] = static_cast<char>(random() & 255U);
            }
            if (i % 5 == 0) mutant.resize(1 + below(mutant.size()));
            if (i % 7 == 0) {
                const std::size_t at = below(mutant.size());
                mutant.erase(at, below(16));
            }
            request.cover = i % 3 == 0 ? 16 : 0;
            const auto decoded = decode_bytes(mutant, request);
            if (decoded.ok()) {
                ++good;
                const Image& image = decoded->image;
                QVERIFY(image.width > 0 && image.height > 0);
                QCOMPARE(image.bytes(),
                         static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height) * 3);
            } else {
                ++bad;
                const ErrorKind kind = decoded.error().kind;
                QVERIFY2(kind == ErrorKind::Damaged || kind == ErrorKind::Unsupported ||
                             kind == ErrorKind::TooLarge,
                         to_string(kind));
            }
        }
        QVERIFY2(good > 0 && bad > 0, "mutations that never or always matter test nothing");
    }
};

QTEST_GUILESS_MAIN(TestMutations)
#include "test_mutations.moc"
