// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/training/trainable_network.h"

#include <ATen/autocast_mode.h>

#include "core/training/lite_module.h"
#include "core/training/vit_module.h"

namespace fieldmark {

std::int64_t TrainableNetwork::trainable_parameters() const {
    std::int64_t count = 0;
    for (const torch::Tensor& parameter : parameters()) count += parameter.numel();
    return count;
}

void TrainableNetwork::zero_gradients() {
    for (torch::Tensor& parameter : parameters())
        if (parameter.grad().defined()) parameter.mutable_grad().zero_();
}

bool can_learn_as_a_whole(const ModelInfo& info) {
    return info.kind == "efficientnet-lite" || info.kind == "vit";
}

Result<std::unique_ptr<TrainableNetwork>> make_trainable_network(const Safetensors& weights,
                                                                 const ModelInfo& info,
                                                                 const TrainableNetworkOptions& options) {
    if (info.kind == "efficientnet-lite") return make_lite_module(weights, info, options);
    if (info.kind == "vit") return make_vit_module(weights, info, options);
    return Error{ErrorKind::Usage,
                 "Only an EfficientNet-Lite or a vision transformer can learn as a whole, and \"" +
                     info.name + "\" is neither. Learn a head on its vectors, or choose another model."};
}

FlatParameter::FlatParameter(const std::vector<torch::Tensor>& parts, torch::Device device) {
    const torch::NoGradGuard no_grad;
    std::vector<torch::Tensor> flats;
    for (const torch::Tensor& part : parts) flats.push_back(part.detach().flatten());
    m_flat = (flats.empty() ? torch::empty({0}) : torch::cat(flats)).to(device);
    m_flat.requires_grad_(true);
    std::int64_t at = 0;
    for (const torch::Tensor& part : parts) {
        m_parts.push_back(
            m_flat.detach().narrow(0, at, part.numel()).view(part.sizes()).detach().requires_grad_(true));
        at += part.numel();
    }
}

void FlatParameter::link() {
    if (m_flat.grad().defined() && (m_parts.empty() || m_parts.front().grad().defined())) return;
    if (!m_flat.grad().defined()) m_flat.mutable_grad() = torch::zeros_like(m_flat);
    std::int64_t at = 0;
    for (torch::Tensor& part : m_parts) {
        part.mutable_grad() = m_flat.grad().narrow(0, at, part.numel()).view(part.sizes());
        at += part.numel();
    }
}

MixedPrecision::MixedPrecision(bool on) : m_on(on) {
    if (!m_on) return;
    at::autocast::set_autocast_enabled(at::kCUDA, true);
    at::autocast::set_autocast_dtype(at::kCUDA, at::kBFloat16);
}

MixedPrecision::~MixedPrecision() {
    if (!m_on) return;
    at::autocast::set_autocast_enabled(at::kCUDA, false);
    at::autocast::clear_cache();
}

}  // namespace fieldmark
