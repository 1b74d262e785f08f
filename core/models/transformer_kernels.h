// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/models/dense_run.h"

namespace fieldmark {

/// LayerNorm over the channels of some tokens; `out` may be `in`.
struct NormRun {
    const float* in;
    std::ptrdiff_t in_plane;  ///< floats from one channel group to the next
    float* out;
    std::ptrdiff_t out_plane;
    int groups;  ///< of channels, all of them full
    int tokens;
    float epsilon;
    const float* weight;  ///< [groups * lanes]; null: left as it is (folded into the layer behind)
    const float* bias;
};

/// The inner loops of TransformerEngine; see dense_run.h for layouts and for what this header may include.
struct TransformerKernels {
    const char* name;  ///< "avx512" or "avx2"
    int lanes;
    int panel_groups;  ///< the most groups of output channels that `dense` takes
    /// A linear layer: neighbouring tokens lie `lanes` floats apart in the input.
    void (*dense)(const DenseRun& run);
    void (*layer_norm)(const NormRun& run);
    /// Softmax of each of `rows` rows of blocked scores over all their groups, in place. What is not a key
    /// must be minus infinity and becomes 0.
    void (*softmax)(float* scores, std::ptrdiff_t plane, int groups, int rows);
    /// A lanes x lanes square: out[j * out_stride + i] = in[i * lanes + j].
    void (*transpose)(const float* in, float* out, std::ptrdiff_t out_stride);
    /// out[i] = (in[i] - mean[i % 48]) * scale[i % 48]
    void (*normalise)(const std::uint8_t* in, float* out, int count, const float* mean, const float* scale);
    /// Sum over the tokens of one group: out[lanes].
    void (*sum)(const float* in, int tokens, float* out);
};

#if defined(__x86_64__)
extern const TransformerKernels kTransformerKernelsAvx512;
extern const TransformerKernels kTransformerKernelsAvx2;
#endif

}  // namespace fieldmark
