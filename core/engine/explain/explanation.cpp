// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/explain/explanation.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <utility>

#include "core/base/stopwatch.h"
#include "core/engine/explain/explain_options.h"
#include "core/engine/pictures/prepared_picture.h"
#include "core/engine/pictures/source_file.h"
#include "core/explain/correspondences.h"
#include "core/explain/decomposition.h"
#include "core/explain/score_gradient.h"
#include "core/models/attention_trace.h"
#include "core/models/backbone_layers.h"

namespace fieldmark {
namespace {

/// A picture as the model is given it, and which part of it that is.
struct SeenPicture {
    std::vector<std::uint8_t> input;
    Crop area;
};

Result<SeenPicture> see(const QueryImage& source, const Embedder& embedder, LibraryReader* reader) {
    const auto file = read_source(source, reader);
    if (!file) return file.error();
    const auto known = known_box(*file, source.crop, embedder, reader);
    if (!known) return known.error();
    auto prepared = prepare_picture(file->bytes(), file->name, embedder, source.crop, {}, false, *known);
    if (!prepared) return prepared.error();
    // A model of objects saw the object only.
    const Crop part = prepared->object ? prepared->object->box : source.crop;
    return SeenPicture{std::move(prepared->input),
                       embedder.seen_part(prepared->width, prepared->height, part)};
}

/// The two pictures' share of what look_inside() gave for both.
std::span<const float> half(const std::vector<float>& values, int which) {
    const std::size_t size = values.size() / 2;
    return std::span(values).subspan(size * static_cast<std::size_t>(which), size);
}

double cosine(std::span<const float> a, std::span<const float> b) {
    double product = 0, aa = 0, bb = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        product += double{a[i]} * b[i];
        aa += double{a[i]} * a[i];
        bb += double{b[i]} * b[i];
    }
    return product / std::max(std::sqrt(aa * bb), 1e-24);
}

bool in_region(int position, int centre, int columns, int radius) {
    return std::abs(position / columns - centre / columns) <= radius &&
           std::abs(position % columns - centre % columns) <= radius;
}

/// What the places of a region carry of the score.
double region_share(const HeatMap& heat, int centre, int radius) {
    double sum = 0;
    for (int i = 0; i < heat.rows * heat.columns; ++i)
        if (in_region(i, centre, heat.columns, radius)) sum += heat.values[static_cast<std::size_t>(i)];
    return sum;
}

/// The parts of one picture's embedding: those of the mean of its map, or those that the model itself tells
/// apart, and then through its heads.
Result<AdditiveView> take_apart(std::span<const float> map, const Backbone& backbone) {
    const BackboneTraits traits = backbone.traits();
    Result<AdditiveView> view = AdditiveView{};
    if (const PlaceFeature* made = place_feature_of(backbone)) {
        const auto parts = made->by_place(map, 1);
        if (!parts) return parts.error();
        const auto places =
            static_cast<std::size_t>(traits.map_rows) * static_cast<std::size_t>(traits.map_columns);
        view = additive_view(*parts, traits.map_rows, traits.map_columns,
                             static_cast<int>(parts->size() / places));
    } else {
        view = additive_view(map, traits.map_rows, traits.map_columns, traits.map_channels);
    }
    for (const Head* head : heads_of(backbone)) {
        if (!view) return view;
        view = through_head(*view, *head);
    }
    return view;
}

/// Whether the embedding is a sum over the places of the map (through heads or not).
bool is_additive(const Backbone& backbone) {
    if (backbone.traits().map_channels == 0) return false;
    if (place_feature_of(backbone) != nullptr) return true;
    const std::string& pooling = network_of(backbone).info().pooling;
    return pooling == "global-mean" || pooling == "mean";
}

/// The method asked for, or the one that suits the model. Usage for no such method; Unsupported where the
/// model cannot be explained so.
Result<std::string> method_for(const std::string& asked, const Backbone& backbone) {
    const ModelInfo& info = backbone.info();
    const BackboneTraits traits = backbone.traits();
    const bool exact = is_additive(backbone);
    const bool traced = attention_tracer_of(backbone) != nullptr;
    const std::string own = exact ? "decomposition" : kClassTokenMethod;
    if (!asked.empty() && asked != "decomposition" && asked != "rollout" && asked != "relevance")
        return Error{ErrorKind::Usage, "There is no method \"" + asked +
                                           "\" of explaining. Use decomposition, rollout or relevance."};
    const std::string method = asked.empty() ? own : asked;
    if (method == "decomposition" && !exact)
        return Error{ErrorKind::Unsupported,
                     "The embedding of the model \"" + info.name +
                         "\" is no sum over places, so it cannot be taken apart. Use rollout or relevance."};
    if (method != "decomposition" && attention_beneath(backbone) == nullptr)
        return Error{ErrorKind::Unsupported,
                     exact ? "The model \"" + info.name + "\" has no attention. Use decomposition."
                           : "The embedding of the model \"" + info.name +
                                 "\" is no sum over places, so it cannot be taken apart."};
    if (method == "relevance" && !traced)
        return Error{ErrorKind::Unsupported, "The score of the model \"" + info.name +
                                                 "\" cannot be followed back to its attention. Use rollout."};
    return method;
}

/// What the model computed for both pictures.
struct Looked {
    double score = 0;
    double sum = 0;                  ///< of an exact decomposition
    std::vector<float> heat[2];      ///< by place
    std::vector<float> descriptors;  ///< (2, rows, columns, channels)
};

/// (2, tokens, width) without the tokens before the patches.
std::vector<float> patches_of(const std::vector<float>& tokens, const BackboneTraits& traits, int width) {
    std::vector<float> patches;
    const auto prefix = static_cast<std::size_t>(traits.prefix_tokens) * static_cast<std::size_t>(width);
    for (const int which : {0, 1}) {
        const auto own = half(tokens, which).subspan(prefix);
        patches.insert(patches.end(), own.begin(), own.end());
    }
    return patches;
}

/// Rollout or relevance, by a pass of their own: nothing of a layer but its attention's mean is kept.
Result<Looked> follow_attention(std::span<const std::uint8_t> pixels, Embedder& embedder,
                                const std::string& method) {
    const Backbone& backbone = embedder.backbone();
    const BackboneTraits traits = backbone.traits();
    const auto heads = heads_of(backbone);
    std::optional<Error> failed;
    AttentionTracer::ScoreGradient gradient;
    if (method == "relevance")
        gradient = [&](std::span<const float> pooled) {
            auto slope = score_gradient(pooled, heads);
            if (!slope) failed = slope.error();
            return slope ? std::move(slope->gradient) : std::vector<float>(pooled.size());
        };
    const auto trace =
        attention_beneath(backbone)->trace_attention(pixels, 2, gradient, descriptor_layer(traits.layers));
    if (!trace) return trace.error();
    if (failed) return *failed;
    Looked looked;
    if (attention_tracer_of(backbone) != nullptr) {
        const auto score = score_gradient(trace->pooled, heads);
        if (!score) return score.error();
        looked.score = score->score;
    } else {  // the embedding is another than what the trace ends in
        const auto rows = embedder.embed(pixels, 2, Embedder::Priority::Query);
        if (!rows) return rows.error();
        looked.score = cosine(half(*rows, 0), half(*rows, 1));
    }
    looked.descriptors = trace->map;
    const std::vector<float> patches =
        patches_of(method == "relevance" ? trace->relevance : trace->rollout, traits, 1);
    for (const int which : {0, 1}) {
        const auto own = half(patches, which);
        // Shares: gradients have a scale of their own.
        const double total = std::accumulate(own.begin(), own.end(), 0.0);
        for (const float value : own)
            looked.heat[which].push_back(static_cast<float>(total > 0 ? value / total : 0));
    }
    return looked;
}

/// The score taken apart, place by place.
Result<Looked> decompose_score(std::span<const std::uint8_t> pixels, Embedder& embedder) {
    const Backbone& backbone = embedder.backbone();
    const BackboneTraits traits = backbone.traits();
    LookRequest request;
    const int layer = descriptor_layer(traits.layers);
    if (traits.layers > 0) request.token_layers = {layer};
    auto view = embedder.look_inside(pixels, 2, request);
    if (!view) return view.error();
    const auto a = take_apart(half(view->map, 0), backbone);
    if (!a) return a.error();
    const auto b = take_apart(half(view->map, 1), backbone);
    if (!b) return b.error();
    auto decomposition = decompose(*a, *b);
    if (!decomposition) return decomposition.error();
    Looked looked;
    looked.score = cosine(half(view->pooled, 0), half(view->pooled, 1));
    looked.sum = decomposition->sum;
    looked.heat[0] = std::move(decomposition->query_share);
    looked.heat[1] = std::move(decomposition->match_share);
    looked.descriptors = traits.layers > 0 ? patches_of(view->tokens.at(layer), traits, traits.map_channels)
                                           : std::move(view->map);
    return looked;
}

}  // namespace

