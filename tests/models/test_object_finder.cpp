// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cmath>
#include <cstring>

#include <QTemporaryDir>
#include <QtTest>

#include "core/base/file_system.h"
#include "core/models/model_registry.h"
#include "core/models/object_box.h"
#include "core/models/object_finder.h"
#include "core/models/safetensors.h"

using namespace fieldmark;

namespace {

/// As packaging/convert_object_finder.py: a disc left of the centre, and a box at the lower right.
std::vector<std::uint8_t> synthetic_pictures(int side) {
    std::vector<std::uint8_t> pixels;
    for (int n = 0; n < 2; ++n) {
        for (int y = 0; y < side; ++y) {
            for (int x = 0; x < side; ++x) {
                std::array<int, 3> colour{90 + x * 40 / side, 120 + y * 40 / side, 140};
                const int dx = 10 * x - 4 * side;
                const int dy = 10 * y - 5 * side;
                const bool disc = dx * dx + dy * dy < 4 * side * side;
                const bool box = 2 * x > side && 10 * x < 9 * side && 10 * y > 6 * side && 10 * y < 9 * side;
                if (n == 0 && disc) colour = {200, 40, 30};
                if (n == 1 && box) colour = {30, 30, 30};
                for (const int value : colour) pixels.push_back(static_cast<std::uint8_t>(value));
            }
        }
    }
    return pixels;
}

/// A map of zeros with rectangles of a value, painted in order.
struct Map {
    static constexpr int kWidth = 20;
    static constexpr int kHeight = 10;
    std::vector<float> values = std::vector<float>(kWidth * kHeight, 0.1f);
    Map& paint(int x, int y, int width, int height, float value) {
        for (int v = y; v < y + height; ++v) {
            for (int u = x; u < x + width; ++u) values[static_cast<std::size_t>(v * kWidth + u)] = value;
        }
        return *this;
    }
    std::optional<BoxInMap> box(const BoxRule& rule) const {
        return box_of_map(values, kWidth, kHeight, rule);
    }
};

constexpr BoxRule kPlain{0.5f, 1.0f, 1.0f, 0.5f};

}  // namespace

class TestObjectFinder : public QObject {
    Q_OBJECT

    static Result<ObjectFinderInfo> installed() {
        return find_object_finder(ModelRegistry::default_search_path());
    }
    static std::string bytes_of(const QString& path) { return path.toStdString(); }
    /// A folder of models with a copy of the installed finder's manifest, `from` replaced.
    static Error error_with(const QByteArray& from, const QByteArray& to) {
        QTemporaryDir models;
        const auto info = installed();
        if (!info) return info.error();
        QFile source(QString::fromStdString(info->path + "/manifest.json"));
        if (!source.open(QIODevice::ReadOnly)) return {ErrorKind::Internal, "no manifest"};
        QByteArray text = source.readAll();
        if (!text.contains(from)) return {ErrorKind::Internal, "the manifest has no " + from.toStdString()};
        text.replace(from, to);
        QDir(models.path()).mkdir(QStringLiteral("finder"));
        QFile file(models.filePath(QStringLiteral("finder/manifest.json")));
        if (!file.open(QIODevice::WriteOnly)) return {ErrorKind::Internal, "cannot write"};
        file.write(text);
        file.close();
        for (const auto& path : {info->weights_path, info->decoder_path}) {
            const QString name = QFileInfo(QString::fromStdString(path)).fileName();
            QFile::link(QString::fromStdString(path), models.filePath(QStringLiteral("finder/") + name));
        }
        const auto found = find_object_finder({bytes_of(models.path())});
        if (!found) return found.error();
        const auto loaded = ObjectFinder::load(*found);
        return loaded ? Error{ErrorKind::Internal, "nothing was refused"} : loaded.error();
    }

  private Q_SLOTS:
    void the_network_computes_what_the_reference_computed() {
        const auto info = installed();
        QVERIFY2(info.ok(), "The object finder is not installed: run packaging/setup.sh.");
        auto finder = ObjectFinder::load(*info);
        QVERIFY2(finder.ok(), finder ? "" : finder.error().text.c_str());
        auto bytes = FileSystem::posix().read(info->path + "/reference.safetensors");
        QVERIFY2(bytes.ok(), "The finder's reference is missing: run packaging/setup.sh.");
        const auto reference = Safetensors::parse(std::move(*bytes), "reference");
        QVERIFY(reference.ok());
        const int side = info->input_width;
        const auto expected = reference->f32("mask", {2, side, side});
        QVERIFY(expected.ok());
        const auto pixels = synthetic_pictures(side);
        const auto maps = (*finder)->saliency(pixels, 2);
        QVERIFY2(maps.ok(), maps ? "" : maps.error().text.c_str());
        std::vector<float> wanted(maps->size());
        QCOMPARE(expected->data.size(), wanted.size() * sizeof(float));
        std::memcpy(wanted.data(), expected->data.data(), expected->data.size());
        float worst = 0;
        for (std::size_t i = 0; i < wanted.size(); ++i)
            worst = std::max(worst, std::abs(wanted[i] - (*maps)[i]));
        QVERIFY2(worst < 1e-3f, std::to_string(worst).c_str());

        // The boxes lie around what was painted, a picture alone gives what it gave beside another.
        const auto map_of = [&](int n) {
            return std::span(*maps).subspan(static_cast<std::size_t>(n * side * side),
                                            static_cast<std::size_t>(side * side));
        };
        const auto disc = box_of_map(map_of(0), side, side);
        QVERIFY(disc && overlap(disc->box, {2000, 3000, 4000, 4000}) > 0.7);
        const auto box = box_of_map(map_of(1), side, side);
        QVERIFY(box && overlap(box->box, {5000, 6000, 4000, 3000}) > 0.7);
        const auto alone = (*finder)->saliency(std::span(pixels).subspan(pixels.size() / 2), 1);
        QVERIFY(alone.ok());
        worst = 0;
        for (std::size_t i = 0; i < alone->size(); ++i)
            worst = std::max(worst, std::abs((*alone)[i] - map_of(1)[i]));
        QVERIFY2(worst < 1e-4f, std::to_string(worst).c_str());
        QVERIFY(!(*finder)->saliency(std::span(pixels).subspan(1), 2).ok());
    }

