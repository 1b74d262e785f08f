// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include <QTest>

#include "core/engine/explain_options.h"
#include "core/engine/explanation_picture.h"
#include "core/explain/rollout.h"
#include "core/index/kernels.h"
#include "core/models/attention_trace.h"
#include "core/models/head_backbone.h"
#include "core/models/model_registry.h"
#include "core/models/vision_transformer.h"
#include "tests/engine/engine_fixture.h"
#include "tests/support/tiny_vit.h"

using namespace fieldmark;
using namespace fieldmark::testing;

namespace {

double total(const HeatMap& heat) {
    return std::accumulate(heat.values.begin(), heat.values.end(), 0.0);
}

bool overlap(const Crop& a, const Crop& b) {
    // Neighbouring boxes may share the hairline that rounding leaves.
    return a.x + a.width > b.x + 2 && b.x + b.width > a.x + 2 && a.y + a.height > b.y + 2 &&
           b.y + b.height > a.y + 2;
}

}  // namespace

class TestExplanation : public QObject {
    Q_OBJECT

    std::unique_ptr<EngineFixture> m_fixture;
    std::string m_folder;
    std::vector<std::string> m_paths;

    QueryImage file(std::size_t index) const {
        QueryImage image;
        image.path = m_folder + '/' + m_paths[index];
        return image;
    }
    void add_up(const Explanation& explanation) {
        QVERIFY(explanation.exact);
        QCOMPARE(explanation.method, std::string("decomposition"));
        QVERIFY(std::abs(explanation.decomposition_sum - explanation.score) < 1e-4);
        QVERIFY(std::abs(total(explanation.query) - explanation.score) < 1e-4);
        QVERIFY(std::abs(total(explanation.match) - explanation.score) < 1e-4);
        double sum = explanation.rest;
        for (const ExplainedPart& part : explanation.parts) sum += part.contribution;
        QVERIFY(std::abs(sum - explanation.score) < 1e-9);
    }

    static Result<std::unique_ptr<Backbone>> transformer(const std::string& pooling) {
        ModelInfo info;
        info.name = "tiny";
        info.kind = "vit";
        info.pooling = pooling;
        info.dimension = 64;
        info.input_width = info.input_height = 224;
        for (float& scale : info.scale) scale = 1 / 128.0F;
        for (float& mean : info.mean) mean = 128;
        const auto weights = Safetensors::parse(write_safetensors(tiny_vit()), "tiny");
        if (!weights) return weights.error();
        return make_vision_transformer(info, *weights, nullptr, {.threads = 1});
    }

  private Q_SLOTS:
    void initTestCase() {
        QVERIFY2(shared_embedder(), "Run packaging/setup.sh first.");
        m_fixture = std::make_unique<EngineFixture>();
        m_folder = m_fixture->folder("birds");
        m_paths = write_specimens(m_folder, {.classes = 3, .per_class = 2});
        ImportRequest request;
        request.paths = {m_folder};
        QCOMPARE(m_fixture->import(request).embedded, std::int64_t{6});
    }
    void cleanupTestCase() { m_fixture.reset(); }

    void addsUpToTheScoreOfTheStoredVectors() {
        const auto rows = stored_rows(*m_fixture->library);
        const auto& a = rows.at("1/" + m_paths[0]).vector;
        const auto& b = rows.at("1/" + m_paths[3]).vector;
        auto reader = m_fixture->library->reader();
        QVERIFY(reader.ok());
        QueryImage match;
        match.item = m_fixture->item(m_paths[3]);
        const auto explanation = explain_match(file(0), match, *shared_embedder(), reader->get());
        QVERIFY2(explanation.ok(), explanation ? "" : explanation.error().text.c_str());
        add_up(*explanation);
        QVERIFY(std::abs(explanation->score - dot(a.data(), b.data(), a.size())) < 1e-4);
        QVERIFY(!explanation->parts.empty());
        for (std::size_t i = 0; i < explanation->parts.size(); ++i) {
            QVERIFY(explanation->parts[i].query_box.valid());
            QVERIFY(explanation->parts[i].match_box.valid());
            for (std::size_t j = 0; j < i; ++j) {
                QVERIFY(!overlap(explanation->parts[i].query_box, explanation->parts[j].query_box));
                QVERIFY(!overlap(explanation->parts[i].match_box, explanation->parts[j].match_box));
            }
        }
    }

