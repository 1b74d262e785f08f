// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/gdfnet_backbone.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/base/digest.h"
#include "core/base/file_system.h"
#include "core/models/gdfnet_network.h"
#include "core/models/manifest.h"
#include "core/models/place_feature.h"
#include "core/models/torch_runner.h"

namespace fieldmark {

namespace {

// Pictures whose maps are in memory at a time: 250 kB each at 7 x 7 x 1280.
constexpr int kSlice = 16;

/// What each place of the map brings to f (the equation of GraphSkip): the mean over nodes is a sum as it is,
/// of a maximum over nodes each channel is brought by the node that has it, and biases are shared out evenly.
/// A node of the last layer knows its neighbours; it is its own place that is told. (B, N, features).
torch::Tensor f_by_place(GdfNetImpl& graph, const torch::Tensor& map) {
    const std::int64_t width = graph.shape().width;
    const auto count = static_cast<double>(map.size(1));
    const torch::Tensor reduced = graph.reduce(map);
    torch::Tensor nodes = torch::relu(graph.reduce_norm(reduced.reshape({-1, width})).view(reduced.sizes()));
    for (const auto& layer : *graph.layers) nodes = layer->as<GraphLayerImpl>()->forward(nodes);
    const auto [most, place] = nodes.max(1, /*keepdim=*/true);
    const torch::Tensor largest = torch::zeros_like(nodes).scatter_(1, place, most);
    const torch::Tensor weight = graph.summary->weight;
    torch::Tensor parts =
        (nodes / count).matmul(weight.slice(1, 0, width).t()) + largest.matmul(weight.slice(1, width).t());
    torch::nn::BatchNorm1dImpl& norm = *graph.summary_norm;
    const torch::Tensor scale = norm.weight * torch::rsqrt(norm.running_var + norm.options.eps());
    parts = parts * scale + (norm.bias - norm.running_mean * scale) / count;
    if (graph.shape().skip == GraphSkip::None) return parts;
    const torch::Tensor length =
        map.mean(1, /*keepdim=*/true).norm(2, {2}, /*keepdim=*/true).clamp_min(1e-12);
    return parts + (map / (length * count)).matmul(graph.skip->weight.t()) + graph.skip->bias / count;
}

class GdfNetBackbone final : public Backbone, public PlaceFeature {
  public:
    GdfNetBackbone(const ModelInfo& info, GdfNet graph, std::unique_ptr<Backbone> network, int threads)
        : m_runner(info, threads, kSlice), m_graph(std::move(graph)), m_network(std::move(network)) {}

    const ModelInfo& info() const override { return m_runner.info(); }
    std::string engine() const override { return m_network->engine() + ", graph of positions"; }
    BackboneTraits traits() const override { return m_network->traits(); }

    Result<std::vector<float>> embed(std::span<const std::uint8_t> pixels, int count) override {
        if (auto wrong = m_runner.wrong_size(pixels, count)) return std::move(*wrong);
        const std::size_t picture = pixels.size() / static_cast<std::size_t>(std::max(1, count));
        std::vector<float> embeddings;
        for (int first = 0; first < count; first += kSlice) {
            const int now = std::min(kSlice, count - first);
            auto view = m_network->look_inside(pixels.subspan(static_cast<std::size_t>(first) * picture,
                                                              static_cast<std::size_t>(now) * picture),
                                               now);
            if (!view) return view.error();
            if (auto status = append(*view, now, embeddings); !status) return status.error();
        }
        return embeddings;
    }

    /// The network's view; `pooled` is normalised already.
    Result<InnerView> look_inside(std::span<const std::uint8_t> pixels, int count,
                                  const LookRequest& request) override {
        LookRequest with_map = request;
        with_map.map = true;  // the graph stands on it
        auto view = m_network->look_inside(pixels, count, with_map);
        if (!view) return view.error();
        std::vector<float> embeddings;
        if (auto status = append(*view, count, embeddings); !status) return status.error();
        view->pooled = std::move(embeddings);
        if (!request.map) view->map.clear();
        return view;
    }

    const Backbone& map_network() const override { return *m_network; }

    Result<std::vector<float>> by_place(std::span<const float> map, int count) const override {
        const std::int64_t channels = m_graph->shape().channels;
        const std::int64_t nodes = m_network->traits().map_rows * m_network->traits().map_columns;
        if (count < 1 || map.size() != static_cast<std::size_t>(count * nodes * channels))
            return Error{ErrorKind::Usage, "The feature map does not have the size it is said to have."};
        std::vector<float> parts;
        const Status done = m_runner.guarded([&] {
            // from_blob() takes no const memory; nothing writes to it.
            const torch::Tensor input =
                torch::from_blob(const_cast<float*>(map.data()), {count, nodes, channels}, torch::kFloat);
            const torch::Tensor all = f_by_place(*m_graph, input).contiguous();
            parts.assign(all.const_data_ptr<float>(), all.const_data_ptr<float>() + all.numel());
        });
        if (!done) return done.error();
        return parts;
    }