    void what_is_not_there_or_not_sound_is_named() {
        QTemporaryDir empty;
        const auto none = find_object_finder({bytes_of(empty.path())});
        QVERIFY(!none.ok());
        QVERIFY(none.error().kind == ErrorKind::NotFound);
        QVERIFY(none.error().text.find("setup.sh") != std::string::npos);
        QVERIFY(error_with("\"weights_sha256\": \"", "\"weights_sha256\": \"0").kind == ErrorKind::Damaged);
        QVERIFY(error_with("\"width\": ", "\"width\": -").kind == ErrorKind::Damaged);
        QVERIFY(error_with("\"width\": ", "\"width\": 1").kind ==
                ErrorKind::Damaged);  // 1224 is no multiple of 14
        QVERIFY(error_with("\"decoder\"", "\"dec\"").kind == ErrorKind::Damaged);
        QVERIFY(error_with("\"format\": 1", "\"format\": 2").kind == ErrorKind::NewerVersion);
        QVERIFY(error_with("weights.safetensors", "../weights.safetensors").kind == ErrorKind::Damaged);
    }

    void a_box_is_drawn_around_the_strongest_component() {
        Map map;
        QVERIFY(!map.box(kPlain));  // nothing above the threshold
        map.paint(2, 1, 4, 4, 0.9f).paint(12, 6, 2, 2, 0.6f);
        auto found = map.box(kPlain);
        QVERIFY(found);
        QCOMPARE(found->box, (Crop{1000, 1000, 2000, 4000}));
        QVERIFY(std::abs(found->score - 0.9f) < 1e-5f);
        // A neighbour of a fifth of its strength belongs to it where a tenth is asked for.
        BoxRule rule = kPlain;
        rule.neighbour_share = 0.1f;
        QCOMPARE(map.box(rule)->box, (Crop{1000, 1000, 6000, 7000}));
        // Corners touch: one component.
        map.paint(6, 5, 2, 2, 0.9f);
        QCOMPARE(map.box(kPlain)->box, (Crop{1000, 1000, 3000, 6000}));
    }

    void strength_is_saliency_not_area() {
        Map map;
        map.paint(0, 0, 5, 4, 0.51f).paint(12, 4, 4, 4, 0.95f);
        QCOMPARE(map.box(kPlain)->box, (Crop{6000, 4000, 2000, 4000}));
    }

    void a_box_is_widened_inside_the_picture() {
        Map map;
        map.paint(4, 4, 10, 4, 0.8f);
        BoxRule rule = kPlain;
        rule.widen = 1.2f;
        QCOMPARE(map.box(rule)->box, (Crop{1500, 3600, 6000, 4800}));
        QVERIFY(widened({0, 0, 10000, 10000}, 2.0f).whole());
        QCOMPARE(widened({9000, 9000, 1000, 1000}, 2.0f), (Crop{8500, 8500, 1500, 1500}));
    }

    void an_unsure_map_and_a_wrong_one_have_no_box() {
        Map map;
        map.paint(4, 4, 4, 4, 0.6f);
        BoxRule rule = kPlain;
        rule.least_score = 0.7f;
        QVERIFY(!map.box(rule));
        QVERIFY(!box_of_map(map.values, 5, 5));
        QVERIFY(!box_of_map({}, 0, 0));
        map.values.assign(map.values.size(), std::nanf(""));
        QVERIFY(!map.box(kPlain));
        map.values.assign(map.values.size(), 1.0f);
        QVERIFY(map.box(kPlain)->box.whole());
    }

    void crops_nest_and_overlap() {
        QCOMPARE(crop_within({5000, 0, 5000, 10000}, {5000, 5000, 5000, 5000}),
                 (Crop{7500, 5000, 2500, 5000}));
        QCOMPARE(crop_within({}, {1, 2, 3, 4}), (Crop{1, 2, 3, 4}));
        QVERIFY(crop_within({9999, 9999, 1, 1}, {3333, 3333, 1, 1}).valid());
        QCOMPARE(overlap({0, 0, 5000, 5000}, {0, 0, 5000, 5000}), 1.0);
        QCOMPARE(overlap({0, 0, 5000, 5000}, {5000, 0, 5000, 5000}), 0.0);
        QCOMPARE(overlap({0, 0, 6000, 1000}, {2000, 0, 6000, 1000}), 0.5);
    }
};

QTEST_GUILESS_MAIN(TestObjectFinder)
#include "test_object_finder.moc"
