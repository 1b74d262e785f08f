// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/base/result.h"
#include "core/models/backbone.h"
#include "core/models/safetensors.h"

namespace fieldmark {

/// EfficientNet-Lite0 to 4 as a backbone (see mobile_backbone.h and read_efficientnet_lite()). Damaged also
/// where a tensor is missing or misshaped.
Result<std::unique_ptr<Backbone>> make_efficientnet_lite(const ModelInfo& info, const Safetensors& weights,
                                                         const BackboneOptions& options);

}  // namespace fieldmark
