// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A LibTorch header: for the sources of core/training and core/methods only.
#include "core/training/trainable_network.h"

namespace fieldmark {

/// EfficientNet-Lite with weights that learn. BatchNorm's running statistics stay as they are and are folded
/// into the convolutions at every step; its affine parameters learn with the convolutions' weights. Padding
/// is TensorFlow's SAME. The embedding is the global mean of the last map, not normalised.
///
/// On a CPU with kernels of this project (core/training/lite_kernels.h); same weights, input and number of
/// threads give the same bits.
///
/// Damaged: as read_efficientnet_lite. Usage: more frozen blocks than there are. Unsupported: other blocks
/// than EfficientNet-Lite's.
Result<std::unique_ptr<TrainableNetwork>> make_lite_module(const Safetensors& weights, const ModelInfo& info,
                                                           const TrainableNetworkOptions& options);

}  // namespace fieldmark
