// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/base/result.h"
#include "core/models/backbone.h"

namespace fieldmark {

/// Where a vision transformer's feature comes from, followed back through all its layers. Value type; tokens
/// as in InnerView.
struct AttentionTrace {
    std::vector<float> pooled;  ///< (count, dimension) of the network itself: before norm and heads
    std::vector<float> map;     ///< (count, rows, columns, channels): patch tokens of the layer asked for
    /// (count, tokens): attention rollout (Abnar and Zuidema, ACL 2020), prod_l (A_l + I) / 2 with A_l the
    /// mean over heads, the row of the feature's token; it sums to 1.
    std::vector<float> rollout;
    /// (count, tokens): gradient-weighted relevance (Chefer, Gur and Wolf, ICCV 2021, section 3),
    /// prod_l (I + mean over heads of (dS/dA_l * A_l)+) - I, the same row; at least 0. Empty without a
    /// gradient.
    std::vector<float> relevance;
};

/// What a transformer can do beside Backbone's own interface. All of it is const and may run on any thread,
/// also while the model embeds.
class AttentionTracer {
  public:
    virtual ~AttentionTracer() = default;

    /// The gradient of a scalar S of all pictures' features with regard to each of them, (count, dimension).
    using ScoreGradient = std::function<std::vector<float>(std::span<const float> pooled)>;

    /// pixels as Backbone::embed(). One pass forward, with `gradient` one backward too. Keeps the mean over
    /// heads of each layer's attention (tokens^2 floats a picture and layer), and with `gradient` all that
    /// the way back needs: look at a few pictures at a time. `map` is what leaves the block `map_layer`, or
    /// what leaves the last LayerNorm for -1. Errors as Backbone::look_inside().
    virtual Result<AttentionTrace> trace_attention(std::span<const std::uint8_t> pixels, int count,
                                                   const ScoreGradient& gradient = {},
                                                   int map_layer = -1) const = 0;
};

/// The transformer beneath a backbone's heads and views of objects; null where there is none. It lives as
/// long as the backbone.
const AttentionTracer* attention_tracer_of(const Backbone& backbone);

/// The same, also where an embedding is made of the transformer's map (place_feature.h) and is another than
/// the trace's `pooled`: for its attention alone.
const AttentionTracer* attention_beneath(const Backbone& backbone);

}  // namespace fieldmark
