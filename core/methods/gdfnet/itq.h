// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "core/base/result.h"
#include "core/index/hamming_store.h"

namespace fieldmark {

/// Codes without learning, which learned ones have to beat: the signs of the first `bits` principal
/// components of the vectors, as they are, or turned by iterative quantization (ITQ; Gong and Lazebnik, CVPR
/// 2011):
///   b = sign(R^T V^T (x - mean));  repeat: B = sign(Z R), R = the rotation that brings Z nearest to B
///
/// features: (count, dimension) float32. Deterministic by seed (of the first rotation). Usage with fewer
/// vectors or dimensions than bits; seconds for some thousand vectors of 1280.
Result<HashHead> principal_hash(std::span<const float> features, int dimension, int bits);
Result<HashHead> itq_hash(std::span<const float> features, int dimension, int bits, std::uint64_t seed = 1,
                          int iterations = 50);

}  // namespace fieldmark
