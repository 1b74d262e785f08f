// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace fieldmark {

// What MobileEngine and TransformerEngine share with their inner loops, which are compiled once for each
// instruction set. This header and what is compiled with those instructions include nothing that holds inline
// functions: the linker keeps one copy of each, and it must not be one that an older processor cannot run.
//
// Maps are blocked: channels in groups of `lanes`, each group a plane of pixels (or tokens), each pixel
// `lanes` floats in a row. Every pointer to a map, a weight or a bias is aligned to 64 bytes.

enum class DenseActivation : unsigned char {
    None,
    Relu,
    Relu6,
    Gelu,  ///< by the error function
};

/// A run of output pixels of a dense layer (convolution or linear) for one panel: up to `panel_groups` groups
/// of output channels. The values that one output pixel depends on are `segments` runs of floats,
/// `segment_length` long (the last one: `last_length`), so that a 1 x 1 convolution (a run for each channel
/// group) and a stem (a run for each kernel row) are one loop.
struct DenseRun {
    const float* in;                ///< first value of the first pixel
    std::ptrdiff_t segment_stride;  ///< floats from one run of values to the next
    int segments;
    int segment_length;
    int last_length;
    const float* weights;   ///< [value][groups * lanes]
    const float* bias;      ///< [groups * lanes]
    const float* residual;  ///< added where not null; pixels `lanes` apart; may be `out`
    float* out;
    const std::int32_t* out_offsets;  ///< of each pixel, in floats; null: out_pixel_stride apart
    std::ptrdiff_t out_pixel_stride;  ///< floats
    std::ptrdiff_t out_group_stride;  ///< floats from one group's plane to the next, in out and residual
    int groups;
    int pixels;
    DenseActivation activation;
};

}  // namespace fieldmark
