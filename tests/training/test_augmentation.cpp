// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <set>

#include <QTest>

#include "core/training/augmentation.h"

using namespace fieldmark;

namespace {

using Pixels = std::vector<std::uint8_t>;

/// Red grows to the right, green downwards, blue is even: every place tells where it is.
Pixels chart(int size) {
    Pixels pixels(static_cast<std::size_t>(size) * static_cast<std::size_t>(size) * 3);
    for (int y = 0; y < size; ++y) {
        for (int x = 0; x < size; ++x) {
            std::uint8_t* pixel = &pixels[(static_cast<std::size_t>(y) * static_cast<std::size_t>(size) +
                                           static_cast<std::size_t>(x)) *
                                          3];
            pixel[0] = static_cast<std::uint8_t>(x * 255 / (size - 1));
            pixel[1] = static_cast<std::uint8_t>(y * 255 / (size - 1));
            pixel[2] = 60;
        }
    }
    return pixels;
}

Pixels apply(const Augmentation& augmentation, const AugmentationDraw& draw, const PictureView& view) {
    Pixels out(static_cast<std::size_t>(augmentation.output) * static_cast<std::size_t>(augmentation.output) *
               3);
    apply_augmentation(augmentation, draw, view, out);
    return out;
}

const std::uint8_t* at(const Pixels& pixels, int side, int x, int y) {
    return &pixels[(static_cast<std::size_t>(y) * static_cast<std::size_t>(side) +
                    static_cast<std::size_t>(x)) *
                   3];
}

}  // namespace

