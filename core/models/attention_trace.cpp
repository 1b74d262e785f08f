// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/attention_trace.h"

#include "core/models/backbone_layers.h"

namespace fieldmark {

const AttentionTracer* attention_tracer_of(const Backbone& backbone) {
    return dynamic_cast<const AttentionTracer*>(&network_of(backbone));
}

const AttentionTracer* attention_beneath(const Backbone& backbone) {
    const PlaceFeature* made = place_feature_of(backbone);
    return made ? attention_beneath(made->map_network()) : attention_tracer_of(backbone);
}

}  // namespace fieldmark
