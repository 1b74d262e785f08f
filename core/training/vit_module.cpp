// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/training/vit_module.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <thread>

#include "core/models/vit_forward.h"

namespace fieldmark {

namespace {

/// Pictures that go through the network together on a CPU: what a graph keeps of them stays small.
constexpr int kSlice = 8;

struct LearningVit {
    TrainableNetworkOptions options;
    VitNetwork network;
    VitFeature feature = VitFeature::ClassToken;
    float mean[3] = {0, 0, 0};
    float scale[3] = {1, 1, 1};
    VitTensors vit;
    int side = 0;  ///< of the pictures that vit.positions are for
    FlatParameter weights;
    FlatParameter others;
    /// Names and tensors that are written; the learned ones among them are views of the parameters.
    std::map<std::string, torch::Tensor> file;
    std::vector<std::pair<torch::Tensor, int>> graph;  ///< embeddings of each slice, and how many
    std::int64_t total = 0;

    bool cuda() const { return options.device.is_cuda(); }

    void fit(int new_side) {
        if (new_side == side) return;
        fit_vit_tensors(vit, network, new_side, new_side);
        side = new_side;
    }

    torch::Tensor input(std::span<const std::uint8_t> pixels, int first, int count) const {
        const std::size_t picture = static_cast<std::size_t>(side) * static_cast<std::size_t>(side) * 3;
        const auto x = torch::from_blob(const_cast<std::uint8_t*>(pixels.data()) +
                                            static_cast<std::size_t>(first) * picture,
                                        {count, side, side, 3}, torch::kByte)
                           .to(options.device)
                           .to(torch::kFloat);
        const auto shift = torch::tensor({mean[0], mean[1], mean[2]}).to(options.device);
        const auto factor = torch::tensor({scale[0], scale[1], scale[2]}).to(options.device);
        return ((x - shift) * factor).permute({0, 3, 1, 2});
    }

    torch::Tensor run(std::span<const std::uint8_t> pixels, int first, int count) const {
        const MixedPrecision mixed(cuda() && options.mixed);
        torch::Tensor tokens;
        {
            const torch::NoGradGuard no_grad;
            tokens = vit_blocks(vit, vit_tokens(vit, input(pixels, first, count)), 0, options.frozen_blocks);
        }
        tokens = vit_blocks(vit, tokens, options.frozen_blocks, static_cast<int>(vit.blocks.size()));
        return vit_pool(vit, tokens, feature).to(torch::kFloat);
    }
};

class VitModule final : public TrainableNetwork {
  public:
    explicit VitModule(LearningVit network) : m_network(std::move(network)) {}

    int dimension() const override;
    int blocks() const override;
    int fitting_side(int side) const override { return whole_patches(side, m_network.network.patch); }
    std::string engine() const override;
    std::vector<torch::Tensor> parameters() const override;
    std::int64_t total_parameters() const override;
    torch::Tensor forward(std::span<const std::uint8_t> pixels, int count, int side) override;
    void backward(const torch::Tensor& gradient) override;
    torch::Tensor embed(std::span<const std::uint8_t> pixels, int count, int side) override;
    std::vector<std::pair<std::string, torch::Tensor>> tensors() const override;

