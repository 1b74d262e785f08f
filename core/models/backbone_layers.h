// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/models/backbone.h"
#include "core/models/head.h"
#include "core/models/place_feature.h"

namespace fieldmark {

// What a backbone is made of: heads and views of objects, in any order, around a network, which may itself be
// made of another's map. Everything returned lives as long as the backbone.

/// The heads a backbone puts on its network's feature, the innermost first; empty for a bare network.
std::vector<const Head*> heads_of(const Backbone& backbone);

/// The network beneath a backbone's heads and views of objects; the backbone itself where it has none.
const Backbone& network_of(const Backbone& backbone);

/// The finder whose boxes pictures must be cropped to before they go into this backbone, also beneath heads
/// and what is made of a map; empty for a model of whole pictures.
std::optional<std::string> object_finder_of(const Backbone& backbone);

/// Of the network beneath a backbone's heads and views of objects; null where that is none.
const PlaceFeature* place_feature_of(const Backbone& backbone);

}  // namespace fieldmark
