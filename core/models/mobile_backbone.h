// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/base/result.h"
#include "core/models/backbone.h"
#include "core/models/mobile_network.h"

namespace fieldmark {

/// A chain of inverted-residual blocks as a backbone: the embedding is the L2-normalised global mean of the
/// last map. Picks the fastest engine the options, the machine and the build of LibTorch allow; `engine()`
/// says which. Damaged: the dimension is not the manifest's; Usage, Unsupported: no such device.
Result<std::unique_ptr<Backbone>> make_mobile_backbone(const ModelInfo& info, MobileNetwork network,
                                                       const BackboneOptions& options);

}  // namespace fieldmark