Crop HeatMap::box(int position, int radius) const {
    const int row = position / columns, column = position % columns;
    const auto edge = [](int start, int extent, int cell, int cells) {
        return start +
               static_cast<int>(static_cast<std::int64_t>(extent) * std::clamp(cell, 0, cells) / cells);
    };
    Crop box;
    box.x = edge(area.x, area.width, column - radius, columns);
    box.y = edge(area.y, area.height, row - radius, rows);
    box.width = std::max(1, edge(area.x, area.width, column + radius + 1, columns) - box.x);
    box.height = std::max(1, edge(area.y, area.height, row + radius + 1, rows) - box.y);
    return box;
}

Result<Explanation> explain_match(const QueryImage& query, const QueryImage& match, Embedder& embedder,
                                  LibraryReader* reader, int parts, std::stop_token stop) {
    return explain_match_by(query, match, embedder, reader, {.parts = parts}, std::move(stop));
}

Result<Explanation> explain_match_by(const QueryImage& query, const QueryImage& match, Embedder& embedder,
                                     LibraryReader* reader, const ExplainOptions& options,
                                     std::stop_token stop) {
    const Stopwatch clock;
    const ModelInfo& info = embedder.info();
    const BackboneTraits traits = embedder.backbone().traits();
    if (traits.map_channels == 0)
        return Error{ErrorKind::Unsupported,
                     "The model \"" + info.name + "\" does not show what it looks at. Choose another model."};
    const auto method = method_for(options.method, embedder.backbone());
    if (!method) return method.error();
    const auto cancelled = [&stop] { return stop.stop_requested(); };
    const Error stopped{ErrorKind::Cancelled, "The explanation was cancelled."};

    auto seen_query = see(query, embedder, reader);
    if (!seen_query) return seen_query.error();
    if (cancelled()) return stopped;
    auto seen_match = see(match, embedder, reader);
    if (!seen_match) return seen_match.error();
    if (cancelled()) return stopped;
    std::vector<std::uint8_t> pixels = std::move(seen_query->input);
    pixels.insert(pixels.end(), seen_match->input.begin(), seen_match->input.end());

    auto looked = *method == "decomposition" ? decompose_score(pixels, embedder)
                                             : follow_attention(pixels, embedder, *method);
    if (!looked) return looked.error();
    if (cancelled()) return stopped;

    Explanation explanation;
    explanation.model = info.name;
    explanation.method = *method;
    explanation.exact = *method == "decomposition";
    explanation.score = looked->score;
    explanation.decomposition_sum = looked->sum;
    explanation.query = {traits.map_rows, traits.map_columns, seen_query->area, std::move(looked->heat[0])};
    explanation.match = {traits.map_rows, traits.map_columns, seen_match->area, std::move(looked->heat[1])};
    const DescriptorGrid query_grid{traits.map_rows, traits.map_columns, traits.map_channels,
                                    half(looked->descriptors, 0)};
    const DescriptorGrid match_grid{traits.map_rows, traits.map_columns, traits.map_channels,
                                    half(looked->descriptors, 1)};

    // On a fine grid one cell is too small to be called a part.
    const int radius = std::min(traits.map_rows, traits.map_columns) >= 12 ? 1 : 0;
    const auto pairs = find_correspondences(query_grid, match_grid,
                                            {.count = options.parts,
                                             .spacing = std::max(2, 2 * radius + 1),
                                             .query_weight = explanation.query.values,
                                             .match_weight = explanation.match.values,
                                             .neighbours = traits.layers > 0 ? kDescriptorNeighbours : 0});
    if (!pairs) return pairs.error();
    explanation.rest = explanation.score;
    for (const Correspondence& pair : *pairs) {
        ExplainedPart part;
        part.query_box = explanation.query.box(pair.query_position, radius);
        part.match_box = explanation.match.box(pair.match_position, radius);
        part.similarity = pair.similarity;
        if (explanation.exact)
            part.contribution = region_share(explanation.query, pair.query_position, radius);
        explanation.rest -= part.contribution;
        explanation.parts.push_back(part);
    }
    explanation.milliseconds = clock.milliseconds();
    return explanation;
}

}  // namespace fieldmark