    void addsUpThroughAHead() {
        auto info = ModelRegistry().find();
        QVERIFY(info.ok());
        auto network = ModelRegistry().load(*info);
        QVERIFY(network.ok());
        std::mt19937 random(7);
        std::normal_distribution<float> normal(0, 0.05F);
        const auto values = [&](std::size_t count) {
            std::vector<float> result(count);
            for (float& value : result) value = normal(random);
            return result;
        };
        Head head;
        head.in = info->dimension;
        head.out = 96;
        head.rank = 8;
        const auto in = static_cast<std::size_t>(head.in);
        head.mean = values(in);
        head.weight = values(96 * in);
        head.bias = values(96);
        head.down_weight = values(8 * in);
        head.down_bias = values(8);
        head.up_weight = values(std::size_t{96} * 8);
        ModelInfo whole = *info;
        whole.name = "with a head";
        whole.dimension = head.out;
        auto backbone = make_head_backbone(whole, std::move(*network), head);
        QVERIFY(backbone.ok());
        Embedder embedder(std::move(*backbone));
        const auto explanation = explain_match(file(0), file(1), embedder, nullptr);
        QVERIFY(explanation.ok());
        add_up(*explanation);
    }

    /// A transformer with a class token, alone or under a head: three methods, each about the same score.
    void followsAttention_data() {
        QTest::addColumn<bool>("headed");
        QTest::newRow("class token") << false;
        QTest::newRow("through a head") << true;
    }
    void followsAttention() {
        QFETCH(bool, headed);
        auto network = transformer("class");
        QVERIFY2(network.ok(), network ? "" : network.error().text.c_str());
        if (headed) {
            ModelInfo info = (*network)->info();
            Head head;
            head.in = info.dimension;
            head.out = info.dimension = 10;
            std::mt19937 random(9);
            std::normal_distribution<float> normal(0, 1);
            head.mean.resize(static_cast<std::size_t>(head.in));
            head.bias.resize(10);
            for (int i = 0; i < head.in * head.out; ++i) head.weight.push_back(normal(random));
            network = make_head_backbone(info, std::move(*network), head);
            QVERIFY(network.ok());
        }
        Embedder embedder(std::move(*network));
        const auto usual = explain_match(file(0), file(3), embedder, nullptr);
        QVERIFY2(usual.ok(), usual ? "" : usual.error().text.c_str());
        QCOMPARE(usual->method, std::string(kClassTokenMethod));
        std::vector<Explanation> kinds;
        for (const char* method : {"rollout", "relevance"}) {
            const auto explanation =
                explain_match_by(file(0), file(3), embedder, nullptr, {.method = method});
            QVERIFY(explanation.ok());
            QCOMPARE(explanation->method, std::string(method));
            QVERIFY(!explanation->exact);
            QVERIFY(!explanation->parts.empty());
            QVERIFY(std::abs(explanation->score - usual->score) < 1e-5);
            for (const HeatMap* heat : {&explanation->query, &explanation->match}) {
                QCOMPARE(heat->values.size(), std::size_t{49});
                QVERIFY(
                    std::all_of(heat->values.begin(), heat->values.end(), [](float v) { return v >= 0; }));
                QVERIFY(std::abs(total(*heat) - 1) < 1e-4);
            }
            kinds.push_back(*explanation);
        }
        QVERIFY(kinds[0].query.values != kinds[1].query.values);
        // Rollout looks at one picture, relevance at the pair.
        const auto other = [&](const char* method) {
            return explain_match_by(file(0), file(5), embedder, nullptr, {.method = method})->query.values;
        };
        QCOMPARE(other("rollout"), kinds[0].query.values);
        QVERIFY(other("relevance") != kinds[1].query.values);
        // The pass apart gives what the plain one gives: the same score, and rollout from whole attention.
        const auto exact = explain_match_by(file(0), file(3), embedder, nullptr, {.method = "decomposition"});
        QCOMPARE(exact.error().kind, ErrorKind::Unsupported);
        QCOMPARE(explain_match_by(file(0), file(3), embedder, nullptr, {.method = "magic"}).error().kind,
                 ErrorKind::Usage);
    }

