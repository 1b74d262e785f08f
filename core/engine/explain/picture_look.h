// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/crop.h"
#include "core/base/result.h"
#include "core/engine/explain/explanation.h"
#include "core/engine/pictures/query.h"

namespace fieldmark {

class Embedder;
class LibraryReader;

/// What the model does with one picture: for the attention inspector.
enum class LookKind {
    Energy,     ///< a CNN: the length of each place's activation in the last map
    Attention,  ///< a transformer: one layer, one head (or their mean), from the class token to the patches
    Rollout,    ///< a transformer: attention followed through all layers
    Object,     ///< the object finder's mask
};

struct PictureLookRequest {
    QueryImage picture;
    LookKind kind = LookKind::Energy;
    int layer = -1;  ///< from 0; -1: the last
    int head = -1;   ///< from 0; -1: the mean of all
};

struct PictureLook {
    LookKind kind = LookKind::Energy;
    HeatMap map;                  ///< values at least 0
    std::vector<LookKind> kinds;  ///< that this model (and the object finder, if there is one) can show
    int layers = 0;               ///< of a transformer
    int heads = 0;
    int layer = -1;           ///< that is shown, from 0; -1: not of one layer
    int head = -1;            ///< that is shown, from 0; -1: the mean of all, or not of one head
    std::optional<Crop> box;  ///< of the object, with LookKind::Object where there is a single one
    std::string model;        ///< name
    double milliseconds = 0;
};

/// Any thread; the model is used between an import's batches. A kind that the model does not have is answered
/// by the first it has, a layer or head it does not have by the last layer and the mean of the heads. The
/// object's mask is the object finder's (core/models/object_finder.h), with at most 64 cells on a side.
/// Cancelled; Unsupported where there is nothing to show; the errors of opening the picture.
Result<PictureLook> look_at_picture(const PictureLookRequest& request, Embedder& embedder,
                                    LibraryReader* reader, std::stop_token stop = {});

}  // namespace fieldmark
