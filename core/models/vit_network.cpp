// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/vit_network.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <optional>
#include <set>
#include <string>

namespace fieldmark {
namespace {

constexpr int kHeadWidth = 64;
constexpr std::int64_t kLargestExtent = 1 << 20;  // keeps products of two extents far from overflow

/// What a checkpoint may hold beside the encoder.
constexpr const char* kUnread[] = {"head.", "head_dist.", "pre_logits.", "attn_pool.", "mask_token"};

std::size_t size(std::int64_t value) {
    return static_cast<std::size_t>(value);
}

/// Reads tensors one after the other and keeps the first error, so that the readers below read as lists.
class TensorReader {
  public:
    explicit TensorReader(const Safetensors& weights) : m_weights(weights) {}

    bool has(const std::string& name) const { return m_weights.tensors().contains(name); }

    /// The shape of a tensor, which must have `rank` extents above 0; a negative extent matches any.
    std::vector<std::int64_t> shape(const std::string& name, const std::vector<std::int64_t>& wanted) {
        if (m_error) return {};
        auto tensor = m_weights.f32(name, wanted);
        if (!tensor) {
            m_error = tensor.error();
            return {};
        }
        for (const std::int64_t extent : tensor->shape)
            if (extent < 1 || extent > kLargestExtent) {
                fail(name, extent < 1 ? "is empty" : "is larger than any model's");
                return {};
            }
        return tensor->shape;
    }

    std::vector<float> read(const std::string& name, const std::vector<std::int64_t>& wanted) {
        if (shape(name, wanted).empty()) return {};
        const auto tensor = m_weights.f32(name, wanted);
        std::vector<float> values(tensor->data.size() / sizeof(float));
        std::memcpy(values.data(), tensor->data.data(), values.size() * sizeof(float));
        if (!std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); })) {
            fail(name, "holds values that are not numbers");
            return {};
        }
        m_read.insert(name);
        m_parameters += static_cast<std::int64_t>(values.size());
        return values;
    }

    VitNorm norm(const std::string& name, int width) {
        return {read(name + ".weight", {width}), read(name + ".bias", {width})};
    }

    VitLinear linear(const std::string& name, int in, int out) {
        VitLinear layer;
        layer.in = in;
        layer.out = out;
        layer.weight = read(name + ".weight", {out, in});
        layer.bias = has(name + ".bias") ? read(name + ".bias", {out}) : std::vector<float>(size(out));
        return layer;
    }

    void fail(const std::string& tensor, const std::string& what) {
        if (m_error) return;
        m_error = Error{ErrorKind::Damaged, "The weights file \"" + m_weights.path() +
                                                "\" does not fit its model: tensor \"" + tensor + "\" " +
                                                what + "."};
    }

    /// A tensor that nobody read may belong to a layer that this program does not know.
    void refuse_unread() {
        for (const auto& [name, tensor] : m_weights.tensors()) {
            if (m_read.contains(name)) continue;
            if (std::any_of(std::begin(kUnread), std::end(kUnread),
                            [&](const char* start) { return name.starts_with(start); }))
                continue;
            fail(name, "is not part of any vision transformer this program knows");
        }
    }

    const std::optional<Error>& error() const { return m_error; }
    std::int64_t parameters() const { return m_parameters; }

  private:
    const Safetensors& m_weights;
    std::set<std::string> m_read;
    std::int64_t m_parameters = 0;
    std::optional<Error> m_error;
};

/// One more than the largest N of a name "blocks.N.", at least 1.
int depth_of(const Safetensors& weights) {
    constexpr std::string_view kStart = "blocks.";
    int depth = 1;
    for (const auto& [name, tensor] : weights.tensors()) {
        if (!name.starts_with(kStart)) continue;
        int block = 0;
        const auto parsed = std::from_chars(name.data() + kStart.size(), name.data() + name.size(), block);
        if (parsed.ec == std::errc() && block >= 0 && block < (1 << 20)) depth = std::max(depth, block + 1);
    }
    return depth;
}

void append(std::vector<float>& to, const std::vector<float>& from) {
    to.insert(to.end(), from.begin(), from.end());
}

