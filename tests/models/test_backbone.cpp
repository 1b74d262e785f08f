// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// The real default model: every engine against the embeddings that packaging/convert_efficientnet_lite.py
// computed with plain PyTorch operations in double precision, from the weights before any folding.
#include <QtTest/QtTest>
#include <cmath>
#include <cstring>
#include <vector>

#include "core/base/file_system.h"
#include "core/models/mobile_integer_engine.h"
#include "core/models/model_registry.h"
#include "core/models/safetensors.h"
#include "core/models/self_measurement.h"

using namespace fieldmark;

namespace {

constexpr int kPictures = 4;
constexpr double kTolerance = 1e-4;

/// The same formula as synthetic_pictures() in packaging/convert_efficientnet_lite.py.
std::vector<std::uint8_t> synthetic_pictures(int count, int size) {
    std::vector<std::uint8_t> pixels;
    for (int n = 0; n < count; ++n)
        for (int y = 0; y < size; ++y)
            for (int x = 0; x < size; ++x)
                for (int c = 0; c < 3; ++c)
                    pixels.push_back(static_cast<std::uint8_t>(
                        (y * (3 + 2 * n) + x * (7 + n) + 83 * c + x * y / 37) % 256));
    return pixels;
}

double largest_difference(const float* a, const float* b, std::size_t count) {
    double largest = 0;
    for (std::size_t i = 0; i < count; ++i)
        largest = std::max(largest, std::abs(double{a[i]} - double{b[i]}));
    return largest;
}

}  // namespace

class TestBackbone : public QObject {
    Q_OBJECT

  private:
    ModelRegistry m_registry;
    ModelInfo m_info;
    std::vector<float> m_reference;

    std::unique_ptr<Backbone> load(bool fused, bool own_kernels, int threads = 2,
                                   const char* precision = "fp32") {
        BackboneOptions options;
        options.fused = fused;
        options.own_kernels = own_kernels;
        options.threads = threads;
        options.device = "cpu";
        options.precision = precision;
        auto backbone = m_registry.load(m_info, options);
        return backbone ? std::move(*backbone) : nullptr;
    }

  private Q_SLOTS:
    void initTestCase() {
        const auto info = m_registry.find();
        QVERIFY2(info, info ? "" : info.error().text.c_str());
        m_info = *info;
        QCOMPARE(m_info.name, std::string("efficientnet-lite0"));
        QCOMPARE(m_info.dimension, 1280);
        auto bytes = FileSystem::posix().read(m_info.path + "/reference.safetensors");
        QVERIFY(bytes);
        const auto file = Safetensors::parse(std::move(*bytes), "reference.safetensors");
        QVERIFY(file);
        const auto tensor = file->f32("embeddings", {kPictures, 1280});
        QVERIFY(tensor);
        m_reference.resize(kPictures * 1280);
        std::memcpy(m_reference.data(), tensor->data.data(), tensor->data.size());
        // A reference of look-alikes would pass too easily.
        for (std::size_t n = 1; n < kPictures; ++n)
            QVERIFY(largest_difference(m_reference.data(), m_reference.data() + n * 1280, 1280) >
                    100 * kTolerance);
    }

    void agrees_with_the_reference_data() {
        QTest::addColumn<bool>("fused");
        QTest::addColumn<bool>("own_kernels");
        QTest::addColumn<int>("threads");
        QTest::newRow("eager") << false << false << 2;
        QTest::newRow("onednn") << true << false << 2;
        QTest::newRow("own kernels") << true << true << 2;
        QTest::newRow("own kernels, one thread") << true << true << 1;
    }
    void agrees_with_the_reference() {
        QFETCH(bool, fused);
        QFETCH(bool, own_kernels);
        QFETCH(int, threads);
        const auto backbone = load(fused, own_kernels, threads);
        QVERIFY(backbone);
        QVERIFY(!backbone->engine().empty());
        const auto embeddings = backbone->embed(synthetic_pictures(kPictures, 224), kPictures);
        QVERIFY2(embeddings, embeddings ? "" : embeddings.error().detail.c_str());
        QCOMPARE(embeddings->size(), m_reference.size());
        const double difference =
            largest_difference(embeddings->data(), m_reference.data(), m_reference.size());
        qInfo("%s: largest difference %.2e", backbone->engine().c_str(), difference);
        QVERIFY(difference < kTolerance);
        for (std::size_t n = 0; n < kPictures; ++n) {
            double squares = 0;
            for (std::size_t i = 0; i < 1280; ++i) squares += std::pow((*embeddings)[n * 1280 + i], 2);
            QVERIFY(std::abs(squares - 1) < 1e-5);
        }
    }