  private:
    LearningVit m_network;
};

int VitModule::dimension() const {
    return vit_feature_width(m_network.network, m_network.feature);
}

int VitModule::blocks() const {
    return static_cast<int>(m_network.vit.blocks.size());
}

std::string VitModule::engine() const {
    if (!m_network.cuda()) return m_network.vit.one_dnn ? "cpu fp32 oneDNN" : "cpu fp32 LibTorch";
    return m_network.options.mixed ? "cuda bf16" : "cuda fp32";
}

std::vector<torch::Tensor> VitModule::parameters() const {
    return {m_network.weights.flat(), m_network.others.flat()};
}

std::int64_t VitModule::total_parameters() const {
    return m_network.total;
}

torch::Tensor VitModule::forward(std::span<const std::uint8_t> pixels, int count, int side) {
    if (at::get_num_threads() != m_network.options.threads) at::set_num_threads(m_network.options.threads);
    m_network.fit(side);
    m_network.weights.link();
    m_network.others.link();
    m_network.graph.clear();
    const int slice = m_network.cuda() ? count : kSlice;
    std::vector<torch::Tensor> parts;
    for (int first = 0; first < count; first += slice) {
        const int now = std::min(slice, count - first);
        m_network.graph.emplace_back(m_network.run(pixels, first, now), now);
        parts.push_back(m_network.graph.back().first.detach());
    }
    return torch::cat(parts).requires_grad_(true);
}

void VitModule::backward(const torch::Tensor& gradient) {
    std::int64_t first = 0;
    for (const auto& [embeddings, count] : m_network.graph) {
        embeddings.backward(gradient.narrow(0, first, count));
        first += count;
    }
    m_network.graph.clear();
}

torch::Tensor VitModule::embed(std::span<const std::uint8_t> pixels, int count, int side) {
    const torch::NoGradGuard no_grad;
    if (at::get_num_threads() != m_network.options.threads) at::set_num_threads(m_network.options.threads);
    m_network.fit(side);
    return m_network.run(pixels, 0, count);
}

std::vector<std::pair<std::string, torch::Tensor>> VitModule::tensors() const {
    const torch::NoGradGuard no_grad;
    std::vector<std::pair<std::string, torch::Tensor>> all;
    for (const auto& [name, tensor] : m_network.file)
        all.emplace_back(name, tensor.detach().to(torch::kCPU).contiguous().clone());
    return all;
}

}  // namespace

Result<std::unique_ptr<TrainableNetwork>> make_vit_module(const Safetensors& weights, const ModelInfo& info,
                                                          const TrainableNetworkOptions& options) {
    auto network = read_vit(weights, info.heads);
    if (!network) return std::move(network).error();
    const auto feature = vit_feature_from_text(info.pooling);
    if (!feature)
        return Error{ErrorKind::Unsupported,
                     "The model \"" + info.name + "\" has an unknown pooling, \"" + info.pooling + "\"."};
    const auto count = static_cast<int>(network->blocks.size());
    if (options.frozen_blocks < 0 || options.frozen_blocks > count)
        return Error{ErrorKind::Usage, "This network has " + std::to_string(count) +
                                           " blocks; it cannot freeze " +
                                           std::to_string(options.frozen_blocks) + " of them."};
    LearningVit learning;
    learning.options = options;
    if (learning.options.threads <= 0)
        learning.options.threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    learning.network = std::move(*network);
    learning.feature = *feature;
    std::copy_n(info.mean, 3, learning.mean);
    std::copy_n(info.scale, 3, learning.scale);
    learning.vit = make_vit_tensors(learning.network, info.input_height, info.input_width,
                                    torch::TensorOptions(torch::kFloat).device(options.device));
    learning.vit.one_dnn = options.products != TrainableNetworkOptions::Products::Blas;
    learning.side = info.input_width == info.input_height ? info.input_width : 0;
    learning.total = learning.network.parameters;

    // What the file holds beside the blocks goes back as it came.
    for (const auto& [name, tensor] : weights.tensors()) {
        if (tensor.dtype != "F32" || name.find(".attn.q") != std::string::npos ||
            name.find(".attn.k") != std::string::npos || name.find(".attn.v") != std::string::npos)
            continue;
        auto values = torch::empty(tensor.shape, torch::kFloat);
        std::memcpy(values.mutable_data_ptr<float>(), tensor.data.data(), tensor.data.size());
        learning.file[name] = values;
    }
    struct Learned {
        std::string name;
        torch::Tensor* tensor;
    };
    std::vector<Learned> matrices, vectors;
    const auto norm = [&](const std::string& name, VitTensors::Norm& tensors) {
        vectors.push_back({name + ".weight", &tensors.weight});
        vectors.push_back({name + ".bias", &tensors.bias});
    };
    for (int b = 0; b < count; ++b) {
        const std::string name = "blocks." + std::to_string(b) + ".";
        VitTensors::Block& block = learning.vit.blocks[static_cast<std::size_t>(b)];
        if (b < options.frozen_blocks) {
            // Split ones were left out above.
            learning.file[name + "attn.qkv.weight"] = block.qkv_weight;
            learning.file[name + "attn.qkv.bias"] = block.qkv_bias;
            continue;
        }
        matrices.push_back({name + "attn.qkv.weight", &block.qkv_weight});
        matrices.push_back({name + "attn.proj.weight", &block.projection_weight});
        matrices.push_back({name + "mlp.fc1.weight", &block.fc1_weight});
        matrices.push_back({name + "mlp.fc2.weight", &block.fc2_weight});
        vectors.push_back({name + "attn.qkv.bias", &block.qkv_bias});
        vectors.push_back({name + "attn.proj.bias", &block.projection_bias});
        vectors.push_back({name + "mlp.fc1.bias", &block.fc1_bias});
        vectors.push_back({name + "mlp.fc2.bias", &block.fc2_bias});
        norm(name + "norm1", block.norm1);
        norm(name + "norm2", block.norm2);
        if (block.ls1.defined()) vectors.push_back({name + "ls1.gamma", &block.ls1});
        if (block.ls2.defined()) vectors.push_back({name + "ls2.gamma", &block.ls2});
    }
    norm(learning.network.norm_after_mean ? "fc_norm" : "norm", learning.vit.norm);
    const auto flatten = [&](const std::vector<Learned>& all) {
        std::vector<torch::Tensor> parts;
        for (const Learned& one : all) parts.push_back(*one.tensor);
        FlatParameter flat(parts, options.device);
        for (std::size_t i = 0; i < all.size(); ++i) {
            *all[i].tensor = flat.parts()[i];
            learning.file[all[i].name] = flat.parts()[i];
        }
        return flat;
    };
    learning.weights = flatten(matrices);
    learning.others = flatten(vectors);
    return std::unique_ptr<TrainableNetwork>(std::make_unique<VitModule>(std::move(learning)));
}

}  // namespace fieldmark
