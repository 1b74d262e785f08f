// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/crop.h"
#include "core/base/result.h"
#include "core/engine/pictures/query.h"
#include "core/models/backbone.h"

namespace fieldmark {

class Embedder;
class LibraryReader;

/// What the patches get of the attention of the class token (of all patches, as their mean, where there is
/// none) in one layer. attention: (heads, tokens, tokens) of one picture; head -1: the mean of all.
/// Returns (map_rows, map_columns); with what goes to the tokens before the patches it sums to 1.
std::vector<float> attention_to_patches(std::span<const float> attention, const BackboneTraits& traits,
                                        int head);

/// Every layer's and head's attention on one picture. Value type.
struct AttentionHeads {
    std::string model;  ///< name
    int layers = 0;
    int heads = 0;
    int rows = 0;  ///< of the grid of patches
    int columns = 0;
    bool class_token = false;   ///< from the class token; else the mean over the patches
    Crop area;                  ///< of the picture that the model saw; the grid lies over it
    std::vector<float> values;  ///< (layers, heads, rows, columns)

    std::span<const float> of(int layer, int head) const {
        const auto patches = static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
        const auto at = static_cast<std::size_t>(layer) * static_cast<std::size_t>(heads) +
                        static_cast<std::size_t>(head);
        return std::span(values).subspan(at * patches, patches);
    }
};

/// Any thread; the model is used between an import's batches, once for as many layers as fit into 64 MB of
/// whole attention. Cancelled; Unsupported for a model without attention; the errors of opening the picture.
Result<AttentionHeads> attention_by_head(const QueryImage& picture, Embedder& embedder, LibraryReader* reader,
                                         std::stop_token stop = {});

}  // namespace fieldmark
