// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/explain/picture_look.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <utility>

#include "core/base/stopwatch.h"
#include "core/engine/explain/attention_heads.h"
#include "core/engine/pictures/embedder.h"
#include "core/engine/pictures/object_service.h"
#include "core/engine/pictures/opened_picture.h"
#include "core/engine/pictures/source_file.h"
#include "core/image/decode.h"
#include "core/models/attention_trace.h"
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

/// What of each patch reaches the embedding, through all layers; their means over heads alone are kept.
Result<std::vector<float>> rollout_heat(std::span<const std::uint8_t> pixels, const Backbone& backbone) {
    const AttentionTracer* tracer = attention_beneath(backbone);
    if (tracer == nullptr)
        return Error{ErrorKind::Unsupported, "The attention of the model \"" + backbone.info().name +
                                                 "\" cannot be followed through its layers."};
    const auto trace = tracer->trace_attention(pixels, 1);
    if (!trace) return trace.error();
    return std::vector<float>(trace->rollout.begin() + backbone.traits().prefix_tokens, trace->rollout.end());
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

Result<PictureLook> look_for_object(const PictureLookRequest& request, LibraryReader* reader,
                                    PictureLook look) {
    const auto cropper = ObjectCropper::shared();
    if (!cropper) return cropper.error();
    // The finder is shown the whole picture, whatever part was searched with.
    QueryImage source = request.picture;
    source.crop = {};
    const auto file = read_source(source, reader);
    if (!file) return file.error();
    const auto picture = decode(file->bytes(), file->name, {(*cropper)->cover(), {}});
    if (!picture) return picture.error();
    ObjectCropper::Mask mask;
    const auto box = (*cropper)->find(picture->image, &mask);
    if (!box) return box.error();
    look.map = reduced(mask);
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
        auto object = look_for_object(request, reader, std::move(look));
        if (stop.stop_requested()) return stopped;
        if (object) object->milliseconds = clock.milliseconds();
        return object;
    }

    const auto picture = open_picture(request.picture, embedder, reader);
    if (!picture) return picture.error();
    const auto pixels = model_input(*picture, {picture->part}, embedder);
    if (!pixels) return pixels.error();
    look.map = {traits.map_rows,
                traits.map_columns,
                embedder.seen_part(picture->width, picture->height, picture->part),
                {}};
    if (stop.stop_requested()) return stopped;
    if (look.kind == LookKind::Rollout) {
        auto heat = rollout_heat(*pixels, embedder.backbone());
        if (!heat) return heat.error();
        look.map.values = std::move(*heat);
    } else {
        LookRequest inside;
        inside.map = look.kind == LookKind::Energy;
        if (look.kind == LookKind::Attention) {
            const auto among = [](int wanted, int count, int otherwise) {
                return wanted >= 0 && wanted < count ? wanted : otherwise;
            };
            look.layer = among(request.layer, traits.layers, traits.layers - 1);
            look.head = among(request.head, traits.heads, -1);
            inside.attention_layers = {look.layer};
        }
        const auto view = embedder.look_inside(*pixels, 1, inside);
        if (!view) return view.error();
        look.map.values = look.kind == LookKind::Energy
                              ? energy(view->map, traits.map_channels)
                              : attention_to_patches(view->attention.at(look.layer), traits, look.head);
    }
    if (stop.stop_requested()) return stopped;
    look.milliseconds = clock.milliseconds();
    return look;
}

}  // namespace fieldmark
