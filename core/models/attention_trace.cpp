// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/attention_trace.h"

#include "core/models/head_backbone.h"
#include "core/models/object_view.h"
#include "core/models/place_feature.h"

namespace fieldmark {

const AttentionTracer* attention_tracer_of(const Backbone& backbone) {
    const Backbone* network = &network_of(backbone);
    while (const Backbone* seen = beneath_object_view(*network)) network = &network_of(*seen);
    return dynamic_cast<const AttentionTracer*>(network);
}

const AttentionTracer* attention_beneath(const Backbone& backbone) {
    const PlaceFeature* made = place_feature_of(backbone);
    return made ? attention_beneath(made->map_network()) : attention_tracer_of(backbone);
}

}  // namespace fieldmark