/// Queries, keys and values as one layer, whichever way the file holds them.
VitLinear read_qkv(TensorReader& reader, const std::string& attention, int width) {
    for (const char* suffix : {"", "_proj"}) {
        if (!reader.has(attention + ".q" + suffix + ".weight")) continue;
        VitLinear all;
        all.in = width;
        all.out = 3 * width;
        for (const char* part : {".q", ".k", ".v"}) {
            const VitLinear layer = reader.linear(attention + part + suffix, width, width);
            append(all.weight, layer.weight);
            append(all.bias, layer.bias);
        }
        return all;
    }
    return reader.linear(attention + ".qkv", width, 3 * width);
}

VitBlock read_block(TensorReader& reader, const std::string& name, int width) {
    VitBlock block;
    block.norm1 = reader.norm(name + "norm1", width);
    block.qkv = read_qkv(reader, name + "attn", width);
    block.projection = reader.linear(name + "attn.proj", width, width);
    if (reader.has(name + "ls1.gamma")) block.ls1 = reader.read(name + "ls1.gamma", {width});
    block.norm2 = reader.norm(name + "norm2", width);
    const auto hidden = reader.shape(name + "mlp.fc1.weight", {-1, width});
    if (hidden.empty()) return block;
    block.fc1 = reader.linear(name + "mlp.fc1", width, static_cast<int>(hidden[0]));
    block.fc2 = reader.linear(name + "mlp.fc2", static_cast<int>(hidden[0]), width);
    if (reader.has(name + "ls2.gamma")) block.ls2 = reader.read(name + "ls2.gamma", {width});
    return block;
}

int square_root(std::int64_t value) {
    if (value < 1) return 0;
    const auto root = static_cast<int>(std::lround(std::sqrt(static_cast<double>(value))));
    return std::int64_t{root} * root == value ? root : 0;
}

/// Class token, distillation token, registers and the positions, which may or may not include theirs.
void read_tokens(TensorReader& reader, VitNetwork& network) {
    const int width = network.width;
    const auto add = [&](const std::string& name) {
        append(network.prefix, reader.read(name, {1, -1, width}));
        network.prefix_count = static_cast<int>(network.prefix.size()) / width;
    };
    network.has_class_token = reader.has("cls_token");
    if (network.has_class_token) {
        reader.shape("cls_token", {1, 1, width});
        add("cls_token");
    }
    if (reader.has("dist_token")) add("dist_token");
    const int without_registers = network.prefix_count;
    for (const char* registers : {"reg_token", "register_tokens"})
        if (reader.has(registers)) add(registers);

    const std::vector<float> positions = reader.read("pos_embed", {1, -1, width});
    if (reader.error()) return;
    const std::int64_t count = static_cast<std::int64_t>(positions.size()) / width;
    // None of the prefix has a position (timm's no_embed_class), or all of it, or all but the registers.
    int prefixed = -1;
    for (const int candidate : {0, network.prefix_count, without_registers}) {
        network.grid = square_root(count - candidate);
        if (network.grid > 0) {
            prefixed = candidate;
            break;
        }
    }
    if (prefixed < 0) {
        reader.fail("pos_embed", "has " + std::to_string(count) +
                                     " positions, which are no square grid with " +
                                     std::to_string(network.prefix_count) + " tokens before it");
        return;
    }
    const std::size_t own = size(prefixed) * size(width);
    for (std::size_t i = 0; i < own; ++i) network.prefix[i] += positions[i];
    network.positions.assign(positions.begin() + static_cast<std::ptrdiff_t>(own), positions.end());
}

/// What one new sample is made of: `weights` of the old ones from `first` on.
struct Taps {
    int first = 0;
    std::vector<double> weights;
};

double cubic(double x, double a) {
    x = std::abs(x);
    if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
    if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
    return 0;
}

