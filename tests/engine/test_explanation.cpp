// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include <QTest>

#include "core/engine/explain/attention_heads.h"
#include "core/engine/explain/explain_options.h"
#include "core/engine/explain/explanation_cache.h"
#include "core/engine/explain/explanation_picture.h"
#include "core/engine/explain/picture_look.h"
#include "core/engine/pictures/prepared_picture.h"
#include "core/explain/rollout.h"
#include "core/index/kernels.h"
#include "core/models/attention_trace.h"
#include "core/models/gdfnet_backbone.h"
#include "core/models/head_backbone.h"
#include "core/models/model_registry.h"
#include "core/models/object_view.h"
#include "core/models/vision_transformer.h"
#include "core/models/whitening.h"
#include "tests/engine/engine_fixture.h"
#include "tests/support/tiny_vit.h"

using namespace fieldmark;
using namespace fieldmark::testing;

namespace {

double total(const HeatMap& heat) {
    return std::accumulate(heat.values.begin(), heat.values.end(), 0.0);
}

std::vector<float> normal_values(std::size_t count, std::mt19937& random, float spread, float mean = 0) {
    std::normal_distribution<float> normal(mean, spread);
    std::vector<float> values(count);
    for (float& value : values) value = normal(random);
    return values;
}

Head random_head(int in, int out, int rank, std::mt19937& random) {
    const auto values = [&](int rows, int columns) {
        return normal_values(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns), random,
                             0.05F);
    };
    Head head;
    head.in = in;
    head.out = out;
    head.rank = rank;
    head.mean = values(1, in);
    head.weight = values(out, in);
    head.bias = values(1, out);
    if (rank > 0) {
        head.down_weight = values(rank, in);
        head.down_bias = values(1, rank);
        head.up_weight = values(out, rank);
    }
    return head;
}

