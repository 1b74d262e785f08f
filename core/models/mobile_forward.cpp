// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/mobile_forward.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "core/models/fused_convolution.h"

namespace fieldmark {
namespace {

at::Tensor to_tensor(const std::vector<float>& values, at::IntArrayRef shape) {
    return at::from_blob(const_cast<float*>(values.data()), shape, at::kFloat).clone();
}

}  // namespace

MobileTensors make_mobile_tensors(const MobileNetwork& network, int height, int width,
                                  const at::TensorOptions& options, int fused_batch) {
    MobileTensors tensors;
    tensors.fused = fused_batch > 0;
    for (const ConvLayer& layer : network.layers) {
        MobileTensors::Step step;
        step.stride = layer.stride;
        step.groups = layer.depthwise ? layer.in : 1;
        step.relu6 = layer.relu6;
        step.begins_residual = layer.begins_residual;
        step.ends_residual = layer.ends_residual;
        step.bias = to_tensor(layer.bias, {layer.out}).to(options);
        at::Tensor weight =
            to_tensor(layer.weight, {layer.out, layer.depthwise ? 1 : layer.in, layer.kernel, layer.kernel});
        const Padding rows = padding_of(layer, height);
        const Padding columns = padding_of(layer, width);
        // Where more zeros are needed behind than before, a kernel with a zero first row (or column) lets
        // the padding be even, so that no padded copy of the map has to be made. More zeros than are
        // needed behind do no harm: the stride passes them by.
        weight = at::constant_pad_nd(weight, {std::max(columns.behind - columns.before, 0), 0,
                                              std::max(rows.behind - rows.before, 0), 0});
        step.padding = {std::max(rows.before, rows.behind), std::max(columns.before, columns.behind)};
        weight = weight.contiguous(at::MemoryFormat::ChannelsLast);
        step.weight = tensors.fused ? prepare_weight(weight, step.padding, step.stride, step.groups,
                                                     {fused_batch, layer.in, height, width})
                                    : weight.to(options);
        tensors.steps.push_back(std::move(step));
        height = same_size(height, layer.stride);
        width = same_size(width, layer.stride);
    }
    return tensors;
}

at::Tensor mobile_last_map(const MobileTensors& network, at::Tensor x) {
    at::Tensor kept;
    for (const MobileTensors::Step& step : network.steps) {
        if (step.begins_residual) kept = x;
        if (network.fused) {
            if (step.ends_residual) {
                convolve_and_add(kept, x, step.weight, step.bias, step.padding, step.stride, step.groups);
                x = std::move(kept);
            } else {
                x = convolve(x, step.weight, step.bias, step.padding, step.stride, step.groups, step.relu6);
            }
            continue;
        }
        x = at::conv2d(x, step.weight, step.bias, step.stride, step.padding, 1, step.groups);
        if (step.relu6) x.clamp_(0, 6);
        if (step.ends_residual) {
            x.add_(kept);
            kept.reset();
        }
    }
    return x;
}

at::Tensor mobile_forward(const MobileTensors& network, const at::Tensor& pixels) {
    return mobile_last_map(network, pixels).mean({2, 3}, /*keepdim=*/false, at::kFloat);
}

}  // namespace fieldmark
