// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/mobilenet_v2.h"

#include "core/models/mobile_backbone.h"
#include "core/models/mobile_network.h"

namespace fieldmark {

Result<std::unique_ptr<Backbone>> make_mobilenet_v2(const ModelInfo& info, const Safetensors& weights,
                                                    const BackboneOptions& options) {
    auto network = read_mobilenet_v2(weights);
    if (!network) return network.error();
    return make_mobile_backbone(info, std::move(*network), options);
}

}  // namespace fieldmark
