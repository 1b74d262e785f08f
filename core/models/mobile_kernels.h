// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace fieldmark {

// The inner loops of MobileEngine, compiled once for each instruction set. This header and what is compiled
// with those instructions include nothing that holds inline functions: the linker keeps one copy of each, and
// it must not be one that an older processor cannot run.
//
// Maps are blocked: channels in groups of `lanes`, each group a plane of pixels, each pixel `lanes` floats in
// a row. Every pointer to a map, a weight or a bias is aligned to 64 bytes.

/// A run of output pixels of a dense convolution for one or two groups of output channels. The values that
/// one output pixel depends on are `segments` runs of floats, `segment_length` long (the last one:
/// `last_length`), so that a 1 x 1 convolution (a run for each channel group) and the stem (a run for each
/// kernel row) are one loop.
struct DenseRun {
    const float* in;                ///< first value of the first pixel
    std::ptrdiff_t segment_stride;  ///< floats from one run of values to the next
    int segments;
    int segment_length;
    int last_length;
    const float* weights;   ///< [value][groups * lanes]
    const float* bias;      ///< [groups * lanes]
    const float* residual;  ///< added where not null; laid out as out without offsets
    float* out;
    const std::int32_t* out_offsets;  ///< of each pixel, in floats; null: `lanes` apart
    std::ptrdiff_t out_group_stride;  ///< floats between the two groups' planes, in out and residual
    int groups;                       ///< 1 or 2
    int pixels;
    bool relu6;
};

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