std::vector<Taps> make_taps(int from, int to, GridResize way) {
    std::vector<Taps> taps(size(to));
    const double scale = static_cast<double>(from) / to;
    for (int i = 0; i < to; ++i) {
        Taps& tap = taps[size(i)];
        const double centre = (i + 0.5) * scale;
        if (way == GridResize::Antialiased) {
            const double stretch = std::max(scale, 1.0);
            tap.first = std::max(static_cast<int>(centre - 2 * stretch + 0.5), 0);
            const int end = std::min(static_cast<int>(centre + 2 * stretch + 0.5), from);
            double sum = 0;
            for (int j = tap.first; j < end; ++j) {
                tap.weights.push_back(cubic((j - centre + 0.5) / stretch, -0.5));
                sum += tap.weights.back();
            }
            for (double& weight : tap.weights) weight /= sum;
        } else {
            const int middle = static_cast<int>(std::floor(centre - 0.5));
            tap.first = std::clamp(middle - 1, 0, from - 1);
            tap.weights.assign(size(std::clamp(middle + 2, 0, from - 1) - tap.first + 1), 0.0);
            for (int j = middle - 1; j <= middle + 2; ++j)
                tap.weights[size(std::clamp(j, 0, from - 1) - tap.first)] += cubic(j - (centre - 0.5), -0.75);
        }
    }
    return taps;
}

}  // namespace

Result<VitNetwork> read_vit(const Safetensors& weights, int heads) {
    VitNetwork network;
    TensorReader reader(weights);
    const auto patch = reader.shape("patch_embed.proj.weight", {-1, 3, -1, -1});
    if (reader.error()) return *reader.error();
    network.width = static_cast<int>(patch[0]);
    network.patch = static_cast<int>(patch[2]);
    if (patch[2] != patch[3] || network.patch > 256)
        reader.fail("patch_embed.proj.weight", "has patches that are not square or not of a usable size");
    network.heads = heads > 0 ? heads : network.width / kHeadWidth;
    if (network.heads < 1 || network.width % network.heads != 0)
        return Error{
            ErrorKind::Unsupported,
            "The weights file \"" + weights.path() + "\" has a transformer of width " +
                std::to_string(network.width) + ", which cannot be split into " +
                (heads > 0 ? std::to_string(heads) + " heads" : "heads of " + std::to_string(kHeadWidth)) +
                ". State \"heads\" in the model description."};
    const int width = network.width;
    network.patch_embedding.in = 3 * network.patch * network.patch;
    network.patch_embedding.out = width;
    network.patch_embedding.weight = reader.read("patch_embed.proj.weight", {width, 3, patch[2], patch[3]});
    network.patch_embedding.bias = reader.has("patch_embed.proj.bias")
                                       ? reader.read("patch_embed.proj.bias", {width})
                                       : std::vector<float>(size(width));
    read_tokens(reader, network);
    if (reader.has("norm_pre.weight")) network.norm_before = reader.norm("norm_pre", width);
    const int depth = depth_of(weights);
    for (int block = 0; block < depth && !reader.error(); ++block)
        network.blocks.push_back(read_block(reader, "blocks." + std::to_string(block) + ".", width));
    network.norm_after_mean = !reader.has("norm.weight") && reader.has("fc_norm.weight");
    network.norm = reader.norm(network.norm_after_mean ? "fc_norm" : "norm", width);
    if (!reader.error()) reader.refuse_unread();
    if (reader.error()) return *reader.error();
    network.parameters = reader.parameters();
    return network;
}

std::vector<float> resized_positions(const VitNetwork& network, int rows, int columns, GridResize way) {
    const int from = network.grid;
    if (rows == from && columns == from) return network.positions;
    const std::vector<Taps> down = make_taps(from, rows, way), across = make_taps(from, columns, way);
    const std::size_t width = size(network.width);
    std::vector<double> wide(size(from) * size(columns) * width);
    for (std::size_t y = 0; y < size(from); ++y)
        for (std::size_t x = 0; x < size(columns); ++x) {
            double* out = wide.data() + (y * size(columns) + x) * width;
            for (std::size_t j = 0; j < across[x].weights.size(); ++j) {
                const float* in =
                    network.positions.data() + (y * size(from) + size(across[x].first) + j) * width;
                for (std::size_t c = 0; c < width; ++c) out[c] += across[x].weights[j] * in[c];
            }
        }
    std::vector<float> result(size(rows) * size(columns) * width);
    std::vector<double> sums(width);
    for (std::size_t y = 0; y < size(rows); ++y)
        for (std::size_t x = 0; x < size(columns); ++x) {
            std::fill(sums.begin(), sums.end(), 0.0);
            for (std::size_t j = 0; j < down[y].weights.size(); ++j) {
                const double* in = wide.data() + ((size(down[y].first) + j) * size(columns) + x) * width;
                for (std::size_t c = 0; c < width; ++c) sums[c] += down[y].weights[j] * in[c];
            }
            float* out = result.data() + (y * size(columns) + x) * width;
            for (std::size_t c = 0; c < width; ++c) out[c] = static_cast<float>(sums[c]);
        }
    return result;
}

