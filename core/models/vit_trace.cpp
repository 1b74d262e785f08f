// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/vit_trace.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <numeric>
#include <vector>

namespace fieldmark {
namespace {

/// (batch, 1, tokens): the output tokens that the feature is made of.
at::Tensor first_row(const VitTensors& vit, VitFeature feature, std::int64_t batch, std::int64_t tokens,
                     const at::TensorOptions& options) {
    at::Tensor row = at::zeros({batch, 1, tokens}, options);
    const std::int64_t patches = tokens - vit.prefix_count;
    const double share = feature == VitFeature::Both ? 0.5 : 1.0;
    if (feature != VitFeature::PatchMean) row.select(2, 0).fill_(share);
    if (feature != VitFeature::ClassToken)
        row.narrow(2, vit.prefix_count, patches).fill_(share / static_cast<double>(patches));
    return row;
}

}  // namespace

VitTrace vit_trace(const VitTensors& vit, const at::Tensor& pixels, VitFeature feature,
                   const IcaAdapterSet* adapters,
                   const std::function<at::Tensor(const at::Tensor&)>& gradient, int map_layer) {
    const int layers = static_cast<int>(vit.blocks.size());
    const c10::AutoGradMode differentiable(static_cast<bool>(gradient));
    at::Tensor tokens = vit_tokens(vit, pixels);
    if (gradient) tokens = tokens.detach().requires_grad_();

    VitTrace trace;
    const auto patches = [&vit](const at::Tensor& all) {
        return all.detach().narrow(1, vit.prefix_count, all.size(1) - vit.prefix_count);
    };
    std::vector<at::Tensor> attention;  // with a gradient all heads, in the graph; else their mean
    for (int layer = 0; layer < layers; ++layer) {
        VitLook look;
        look.attention_layers = {layer};
        tokens = vit_blocks(vit, tokens, layer, layer + 1, adapters, &look);
        const at::Tensor& kept = look.attention.at(layer);
        attention.push_back(gradient ? kept : kept.mean(1));
        if (layer == map_layer) trace.map = patches(tokens);
    }
    at::Tensor last;
    const at::Tensor pooled = vit_pool(vit, tokens, feature, adapters, &last);
    trace.pooled = pooled.detach();
    if (!trace.map.defined()) trace.map = patches(last);

    std::vector<at::Tensor> slopes;
    if (gradient) {
        const at::Tensor score = (pooled * gradient(trace.pooled)).sum();
        slopes = torch::autograd::grad({score}, attention);
    }
    const c10::NoGradGuard plain;
    const at::Tensor row = first_row(vit, feature, tokens.size(0), tokens.size(1), tokens.options());
    trace.rollout = row;
    for (int layer = layers - 1; layer >= 0; --layer) {
        const at::Tensor& kept = attention[static_cast<std::size_t>(layer)];
        trace.rollout = (trace.rollout + at::bmm(trace.rollout, gradient ? kept.mean(1) : kept)) / 2;
    }
    trace.rollout = trace.rollout.squeeze(1).detach();
    if (!gradient) return trace;
    at::Tensor reach = row;
    for (int layer = layers - 1; layer >= 0; --layer) {
        const auto i = static_cast<std::size_t>(layer);
        reach = reach + at::bmm(reach, (slopes[i] * attention[i]).clamp_min(0).mean(1));
    }
    trace.relevance = (reach - row).squeeze(1).detach();
    return trace;
}

}  // namespace fieldmark
