// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/gdfnet_backbone.h"

#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <thread>

#include "core/base/digest.h"
#include "core/base/file_system.h"
#include "core/models/gdfnet_network.h"
#include "core/models/manifest.h"

namespace fieldmark {

namespace {

// Pictures whose maps are in memory at a time: 250 kB each at 7 x 7 x 1280.
constexpr int kSlice = 16;

class GdfNetBackbone final : public Backbone {
  public:
    GdfNetBackbone(const ModelInfo& info, GdfNet graph, std::unique_ptr<Backbone> network, int threads)
        : m_info(info), m_graph(std::move(graph)), m_network(std::move(network)), m_threads(threads) {
        if (m_threads <= 0) m_threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
    }

    const ModelInfo& info() const override { return m_info; }
    std::string engine() const override { return m_network->engine() + ", graph of positions"; }
    BackboneTraits traits() const override { return m_network->traits(); }

    Result<std::vector<float>> embed(std::span<const std::uint8_t> pixels, int count) override {
        const std::size_t picture =
            static_cast<std::size_t>(m_info.input_height) * static_cast<std::size_t>(m_info.input_width) * 3;
        if (count < 0 || pixels.size() != picture * static_cast<std::size_t>(count)) {
            return Error{ErrorKind::Internal, "The embedder was given " + std::to_string(pixels.size()) +
                                                  " bytes for " + std::to_string(count) + " pictures."};
        }
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
        auto view = m_network->look_inside(pixels, count, request);
        if (!view) return view.error();
        auto embeddings = embed(pixels, count);
        if (!embeddings) return embeddings.error();
        view->pooled = std::move(*embeddings);
        return view;
    }

  private:
    Status append(InnerView& view, int count, std::vector<float>& embeddings) {
        const std::int64_t channels = m_graph->shape().channels;
        const auto nodes = static_cast<std::int64_t>(view.map.size()) / channels / std::max(1, count);
        try {
            const c10::InferenceMode guard;
            if (at::get_num_threads() != m_threads) at::set_num_threads(m_threads);
            const torch::Tensor map =
                torch::from_blob(view.map.data(), {count, nodes, channels}, torch::kFloat);
            const torch::Tensor f =
                torch::nn::functional::normalize(
                    m_graph->forward(map), torch::nn::functional::NormalizeFuncOptions().dim(1).eps(1e-12))
                    .contiguous();
            const float* value = f.const_data_ptr<float>();
            if (!std::all_of(value, value + f.numel(), [](float x) { return std::isfinite(x); })) {
                return Error{ErrorKind::Internal,
                             "The model \"" + m_info.name + "\" gave embeddings that are not numbers."};
            }
            embeddings.insert(embeddings.end(), value, value + f.numel());
            return {};
        } catch (const c10::OutOfMemoryError& error) {
            return Error{ErrorKind::TooLarge,
                         "There is not enough memory for a batch of pictures. Close other programs.",
                         error.what_without_backtrace()};
        } catch (const std::exception& error) {
            return Error{ErrorKind::Internal, "The model could not compute the embeddings.", error.what()};
        }
    }

    ModelInfo m_info;
    GdfNet m_graph;
    std::unique_ptr<Backbone> m_network;
    int m_threads;
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
