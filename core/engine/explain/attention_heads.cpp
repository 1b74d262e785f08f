// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/explain/attention_heads.h"

#include <algorithm>
#include <cstdint>

#include "core/engine/pictures/embedder.h"
#include "core/engine/pictures/opened_picture.h"

namespace fieldmark {
namespace {

constexpr std::size_t kMostBytes = 64'000'000;

std::size_t size(int value) {
    return static_cast<std::size_t>(value);
}

}  // namespace

std::vector<float> attention_to_patches(std::span<const float> attention, const BackboneTraits& traits,
                                        int head) {
    const std::size_t patches = size(traits.map_rows) * size(traits.map_columns);
    const std::size_t prefix = size(traits.prefix_tokens), tokens = prefix + patches;
    const std::size_t first_head = head < 0 ? 0 : size(head);
    const std::size_t last_head = head < 0 ? size(traits.heads) : size(head) + 1;
    const std::size_t first_row = traits.class_token ? 0 : prefix;
    const std::size_t last_row = traits.class_token ? 1 : tokens;
    const auto rows = static_cast<double>((last_head - first_head) * (last_row - first_row));
    std::vector<double> sums(patches);
    for (std::size_t h = first_head; h < last_head; ++h)
        for (std::size_t row = first_row; row < last_row; ++row)
            for (std::size_t p = 0; p < patches; ++p)
                sums[p] += attention[(h * tokens + row) * tokens + prefix + p];
    std::vector<float> heat(patches);
    std::transform(sums.begin(), sums.end(), heat.begin(),
                   [rows](double sum) { return static_cast<float>(sum / rows); });
    return heat;
}

Result<AttentionHeads> attention_by_head(const QueryImage& picture, Embedder& embedder, LibraryReader* reader,
                                         std::stop_token stop) {
    const BackboneTraits traits = embedder.backbone().traits();
    if (traits.layers == 0)
        return Error{ErrorKind::Unsupported, "The model \"" + embedder.info().name +
                                                 "\" has no attention. Choose a vision transformer."};
    const auto opened = open_picture(picture, embedder, reader);
    if (!opened) return opened.error();
    const auto pixels = model_input(*opened, {opened->part}, embedder);
    if (!pixels) return pixels.error();

    AttentionHeads all;
    all.model = embedder.info().name;
    all.layers = traits.layers;
    all.heads = traits.heads;
    all.rows = traits.map_rows;
    all.columns = traits.map_columns;
    all.class_token = traits.class_token;
    all.area = embedder.seen_part(opened->width, opened->height, opened->part);
    const std::size_t tokens = size(traits.prefix_tokens) + size(traits.map_rows) * size(traits.map_columns);
    const std::size_t layer_bytes = size(traits.heads) * tokens * tokens * sizeof(float);
    const int at_a_time = static_cast<int>(std::clamp<std::size_t>(kMostBytes / layer_bytes, 1, 1000));
    for (int first = 0; first < traits.layers; first += at_a_time) {
        if (stop.stop_requested())
            return Error{ErrorKind::Cancelled, "Looking at the picture was cancelled."};
        LookRequest request;
        request.map = false;
        for (int layer = first; layer < std::min(first + at_a_time, traits.layers); ++layer)
            request.attention_layers.push_back(layer);
        const auto view = embedder.look_inside(*pixels, 1, request);
        if (!view) return view.error();
        for (const int layer : request.attention_layers) {
            for (int head = 0; head < traits.heads; ++head) {
                const auto heat = attention_to_patches(view->attention.at(layer), traits, head);
                all.values.insert(all.values.end(), heat.begin(), heat.end());
            }
        }
    }
    return all;
}

}  // namespace fieldmark
