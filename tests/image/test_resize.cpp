// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/image/resize.h"

#include <cmath>

#include <QTest>

#include "core/base/digest.h"
#include "tests/image/compare.h"
#include "tests/support/specimens.h"

using namespace fieldmark;
using namespace fieldmark::testing;

namespace {

/// Uniform noise from a linear congruential generator (Numerical Recipes' constants).
Image noise(int width, int height) {
    Image image;
    image.width = width;
    image.height = height;
    image.pixels.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
    std::uint32_t state = 12345;
    for (auto& value : image.pixels) {
        state = state * 1664525U + 1013904223U;
        value = static_cast<std::uint8_t>(state >> 24);
    }
    return image;
}

std::string digest(const Image& image) {
    return to_hex(sha256({reinterpret_cast<const std::byte*>(image.pixels.data()), image.pixels.size()}));
}

/// The filter as its formula, in floating point, rounded once: right to about one level and a half.
double by_formula(const Image& image, int width, int height, int x, int y, int channel) {
    const auto kernel = [](double t) {
        t = std::abs(t);
        if (t < 1) return 1.5 * t * t * t - 2.5 * t * t + 1;
        if (t < 2) return -0.5 * t * t * t + 2.5 * t * t - 4 * t + 2;
        return 0.0;
    };
    const auto weights = [&](int source, int target, int i) {
        const double scale = static_cast<double>(source) / target;
        std::vector<double> result(static_cast<std::size_t>(source));
        double sum = 0;
        for (int k = 0; k < source; ++k) {
            result[static_cast<std::size_t>(k)] =
                kernel((k + 0.5 - (i + 0.5) * scale) / std::max(1.0, scale));
            sum += result[static_cast<std::size_t>(k)];
        }
        for (double& w : result) w /= sum;
        return result;
    };
    const auto across = weights(image.width, width, x);
    const auto down = weights(image.height, height, y);
    double result = 0;
    for (int sy = 0; sy < image.height; ++sy) {
        if (down[static_cast<std::size_t>(sy)] == 0) continue;
        double row = 0;
        for (int sx = 0; sx < image.width; ++sx)
            row += across[static_cast<std::size_t>(sx)] * image.row(sy)[3 * sx + channel];
        result += down[static_cast<std::size_t>(sy)] * std::clamp(row, 0.0, 255.0);
    }
    return std::clamp(result, 0.0, 255.0);
}

}  // namespace