    void rolloutIsThatOfTheWholeAttention() {
        auto network = transformer("class");
        QVERIFY(network.ok());
        const std::size_t bytes = 224 * 224 * 3;
        std::vector<std::uint8_t> pixels(2 * bytes);
        for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i * i / 977);
        LookRequest request;
        request.attention_layers = {0, 1};
        request.token_layers = {0};
        const auto view = (*network)->look_inside(pixels, 2, request);
        const auto trace = attention_tracer_of(**network)->trace_attention(pixels, 2, {}, 0);
        QVERIFY(view.ok() && trace.ok());
        QVERIFY(trace->relevance.empty());
        for (std::size_t i = 0; i < trace->pooled.size(); ++i)
            QVERIFY(std::abs(trace->pooled[i] - view->pooled[i]) < 1e-4F);
        for (std::size_t which : {0U, 1U}) {
            std::vector<std::span<const float>> layers;
            for (const int layer : {0, 1})
                layers.push_back(std::span(view->attention.at(layer)).subspan(which * 2500, 2500));
            const auto expected = attention_rollout(layers, 1, 50);
            QVERIFY(expected.ok());
            for (std::size_t i = 0; i < 50; ++i)
                QVERIFY(std::abs(expected->at(i) - trace->rollout[which * 50 + i]) < 1e-5F);
            for (std::size_t i = 0; i < 49 * 64; ++i)
                QVERIFY(std::abs(view->tokens.at(0)[which * 50 * 64 + 64 + i] -
                                 trace->map[which * 49 * 64 + i]) < 1e-4F);
        }
    }

    void takesAMeanOfPatchesApart() {
        auto network = transformer("mean");
        QVERIFY2(network.ok(), network ? "" : network.error().text.c_str());
        Embedder embedder(std::move(*network));
        const auto explanation = explain_match(file(0), file(3), embedder, nullptr);
        QVERIFY2(explanation.ok(), explanation ? "" : explanation.error().text.c_str());
        add_up(*explanation);
        const auto followed = explain_match_by(file(0), file(3), embedder, nullptr, {.method = "relevance"});
        QVERIFY(followed.ok());
        QVERIFY(std::abs(followed->score - explanation->score) < 1e-5);
        QCOMPARE(explain_match_by(file(0), file(3), *shared_embedder(), nullptr, {.method = "rollout"})
                     .error()
                     .kind,
                 ErrorKind::Unsupported);
    }

    void looksOnlyAtTheCrop() {
        QueryImage part = file(0);
        part.crop = {2000, 1000, 5000, 6000};
        const auto explanation = explain_match(part, file(1), *shared_embedder(), nullptr, 3);
        QVERIFY(explanation.ok());
        add_up(*explanation);
        QCOMPARE(explanation->query.area, part.crop);
        QVERIFY(explanation->match.area.whole());
        for (const ExplainedPart& place : explanation->parts) {
            QVERIFY(place.query_box.x >= 2000 && place.query_box.x + place.query_box.width <= 7000);
            QVERIFY(place.query_box.y >= 1000 && place.query_box.y + place.query_box.height <= 7000);
        }
        // The corners of the map are the corners of the crop.
        QCOMPARE(explanation->query.box(0).x, 2000);
        const Crop last = explanation->query.box(explanation->query.rows * explanation->query.columns - 1);
        QCOMPARE(last.x + last.width, 7000);
        QCOMPARE(last.y + last.height, 7000);
    }

    void aPictureExplainsItselfByItself() {
        const auto explanation = explain_match(file(2), file(2), *shared_embedder(), nullptr);
        QVERIFY(explanation.ok());
        QVERIFY(std::abs(explanation->score - 1) < 1e-5);
        for (const ExplainedPart& part : explanation->parts) {
            QCOMPARE(part.query_box, part.match_box);
            QVERIFY(part.similarity > 0.999F);
        }
    }

    void saysWhatIsWrong() {
        QueryImage missing;
        missing.path = m_folder + "/not there.png";
        const auto absent = explain_match(missing, file(0), *shared_embedder(), nullptr);
        QVERIFY(!absent.ok());
        QCOMPARE(absent.error().kind, ErrorKind::NotFound);
        QVERIFY(absent.error().text.find("not there.png") != std::string::npos);
        std::stop_source stop;
        stop.request_stop();
        const auto stopped =
            explain_match(file(0), file(1), *shared_embedder(), nullptr, 5, stop.get_token());
        QVERIFY(!stopped.ok());
        QCOMPARE(stopped.error().kind, ErrorKind::Cancelled);
    }

    void drawsBothPictures() {
        const auto explanation = explain_match(file(0), file(1), *shared_embedder(), nullptr);
        QVERIFY(explanation.ok());
        QImage grey(300, 200, QImage::Format_RGB32);
        grey.fill(QColor(120, 120, 120));
        const QImage page = draw_explanation(*explanation, grey, grey, "query", "match");
        QCOMPARE(page.width(), 1600);
        // The heat colours the grey picture: some pixel of it has become warmer.
        int warm = 0;
        for (int x = 60; x < 780; x += 5)
            for (int y = 300; y < 700; y += 5) {
                const QColor pixel = page.pixelColor(x, y);
                warm += pixel.red() > pixel.blue() + 20 ? 1 : 0;
            }
        QVERIFY(warm > 50);
    }
};

QTEST_MAIN(TestExplanation)
#include "test_explanation.moc"
