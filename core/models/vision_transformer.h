// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/base/result.h"
#include "core/models/backbone.h"
#include "core/models/safetensors.h"

namespace fieldmark {

/// A vision transformer as a backbone: kind "vit", or "ica" with `adapters` (null for none) in its attention.
/// info.pooling says which of the last tokens are the feature ("class", "mean" or "both"), info.heads how
/// many heads each block has (0: one for every 64 channels); its input need not be the one the positions were
/// trained for. Nothing is kept of `weights` and `adapters`.
/// Damaged: a tensor is missing or misshaped (the first is named), or the dimension is not the manifest's;
/// Unsupported: no such device, no class token to give; Usage: an unknown device or pooling.
Result<std::unique_ptr<Backbone>> make_vision_transformer(const ModelInfo& info, const Safetensors& weights,
                                                          const Safetensors* adapters,
                                                          const BackboneOptions& options);

}  // namespace fieldmark
