// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/base/result.h"
#include "core/models/safetensors.h"
#include "core/models/safetensors_writer.h"

namespace fieldmark {

/// What is put on top of a model's embedding: a linear map, optionally with a small bottleneck beside it.
///
///     out = normalise(W (x - mean) + b [+ U gelu(D (x - mean) + d)])        gelu(z) = z (1 + erf(z / sqrt
///     2)) / 2
///
/// x is the L2-normalised embedding of the model beneath. Whitening and the heads that the training methods
/// fit on stored embeddings are of this form, so a head's embeddings need no picture.
/// Value type; apply() is const and any number of threads may call it.
///
/// In a safetensors file: "head.mean" (in), "head.weight" (out, in), "head.bias" (out) and, all or none,
/// "head.down.weight" (r, in), "head.down.bias" (r), "head.up.weight" (out, r).
struct Head {
    int in = 0;
    int out = 0;
    int rank = 0;                    ///< of the bottleneck; 0: none
    std::vector<float> mean;         ///< (in)
    std::vector<float> weight;       ///< (out, in), row-major
    std::vector<float> bias;         ///< (out)
    std::vector<float> down_weight;  ///< (rank, in)
    std::vector<float> down_bias;    ///< (rank)
    std::vector<float> up_weight;    ///< (out, rank)

    /// Damaged names the first tensor that is missing, misshaped or not finite.
    static Result<Head> read(const Safetensors& file);
    FloatTensors tensors() const;

    /// rows: (count, in); embeddings: (count, out), each row of norm 1. A row that the head maps to nothing
    /// (norm below 1e-12) or to what is not a number becomes a row of zeros: the caller refuses it.
    /// threads 0: as many as there are cores. 100,000 rows from 1280 to 512 take some seconds.
    void apply(std::span<const float> rows, std::size_t count, std::span<float> embeddings,
               int threads = 1) const;
};

}  // namespace fieldmark
