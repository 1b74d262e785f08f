// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/backbone_layers.h"

#include <algorithm>

#include "core/models/device_times.h"
#include "core/models/head_backbone.h"
#include "core/models/object_view.h"

namespace fieldmark {
namespace {

/// What the outermost head or view of objects is put on; null for a network.
const Backbone* beneath(const Backbone& backbone) {
    const Backbone* network = beneath_head(backbone);
    return network ? network : beneath_object_view(backbone);
}

}  // namespace

std::vector<const Head*> heads_of(const Backbone& backbone) {
    std::vector<const Head*> heads;
    for (const Backbone* one = &backbone; one; one = beneath(*one))
        if (const Head* head = head_of(*one)) heads.push_back(head);
    std::reverse(heads.begin(), heads.end());
    return heads;
}

const Backbone& network_of(const Backbone& backbone) {
    const Backbone* network = &backbone;
    while (const Backbone* next = beneath(*network)) network = next;
    return *network;
}

std::optional<std::string> object_finder_of(const Backbone& backbone) {
    for (const Backbone* one = &backbone; one; one = beneath(*one))
        if (const std::string* finder = finder_of_view(*one)) return *finder;
    const PlaceFeature* made = place_feature_of(backbone);
    return made ? object_finder_of(made->map_network()) : std::nullopt;
}

DeviceTimer* device_timer_of(Backbone& backbone) {
    // network_of() gives back a part of what it is given, which may be changed here.
    return dynamic_cast<DeviceTimer*>(const_cast<Backbone*>(&network_of(backbone)));
}

const PlaceFeature* place_feature_of(const Backbone& backbone) {
    return dynamic_cast<const PlaceFeature*>(&network_of(backbone));
}

}  // namespace fieldmark
