// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A LibTorch header: for the sources of core/training and core/methods only.
#include "core/training/trainable_network.h"

namespace fieldmark {

/// A vision transformer whose blocks and last LayerNorm learn; the patch embedding, the class token and the
/// positions stay as they are. Through LibTorch's operators (core/models/vit_forward.h) everywhere. The
/// feature is the one the model's description names, not normalised. Written back with fused queries, keys
/// and values.
///
/// Damaged: as read_vit. Usage: more frozen blocks than there are. Unsupported: an unknown pooling.
Result<std::unique_ptr<TrainableNetwork>> make_vit_module(const Safetensors& weights, const ModelInfo& info,
                                                          const TrainableNetworkOptions& options);

}  // namespace fieldmark
