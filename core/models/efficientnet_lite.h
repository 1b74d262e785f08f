// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/base/result.h"
#include "core/models/backbone.h"
#include "core/models/safetensors.h"

namespace fieldmark {

/// EfficientNet-Lite as a backbone: the embedding is the L2-normalised global mean of the last map.
/// Picks the fastest engine the options, the machine and the build of LibTorch allow; `engine()` says which.
/// Damaged: a tensor is missing or misshaped, or the dimension is not the manifest's; Unsupported: no such
/// device.
Result<std::unique_ptr<Backbone>> make_efficientnet_lite(const ModelInfo& info, const Safetensors& weights,
                                                         const BackboneOptions& options);

}  // namespace fieldmark
