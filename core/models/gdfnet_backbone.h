// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/base/result.h"
#include "core/index/hamming_store.h"
#include "core/models/backbone.h"
#include "core/models/safetensors.h"

namespace fieldmark {

/// A backbone with the reconstruction of GDF-Net on its last map: embed() gives the L2-normalised f
/// (gdfnet_network.h has the equations). `network` is what `info.base` names; its map may be a CNN's or the
/// patch tokens of a vision transformer. Damaged where weights, info and map do not fit together.
Result<std::unique_ptr<Backbone>> make_gdfnet(const ModelInfo& info, const Safetensors& weights,
                                              std::unique_ptr<Backbone> network,
                                              const BackboneOptions& options = {});

/// The hash layer of such weights: a code is the signs of a linear map of the stored embedding, so whoever
/// has the embeddings has the codes. Damaged as above.
Result<HashHead> read_hash_head(const Safetensors& weights);

/// The hash layer of an installed model, its file checked against the manifest. NotFound for a model without
/// codes (bits 0).
Result<HashHead> load_hash_head(const ModelInfo& info);

}  // namespace fieldmark
