// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/vit_forward.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "core/models/differentiable_linear.h"

namespace fieldmark {
namespace {

at::Tensor to_tensor(const std::vector<float>& values, at::IntArrayRef shape,
                     const at::TensorOptions& options) {
    if (values.empty()) return {};
    // A copy even where the type and device are the same: the network need not outlive the tensors.
    return at::from_blob(const_cast<float*>(values.data()), shape, at::kFloat).to(options, false, true);
}

VitTensors::Norm to_tensors(const VitNorm& norm, const at::TensorOptions& options) {
    const auto width = static_cast<std::int64_t>(norm.weight.size());
    return {to_tensor(norm.weight, {width}, options), to_tensor(norm.bias, {width}, options)};
}

at::Tensor layer_norm(const at::Tensor& x, const VitTensors::Norm& norm) {
    return at::layer_norm(x, {x.size(-1)}, norm.weight, norm.bias, kVitNormEpsilon);
}

bool contains(const std::vector<int>& layers, int layer) {
    return std::find(layers.begin(), layers.end(), layer) != layers.end();
}

at::Tensor linear(const VitTensors& vit, const at::Tensor& x, const at::Tensor& weight,
                  const at::Tensor& bias) {
    return vit.one_dnn ? differentiable_linear(x, weight, bias) : at::linear(x, weight, bias);
}

/// Multi-head self-attention of the already normalised x; `kept` receives the probabilities.
at::Tensor attend(const VitTensors& vit, const VitTensors::Block& block, const at::Tensor& x,
                  const IcaTensors* adapter, IcaActivation activation, at::Tensor* kept) {
    const std::int64_t batch = x.size(0), tokens = x.size(1), width = x.size(2);
    const std::int64_t head = width / vit.heads;
    const auto split = [&](const at::Tensor& all) {
        return all.view({batch, tokens, vit.heads, head}).transpose(1, 2);
    };
    // chunk(), for its gradient is one concatenation, where three narrow() would each fill a whole tensor.
    const auto qkv = linear(vit, x, block.qkv_weight, block.qkv_bias).chunk(3, 2);
    at::Tensor query = qkv[0], key = qkv[1];
    if (adapter) {
        const at::Tensor add = ica_delta(x, adapter->query_down, adapter->query_up, activation);
        query = query + add;
        key = key + (adapter->shared ? add : ica_delta(x, adapter->key_down, adapter->key_up, activation));
    }
    const at::Tensor q = split(query), k = split(key), v = split(qkv[2]);
    at::Tensor mixed;
    if (kept) {
        *kept = at::softmax(at::matmul(q, k.transpose(2, 3)) / std::sqrt(static_cast<double>(head)), -1);
        mixed = at::matmul(*kept, v);
    } else {
        mixed = at::scaled_dot_product_attention(q, k, v);
    }
    return linear(vit, mixed.transpose(1, 2).reshape({batch, tokens, width}), block.projection_weight,
                  block.projection_bias);
}

}  // namespace

VitTensors make_vit_tensors(const VitNetwork& network, int height, int width,
                            const at::TensorOptions& options, GridResize way) {
    VitTensors vit;
    vit.width = network.width;
    vit.heads = network.heads;
    vit.patch = network.patch;
    vit.prefix_count = network.prefix_count;
    vit.has_class_token = network.has_class_token;
    vit.norm_after_mean = network.norm_after_mean;
    const std::int64_t d = network.width;
    vit.patch_weight =
        to_tensor(network.patch_embedding.weight, {d, 3, network.patch, network.patch}, options);
    vit.patch_bias = to_tensor(network.patch_embedding.bias, {d}, options);
    vit.prefix = to_tensor(network.prefix, {1, network.prefix_count, d}, options);
    fit_vit_tensors(vit, network, height, width, way);
    vit.norm_before = to_tensors(network.norm_before, options);
    for (const VitBlock& from : network.blocks) {
        VitTensors::Block block;
        const std::int64_t hidden = from.fc1.out;
        block.norm1 = to_tensors(from.norm1, options);
        block.norm2 = to_tensors(from.norm2, options);
        block.qkv_weight = to_tensor(from.qkv.weight, {3 * d, d}, options);
        block.qkv_bias = to_tensor(from.qkv.bias, {3 * d}, options);
        block.projection_weight = to_tensor(from.projection.weight, {d, d}, options);
        block.projection_bias = to_tensor(from.projection.bias, {d}, options);
        block.ls1 = to_tensor(from.ls1, {d}, options);
        block.ls2 = to_tensor(from.ls2, {d}, options);
        block.fc1_weight = to_tensor(from.fc1.weight, {hidden, d}, options);
        block.fc1_bias = to_tensor(from.fc1.bias, {hidden}, options);
        block.fc2_weight = to_tensor(from.fc2.weight, {d, hidden}, options);
        block.fc2_bias = to_tensor(from.fc2.bias, {d}, options);
        vit.blocks.push_back(std::move(block));
    }
    vit.norm = to_tensors(network.norm, options);
    return vit;
}

int whole_patches(int side, int patch) {
    return std::max(1, (2 * side + patch) / (2 * patch)) * patch;
}

void fit_vit_tensors(VitTensors& vit, const VitNetwork& network, int height, int width, GridResize way) {
    vit.rows = height / network.patch;
    vit.columns = width / network.patch;
    TORCH_CHECK(vit.rows > 0 && vit.columns > 0, "the input is smaller than one patch");
    vit.positions =
        to_tensor(resized_positions(network, vit.rows, vit.columns, way),
                  {1, std::int64_t{vit.rows} * vit.columns, network.width}, vit.patch_weight.options());
}

IcaAdapterSet make_ica_tensors(const IcaNetwork& network, int width, const at::TensorOptions& options) {
    IcaAdapterSet set;
    set.activation = network.activation;
    set.norm = to_tensors(network.norm, options);
    for (const IcaBlock& from : network.blocks) {
        IcaTensors block;
        if (from.present) {
            block.shared = from.shared;
            block.query_down = to_tensor(from.query.down, {from.rank, width}, options);
            block.query_up = to_tensor(from.query.up, {width, from.rank}, options);
            block.key_down = to_tensor(from.key.down, {from.rank, width}, options);
            block.key_up = to_tensor(from.key.up, {width, from.rank}, options);
        }
        set.blocks.push_back(std::move(block));
    }
    return set;
}

at::Tensor ica_delta(const at::Tensor& x, const at::Tensor& down, const at::Tensor& up,
                     IcaActivation activation) {
    at::Tensor inner = at::linear(x, down);
    if (activation == IcaActivation::Gelu) inner = at::gelu(inner);
    if (activation == IcaActivation::Relu) inner = at::relu(inner);
    return at::linear(inner, up);
}

at::Tensor vit_tokens(const VitTensors& vit, const at::Tensor& pixels) {
    const std::int64_t batch = pixels.size(0);
    at::Tensor x = at::conv2d(pixels, vit.patch_weight, vit.patch_bias, {vit.patch, vit.patch});
    TORCH_CHECK(x.size(2) == vit.rows && x.size(3) == vit.columns, "the input has another size");
    x = x.flatten(2).transpose(1, 2) + vit.positions;
    if (vit.prefix.defined()) x = at::cat({vit.prefix.expand({batch, -1, -1}), x}, 1);
    return vit.norm_before.weight.defined() ? layer_norm(x, vit.norm_before) : x.contiguous();
}

at::Tensor vit_blocks(const VitTensors& vit, at::Tensor tokens, int begin, int end,
                      const IcaAdapterSet* adapters, VitLook* look) {
    at::Tensor x = std::move(tokens);
    for (int layer = begin; layer < end; ++layer) {
        const VitTensors::Block& block = vit.blocks[static_cast<std::size_t>(layer)];
        const IcaTensors* adapter = nullptr;
        if (adapters && static_cast<std::size_t>(layer) < adapters->blocks.size() &&
            adapters->blocks[static_cast<std::size_t>(layer)].present())
            adapter = &adapters->blocks[static_cast<std::size_t>(layer)];
        at::Tensor* kept =
            look && contains(look->attention_layers, layer) ? &look->attention[layer] : nullptr;
        at::Tensor out = attend(vit, block, layer_norm(x, block.norm1), adapter,
                                adapters ? adapters->activation : IcaActivation::Identity, kept);
        if (block.ls1.defined()) out = out * block.ls1;
        x = x + out;
        out = at::gelu(linear(vit, layer_norm(x, block.norm2), block.fc1_weight, block.fc1_bias));
        out = linear(vit, out, block.fc2_weight, block.fc2_bias);
        if (block.ls2.defined()) out = out * block.ls2;
        x = x + out;
        if (look && contains(look->token_layers, layer)) look->tokens[layer] = x;
    }
    return x;
}

std::optional<VitFeature> vit_feature_from_text(const std::string& text) {
    if (text == "class" || text == "class token") return VitFeature::ClassToken;
    if (text == "mean" || text == "patch mean") return VitFeature::PatchMean;
    if (text == "both" || text == "class token and patch mean") return VitFeature::Both;
    return std::nullopt;
}

int vit_feature_width(const VitNetwork& network, VitFeature feature) {
    return feature == VitFeature::Both ? 2 * network.width : network.width;
}

at::Tensor vit_pool(const VitTensors& vit, const at::Tensor& tokens, VitFeature feature,
                    const IcaAdapterSet* adapters, at::Tensor* last_tokens) {
    const VitTensors::Norm& norm = adapters && adapters->norm.weight.defined() ? adapters->norm : vit.norm;
    const auto patches = [&](const at::Tensor& x) {
        return x.narrow(1, vit.prefix_count, x.size(1) - vit.prefix_count).mean(1);
    };
    if (vit.norm_after_mean) {
        if (last_tokens) *last_tokens = tokens;
        if (feature == VitFeature::PatchMean) return layer_norm(patches(tokens), norm);
        const at::Tensor first = layer_norm(tokens.select(1, 0), norm);
        if (feature == VitFeature::ClassToken) return first;
        return at::cat({first, layer_norm(patches(tokens), norm)}, 1);
    }
    // Only the class token needs the norm where nothing else is asked for.
    if (feature == VitFeature::ClassToken && !last_tokens) return layer_norm(tokens.select(1, 0), norm);
    const at::Tensor x = layer_norm(tokens, norm);
    if (last_tokens) *last_tokens = x;
    if (feature == VitFeature::ClassToken) return x.select(1, 0);
    if (feature == VitFeature::PatchMean) return patches(x);
    return at::cat({x.select(1, 0), patches(x)}, 1);
}

at::Tensor vit_forward(const VitTensors& vit, const at::Tensor& pixels, VitFeature feature,
                       const IcaAdapterSet* adapters, VitLook* look) {
    const at::Tensor x =
        vit_blocks(vit, vit_tokens(vit, pixels), 0, static_cast<int>(vit.blocks.size()), adapters, look);
    return vit_pool(vit, x, feature, adapters);
}

}  // namespace fieldmark
