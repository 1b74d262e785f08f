// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/place_feature.h"

#include "core/models/head_backbone.h"
#include "core/models/object_view.h"

namespace fieldmark {

const PlaceFeature* place_feature_of(const Backbone& backbone) {
    const Backbone* network = &network_of(backbone);
    while (const Backbone* seen = beneath_object_view(*network)) network = &network_of(*seen);
    return dynamic_cast<const PlaceFeature*>(network);
}

}  // namespace fieldmark
