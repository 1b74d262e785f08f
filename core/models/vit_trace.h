// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>

#include "core/models/vit_forward.h"

namespace fieldmark {

/// AttentionTrace as tensors, see there; relevance is undefined without a gradient.
struct VitTrace {
    at::Tensor pooled;   ///< (batch, feature width)
    at::Tensor map;      ///< (batch, patches, width), as it leaves the block map_layer or, -1, the last norm
    at::Tensor rollout;  ///< (batch, tokens)
    at::Tensor relevance;  ///< (batch, tokens)
};

/// `gradient` gets the pooled features, detached, and returns dS / d pooled. Must not run in inference mode
/// where there is a gradient, nor on tensors made in it. Throws what LibTorch throws.
VitTrace vit_trace(const VitTensors& vit, const at::Tensor& pixels, VitFeature feature,
                   const IcaAdapterSet* adapters = nullptr,
                   const std::function<at::Tensor(const at::Tensor&)>& gradient = {}, int map_layer = -1);

}  // namespace fieldmark
