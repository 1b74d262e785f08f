// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/base/result.h"
#include "core/models/backbone.h"
#include "core/models/safetensors.h"

namespace fieldmark {

/// A network that needs nothing beneath it, by info.kind: "efficientnet-lite", "mobilenet-v2" or "vit".
/// info.dimension is that of its feature. Damaged (names the first tensor that is missing or misshaped),
/// Unsupported (another kind, or a device that is not there), TooLarge, Internal. Throws nothing.
Result<std::unique_ptr<Backbone>> make_network(const ModelInfo& info, const Safetensors& weights,
                                               const BackboneOptions& options);

}  // namespace fieldmark