Result<IcaNetwork> read_ica(const Safetensors& adapters, const VitNetwork& network) {
    IcaNetwork ica;
    TensorReader reader(adapters);
    const std::vector<float> activation = reader.read("ica.activation", {1});
    if (reader.error()) return *reader.error();
    if (activation[0] != 0.0f && activation[0] != 1.0f && activation[0] != 2.0f)
        reader.fail("ica.activation", "names no activation (0 GELU, 1 ReLU, 2 identity)");
    ica.activation = activation[0] == 0.0f   ? IcaActivation::Gelu
                     : activation[0] == 1.0f ? IcaActivation::Relu
                                             : IcaActivation::Identity;
    bool any = false;
    ica.blocks.resize(network.blocks.size());
    for (std::size_t n = 0; n < ica.blocks.size() && !reader.error(); ++n) {
        IcaBlock& block = ica.blocks[n];
        const std::string name = "ica." + std::to_string(n) + ".";
        block.shared = reader.has(name + "shared.down");
        block.present = block.shared || reader.has(name + "query.down") || reader.has(name + "key.down");
        if (!block.present) continue;
        any = true;
        const auto bottleneck = [&](const std::string& part) {
            const auto shape =
                reader.shape(part + ".down", {block.rank > 0 ? block.rank : -1, network.width});
            IcaBottleneck made;
            if (shape.empty()) return made;
            block.rank = static_cast<int>(shape[0]);
            made.down = reader.read(part + ".down", {block.rank, network.width});
            made.up = reader.read(part + ".up", {network.width, block.rank});
            return made;
        };
        block.query = bottleneck(name + (block.shared ? "shared" : "query"));
        if (!block.shared) block.key = bottleneck(name + "key");
    }
    if (!any) reader.fail("ica.0.query.down", "is missing");
    if (reader.has("ica.norm.weight")) ica.norm = reader.norm("ica.norm", network.width);
    for (const auto& [name, tensor] : adapters.tensors()) {
        // Adapters of a block that this transformer does not have were made for another one.
        int block = 0;
        if (!name.starts_with("ica.")) continue;
        const auto parsed = std::from_chars(name.data() + 4, name.data() + name.size(), block);
        if (parsed.ec == std::errc() && (block < 0 || size(block) >= network.blocks.size()))
            reader.fail(name, "belongs to a block that the transformer beneath does not have");
    }
    if (reader.error()) return *reader.error();
    return ica;
}

VitNetwork folded(VitNetwork network, const IcaNetwork& adapters) {
    const std::size_t width = size(network.width);
    for (std::size_t n = 0; n < network.blocks.size() && n < adapters.blocks.size(); ++n) {
        const IcaBlock& block = adapters.blocks[n];
        if (!block.present) continue;
        const std::size_t rank = size(block.rank);
        for (std::size_t part = 0; part < 2; ++part) {  // queries, then keys
            const IcaBottleneck& add = part == 0 || block.shared ? block.query : block.key;
            float* weight = network.blocks[n].qkv.weight.data() + part * width * width;
            for (std::size_t o = 0; o < width; ++o)
                for (std::size_t i = 0; i < width; ++i) {
                    double sum = weight[o * width + i];
                    for (std::size_t r = 0; r < rank; ++r)
                        sum += double{add.up[o * rank + r]} * add.down[r * width + i];
                    weight[o * width + i] = static_cast<float>(sum);
                }
        }
    }
    if (!adapters.norm.weight.empty()) network.norm = adapters.norm;
    return network;
}

}  // namespace fieldmark
