// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// Vision transformers of every layout that is read, in every engine, against embeddings that
// make_vit_reference.py computed with plain PyTorch operations in double precision.
#include <QtTest/QtTest>
#include <cmath>
#include <map>

#include "core/models/vision_transformer.h"
#include "core/models/vit_network.h"
#include "tests/models/vit_specimens.h"

using namespace fieldmark;

namespace {

constexpr double kTolerance = 2e-5;

// Printed by make_vit_reference.py: of the second picture the first seven values and the last.
const std::map<std::string, std::vector<double>> kGolden = {
    {"plain",
     {-0.116866026, 0.167440967, -0.000530988, -0.034287366, -0.043188272, -0.108920926, -0.045303210,
      0.010105864}},
    {"registers",
     {-0.057744779, 0.107162041, 0.096427388, 0.032220915, -0.032170635, -0.185098493, -0.048005641,
      0.035505699}},
    {"registers beside",
     {-0.129521271, 0.144495930, -0.012022371, -0.040060409, -0.060727717, -0.124995289, -0.079202203,
      0.006647068}},
    {"registers positioned",
     {-0.223799918, 0.038829868, -0.170422597, -0.015453705, -0.226379545, -0.121207117, -0.067263171,
      0.077445798}},
    {"no class token",
     {-0.167216871, 0.042329358, -0.163823065, -0.020061804, -0.159009190, -0.169745556, -0.047950027,
      0.051890579}},
    {"norm after mean",
     {-0.243121698, 0.028823570, -0.155380539, -0.033770544, -0.120526546, -0.121088679, -0.060489705,
      0.059228476}},
    {"split",
     {-0.010682482, 0.044214060, -0.057578402, 0.021986098, 0.066776201, -0.258760979, -0.045915067,
      0.012216041}},
    {"smaller grid",
     {-0.097984081, 0.142903098, 0.030687593, -0.014763168, -0.046800867, -0.109294585, -0.061552023,
      0.042186674}},
    {"larger grid",
     {-0.087178190, 0.123973990, 0.049728260, -0.014386682, -0.051930411, -0.094000995, -0.025164826,
      0.039920185}},
    {"adapters gelu",
     {-0.107926244, 0.161748318, 0.030457507, -0.035228849, -0.021312083, -0.110675651, -0.035360618,
      0.031098550}},
    {"adapters relu",
     {-0.108020318, 0.156734413, 0.032291802, -0.035172851, -0.019975885, -0.110137008, -0.034213284,
      0.030639966}},
    {"adapters identity",
     {-0.098588669, 0.130858137, 0.029662524, -0.031036640, -0.009610834, -0.156345729, -0.014349373,
      0.004700044}},
    {"adapters shared",
     {-0.102092604, 0.069743113, -0.057818202, 0.043731759, -0.071044592, -0.164260564, -0.002590115,
      0.032810212}},
};
// The same of grids of positions resized to 4 x 5: values 0, 777, 1400 and the last.
const std::map<std::string, std::vector<double>> kGrids = {
    {"down", {0.037924518, 0.065779578, -0.128315201, 0.230973598}},
    {"up", {-0.089686145, -0.122552418, -0.470668517, 0.183376352}},
    {"down antialiased", {0.018069702, 0.059329789, -0.092641947, 0.219464249}},
};

struct Case {
    VitSpecimen specimen;
    std::string pooling = "class";
    int heads = 0;
    FloatTensors adapters = {};
};

std::map<std::string, Case> cases() {
    std::map<std::string, Case> all;
    all["plain"] = {};
    all["registers"] = {{true, "reg_token", 4, VitSpecimen::None, true}, "both"};
    all["registers beside"] = {{true, "register_tokens", 4, VitSpecimen::Class}, "class"};
    all["registers positioned"] = {{true, "reg_token"}, "mean"};
    all["no class token"] = {{false}, "mean"};
    all["norm after mean"] = {{false, "", 4, VitSpecimen::All, false, false, true, "fc_norm"}, "mean"};
    all["split"] = {{true, "", 4, VitSpecimen::All, false, true, false}, "class", 4};
    all["smaller grid"] = {{true, "", 3}, "both"};
    all["larger grid"] = {{true, "", 9}, "both"};
    all["adapters gelu"] = {{}, "class", 0, make_adapters(0)};
    all["adapters relu"] = {{}, "class", 0, make_adapters(1)};
    all["adapters identity"] = {{}, "class", 0, make_adapters(2)};
    all["adapters shared"] = {{}, "class", 0, make_adapters(0, 8, true)};
    return all;
}

Result<std::unique_ptr<Backbone>> load(const Case& of, bool fused, bool own_kernels, int threads = 2) {
    BackboneOptions options;
    options.fused = fused;
    options.own_kernels = own_kernels;
    options.threads = threads;
    options.device = "cpu";
    const auto weights = as_file(make_vit(of.specimen));
    if (!weights) return weights.error();
    if (of.adapters.empty())
        return make_vision_transformer(vit_info(of.pooling, of.heads), *weights, nullptr, options);
    const auto adapters = as_file(of.adapters);
    if (!adapters) return adapters.error();
    return make_vision_transformer(vit_info(of.pooling, of.heads), *weights, &*adapters, options);
}

}  // namespace

