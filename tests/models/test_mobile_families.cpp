// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// MobileNetV2 and EfficientNet-Lite0 to 4 out of generated weights with the families' names and shapes: what
// the readers make of them, and our kernels against LibTorch's plain operators.
#include <QtTest/QtTest>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "core/models/efficientnet_lite.h"
#include "core/models/mobile_network.h"
#include "core/models/mobilenet_v2.h"
#include "core/models/safetensors_writer.h"

using namespace fieldmark;

namespace {

constexpr int kStages = 7;

std::size_t index(int value) {
    return static_cast<std::size_t>(value);
}

/// Generated tensors of a network, layer after layer.
class Weights {
  public:
    /// With `norm` a BatchNorm of that name; else a bias.
    void convolution(const std::string& name, const std::string& norm, int in, int out, int kernel) {
        const int fan = in * kernel * kernel;
        add(name + ".weight", {out, in, kernel, kernel}, 1.5f / std::sqrt(static_cast<float>(fan)), 0);
        if (norm.empty()) {
            add(name + ".bias", {out}, 0.3f, 0.2f);
            return;
        }
        add(norm + ".weight", {out}, 0.1f, 1);
        add(norm + ".bias", {out}, 0.3f, 0.3f);
        add(norm + ".running_mean", {out}, 0.2f, 0);
        add(norm + ".running_var", {out}, 0.1f, 1);  // well above 0
    }

    FloatTensors tensors;

  private:
    void add(const std::string& name, std::vector<std::int64_t> shape, float deviation, float mean) {
        std::int64_t count = 1;
        for (const std::int64_t extent : shape) count *= extent;
        std::vector<float> values(static_cast<std::size_t>(count));
        // Uniform, of that deviation; millions of numbers, so nothing finer.
        for (float& value : values)
            value = mean + deviation * 3.4641F * (static_cast<float>(m_random() >> 8) * 0x1p-24F - 0.5F);
        tensors[name] = {std::move(shape), std::move(values)};
    }
    std::mt19937 m_random{5};
};

/// As torchvision writes them; `folded`: BatchNorm within weights and biases.
FloatTensors mobilenet_v2(double scale, bool folded) {
    Weights weights;
    const int base[kStages] = {16, 24, 32, 64, 96, 160, 320}, blocks[kStages] = {1, 2, 3, 4, 3, 3, 1};
    const auto scaled = [&](int channels) { return static_cast<int>(channels * scale / 8 + 0.5) * 8; };
    const auto norm = [&](const std::string& name) { return folded ? std::string() : name; };
    int width = scaled(32), number = 1;
    weights.convolution("features.0.0", norm("features.0.1"), 3, width, 3);
    for (int stage = 0; stage < kStages; ++stage)
        for (int n = 0; n < blocks[stage]; ++n, ++number) {
            const std::string name = "features." + std::to_string(number) + ".conv.";
            const int inner = number == 1 ? width : 6 * width, out = scaled(base[stage]);
            int part = 0;
            if (number > 1) {
                weights.convolution(name + "0.0", norm(name + "0.1"), width, inner, 1);
                part = 1;
            }
            const std::string depthwise = name + std::to_string(part);
            weights.convolution(depthwise + ".0", norm(depthwise + ".1"), 1, inner, 3);
            weights.convolution(name + std::to_string(part + 1), norm(name + std::to_string(part + 2)), inner,
                                out, 1);
            width = out;
        }
    weights.convolution("features.18.0", norm("features.18.1"), width, 160, 1);
    return weights.tensors;
}

/// Depths and widths as the family's five models have them.
FloatTensors efficientnet_lite(int model) {
    const double widths[] = {1.0, 1.0, 1.1, 1.2, 1.4}, depths[] = {1.0, 1.1, 1.2, 1.4, 1.8};
    const int base[kStages] = {16, 24, 40, 80, 112, 192, 320}, blocks[kStages] = {1, 2, 2, 3, 3, 4, 1};
    const int kernels[kStages] = {3, 3, 5, 3, 5, 5, 3};
    Weights weights;
    int width = 32, number = 0;
    weights.convolution("_conv_stem", "_bn0", 3, width, 3);
    for (int stage = 0; stage < kStages; ++stage) {
        const double channels = base[stage] * widths[model];
        int out = std::max(8, static_cast<int>(channels + 4) / 8 * 8);
        if (out < 0.9 * channels) out += 8;
        // The first and the last stage keep their depth.
        const bool fixed = stage == 0 || stage == kStages - 1;
        const int depth = fixed ? blocks[stage] : static_cast<int>(std::ceil(blocks[stage] * depths[model]));
        for (int n = 0; n < depth; ++n, ++number) {
            const std::string name = "_blocks." + std::to_string(number) + ".";
            const int inner = number == 0 ? width : 6 * width;
            if (number > 0) weights.convolution(name + "_expand_conv", name + "_bn0", width, inner, 1);
            weights.convolution(name + "_depthwise_conv", name + "_bn1", 1, inner, kernels[stage]);
            weights.convolution(name + "_project_conv", name + "_bn2", inner, out, 1);
            width = out;
        }
    }
    weights.convolution("_conv_head", "_bn1", width, 1280, 1);
    return weights.tensors;
}

Result<Safetensors> file_of(const FloatTensors& tensors) {
    return Safetensors::parse(write_safetensors(tensors), "generated.safetensors");
}

using Make = Result<std::unique_ptr<Backbone>> (*)(const ModelInfo&, const Safetensors&,
                                                   const BackboneOptions&);

/// Largest difference of our kernels' (or oneDNN's) unit vectors from those of the plain operators; -1: an
/// error.
double difference(Make make, const FloatTensors& tensors, int dimension, int side, bool own_kernels) {
    const auto file = file_of(tensors);
    if (!file) return -1;
    ModelInfo info;
    info.name = "generated";
    info.dimension = dimension;
    info.input_width = side;
    info.input_height = side + 9;
    for (int c = 0; c < 3; ++c) {
        info.mean[c] = 127;
        info.scale[c] = 1.0f / 64;
    }
    BackboneOptions options;
    options.device = "cpu";
    options.threads = 2;
    options.fused = false;
    const auto plain = make(info, *file, options);
    options.fused = true;
    options.own_kernels = own_kernels;
    const auto fast = make(info, *file, options);
    if (!plain || !fast || (*plain)->engine() != "cpu fp32 eager") return -1;
    std::mt19937 random(8);
    std::vector<std::uint8_t> pixels(index(info.input_width * info.input_height * 3 * 3));
    for (auto& pixel : pixels) pixel = static_cast<std::uint8_t>(random() % 256);
    const auto wanted = (*plain)->embed(pixels, 3), got = (*fast)->embed(pixels, 3);
    if (!wanted || !got || wanted->size() != got->size()) return -1;
    double worst = 0;
    for (std::size_t i = 0; i < got->size(); ++i)
        worst = std::max(worst, std::abs(double{(*got)[i]} - double{(*wanted)[i]}));
    return worst;
}

}  // namespace