class TestResize : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    /// SHA-256 of what Pillow 13.0.0's Image.resize((w, h), BICUBIC) makes of the same noise: the published
    /// features were made with that filter, so the model's input must be equal to the bit.
    void equals_pillow_data() {
        QTest::addColumn<QSize>("source");
        QTest::addColumn<QSize>("target");
        QTest::addColumn<QByteArray>("expected");
        const auto row = [](QSize source, QSize target, const char* expected) {
            QTest::addRow("%d x %d to %d x %d", source.width(), source.height(), target.width(),
                          target.height())
                << source << target << QByteArray(expected);
        };
        row({227, 227}, {224, 224}, "629d5bb3b6887e1a75260b864b2b90c521eddcae4e4d3b3166748f9b5b2298ee");
        row({500, 375}, {224, 224}, "cc3fd25773d62f222ffb843c5e6a966e0e2f0a9d949489d40c8cb4ff76da3b21");
        row({750, 500}, {224, 224}, "8f26d3d3e98cff58d4eea44c6ef3202de255f46a744b597718dab64af7f1fe20");
        row({100, 80}, {224, 224}, "772cda5077d098ff9a6eb47c88046ecf9d63bbc0fd5eb86e8388c82e92fd14f8");
        row({1, 1}, {224, 224}, "d55b615079a5b2e371258f2d675b3406d62c48a0cb9531668eac79f6c44d659f");
        row({227, 224}, {224, 224}, "eeb7690962ffd01361b308129f3a874d1e2aa23efb65a5fd1fa97f6243aa6e8b");
        row({224, 300}, {224, 224}, "ed340c8365a46e1ff8df21da4dbb45ec5d2d6a91e32ff355419765fba8921cc8");
        row({640, 480}, {192, 144}, "0dd9ba2b4106b45a878f0a3f21a7b4af0f6d59d4f0744ecc10c1f4edb541bafd");
        row({31, 17}, {64, 17}, "28021a679ace52ec112ff28f0c606290c7f873f04eeb77707246c1a9e705cd7a");
    }

    void equals_pillow() {
        QFETCH(QSize, source);
        QFETCH(QSize, target);
        QFETCH(QByteArray, expected);
        const Image resized = resize(noise(source.width(), source.height()), target.width(), target.height());
        QCOMPARE(QByteArray::fromStdString(digest(resized)), expected);
    }

    void equals_its_formula_data() {
        QTest::addColumn<QSize>("source");
        QTest::addColumn<QSize>("target");
        for (const auto& [source, target] : {std::pair{QSize(37, 29), QSize(16, 16)},
                                             {QSize(16, 16), QSize(37, 29)},
                                             {QSize(3, 7), QSize(5, 2)},
                                             {QSize(2, 90), QSize(40, 3)},
                                             {QSize(90, 1), QSize(7, 1)},
                                             {QSize(65, 3), QSize(1, 1)}}) {
            QTest::addRow("%d x %d to %d x %d", source.width(), source.height(), target.width(),
                          target.height())
                << source << target;
        }
    }

    void equals_its_formula() {
        QFETCH(QSize, source);
        QFETCH(QSize, target);
        const Image image = noise(source.width(), source.height());
        const Image resized = resize(image, target.width(), target.height());
        QCOMPARE(resized.width, target.width());
        QCOMPARE(resized.height, target.height());
        for (int y = 0; y < resized.height; ++y) {
            for (int x = 0; x < resized.width; ++x) {
                for (int c = 0; c < 3; ++c) {
                    const double exact = by_formula(image, resized.width, resized.height, x, y, c);
                    QVERIFY(std::abs(exact - resized.row(y)[3 * x + c]) <= 1.5);
                }
            }
        }
    }

    void same_size_is_a_copy() {
        const Image image = noise(20, 30);
        QVERIFY(resize(image, 20, 30).pixels == image.pixels);
    }

    void flat_stays_flat() {
        Image image;
        image.width = 301;
        image.height = 203;
        image.pixels.assign(std::size_t{301} * 203 * 3, 255);
        const Image resized = resize(image, 224, 224);
        QVERIFY(std::all_of(resized.pixels.begin(), resized.pixels.end(),
                            [](std::uint8_t v) { return v == 255; }));
    }

    void nonsense_gives_nothing() {
        QVERIFY(resize(Image{}, 10, 10).empty());
        QVERIFY(resize(noise(4, 4), 0, 10).empty());
        QVERIFY(resize(noise(4, 4), 10, -1).empty());
        std::vector<std::uint8_t> small(10, 7);
        resize_to(noise(4, 4), 10, 10, small);  // no room: left alone
        QVERIFY(std::all_of(small.begin(), small.end(), [](std::uint8_t v) { return v == 7; }));
    }

    void fits_within() {
        const auto size = [](int width, int height, int side) {
            const Image image = fit_within(noise(width, height), side);
            return QSize(image.width, image.height);
        };
        QCOMPARE(size(640, 480, 192), QSize(192, 144));
        QCOMPARE(size(480, 640, 192), QSize(144, 192));
        QCOMPARE(size(100, 80, 192), QSize(100, 80));  // never up
        QCOMPARE(size(192, 10, 192), QSize(192, 10));
        QCOMPARE(size(1000, 1, 192), QSize(192, 1));
        QVERIFY(fit_within(Image{}, 192).empty());
    }

    void a_strip_of_many_rows() {
        Image strip;
        strip.width = 3;
        strip.height = 150'000;
        strip.pixels.assign(std::size_t{9} * 150'000, 10);
        std::fill(strip.pixels.begin() + 9 * 75'000, strip.pixels.end(), std::uint8_t{200});
        const Image small = resize(strip, 224, 224);
        QCOMPARE(small.pixels.size(), std::size_t{224} * 224 * 3);
        for (int y = 0; y < 224; ++y) {
            if (y >= 108 && y < 116) continue;  // the edge, where the kernel rings
            const std::uint8_t wanted = y < 112 ? 10 : 200;
            QVERIFY(
                std::all_of(small.row(y), small.row(y) + 672, [=](auto value) { return value == wanted; }));
        }
    }

    void crops() {
        const Image image = noise(100, 50);
        QVERIFY(crop_image(image, Crop{}).pixels == image.pixels);
        const Image part = crop_image(image, {2500, 5000, 5000, 2000});
        QCOMPARE(part.width, 50);
        QCOMPARE(part.height, 10);
        QVERIFY(std::equal(part.row(0), part.row(0) + 150, image.row(25) + 75));
        QVERIFY(std::equal(part.row(9), part.row(9) + 150, image.row(34) + 75));
        // The smallest crop in the last corner is still a pixel, and the right one.
        const Image pixel = crop_image(image, {9999, 9999, 1, 1});
        QCOMPARE(pixel.width, 1);
        QCOMPARE(pixel.height, 1);
        QVERIFY(std::equal(pixel.row(0), pixel.row(0) + 3, image.row(49) + 297));
        QVERIFY(crop_image(Image{}, {0, 0, 5000, 5000}).empty());
    }

    void encodes() {
        const QImage picture = draw_specimen(1, 5);
        const Image image = to_image(picture);
        const auto png = encode_png(image);
        QVERIFY(png.ok());
        const auto from_png = decode(std::as_bytes(std::span(*png)), "png");
        QVERIFY(from_png.ok());
        QVERIFY(from_png->image.pixels == image.pixels);
        std::size_t last = 0;
        for (const int quality : {30, 85, 95}) {
            const auto jpeg = encode_jpeg(image, quality);
            QVERIFY(jpeg.ok());
            QVERIFY(jpeg->size() > last);
            last = jpeg->size();
            const auto decoded = decode(std::as_bytes(std::span(*jpeg)), "jpeg");
            QVERIFY(decoded.ok() && !decoded->incomplete);
            QVERIFY(difference(decoded->image, picture).mean < (quality < 50 ? 6 : 3));
        }
        QVERIFY(!encode_jpeg(Image{}, 85).ok());
        QVERIFY(!encode_png(Image{}).ok());
        Image tall;
        tall.width = 1;
        tall.height = 70000;
        tall.pixels.resize(std::size_t{3} * 70000);
        const auto refused = encode_jpeg(tall, 85);
        QVERIFY(!refused.ok());
        QVERIFY(refused.error().kind == ErrorKind::Usage);
        QVERIFY(encode_png(tall).ok());
    }
};

QTEST_GUILESS_MAIN(TestResize)
#include "test_resize.moc"