class TestVitReference : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void agrees_with_the_reference_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<bool>("fused");
        QTest::addColumn<bool>("own_kernels");
        for (const auto& [name, of] : cases()) {
            const QString label = QString::fromStdString(name);
            QTest::addRow("%s, eager", name.c_str()) << label << false << false;
            QTest::addRow("%s, onednn", name.c_str()) << label << true << false;
            QTest::addRow("%s, own kernels", name.c_str()) << label << true << true;
        }
    }
    void agrees_with_the_reference() {
        QFETCH(QString, name);
        QFETCH(bool, fused);
        QFETCH(bool, own_kernels);
        const auto backbone = load(cases().at(name.toStdString()), fused, own_kernels);
        QVERIFY2(backbone, backbone ? "" : backbone.error().text.c_str());
        const auto embeddings = (*backbone)->embed(vit_pictures(2), 2);
        QVERIFY2(embeddings, embeddings ? "" : embeddings.error().detail.c_str());
        const auto dimension = static_cast<std::size_t>((*backbone)->info().dimension);
        QCOMPARE(embeddings->size(), 2 * dimension);
        const std::vector<double>& golden = kGolden.at(name.toStdString());
        for (std::size_t i = 0; i < golden.size(); ++i) {
            const std::size_t at = i + 1 < golden.size() ? i : dimension - 1;
            const double difference = std::abs((*embeddings)[dimension + at] - golden[i]);
            QVERIFY2(difference < kTolerance,
                     qPrintable(QStringLiteral("%1: value %2 differs by %3")
                                    .arg(QString::fromStdString((*backbone)->engine()))
                                    .arg(at)
                                    .arg(difference)));
        }
    }

    void resizes_grids_as_pytorch_does() {
        const auto check = [](const char* name, int grid, GridResize way) {
            VitSpecimen of;
            of.class_token = false;
            of.grid = grid;
            const auto weights = as_file(make_vit(of));
            QVERIFY(weights);
            const auto network = read_vit(*weights);
            QVERIFY2(network, network ? "" : network.error().text.c_str());
            const std::vector<float> resized = resized_positions(*network, 4, 5, way);
            QCOMPARE(resized.size(), std::size_t{20 * kVitWidth});
            const std::vector<double>& golden = kGrids.at(name);
            const std::size_t places[] = {0, 777, 1400, resized.size() - 1};
            for (std::size_t i = 0; i < 4; ++i) QVERIFY(std::abs(resized[places[i]] - golden[i]) < 1e-6);
        };
        check("down", 9, GridResize::Plain);
        check("up", 3, GridResize::Plain);
        check("down antialiased", 9, GridResize::Antialiased);
    }

    /// A picture's embedding must not depend on its place, the batch or the number of threads.
    void does_not_depend_on_the_batch() {
        const Case of = cases().at("adapters gelu");
        const auto backbone = load(of, true, true, 1);
        const auto two = load(of, true, true, 2);
        QVERIFY(backbone && two);
        const auto nine = vit_pictures(9);
        const auto together = (*backbone)->embed(nine, 9);
        QVERIFY(together);
        const std::size_t picture = nine.size() / 9;
        for (std::size_t n = 9; n-- > 0;) {
            const auto alone = (*two)->embed(std::span(nine).subspan(n * picture, picture), 1);
            QVERIFY(alone);
            for (std::size_t i = 0; i < kVitWidth; ++i)
                QVERIFY(std::abs((*alone)[i] - (*together)[n * kVitWidth + i]) < 1e-5);
        }
        const auto none = (*backbone)->embed({}, 0);
        QVERIFY(none && none->empty());
    }

    void shows_its_inside() {
        for (const char* name : {"registers", "adapters gelu", "no class token", "norm after mean"}) {
            const auto backbone = load(cases().at(name), true, true);
            QVERIFY(backbone);
            const BackboneTraits traits = (*backbone)->traits();
            QCOMPARE(traits.family, std::string("vit"));
            QCOMPARE(traits.map_rows, 4);
            QCOMPARE(traits.map_columns, 4);
            QCOMPARE(traits.map_channels, kVitWidth);
            QCOMPARE(traits.layers, kVitDepth);
            QCOMPARE(traits.heads, 2);
            LookRequest request;
            request.attention_layers = {0, -1};
            request.token_layers = {1};
            constexpr int kCount = 9;
            const auto view = (*backbone)->look_inside(vit_pictures(kCount), kCount, request);
            QVERIFY2(view, view ? "" : view.error().detail.c_str());
            const auto embeddings = (*backbone)->embed(vit_pictures(kCount), kCount);
            QVERIFY(embeddings);
            // The pooled feature, normalised, is the embedding.
            const std::size_t dimension = embeddings->size() / kCount;
            QCOMPARE(view->pooled.size(), embeddings->size());
            for (std::size_t n = 0; n < kCount; ++n) {
                double squares = 0;
                for (std::size_t i = 0; i < dimension; ++i)
                    squares += std::pow(double{view->pooled[n * dimension + i]}, 2);
                for (std::size_t i = 0; i < dimension; ++i)
                    QVERIFY(std::abs(view->pooled[n * dimension + i] / std::sqrt(squares) -
                                     (*embeddings)[n * dimension + i]) < kTolerance);
            }
            const auto tokens = static_cast<std::size_t>(traits.prefix_tokens + 16);
            QCOMPARE(view->map.size(), std::size_t{kCount * 16 * kVitWidth});
            QCOMPARE(view->tokens.at(1).size(), kCount * tokens * kVitWidth);
            for (const int layer : {0, -1}) {
                const std::vector<float>& attention = view->attention.at(layer);
                QCOMPARE(attention.size(), kCount * 2 * tokens * tokens);
                for (std::size_t row = 0; row < attention.size(); row += tokens) {
                    double sum = 0;
                    for (std::size_t i = 0; i < tokens; ++i) {
                        QVERIFY(attention[row + i] >= 0);
                        sum += attention[row + i];
                    }
                    QVERIFY(std::abs(sum - 1) < 1e-5);
                }
            }
            QVERIFY(view->attention.at(0) != view->attention.at(-1));
            if (std::string(name) == "no class token") {
                // The mean of the map is the feature.
                for (std::size_t i = 0; i < kVitWidth; ++i) {
                    double mean = 0;
                    for (std::size_t p = 0; p < 16; ++p) mean += double{view->map[p * kVitWidth + i]} / 16;
                    QVERIFY(std::abs(mean - view->pooled[i]) < 1e-5);
                }
            }
            request.attention_layers = {kVitDepth};
            const auto beyond = (*backbone)->look_inside(vit_pictures(1), 1, request);
            QVERIFY(!beyond);
            QVERIFY(beyond.error().kind == ErrorKind::Unsupported);
        }
    }

    void refuses_what_does_not_fit() {
        const auto weights = as_file(make_vit());
        QVERIFY(weights);
        const auto kind_of = [&](ModelInfo info, const char* device = "cpu") {
            BackboneOptions options;
            options.device = device;
            const auto made = make_vision_transformer(info, *weights, nullptr, options);
            return made ? ErrorKind::Cancelled : made.error().kind;
        };
        ModelInfo info = vit_info();
        QVERIFY(kind_of(info) == ErrorKind::Cancelled);  // it fits
        info.dimension = 77;
        QVERIFY(kind_of(info) == ErrorKind::Damaged);
        info = vit_info("soup");
        QVERIFY(kind_of(info) == ErrorKind::Usage);
        info = vit_info();
        info.input_width = kVitPatch - 1;
        QVERIFY(kind_of(info) == ErrorKind::Damaged);
        info = vit_info("class", 3);
        QVERIFY(kind_of(info) == ErrorKind::Unsupported);
        QVERIFY(kind_of(vit_info(), "abacus") == ErrorKind::Usage);
        VitSpecimen headless;
        headless.class_token = false;
        const auto no_token = as_file(make_vit(headless));
        QVERIFY(no_token);
        const auto made = make_vision_transformer(vit_info("class"), *no_token, nullptr, {});
        QVERIFY(!made && made.error().kind == ErrorKind::Unsupported);
        const auto backbone = make_vision_transformer(vit_info(), *weights, nullptr, {});
        QVERIFY(backbone);
        const std::vector<std::uint8_t> few(100);
        QVERIFY(!(*backbone)->embed(few, 1));
        QVERIFY(!(*backbone)->embed(few, -1));
        QVERIFY((*backbone)->embed(vit_pictures(1), 1));
    }
};

QTEST_GUILESS_MAIN(TestVitReference)
#include "test_vit_reference.moc"