class TestMobileFamilies : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void mobilenet_agrees_with_plain_operators_data() {
        QTest::addColumn<double>("scale");
        QTest::addColumn<bool>("folded");
        QTest::addColumn<int>("side");
        QTest::addColumn<bool>("own");
        QTest::newRow("1.0") << 1.0 << false << 64 << true;
        QTest::newRow("1.0, folded, odd side") << 1.0 << true << 75 << true;
        QTest::newRow("0.35, two stages of one width") << 0.35 << false << 64 << true;
        QTest::newRow("0.5, oneDNN") << 0.5 << false << 71 << false;
    }
    void mobilenet_agrees_with_plain_operators() {
        QFETCH(double, scale);
        QFETCH(bool, folded);
        QFETCH(int, side);
        QFETCH(bool, own);
        const double worst = difference(&make_mobilenet_v2, mobilenet_v2(scale, folded), 160, side, own);
        QVERIFY2(worst >= 0 && worst < 1e-5, qPrintable(QString::number(worst)));
    }

    void reads_mobilenet_as_it_is() {
        const auto file = file_of(mobilenet_v2(1.0, false));
        QVERIFY(file);
        const auto network = read_mobilenet_v2(*file);
        QVERIFY(network);
        QCOMPARE(network->dimension, 160);
        QCOMPARE(network->layers.size(), std::size_t{1 + 2 + 16 * 3 + 1});
        int residuals = 0, strides = 1;
        for (const ConvLayer& layer : network->layers) {
            residuals += layer.ends_residual;
            strides *= layer.stride;
            QCOMPARE(layer.padding, PaddingRule::Symmetric);
        }
        QCOMPARE(residuals, 10);  // 17 blocks, less the first of each stage
        QCOMPARE(strides, 32);
    }

    /// BatchNorm folded by the reader and by hand give one network.
    void folds_batch_norm() {
        FloatTensors tensors = mobilenet_v2(0.5, false), folded;
        for (const auto& [name, tensor] : tensors) {
            if (!name.ends_with(".weight") || tensor.shape.size() != 4) continue;
            const std::string conv = name.substr(0, name.size() - 7);
            // The norm's number is one more than the convolution's.
            const std::size_t dot = conv.rfind('.');
            const std::string norm =
                conv.substr(0, dot + 1) + std::to_string(std::stoi(conv.substr(dot + 1)) + 1);
            auto weight = tensor;
            FloatTensors::mapped_type bias{{tensor.shape[0]}, {}};
            const std::size_t outputs = static_cast<std::size_t>(tensor.shape[0]);
            for (std::size_t o = 0; o < outputs; ++o) {
                const double factor = tensors.at(norm + ".weight").values[o] /
                                      std::sqrt(tensors.at(norm + ".running_var").values[o] + 1e-5);
                const std::size_t taps = weight.values.size() / outputs;
                for (std::size_t i = 0; i < taps; ++i)
                    weight.values[o * taps + i] = static_cast<float>(weight.values[o * taps + i] * factor);
                bias.values.push_back(
                    static_cast<float>(tensors.at(norm + ".bias").values[o] -
                                       tensors.at(norm + ".running_mean").values[o] * factor));
            }
            folded[name] = std::move(weight);
            folded[conv + ".bias"] = std::move(bias);
        }
        const auto file = file_of(tensors), by_hand = file_of(folded);
        QVERIFY(file && by_hand);
        const auto a = read_mobilenet_v2(*file), b = read_mobilenet_v2(*by_hand);
        QVERIFY(a && b);
        QCOMPARE(a->layers.size(), b->layers.size());
        for (std::size_t i = 0; i < a->layers.size(); ++i) {
            QVERIFY(a->layers[i].weight == b->layers[i].weight);
            QVERIFY(a->layers[i].bias == b->layers[i].bias);
        }
    }

    void names_the_first_tensor_that_does_not_fit() {
        FloatTensors tensors = mobilenet_v2(0.5, true);
        tensors.erase("features.9.conv.1.0.weight");
        auto file = file_of(tensors);
        QVERIFY(file);
        auto network = read_mobilenet_v2(*file);
        QVERIFY(!network);
        QVERIFY2(network.error().text.find("features.9.conv.1.0.weight") != std::string::npos,
                 network.error().text.c_str());
        tensors = mobilenet_v2(0.5, true);
        auto& bias = tensors["features.4.conv.2.bias"];
        bias.values.push_back(0);
        ++bias.shape[0];
        file = file_of(tensors);
        QVERIFY(file);
        network = read_mobilenet_v2(*file);
        QVERIFY(!network);
        QVERIFY2(network.error().text.find("features.4.conv.2.bias") != std::string::npos,
                 network.error().text.c_str());
    }

    void lite_agrees_with_plain_operators_data() {
        QTest::addColumn<int>("model");
        QTest::addColumn<int>("blocks");
        QTest::addColumn<int>("last");  // width of the last stage
        QTest::newRow("Lite0") << 0 << 16 << 320;
        QTest::newRow("Lite1") << 1 << 21 << 320;
        QTest::newRow("Lite2") << 2 << 21 << 352;
        QTest::newRow("Lite3") << 3 << 24 << 384;
        QTest::newRow("Lite4") << 4 << 30 << 448;
    }
    void lite_agrees_with_plain_operators() {
        QFETCH(int, model);
        QFETCH(int, blocks);
        QFETCH(int, last);
        const FloatTensors tensors = efficientnet_lite(model);
        const auto file = file_of(tensors);
        QVERIFY(file);
        const auto network = read_efficientnet_lite(*file);
        QVERIFY2(network, network ? "" : network.error().text.c_str());
        QCOMPARE(network->layers.size(), index(3 * blocks + 1));
        QCOMPARE(network->layers.back().in, last);
        const double worst = difference(&make_efficientnet_lite, tensors, 1280, 64, true);
        QVERIFY2(worst >= 0 && worst < 1e-5, qPrintable(QString::number(worst)));
    }
};

QTEST_GUILESS_MAIN(TestMobileFamilies)
#include "test_mobile_families.moc"
