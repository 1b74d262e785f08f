// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/methods/dva/adaptation.h"

#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <cmath>
#include <string>

namespace fieldmark::dva {
namespace {

FloatTensor stored(const torch::Tensor& tensor) {
    const torch::Tensor plain = tensor.detach().to(torch::kCPU, torch::kFloat).contiguous();
    FloatTensor result;
    result.shape = plain.sizes().vec();
    result.values.assign(plain.data_ptr<float>(), plain.data_ptr<float>() + plain.numel());
    return result;
}

}  // namespace

InContextAdaptation::InContextAdaptation(const VitTensors& vit, const AdaptationOptions& options,
                                         std::uint64_t seed)
    : m_options(options), m_depth(static_cast<int>(vit.blocks.size())) {
    if (options.last_blocks > 0) m_first = std::max(0, m_depth - options.last_blocks);
    torch::Generator random = at::detail::createCPUGenerator(seed);
    const int rank = options.shared ? 2 * options.rank : options.rank;
    for (int block = m_first; block < m_depth; ++block) {
        const std::string name = "block" + std::to_string(block);
        m_query.push_back(make_pair(name + (options.shared ? "_shared" : "_query"), rank, vit.width, random));
        if (!options.shared) m_key.push_back(make_pair(name + "_key", rank, vit.width, random));
    }
    if (options.final_norm) {
        m_norm_weight = register_parameter("norm_weight", vit.norm.weight.detach().clone());
        m_norm_bias = register_parameter("norm_bias", vit.norm.bias.detach().clone());
    }
}

InContextAdaptation::Pair InContextAdaptation::make_pair(const std::string& name, int rank, int width,
                                                         torch::Generator& random) {
    // Kaiming-uniform with a = sqrt(5): bound = sqrt(6 / ((1 + a^2) fan_in)) = 1 / sqrt(fan_in).
    const double bound = 1 / std::sqrt(static_cast<double>(width));
    Pair pair;
    pair.down =
        register_parameter(name + "_down", torch::empty({rank, width}).uniform_(-bound, bound, random));
    pair.up = register_parameter(name + "_up", torch::zeros({width, rank}));
    return pair;
}

IcaAdapterSet InContextAdaptation::adapters() const {
    IcaAdapterSet set;
    set.activation = m_options.activation;
    set.blocks.resize(static_cast<std::size_t>(m_depth));
    for (std::size_t i = 0; i < m_query.size(); ++i) {
        IcaTensors& block = set.blocks[i + static_cast<std::size_t>(m_first)];
        block.shared = m_options.shared;
        block.query_down = m_query[i].down;
        block.query_up = m_query[i].up;
        if (m_options.shared) continue;
        block.key_down = m_key[i].down;
        block.key_up = m_key[i].up;
    }
    set.norm = {m_norm_weight, m_norm_bias};
    return set;
}

std::int64_t InContextAdaptation::parameter_count() const {
    std::int64_t count = 0;
    for (const torch::Tensor& parameter : parameters()) count += parameter.numel();
    return count;
}

FloatTensors InContextAdaptation::tensors() const {
    FloatTensors all;
    const float activation = m_options.activation == IcaActivation::Gelu   ? 0.0f
                             : m_options.activation == IcaActivation::Relu ? 1.0f
                                                                           : 2.0f;
    all["ica.activation"] = {{1}, {activation}};
    for (std::size_t i = 0; i < m_query.size(); ++i) {
        const std::string name = "ica." + std::to_string(i + static_cast<std::size_t>(m_first)) + ".";
        const std::string first = name + (m_options.shared ? "shared" : "query");
        all[first + ".down"] = stored(m_query[i].down);
        all[first + ".up"] = stored(m_query[i].up);
        if (m_options.shared) continue;
        all[name + "key.down"] = stored(m_key[i].down);
        all[name + "key.up"] = stored(m_key[i].up);
    }
    if (m_norm_weight.defined()) {
        all["ica.norm.weight"] = stored(m_norm_weight);
        all["ica.norm.bias"] = stored(m_norm_bias);
    }
    return all;
}

}  // namespace fieldmark::dva
