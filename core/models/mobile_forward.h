// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "core/models/mobile_network.h"

namespace fieldmark {

// A mobile network in LibTorch's operators, on any device and in any float type: what CUDA runs, the
// reference for the own kernels, and what shows a network's last map. Private to core/models; throws what
// LibTorch throws. Nothing here keeps state.

struct MobileTensors {
    struct Step {
        at::Tensor weight;
        at::Tensor bias;
        std::vector<std::int64_t> padding;
        std::int64_t stride = 1;
        std::int64_t groups = 1;
        bool relu6 = false;
        bool begins_residual = false;
        bool ends_residual = false;
    };
    std::vector<Step> steps;
    bool fused = false;
};

/// Copies the weights, for inputs of height x width pixels. fused_batch > 0: for oneDNN's convolutions
/// (fused_convolution.h) and so many pictures at a time, float32 on the CPU.
MobileTensors make_mobile_tensors(const MobileNetwork& network, int height, int width,
                                  const at::TensorOptions& options = at::kFloat, int fused_batch = 0);

/// (batch, 3, height, width) normalised pixels of the weights' type, channels-last -> the last map, (batch,
/// channels, rows, columns).
at::Tensor mobile_last_map(const MobileTensors& network, at::Tensor pixels);

/// The mean over that map, (batch, channels): in float32, whatever the network computes in.
at::Tensor mobile_forward(const MobileTensors& network, const at::Tensor& pixels);

}  // namespace fieldmark