    /// 16-bit integers: nearly the same neighbours, and vectors that may stand in one index with those of
    /// floats.
    void stays_near_in_16_bits() {
        if (!MobileIntegerEngine::best_kernels()) QSKIP("This processor has no AVX-512 VNNI.");
        const auto floats = load(true, true), integers = load(true, true, 2, "int16");
        QVERIFY(floats && integers);
        QVERIFY(integers->engine().starts_with("cpu int16"));
        constexpr int kMany = 48;
        const auto pixels = generated_pictures(kMany, 224, 224);
        const auto wanted = floats->embed(pixels, kMany), got = integers->embed(pixels, kMany);
        QVERIFY(wanted && got);
        double least = 1;
        for (std::size_t n = 0; n < kMany; ++n) {
            double sum = 0;
            for (std::size_t i = n * 1280; i < (n + 1) * 1280; ++i) sum += double{(*wanted)[i]} * (*got)[i];
            least = std::min(least, sum);
        }
        const double agreement = rank_agreement(*wanted, *got, kMany, 1280);
        qInfo("recall@10 %.4f, least cosine 1 - %.1e", agreement, 1 - least);
        QVERIFY(least > 0.99999);
        // Whether that is enough is for the self-measurement to say; here it is to be near at all.
        QVERIFY(agreement >= 0.99);
    }

    /// A picture's embedding must not depend on its place, the batch, earlier batches or the thread.
    void does_not_depend_on_the_batch() {
        const auto backbone = load(true, true);
        QVERIFY(backbone);
        const auto four = synthetic_pictures(kPictures, 224);
        const auto together = backbone->embed(four, kPictures);
        QVERIFY(together);
        const std::size_t picture = 224 * 224 * 3;
        for (std::size_t n = kPictures; n-- > 0;) {
            const auto alone = backbone->embed(std::span(four).subspan(n * picture, picture), 1);
            QVERIFY(alone);
            QVERIFY(largest_difference(alone->data(), together->data() + n * 1280, 1280) == 0.0);
        }
        const auto none = backbone->embed({}, 0);
        QVERIFY(none && none->empty());
    }

    void refuses_pixels_of_another_size() {
        const auto backbone = load(true, true);
        QVERIFY(backbone);
        const std::vector<std::uint8_t> pixels(1000);
        QVERIFY(!backbone->embed(pixels, 1));
        QVERIFY(!backbone->embed(pixels, -1));
        QVERIFY(backbone->embed(synthetic_pictures(1, 224), 1));  // still usable
    }

    /// Both from the engine that has maps and from the one that must build them first.
    void shows_its_last_map() {
        for (const bool own_kernels : {true, false}) {
            const auto backbone = load(true, own_kernels);
            QVERIFY(backbone);
            const BackboneTraits traits = backbone->traits();
            QCOMPARE(traits.family, std::string("cnn"));
            QCOMPARE(traits.map_rows, 7);
            QCOMPARE(traits.map_columns, 7);
            QCOMPARE(traits.map_channels, 1280);
            const auto pixels = synthetic_pictures(2, 224);
            const auto embeddings = backbone->embed(pixels, 2);
            const auto view = backbone->look_inside(pixels, 2);
            QVERIFY(embeddings && view);
            QCOMPARE(view->map.size(), std::size_t{2 * 49 * 1280});
            QCOMPARE(view->pooled.size(), std::size_t{2 * 1280});
            for (std::size_t n = 0; n < 2; ++n) {
                double squares = 0, difference = 0;
                for (std::size_t c = 0; c < 1280; ++c) {
                    double mean = 0;
                    for (std::size_t place = 0; place < 49; ++place)
                        mean += double{view->map[(n * 49 + place) * 1280 + c]} / 49;
                    difference = std::max(difference, std::abs(mean - view->pooled[n * 1280 + c]));
                    squares += mean * mean;
                }
                QVERIFY(difference < 1e-4);
                for (std::size_t c = 0; c < 1280; ++c)
                    QVERIFY(std::abs(view->pooled[n * 1280 + c] / std::sqrt(squares) -
                                     (*embeddings)[n * 1280 + c]) < kTolerance);
            }
            LookRequest attention;
            attention.attention_layers = {-1};
            const auto none = backbone->look_inside(pixels, 2, attention);
            QVERIFY(!none);
            QVERIFY(none.error().kind == ErrorKind::Unsupported);
        }
    }

    void refuses_an_unknown_device() {
        BackboneOptions options;
        options.device = "abacus";
        const auto backbone = m_registry.load(m_info, options);
        QVERIFY(!backbone);
        QVERIFY(backbone.error().kind == ErrorKind::Usage);
    }
};

QTEST_GUILESS_MAIN(TestBackbone)
#include "test_backbone.moc"