  private:
    Status append(InnerView& view, int count, std::vector<float>& embeddings) const {
        const std::int64_t channels = m_graph->shape().channels;
        const auto nodes = static_cast<std::int64_t>(view.map.size()) / channels / std::max(1, count);
        std::vector<float> some;
        const Status done = m_runner.guarded([&] {
            const torch::Tensor map =
                torch::from_blob(view.map.data(), {count, nodes, channels}, torch::kFloat);
            TorchRunner::append(some, torch::nn::functional::normalize(
                                          m_graph->forward(map),
                                          torch::nn::functional::NormalizeFuncOptions().dim(1).eps(1e-12)));
        });
        if (!done) return done;
        auto sound = m_runner.finite(std::move(some));
        if (!sound) return sound.error();
        embeddings.insert(embeddings.end(), sound->begin(), sound->end());
        return {};
    }

    TorchRunner m_runner;
    mutable GdfNet m_graph;  // const in what it does: it only runs
    std::unique_ptr<Backbone> m_network;
};

std::vector<float> floats(const Safetensors::Tensor& tensor) {
    std::vector<float> values(tensor.data.size() / sizeof(float));
    std::memcpy(values.data(), tensor.data.data(), tensor.data.size());
    return values;
}

}  // namespace

Result<std::unique_ptr<Backbone>> make_gdfnet(const ModelInfo& info, const Safetensors& weights,
                                              std::unique_ptr<Backbone> network,
                                              const BackboneOptions& options) {
    auto graph = read_gdfnet(weights);
    if (!graph) return graph.error();
    const GdfNetShape& shape = (*graph)->shape();
    const ModelInfo& below = network->info();
    if (shape.features != info.dimension || shape.bits != info.bits ||
        shape.channels != network->traits().map_channels || below.input_width != info.input_width ||
        below.input_height != info.input_height) {
        return Error{ErrorKind::Damaged, "The model \"" + info.name + "\" does not fit the model \"" +
                                             below.name + "\" beneath it. Train it again."};
    }
    return std::unique_ptr<Backbone>(
        std::make_unique<GdfNetBackbone>(info, std::move(*graph), std::move(network), options.threads));
}

Result<HashHead> read_hash_head(const Safetensors& weights) {
    const auto weight = weights.f32("graph.hash_weight", {-1, -1});
    if (!weight) return weight.error();
    const std::int64_t bits = weight->shape[0];
    const auto bias = weights.f32("graph.hash_bias", {bits});
    if (!bias) return bias.error();
    HashHead head;
    head.bits = static_cast<int>(std::min<std::int64_t>(bits, kMaxHashBits + 1));
    head.weight = floats(*weight);
    head.bias = floats(*bias);
    const auto features = static_cast<std::size_t>(weight->shape[1]);
    // As GdfNetImpl::hash() has it; a power of two scales the sum without rounding, any other nearly so.
    const float scale = std::sqrt(static_cast<float>(features));
    for (float& value : head.weight) value *= scale;
    const auto finite = [](float value) { return std::isfinite(value); };
    if (!head.fits(features) || !std::all_of(head.weight.begin(), head.weight.end(), finite) ||
        !std::all_of(head.bias.begin(), head.bias.end(), finite)) {
        return Error{ErrorKind::Damaged, "The hash layer in \"" + weights.path() +
                                             "\" is unusable. Train or import the model again."};
    }
    return head;
}

Result<HashHead> load_hash_head(const ModelInfo& info) {
    if (info.bits < 1) {
        return Error{ErrorKind::NotFound,
                     "The model \"" + info.name + "\" has no binary codes. Train one with GDF-Net."};
    }
    const auto manifest = read_manifest(info.path);
    if (!manifest) return manifest.error();
    auto bytes = FileSystem::posix().read(manifest->weights_path);
    if (!bytes) return bytes.error();
    if (to_hex(sha256(*bytes)) != to_hex(from_hex(manifest->weights_sha256))) {
        return Error{ErrorKind::Damaged,
                     "The weights file \"" + manifest->weights_path +
                         "\" is not the one its manifest was made for. Train the model again."};
    }
    const auto weights = Safetensors::parse(std::move(*bytes), manifest->weights_path);
    if (!weights) return weights.error();
    return read_hash_head(*weights);
}

}  // namespace fieldmark
