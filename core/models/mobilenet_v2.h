// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/base/result.h"
#include "core/models/backbone.h"
#include "core/models/safetensors.h"

namespace fieldmark {

/// MobileNetV2 as a backbone (see mobile_backbone.h and read_mobilenet_v2()). Damaged also where a tensor is
/// missing or misshaped.
Result<std::unique_ptr<Backbone>> make_mobilenet_v2(const ModelInfo& info, const Safetensors& weights,
                                                    const BackboneOptions& options);

}  // namespace fieldmark
