// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "core/base/crop.h"
#include "core/base/result.h"
#include "core/engine/explanation.h"
#include "core/engine/query.h"

namespace fieldmark {

class Embedder;
class LibraryReader;
class ObjectService;

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
    std::string model;  ///< name
    double milliseconds = 0;
};

/// Any thread. `kind` that the model does not have is answered by the first it has. Cancelled; Unsupported
/// where it shows nothing; the errors of opening the picture.
Result<PictureLook> look_at_picture(const PictureLookRequest& request, Embedder& embedder,
                                    LibraryReader* reader, ObjectService* objects, std::stop_token stop = {});

}  // namespace fieldmark
