// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/picture_look.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <exception>
#include <span>
#include <utility>

#include "core/engine/cpu_clock.h"
#include "core/engine/embedder.h"
#include "core/engine/object_service.h"
#include "core/engine/opened_picture.h"
#include "core/explain/rollout.h"
#include "core/image/decode.h"
#include "core/library/reader.h"
#include "core/models/model_registry.h"
#include "core/models/object_finder.h"

namespace fieldmark {
namespace {

constexpr int kMostCells = 64;  ///< on a side of the object's mask: finer than any model's map

std::size_t size(int value) {
    return static_cast<std::size_t>(value);
}

std::vector<LookKind> kinds_of(const BackboneTraits& traits) {
    std::vector<LookKind> kinds;
    if (traits.layers > 0) {
        kinds.push_back(LookKind::Attention);
        kinds.push_back(LookKind::Rollout);
    } else if (traits.map_channels > 0) {
        kinds.push_back(LookKind::Energy);
    }
    if (find_object_finder(ModelRegistry::default_search_path())) kinds.push_back(LookKind::Object);
    return kinds;
}

/// The length of each place's vector.
std::vector<float> energy(const std::vector<float>& map, int channels) {
    std::vector<float> lengths;
    lengths.reserve(map.size() / size(channels));
    for (std::size_t begin = 0; begin < map.size(); begin += size(channels)) {
        double squares = 0;
        for (std::size_t c = 0; c < size(channels); ++c) squares += double{map[begin + c]} * map[begin + c];
        lengths.push_back(static_cast<float>(std::sqrt(squares)));
    }
    return lengths;
}

/// What the patches get of the attention of the class token (of all patches where there is none).
std::vector<float> attention_heat(std::span<const float> attention, const BackboneTraits& traits, int head) {
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

/// Rollout from the class token, or the mean over all patches where there is none.
Result<std::vector<float>> rollout_heat(const InnerView& view, const BackboneTraits& traits) {
    const int patches = traits.map_rows * traits.map_columns, tokens = traits.prefix_tokens + patches;
    std::vector<std::span<const float>> layers;
    for (int layer = 0; layer < traits.layers; ++layer) layers.emplace_back(view.attention.at(layer));
    const int first = traits.class_token ? 0 : traits.prefix_tokens, last = traits.class_token ? 1 : tokens;
    std::vector<float> heat(size(patches));
    for (int of = first; of < last; ++of) {
        auto reach = attention_rollout(layers, traits.heads, tokens, of);
        if (!reach) return reach;
        for (std::size_t p = 0; p < heat.size(); ++p)
            heat[p] += (*reach)[size(traits.prefix_tokens) + p] / static_cast<float>(last - first);
    }
    return heat;
}

/// Means of blocks, so that no side has more than kMostCells.
HeatMap reduced(const ObjectCropper::Mask& mask) {
    HeatMap map{std::min(mask.height, kMostCells), std::min(mask.width, kMostCells), {}, {}};
    for (int row = 0; row < map.rows; ++row) {
        for (int column = 0; column < map.columns; ++column) {
            const int top = row * mask.height / map.rows, bottom = (row + 1) * mask.height / map.rows;
            const int left = column * mask.width / map.columns,
                      right = (column + 1) * mask.width / map.columns;
            double sum = 0;
            for (int y = top; y < bottom; ++y)
                for (int x = left; x < right; ++x) sum += mask.values[size(y) * size(mask.width) + size(x)];
            map.values.push_back(static_cast<float>(sum / ((bottom - top) * (right - left))));
        }
    }
    return map;
}

Result<PictureLook> look_for_object(const PictureLookRequest& request, const Embedder& embedder,
                                    LibraryReader* reader, PictureLook look) {
    const auto cropper = ObjectCropper::shared();
    if (!cropper) return cropper.error();
    // The finder is shown the whole picture, whatever part was searched with.
    QueryImage source = request.picture;
    source.crop = {};
    const int detail = ((*cropper)->cover() - 1) / std::max(1, embedder.cover_for({})) + 1;
    const auto picture = open_picture(source, embedder, reader, detail);
    if (!picture) return picture.error();
    const auto mask = (*cropper)->mask(picture->image);
    if (!mask) return mask.error();
    look.map = reduced(*mask);
    const auto box = (*cropper)->find(picture->image);
    if (!box) return box.error();
    if (!box->box.whole()) look.box = box->box;
    return look;
}

}  // namespace

Result<PictureLook> look_at_picture(const PictureLookRequest& request, Embedder& embedder,
                                    LibraryReader* reader, std::stop_token stop) {
    const Stopwatch clock;
    const Error stopped{ErrorKind::Cancelled, "Looking at the picture was cancelled."};
    const BackboneTraits traits = embedder.backbone().traits();
    PictureLook look;
    look.model = embedder.info().name;
    look.kinds = kinds_of(traits);
    look.layers = traits.layers;
    look.heads = traits.heads;
    if (look.kinds.empty())
        return Error{ErrorKind::Unsupported, "The model \"" + look.model +
                                                 "\" does not show what it looks at. Choose another model."};
    const bool has = std::find(look.kinds.begin(), look.kinds.end(), request.kind) != look.kinds.end();
    look.kind = has ? request.kind : look.kinds.front();
    if (stop.stop_requested()) return stopped;
    if (look.kind == LookKind::Object) {
        auto object = look_for_object(request, embedder, reader, std::move(look));
        if (stop.stop_requested()) return stopped;
        if (object) object->milliseconds = clock.milliseconds();
        return object;
    }

    const auto picture = open_picture(request.picture, embedder, reader);
    if (!picture) return picture.error();
    std::vector<std::uint8_t> pixels(embedder.input_bytes());
    try {
        embedder.prepare(picture->image, picture->part, pixels);
    } catch (const std::exception& exception) {  // bad_alloc, or OpenCV's own for the same
        return Error{ErrorKind::TooLarge, "There is not enough memory to scale a picture.", exception.what()};
    }
    LookRequest inside;
    if (look.kind == LookKind::Attention) {
        look.layer = request.layer >= 0 && request.layer < traits.layers ? request.layer : traits.layers - 1;
        look.head = request.head >= 0 && request.head < traits.heads ? request.head : -1;
        inside.attention_layers = {look.layer};
    } else if (look.kind == LookKind::Rollout) {
        for (int layer = 0; layer < traits.layers; ++layer) inside.attention_layers.push_back(layer);
    }
    inside.map = look.kind == LookKind::Energy;
    if (stop.stop_requested()) return stopped;
    const auto view = embedder.look_inside(pixels, 1, inside);
    if (!view) return view.error();
    if (stop.stop_requested()) return stopped;
    look.map = {traits.map_rows,
                traits.map_columns,
                embedder.seen_part(picture->width, picture->height, picture->part),
                {}};
    if (look.kind == LookKind::Energy) {
        look.map.values = energy(view->map, traits.map_channels);
    } else if (look.kind == LookKind::Attention) {
        look.map.values = attention_heat(view->attention.at(look.layer), traits, look.head);
    } else {
        auto heat = rollout_heat(*view, traits);
        if (!heat) return heat.error();
        look.map.values = std::move(*heat);
    }
    look.milliseconds = clock.milliseconds();
    return look;
}

}  // namespace fieldmark
