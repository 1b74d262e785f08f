// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace fieldmark {

// The inner loops of MobileIntegerEngine. As in dense_run.h, nothing included here holds inline functions.
//
// Channels lie in groups of 16. A *map* of int16 is a plane of pixels for each group, a pixel 16 values in a
// row: eight pairs of channels, which one instruction multiplies and adds (vpdpwssd). An *expanded map*, the
// input of a depth-wise convolution, is a plane for each group whose rows are pairs of columns: 16 channels
// times two neighbouring pixels, the two of a channel side by side, so that the same instruction takes two
// taps of the kernel. Sums are 32 bits wide and are held there (vpdpwssds): one that would leave them stays
// at the largest or least number. Whoever makes the weights sees to it that this is rare
// (integer_weights.h).

/// A run of output pixels of a dense layer for one panel: up to four groups of output channels. The values
/// that one output pixel depends on are `segments` runs of pairs.
struct IntegerRun {
    const std::int16_t* in;         ///< first value of the first pixel; any int16, also within a pair
    std::ptrdiff_t segment_stride;  ///< int16s from one run of values to the next
    int segments;
    int segment_pairs;
    int last_pairs;
    const std::int16_t* weights;  ///< [pair][groups * 16][2]
    int groups;
    int pixels;
};

/// The sums become min(max((start + sum) >> shift, 0), limit) in an expanded map.
struct IntegerExpansion {
    const std::int32_t* start;        ///< [groups * 16]: the bias, and half of what the shift takes off
    const std::int32_t* shift;        ///< [groups * 16]
    int limit;                        ///< what 6 became
    std::int16_t* out;                ///< an expanded map
    std::ptrdiff_t out_group_stride;  ///< int16s
    /// Of each pixel, in int16s: 32 times its pair of columns, plus one if it is the second.
    const std::int32_t* offsets;
    bool paired;  ///< pixels 2i and 2i + 1 of every such run are a pair of columns
};

/// The sums become sum * scale + bias, and what is added, in a map of floats.
struct IntegerProjection {
    const float* scale;               ///< [groups * 16]
    const float* bias;                ///< [groups * 16]
    const float* added;               ///< null: nothing; may be `out`
    float* out;                       ///< pixels 16 floats apart
    std::ptrdiff_t out_group_stride;  ///< floats, of `out` and `added`
    bool relu6;
    float* peak;  ///< [16]: raised to the largest absolute values; null: not asked for
};

/// A row of a depth-wise convolution for one group of channels: an expanded map in, a map out, with the same
/// rule for sums as IntegerExpansion.
struct IntegerDepthwiseRow {
    const std::int16_t* in;     ///< the pair of columns in which the first pixel's window begins
    std::ptrdiff_t row_stride;  ///< int16s
    int first;                  ///< 0 or 1: the column of that pair in which it begins
    const std::int16_t*
        weights;                ///< [begins in the second column][row][pairs of columns][16][2], zeros beside
    const std::int32_t* start;  ///< [16]
    const std::int32_t* shift;  ///< [16]
    int limit;
    std::int16_t* out;
    int pixels;
    int kernel;  ///< 3 or 5
    int stride;  ///< 1 or 2
};

struct MobileIntegerKernels {
    const char* name;  ///< "avx512-vnni"
    int panel_groups;  ///< the most groups of output channels in a run
    /// 1 x 1 convolution: pixels 16 values apart.
    void (*expand)(const IntegerRun& run, const IntegerExpansion& to);
    void (*project)(const IntegerRun& run, const IntegerProjection& to);
    /// Stem over interleaved RGB with stride 2: pixels 6 values apart.
    void (*stem)(const IntegerRun& run, const IntegerExpansion& to);
    void (*depthwise)(const IntegerDepthwiseRow& row);
    /// out = in * factor, rounded and held within 16 bits; `count` is a multiple of 16.
    void (*quantise)(const float* in, std::int16_t* out, std::ptrdiff_t count, float factor);
    /// out[i] = (in[i] - mean[i % 48]) * factor, rounded.
    void (*normalise)(const std::uint8_t* in, std::int16_t* out, int count, const float* mean, float factor);
    /// Mean over `pixels` of one group of floats: out[16].
    void (*mean)(const float* in, int pixels, float* out);
};

#if defined(__x86_64__)
extern const MobileIntegerKernels kMobileIntegerKernelsVnni;
#endif

}  // namespace fieldmark
