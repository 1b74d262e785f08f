// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/mobile_network.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

namespace fieldmark {
namespace {

constexpr double kLiteEpsilon = 1e-3;
constexpr double kMobileNetEpsilon = 1e-5;

struct Stage {
    int kernel;
    int stride;
};
// A stage begins where the width of the blocks' outputs changes; the seven differ in width in every Lite
// model.
constexpr Stage kStages[] = {{3, 1}, {3, 2}, {5, 2}, {3, 2}, {5, 1}, {5, 2}, {3, 1}};

struct MobileNetStage {
    int blocks;
    int stride;
};
constexpr MobileNetStage kMobileNetStages[] = {{1, 1}, {2, 2}, {3, 2}, {4, 2}, {3, 1}, {3, 2}, {1, 1}};

std::vector<float> floats(const Safetensors::Tensor& tensor) {
    std::vector<float> values(tensor.data.size() / sizeof(float));
    std::memcpy(values.data(), tensor.data.data(), values.size() * sizeof(float));
    return values;
}

/// Reads layers one after the other and keeps the first error, so that the network below reads as a list.
class LayerReader {
  public:
    LayerReader(const Safetensors& weights, MobileNetwork& network, double epsilon, PaddingRule padding)
        : m_weights(weights), m_network(network), m_epsilon(epsilon), m_padding(padding) {}

    /// `in` channels, `out` channels or -1 to take what the file has. Where the convolution has a bias,
    /// BatchNorm is folded into it already and `norm` is not read. Returns the number of output channels.
    int convolution(const std::string& conv, const std::string& norm, int in, int out, int kernel, int stride,
                    bool depthwise, bool relu6) {
        ConvLayer layer;
        layer.in = in;
        layer.kernel = kernel;
        layer.stride = stride;
        layer.padding = m_padding;
        layer.depthwise = depthwise;
        layer.relu6 = relu6;
        const auto weight = read(conv + ".weight", {out, depthwise ? 1 : in, kernel, kernel});
        layer.out = m_error ? 0 : static_cast<int>(weight.shape[0]);
        const auto outputs = static_cast<std::size_t>(layer.out);
        std::vector<double> factor(outputs, 1.0), offset(outputs);
        if (m_weights.tensors().contains(conv + ".bias")) {
            const auto bias = read(conv + ".bias", {layer.out});
            if (m_error) return 0;
            const std::vector<float> values = floats(bias);
            offset.assign(values.begin(), values.end());
        } else {
            const auto gamma = read(norm + ".weight", {layer.out});
            const auto beta = read(norm + ".bias", {layer.out});
            const auto mean = read(norm + ".running_mean", {layer.out});
            const auto variance = read(norm + ".running_var", {layer.out});
            if (m_error) return 0;
            const std::vector<float> g = floats(gamma), b = floats(beta), m = floats(mean),
                                     v = floats(variance);
            for (std::size_t o = 0; o < outputs; ++o) {
                factor[o] = g[o] / std::sqrt(static_cast<double>(v[o]) + m_epsilon);
                offset[o] = b[o] - m[o] * factor[o];
            }
        }
        if (m_error) return 0;

        layer.weight = floats(weight);
        layer.bias.resize(outputs);
        const std::size_t taps = outputs == 0 ? 0 : layer.weight.size() / outputs;
        for (std::size_t o = 0; o < outputs; ++o) {
            layer.bias[o] = static_cast<float>(offset[o]);
            bool finite = std::isfinite(layer.bias[o]);
            for (std::size_t i = 0; i < taps; ++i) {
                float& w = layer.weight[o * taps + i];
                w = static_cast<float>(w * factor[o]);
                finite = finite && std::isfinite(w);
            }
            if (!finite) {
                fail(conv + ".weight", "holds values that are not numbers");
                return 0;
            }
        }
        m_network.layers.push_back(std::move(layer));
        return m_network.layers.back().out;
    }

    void fail(const std::string& tensor, const std::string& what) {
        if (m_error) return;
        m_error = Error{ErrorKind::Damaged, "The weights file \"" + m_weights.path() +
                                                "\" does not fit its model: tensor \"" + tensor + "\" " +
                                                what + "."};
    }

    const std::optional<Error>& error() const { return m_error; }

  private:
    Safetensors::Tensor read(const std::string& name, const std::vector<std::int64_t>& shape) {
        if (m_error) return {};
        auto tensor = m_weights.f32(name, shape);
        if (!tensor) {
            m_error = tensor.error();
            return {};
        }
        if (std::find(tensor->shape.begin(), tensor->shape.end(), 0) != tensor->shape.end())
            fail(name, "is empty");
        return std::move(*tensor);
    }