/// A GDF-Net as training leaves it: two layers, 12 channels a node, 24 features, 16 bits.
FloatTensors graph_weights(int channels, bool gcn, bool skip, std::mt19937& random) {
    constexpr std::int64_t kWidth = 12, kFeatures = 24, kBits = 16;
    FloatTensors weights;
    const auto matrix = [&](const std::string& name, std::int64_t rows, std::int64_t columns) {
        weights["graph." + name] = {{rows, columns},
                                    normal_values(static_cast<std::size_t>(rows * columns), random, 0.3F)};
    };
    const auto vector = [&](const std::string& name, std::int64_t size, float spread, float mean) {
        auto values = normal_values(static_cast<std::size_t>(size), random, spread, mean);
        if (name.ends_with("var"))
            for (float& value : values) value = 0.5F + std::abs(value);
        weights["graph." + name] = {{size}, std::move(values)};
    };
    const auto norm = [&](const std::string& name, std::int64_t size) {
        vector(name + "weight", size, 0.2F, 1);
        vector(name + "bias", size, 0.2F, 0);
        vector(name + "running_mean", size, 0.2F, 0);
        vector(name + "running_var", size, 0.5F, 0);
    };
    matrix("reduce.weight", kWidth, channels);
    norm("reduce_norm.", kWidth);
    for (const char* layer : {"layers.0.", "layers.1."}) {
        const std::string name = layer;
        matrix(name + "weight", kWidth, gcn ? kWidth : 2 * kWidth);
        vector(name + "gamma", kWidth, 0.5F, 0.5F);
        vector(name + "beta", kWidth, 0.2F, 0);
        vector(name + "running_mean", kWidth, 0.2F, 0);
        vector(name + "running_var", kWidth, 0.5F, 0);
        matrix(name + "output.weight", kWidth, kWidth);
        norm(name + "norm.", kWidth);
    }
    matrix("summary.weight", kFeatures, 2 * kWidth);
    norm("summary_norm.", kFeatures);
    if (skip) {
        matrix("skip.weight", kFeatures, channels);
        vector("skip.bias", kFeatures, 0.2F, 0);
    }
    matrix("hash_weight", kBits, kFeatures);
    vector("hash_bias", kBits, 0.2F, 0);
    weights["graph.neighbours"] = {{1}, {5}};
    return weights;
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

    /// The cosine of what the model embeds two pictures to, by the way that an import takes.
    double score_of(Embedder& embedder, std::size_t query, std::size_t match) const {
        std::vector<std::vector<float>> rows;
        for (const std::size_t i : {query, match}) {
            const auto read = read_picture(file(i).path, {});
            const auto prepared = prepare_picture(read->bytes, "", embedder, {}, {}, false);
            rows.push_back(*embedder.embed(prepared->input, 1, Embedder::Priority::Query));
        }
        return std::inner_product(rows[0].begin(), rows[0].end(), rows[1].begin(), 0.0);
    }
    void explains_the_score(Embedder& embedder, std::size_t query, std::size_t match) {
        const auto explanation = explain_match(file(query), file(match), embedder, nullptr);
        QVERIFY2(explanation.ok(), explanation ? "" : explanation.error().text.c_str());
        add_up(*explanation);
        const double score = score_of(embedder, query, match);
        QVERIFY2(std::abs(explanation->score - score) < 1e-4,
                 qPrintable(QString::number(explanation->score - score)));
    }

    static Result<std::unique_ptr<Backbone>> transformer(const std::string& pooling,
                                                         const Safetensors* adapters = nullptr) {
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
        return make_vision_transformer(info, *weights, adapters, {.threads = 1});
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

    /// Every kind of head that the program fits: the sum stays the score, on the real network's features.
    void addsUpThroughHeads_data() {
        QTest::addColumn<QString>("kind");
        for (const char* kind : {"linear", "residual", "whitening", "whitening under a residual"})
            QTest::newRow(kind) << QString::fromLatin1(kind);
    }
    void addsUpThroughHeads() {
        QFETCH(QString, kind);
        auto info = ModelRegistry().find();
        QVERIFY(info.ok());
        auto network = ModelRegistry().load(*info);
        QVERIFY(network.ok());
        std::mt19937 random(7);
        std::vector<Head> heads;
        if (kind.startsWith(QLatin1String("whitening"))) {
            WhiteningFit fit(info->dimension);
            for (const auto& [path, row] : stored_rows(*m_fixture->library))
                QVERIFY(fit.add(row.vector, 1).ok());
            const auto whitening = fit.finish({.power = 0.5, .dimension = 5});
            QVERIFY2(whitening.ok(), whitening ? "" : whitening.error().text.c_str());
            heads.push_back(whitening->head);
        }
        if (kind == QLatin1String("linear")) heads.push_back(random_head(info->dimension, 96, 0, random));
        if (kind.contains(QLatin1String("residual")))
            heads.push_back(random_head(heads.empty() ? info->dimension : heads.back().out, 96, 8, random));
        ModelInfo whole = *info;
        for (const Head& head : heads) {
            whole.name = kind.toStdString();
            whole.dimension = head.out;
            network = make_head_backbone(whole, std::move(*network), head);
            QVERIFY2(network.ok(), network ? "" : network.error().text.c_str());
        }
        Embedder embedder(std::move(*network));
        for (const std::size_t match : {1U, 3U, 5U}) explains_the_score(embedder, 0, match);
    }

    /// GDF-Net: a graph over the positions of a map, whose embedding is no mean, yet a sum over places.
    void addsUpThroughAGraphOfPositions_data() {
        QTest::addColumn<bool>("vit");
        QTest::addColumn<bool>("gcn");
        QTest::addColumn<bool>("skip");
        QTest::addColumn<bool>("headed");
        QTest::newRow("edges on a convolutional network") << false << false << true << false;
        QTest::newRow("edges, no skip, under a head") << false << false << false << true;
        QTest::newRow("convolution on patches") << true << true << true << false;
        QTest::newRow("edges on patches, no skip") << true << false << false << false;
    }
    void addsUpThroughAGraphOfPositions() {
        QFETCH(bool, vit);
        QFETCH(bool, gcn);
        QFETCH(bool, skip);
        QFETCH(bool, headed);
        auto standard = ModelRegistry().find();
        QVERIFY(standard.ok());
        auto network = vit ? transformer("class") : ModelRegistry().load(*standard);
        QVERIFY(network.ok());
        const int channels = (*network)->traits().map_channels;
        ModelInfo info = (*network)->info();
        info.name = "graph";
        info.kind = "gdfnet";
        info.dimension = 24;
        info.bits = 16;
        std::mt19937 random(11);
        const auto weights =
            Safetensors::parse(write_safetensors(graph_weights(channels, gcn, skip, random)), "graph");
        QVERIFY(weights.ok());
        auto graph = make_gdfnet(info, *weights, std::move(*network), {.threads = 1});
        QVERIFY2(graph.ok(), graph ? "" : graph.error().text.c_str());
        if (headed) {
            ModelInfo whole = info;
            whole.dimension = 10;
            whole.bits = 0;
            graph = make_head_backbone(whole, std::move(*graph), random_head(24, 10, 3, random));
            QVERIFY2(graph.ok(), graph ? "" : graph.error().text.c_str());
        }
        Embedder embedder(std::move(*graph));
        explains_the_score(embedder, 0, 3);
        explains_the_score(embedder, 1, 2);
        // Its attention can still be followed; the score is that of the graph's embedding.
        const auto followed = explain_match_by(file(0), file(3), embedder, nullptr, {.method = "rollout"});
        QCOMPARE(followed.ok(), vit);
        if (vit) {
            QVERIFY(std::abs(followed->score - score_of(embedder, 0, 3)) < 1e-5);
            QVERIFY(std::abs(total(followed->query) - 1) < 1e-4);
        }
        QCOMPARE(explain_match_by(file(0), file(3), embedder, nullptr, {.method = "relevance"}).error().kind,
                 ErrorKind::Unsupported);
    }

    /// DVA: adapters in a frozen transformer. The explanation is that of what they make of it.
    void explainsAdapters_data() {
        QTest::addColumn<float>("activation");
        QTest::newRow("gelu") << 0.0F;
        QTest::newRow("relu") << 1.0F;
        QTest::newRow("folded in") << 2.0F;
    }
    void explainsAdapters() {
        QFETCH(float, activation);
        std::mt19937 random(13);
        FloatTensors adapters;
        adapters["ica.activation"] = {{1}, {activation}};
        for (const char* name : {"ica.0.query", "ica.0.key", "ica.1.shared"}) {
            adapters[std::string(name) + ".down"] = {{4, 64}, normal_values(4 * 64, random, 0.3F)};
            adapters[std::string(name) + ".up"] = {{64, 4}, normal_values(64 * 4, random, 0.3F)};
        }
        adapters["ica.norm.weight"] = {{64}, normal_values(64, random, 0.1F, 1)};
        adapters["ica.norm.bias"] = {{64}, normal_values(64, random, 0.1F)};
        const auto weights = Safetensors::parse(write_safetensors(adapters), "adapters");
        QVERIFY(weights.ok());
        for (const char* pooling : {"mean", "class"}) {
            auto adapted = transformer(pooling, &*weights), frozen = transformer(pooling);
            QVERIFY2(adapted.ok(), adapted ? "" : adapted.error().text.c_str());
            ModelInfo whole = (*adapted)->info();
            whole.dimension = 12;
            auto headed = make_head_backbone(whole, std::move(*adapted), random_head(64, 12, 0, random));
            QVERIFY(headed.ok());
            Embedder embedder(std::move(*headed)), plain(std::move(*frozen));
            if (pooling == std::string("mean")) {
                explains_the_score(embedder, 0, 3);
                explains_the_score(embedder, 4, 2);
            } else {
                const auto followed = explain_match(file(0), file(3), embedder, nullptr);
                QVERIFY2(followed.ok(), followed ? "" : followed.error().text.c_str());
                QCOMPARE(followed->method, std::string("relevance"));
                QVERIFY(std::abs(followed->score - score_of(embedder, 0, 3)) < 1e-4);
            }
            // Not that of the transformer beneath.
            const auto other = explain_match(file(0), file(3), plain, nullptr);
            QVERIFY(other.ok());
            QVERIFY(other->query.values != explain_match(file(0), file(3), embedder, nullptr)->query.values);
        }
    }

    /// What a model beneath views of objects pools by is its own word, not the view's.
    void aViewOfObjectsIsExplainedByItsNetwork() {
        auto network = transformer("class");
        QVERIFY(network.ok());
        ModelInfo info = (*network)->info();
        info.kind = "object";
        info.pooling = "global-mean";
        auto view = make_object_view(info, std::move(*network), std::string(64, 'f'));
        QVERIFY(view.ok());
        Embedder embedder(std::move(*view));
        QueryImage left = file(0), right = file(3);
        left.crop = right.crop = {500, 500, 9000, 9000};  // so that no object is looked for
        const auto explanation = explain_match(left, right, embedder, nullptr);
        QVERIFY2(explanation.ok(), explanation ? "" : explanation.error().text.c_str());
        QCOMPARE(explanation->method, std::string("relevance"));
        QCOMPARE(explain_match_by(left, right, embedder, nullptr, {.method = "decomposition"}).error().kind,
                 ErrorKind::Unsupported);
    }

    void showsEveryHead() {
        auto network = transformer("class");
        QVERIFY(network.ok());
        Embedder embedder(std::move(*network));
        const auto all = attention_by_head(file(0), embedder, nullptr);
        QVERIFY2(all.ok(), all ? "" : all.error().text.c_str());
        QCOMPARE(all->layers, 2);
        QCOMPARE(all->heads, 1);
        QCOMPARE(all->rows, 7);
        QVERIFY(all->class_token);
        QVERIFY(all->area.whole());
        QCOMPARE(all->values.size(), std::size_t{2 * 49});
        for (int layer = 0; layer < 2; ++layer) {
            PictureLookRequest request;
            request.picture = file(0);
            request.kind = LookKind::Attention;
            request.layer = layer;
            request.head = 0;
            const auto look = look_at_picture(request, embedder, nullptr);
            QVERIFY(look.ok());
            const auto head = all->of(layer, 0);
            for (std::size_t p = 0; p < head.size(); ++p)  // sums may be grouped otherwise in another pass
                QVERIFY(std::abs(look->map.values[p] - head[p]) < 1e-5F);
            const double sum = std::accumulate(head.begin(), head.end(), 0.0);
            QVERIFY(sum > 0 && sum < 1);  // the rest goes to the class token
        }
        QCOMPARE(attention_by_head(file(0), *shared_embedder(), nullptr).error().kind,
                 ErrorKind::Unsupported);
        std::stop_source stop;
        stop.request_stop();
        QCOMPARE(attention_by_head(file(0), embedder, nullptr, stop.get_token()).error().kind,
                 ErrorKind::Cancelled);
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

    void remembersWhatWasExplained() {
        const auto reader = m_fixture->reader();
        QueryImage match;
        match.item = m_fixture->item(m_paths[3]);
        const auto key = ExplanationCache::key("m", file(0), match, *reader);
        QVERIFY(key);
        QVERIFY(key == ExplanationCache::key("m", file(0), match, *reader));
        QueryImage part = file(0), bytes, gone;
        part.crop = {0, 0, 5000, 5000};
        bytes.bytes = {std::byte{1}};
        gone.item = 999'999;
        for (const auto& other : {ExplanationCache::key("n", file(0), match, *reader),
                                  ExplanationCache::key("m", part, match, *reader),
                                  ExplanationCache::key("m", file(1), match, *reader),
                                  ExplanationCache::key("m", bytes, match, *reader),
                                  ExplanationCache::key("m", file(0), file(2), *reader)})
            QVERIFY(other && other != key);
        QVERIFY(!ExplanationCache::key("m", gone, match, *reader));

        Explanation one;
        one.query.values.resize(500);
        ExplanationCache cache(10'000);
        for (int n = 0; n < 5; ++n) {
            one.score = n;
            cache.put(std::to_string(n), one, cache.age());
            if (n == 1) QVERIFY(cache.find("0"));  // asked for again
        }
        QVERIFY(cache.bytes() <= 10'000);
        QVERIFY(cache.bytes() > 6'000);
        QVERIFY(!cache.find("1"));  // asked for longest ago
        QVERIFY(cache.find("4"));
        QCOMPARE(cache.find("4")->score, 4.0);
        one.query.values.resize(5'000);
        cache.put("too large", one, cache.age());
        QVERIFY(!cache.find("too large"));
        QVERIFY(cache.find("4"));
        const std::uint64_t begun = cache.age();
        cache.forget();
        QVERIFY(!cache.find("4"));
        one.query.values.clear();
        cache.put("of what was there before", one, begun);
        QCOMPARE(cache.bytes(), std::size_t{0});
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
