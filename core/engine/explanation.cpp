// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/explanation.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <utility>

#include "core/engine/cpu_clock.h"
#include "core/engine/prepared_picture.h"
#include "core/explain/correspondences.h"
#include "core/explain/decomposition.h"
#include "core/explain/rollout.h"
#include "core/models/head_backbone.h"

namespace fieldmark {
namespace {

/// A picture as the model is given it, and which part of it that is.
struct SeenPicture {
    std::vector<std::uint8_t> input;
    Crop area;
};

Result<SeenPicture> see(const QueryImage& source, const Embedder& embedder, LibraryReader* reader) {
    std::string name = "the pasted picture";
    std::vector<std::byte> read;
    std::span<const std::byte> bytes = source.bytes;
    if (source.item != 0 || !source.path.empty()) {
        name = source.path;
        if (source.item != 0) {
            if (reader == nullptr)
                return Error{ErrorKind::Usage, "Open the library that holds the picture first."};
            auto items = reader->items(std::span(&source.item, 1));
            if (!items) return items.error();
            if (items->front().id == 0)
                return Error{ErrorKind::NotFound, "This picture is no longer in the library."};
            auto path = reader->absolute_path(items->front());
            if (!path) return path.error();
            name = *path;
        }
        auto file = read_picture(name, {});
        if (!file) return file.error();
        read = std::move(file->bytes);
        bytes = read;
    }
    if (!source.crop.valid())
        return Error{ErrorKind::Usage,
                     "The crop " + to_key(source.crop) + " does not lie within the picture."};
    auto prepared = prepare_picture(bytes, name, embedder, source.crop, {}, false);
    if (!prepared) return prepared.error();
    return SeenPicture{std::move(prepared->input),
                       embedder.seen_part(prepared->width, prepared->height, source.crop)};
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

Result<AdditiveView> take_apart(std::span<const float> map, const BackboneTraits& traits,
                                const std::vector<const Head*>& heads) {
    auto view = additive_view(map, traits.map_rows, traits.map_columns, traits.map_channels);
    for (const Head* head : heads) {
        if (!view) return view;
        view = through_head(*view, *head);
    }
    return view;
}

/// Whether the embedding is the mean of the map (through heads or not).
bool mean_pooled(const ModelInfo& info, const BackboneTraits& traits) {
    return traits.map_channels > 0 && info.bits == 0 &&
           (info.pooling == "global-mean" || info.pooling == "mean");
}

Result<std::vector<float>> rollout_heat(const InnerView& view, const BackboneTraits& traits, int which) {
    const int tokens = traits.prefix_tokens + traits.map_rows * traits.map_columns;
    std::vector<std::span<const float>> layers;
    for (int layer = 0; layer < traits.layers; ++layer)
        layers.push_back(half(view.attention.at(layer), which));
    auto reach = attention_rollout(layers, traits.heads, tokens);
    if (!reach) return reach;
    return std::vector<float>(reach->begin() + traits.prefix_tokens, reach->end());
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
    const Stopwatch clock;
    const ModelInfo& info = embedder.info();
    const BackboneTraits traits = embedder.backbone().traits();
    if (traits.map_channels == 0)
        return Error{ErrorKind::Unsupported,
                     "The model \"" + info.name + "\" does not show what it looks at. Choose another model."};
    const auto cancelled = [&stop] { return stop.stop_requested(); };
    const Error stopped{ErrorKind::Cancelled, "The explanation was cancelled."};

    auto seen_query = see(query, embedder, reader);
    if (!seen_query) return seen_query.error();
    if (cancelled()) return stopped;
    auto seen_match = see(match, embedder, reader);
    if (!seen_match) return seen_match.error();
    if (cancelled()) return stopped;

    Explanation explanation;
    explanation.model = info.name;
    explanation.exact = mean_pooled(info, traits);
    explanation.method = explanation.exact ? "decomposition" : "rollout";
    LookRequest request;
    if (!explanation.exact) {
        for (int layer = 0; layer < traits.layers; ++layer) request.attention_layers.push_back(layer);
        if (request.attention_layers.empty())
            return Error{ErrorKind::Unsupported,
                         "The embedding of the model \"" + info.name +
                             "\" is no mean over places, so it cannot be taken apart."};
    }
    std::vector<std::uint8_t> pixels = std::move(seen_query->input);
    pixels.insert(pixels.end(), seen_match->input.begin(), seen_match->input.end());
    const auto view = embedder.look_inside(pixels, 2, request);
    if (!view) return view.error();
    if (cancelled()) return stopped;
    explanation.score = cosine(half(view->pooled, 0), half(view->pooled, 1));

    const DescriptorGrid query_grid{traits.map_rows, traits.map_columns, traits.map_channels,
                                    half(view->map, 0)};
    const DescriptorGrid match_grid{traits.map_rows, traits.map_columns, traits.map_channels,
                                    half(view->map, 1)};
    explanation.query = {traits.map_rows, traits.map_columns, seen_query->area, {}};
    explanation.match = {traits.map_rows, traits.map_columns, seen_match->area, {}};
    if (explanation.exact) {
        const auto heads = heads_of(embedder.backbone());
        const auto a = take_apart(query_grid.values, traits, heads);
        if (!a) return a.error();
        const auto b = take_apart(match_grid.values, traits, heads);
        if (!b) return b.error();
        auto decomposition = decompose(*a, *b);
        if (!decomposition) return decomposition.error();
        explanation.decomposition_sum = decomposition->sum;
        explanation.query.values = std::move(decomposition->query_share);
        explanation.match.values = std::move(decomposition->match_share);
    } else {
        for (const int which : {0, 1}) {
            auto heat = rollout_heat(*view, traits, which);
            if (!heat) return heat.error();
            (which == 0 ? explanation.query : explanation.match).values = std::move(*heat);
        }
    }

    // On a fine grid one cell is too small to be called a part.
    const int radius = std::min(traits.map_rows, traits.map_columns) >= 12 ? 1 : 0;
    const auto pairs = find_correspondences(query_grid, match_grid,
                                            {.count = parts,
                                             .spacing = std::max(2, 2 * radius + 1),
                                             .query_weight = explanation.query.values,
                                             .match_weight = explanation.match.values});
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
