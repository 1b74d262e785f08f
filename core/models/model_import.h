// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/models/backbone.h"

namespace fieldmark {

/// A person's weights file and what they say about it; what is left empty is inferred.
struct ModelImport {
    std::string file;    ///< safetensors, or a model folder (model_folder_import.h)
    std::string folder;  ///< models folder to copy into; "": ModelRegistry::user_folder()
    std::string name;    ///< "": the file's name (its folder's for "model.safetensors")
    std::string kind;    ///< "vit", "efficientnet-lite", "mobilenet-v2"; "": by the names of the tensors
    int input = 0;       ///< pixels a side; 0: the family's
    std::optional<std::array<float, 3>>
        mean;  ///< of the normalisation, R G B, in 0..1 as model cards give it
    std::optional<std::array<float, 3>> deviation;  ///< likewise; input = (pixel / 255 - mean) / deviation
    ResizeMode resize = ResizeMode::Squash;
    std::string feature;   ///< of a vision transformer: "class", "mean" or "both"; "": class if it has one
    int heads = 0;         ///< of a vision transformer; 0: one for each 64 channels
    std::string licence;   ///< "": that of the well-known file the name speaks of, else "not stated"
    bool dry_run = false;  ///< only say what it is; nothing is copied
};

struct ImportedModel {
    ModelInfo info;
    std::string family;  ///< the well-known checkpoint family its name speaks of ("DINOv2"), or ""
    std::vector<std::string> notes;  ///< what was inferred and what to check, a sentence each
    std::int64_t parameters = 0;     ///< numbers in the file's float tensors
    bool converted = false;          ///< from half or double precision to float32
};

/// Recognises the network by its tensors, fills in a manifest, builds the network, embeds two generated
/// pictures and, if that gives proper embeddings, copies the weights into the models folder under their hash
/// (docs/models.md names files that are known to work). F16, BF16 and F64 tensors are converted to F32.
/// Runs on the calling thread: seconds. Nothing is left behind on an error.
/// Errors: NotFound, Usage (a name that is taken, a bad setting), TooLarge (above 4 GB), Damaged (the first
/// tensor that is missing, misshaped or of another type, or no safetensors file at all), Unsupported (a
/// network of another family), DiskFull, Permission.
Result<ImportedModel> import_model(const ModelImport& request);

}  // namespace fieldmark
