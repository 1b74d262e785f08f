// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/efficientnet_lite.h"

#include "core/models/mobile_backbone.h"
#include "core/models/mobile_network.h"

namespace fieldmark {

Result<std::unique_ptr<Backbone>> make_efficientnet_lite(const ModelInfo& info, const Safetensors& weights,
                                                         const BackboneOptions& options) {
    auto network = read_efficientnet_lite(weights);
    if (!network) return network.error();
    return make_mobile_backbone(info, std::move(*network), options);
}

}  // namespace fieldmark
