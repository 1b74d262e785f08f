// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/models/dense_run.h"

namespace fieldmark {

// The inner loops of MobileEngine; see dense_run.h for layouts and for what this header may include.

/// A row of a depth-wise convolution for one group of channels, with bias and ReLU6.
struct DepthwiseRow {
    const float* in;            ///< padded input: the first kernel row's first column
    std::ptrdiff_t row_stride;  ///< floats
    const float* weights;       ///< [kernel * kernel][lanes]
    const float* bias;          ///< [lanes]
    float* out;
    int pixels;  ///< of the output row
    int kernel;  ///< 3 or 5
    int stride;  ///< 1 or 2
};

struct MobileKernels {
    const char* name;  ///< "avx512" or "avx2"
    int lanes;
    int panel_groups;  ///< the most groups of output channels that `pointwise` and `stem` take
    /// 1 x 1 convolution: neighbouring output pixels lie `lanes` floats apart in the input.
    void (*pointwise)(const DenseRun& run);
    /// Stem over interleaved RGB with stride 2: they lie 6 floats apart.
    void (*stem)(const DenseRun& run);
    void (*depthwise)(const DepthwiseRow& row);
    /// out[i] = (in[i] - mean[i % 48]) * scale[i % 48]
    void (*normalise)(const std::uint8_t* in, float* out, int count, const float* mean, const float* scale);
    /// Mean over `pixels` of one group: out[lanes].
    void (*mean)(const float* in, int pixels, float* out);
};

#if defined(__x86_64__)
extern const MobileKernels kMobileKernelsAvx512;
extern const MobileKernels kMobileKernelsAvx2;
#endif

}  // namespace fieldmark