class TestAugmentation : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void the_same_numbers_give_the_same_picture() {
        const Pixels source = chart(248);
        const auto augmentation = Augmentation::dvf(224);
        std::set<Pixels> seen;
        for (std::uint64_t draw = 0; draw < 12; ++draw) {
            const auto once = apply(augmentation, draw_augmentation(augmentation, 1, 2, draw), {source, 248});
            const auto again =
                apply(augmentation, draw_augmentation(augmentation, 1, 2, draw), {source, 248});
            QVERIFY(once == again);
            seen.insert(once);
        }
        QCOMPARE(seen.size(), std::size_t{12});
        const auto other_epoch = apply(augmentation, draw_augmentation(augmentation, 1, 3, 0), {source, 248});
        const auto other_seed = apply(augmentation, draw_augmentation(augmentation, 2, 2, 0), {source, 248});
        QVERIFY(!seen.contains(other_epoch));
        QVERIFY(!seen.contains(other_seed));
    }

    void none_is_the_picture_itself() {
        const Pixels source = chart(96);
        const auto none = Augmentation::none(96);
        QVERIFY(apply(none, draw_augmentation(none, 1, 1, 1), {source, 96}) == source);
    }

    /// Shrinking keeps each place where it is: the chart shrunk is the chart of the smaller size.
    void resampling_moves_nothing() {
        const Pixels source = chart(248);
        for (const int side : {96, 224, 300}) {
            const auto none = Augmentation::none(side);
            const Pixels out = apply(none, {}, {source, 248});
            for (int y = 2; y < side - 2; y += 7) {
                for (int x = 2; x < side - 2; x += 5) {
                    const double u = ((x + 0.5) / side * 248 - 0.5) * 255 / 247;
                    const double v = ((y + 0.5) / side * 248 - 0.5) * 255 / 247;
                    QVERIFY(std::abs(at(out, side, x, y)[0] - u) < 1.6);
                    QVERIFY(std::abs(at(out, side, x, y)[1] - v) < 1.6);
                    QCOMPARE(int{at(out, side, x, y)[2]}, 60);
                }
            }
        }
    }

    void random_crops_are_whole_pixels_from_every_place() {
        const Pixels source = chart(248);
        auto crop = Augmentation::crop_and_flip(224);
        crop.flip = 0;
        std::set<int> columns, rows;
        for (std::uint64_t draw = 0; draw < 600; ++draw) {
            const Pixels out = apply(crop, draw_augmentation(crop, 5, 1, draw), {source, 248});
            int x = -1, y = -1;
            for (int i = 0; i <= 24; ++i) {
                if (at(source, 248, i, 0)[0] == out[0]) x = i;
                if (at(source, 248, 0, i)[1] == out[1]) y = i;
            }
            QVERIFY(x >= 0 && y >= 0);
            for (const int i : {0, 100, 223})
                QVERIFY(
                    std::equal(at(out, 224, i, i), at(out, 224, i, i) + 3, at(source, 248, x + i, y + i)));
            columns.insert(x);
            rows.insert(y);
        }
        QCOMPARE(columns.size(), std::size_t{25});
        QCOMPARE(rows.size(), std::size_t{25});
    }

    void flips_half_of_the_pictures() {
        const auto crop = Augmentation::crop_and_flip(224);
        int flipped = 0;
        for (std::uint64_t draw = 0; draw < 1000; ++draw) flipped += draw_augmentation(crop, 1, 0, draw).flip;
        QVERIFY(flipped > 430 && flipped < 570);
        const Pixels source = chart(224);
        AugmentationDraw mirror;
        mirror.flip = true;
        const Pixels out = apply(Augmentation::none(224), mirror, {source, 224});
        for (int x = 0; x < 224; x += 9)
            QVERIFY(std::equal(at(out, 224, x, 50), at(out, 224, x, 50) + 3, at(source, 224, 223 - x, 50)));
    }

    void resized_parts_keep_their_bounds() {
        const auto resized = Augmentation::resized(64);
        for (std::uint64_t draw = 0; draw < 500; ++draw) {
            const auto drawn = draw_augmentation(resized, 3, 1, draw);
            QVERIFY(drawn.x >= 0 && drawn.y >= 0);
            QVERIFY(drawn.x + drawn.width <= 1 + 1e-9 && drawn.y + drawn.height <= 1 + 1e-9);
            QVERIFY(drawn.width * drawn.height > 0.19 && drawn.width * drawn.height <= 1);
        }
    }

    void colours_change_as_told() {
        const Pixels source = chart(64);
        const auto none = Augmentation::none(64);
        AugmentationDraw grey;
        grey.grey = true;
        const Pixels out = apply(none, grey, {source, 64});
        for (std::size_t i = 0; i < out.size(); i += 3) {
            const double luma = 0.299 * source[i] + 0.587 * source[i + 1] + 0.114 * source[i + 2];
            for (std::size_t c = 0; c < 3; ++c) QVERIFY(std::abs(out[i + c] - luma) <= 0.51);
        }
        AugmentationDraw bright;
        bright.brightness = 1.5F;
        QCOMPARE(int{apply(none, bright, {source, 64})[2]}, 90);
        // Contrast and saturation at 1 and a blur of an even colour change nothing; blur keeps the mean.
        AugmentationDraw blurred;
        blurred.blur_radius = 1.7F;
        const Pixels soft = apply(none, blurred, {source, 64});
        for (int i = 8; i < 56; ++i) QVERIFY(std::abs(at(soft, 64, i, i)[0] - at(source, 64, i, i)[0]) <= 2);
        QCOMPARE(int{soft[2]}, 60);
        AugmentationDraw flat;
        flat.contrast = 0;
        const Pixels even = apply(none, flat, {source, 64});
        QVERIFY(std::all_of(even.begin(), even.end(), [&](std::uint8_t v) { return v == even[0]; }));
    }

    /// A window is looked at as if it were the whole picture.
    void a_window_is_a_picture_of_its_own() {
        const Pixels source = chart(200);
        Pixels part(std::size_t{100} * 100 * 3);
        for (int y = 0; y < 100; ++y)
            std::copy_n(at(source, 200, 50, 20 + y), 300, &part[static_cast<std::size_t>(y) * 300]);
        const auto dvf = Augmentation::dvf(64);
        for (std::uint64_t draw = 0; draw < 20; ++draw) {
            const auto drawn = draw_augmentation(dvf, 1, 1, draw);
            PictureView view{source, 200};
            view.window = Crop{2500, 1000, 5000, 5000};
            const Pixels seen = apply(dvf, drawn, view), own = apply(dvf, drawn, {part, 100});
            for (std::size_t i = 0; i < seen.size(); ++i) QVERIFY(std::abs(seen[i] - own[i]) <= 1);
        }
    }

    /// What is blotted out has exactly the fill's colour, the rest is untouched; a mirror image moves both.
    void a_blot_covers_its_box() {
        const Pixels source = chart(100);
        PictureView view{source, 100};
        view.blotted = Crop{1000, 3000, 2000, 4000};
        for (const bool flip : {false, true}) {
            AugmentationDraw draw;
            draw.flip = flip;
            draw.brightness = 0.7F;
            const Pixels plain = apply(Augmentation::none(100), draw, {source, 100});
            const Pixels out = apply(Augmentation::none(100), draw, view);
            for (int y = 0; y < 100; ++y) {
                for (int x = 0; x < 100; ++x) {
                    const int own = flip ? 99 - x : x;
                    const bool covered = own >= 10 && own < 30 && y >= 30 && y < 70;
                    for (int c = 0; c < 3; ++c)
                        QCOMPARE(at(out, 100, x, y)[c],
                                 covered ? std::uint8_t{127} : at(plain, 100, x, y)[c]);
                }
            }
        }
    }

    void a_whole_picture_is_as_large_as_its_parts() {
        QCOMPARE(Augmentation::crop_and_flip(224).whole_side(), 248);
        QCOMPARE(Augmentation::dvf(224).whole_side(), 256);
        QCOMPARE(Augmentation::none(224).whole_side(), 224);
        QCOMPARE(Augmentation::resized(224).whole_side(), 224);
    }

    void names_are_checked() {
        QCOMPARE(Augmentation::names().size(), std::size_t{4});
        for (const std::string& name : Augmentation::names()) {
            const auto named = Augmentation::by_name(name, 200);
            QVERIFY2(named.ok(), name.c_str());
            QCOMPARE(named->output, 200);
        }
        QCOMPARE(Augmentation::by_name("none", 224)->flip, 0.0);
        QCOMPARE(Augmentation::by_name("dvf", 224)->grey, 0.2);
        QCOMPARE(Augmentation::by_name("cutmix", 224).error().kind, ErrorKind::Usage);
    }
};

QTEST_APPLESS_MAIN(TestAugmentation)
#include "test_augmentation.moc"
