// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "core/base/result.h"
#include "core/models/backbone.h"

namespace fieldmark {

/// A backbone made of another's map whose embedding, though no mean of that map, is a sum over its places.
class PlaceFeature {
  public:
    virtual ~PlaceFeature() = default;

    /// map: (count, map_rows * map_columns, map_channels), as Backbone::look_inside() gives it. Returns
    /// (count, map_rows * map_columns, dimension): what each place brings to the embedding before its norm,
    /// so that their sum is that embedding. Errors as Backbone::embed(). Const: also while the model embeds.
    virtual Result<std::vector<float>> by_place(std::span<const float> map, int count) const = 0;

    /// That gives the map; lives as long as this does.
    virtual const Backbone& map_network() const = 0;
};

}  // namespace fieldmark