    const Safetensors& m_weights;
    MobileNetwork& m_network;
    double m_epsilon;
    PaddingRule m_padding;
    std::optional<Error> m_error;
};

}  // namespace

Padding same_padding(int size, int kernel, int stride) {
    const int total = std::max((same_size(size, stride) - 1) * stride + kernel - size, 0);
    return {total / 2, total - total / 2};
}

Padding padding_of(const ConvLayer& layer, int size) {
    if (layer.padding == PaddingRule::Same) return same_padding(size, layer.kernel, layer.stride);
    const int before = layer.kernel / 2;
    const int needed = (same_size(size, layer.stride) - 1) * layer.stride + layer.kernel;
    return {before, std::max(needed - size - before, 0)};
}

Result<MobileNetwork> read_efficientnet_lite(const Safetensors& weights) {
    MobileNetwork network;
    LayerReader reader(weights, network, kLiteEpsilon, PaddingRule::Same);
    int width = reader.convolution("_conv_stem", "_bn0", 3, -1, 3, 2, false, true);
    std::size_t stage = 0;
    int stage_width = 0;
    for (int block = 0; !reader.error(); ++block) {
        const std::string prefix = "_blocks." + std::to_string(block) + ".";
        const auto project = weights.tensors().find(prefix + "_project_conv.weight");
        if (project == weights.tensors().end()) {
            if (stage != std::size(kStages)) reader.fail(prefix + "_project_conv.weight", "is missing");
            break;
        }
        const std::int64_t out = project->second.shape.empty() ? 0 : project->second.shape[0];
        const bool first = block == 0 || out != stage_width;
        if (first && ++stage > std::size(kStages)) {
            reader.fail(project->first, "begins an eighth stage, which EfficientNet-Lite does not have");
            break;
        }
        const Stage& shape = kStages[stage - 1];
        const std::size_t begin = network.layers.size();
        int expanded = width;
        if (weights.tensors().contains(prefix + "_expand_conv.weight"))
            expanded =
                reader.convolution(prefix + "_expand_conv", prefix + "_bn0", width, -1, 1, 1, false, true);
        reader.convolution(prefix + "_depthwise_conv", prefix + "_bn1", expanded, expanded, shape.kernel,
                           first ? shape.stride : 1, true, true);
        stage_width =
            reader.convolution(prefix + "_project_conv", prefix + "_bn2", expanded, -1, 1, 1, false, false);
        // A block that keeps width and size adds its input. (The first block of a stage changes the width.)
        if (!reader.error() && !first) {
            network.layers[begin].begins_residual = true;
            network.layers.back().ends_residual = true;
        }
        width = stage_width;
    }
    network.dimension = reader.convolution("_conv_head", "_bn1", width, -1, 1, 1, false, true);
    if (reader.error()) return *reader.error();
    return network;
}

Result<MobileNetwork> read_mobilenet_v2(const Safetensors& weights) {
    MobileNetwork network;
    LayerReader reader(weights, network, kMobileNetEpsilon, PaddingRule::Symmetric);
    int width = reader.convolution("features.0.0", "features.0.1", 3, -1, 3, 2, false, true);
    int index = 1;
    for (const MobileNetStage& stage : kMobileNetStages)
        for (int n = 0; n < stage.blocks && !reader.error(); ++n, ++index) {
            const std::string prefix = "features." + std::to_string(index) + ".conv.";
            const int stride = n == 0 ? stage.stride : 1;
            const std::size_t begin = network.layers.size();
            int expanded = width, part = 0;
            const auto name = [&](int of) { return prefix + std::to_string(of); };
            // The first block has no expansion, so its parts are numbered from the depth-wise convolution.
            if (index > 1) {
                expanded = reader.convolution(name(0) + ".0", name(0) + ".1", width, -1, 1, 1, false, true);
                part = 1;
            }
            reader.convolution(name(part) + ".0", name(part) + ".1", expanded, expanded, 3, stride, true,
                               true);
            const int out =
                reader.convolution(name(part + 1), name(part + 2), expanded, -1, 1, 1, false, false);
            if (!reader.error() && part == 1 && stride == 1 && out == width) {
                network.layers[begin].begins_residual = true;
                network.layers.back().ends_residual = true;
            }
            width = out;
        }
    const std::string last = "features." + std::to_string(index);
    network.dimension = reader.convolution(last + ".0", last + ".1", width, -1, 1, 1, false, true);
    if (reader.error()) return *reader.error();
    return network;
}

}  // namespace fieldmark
