// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>

#include "core/models/mobile_network.h"

namespace fieldmark {

/// Half of a common second-level cache (1 to 2 MB); the other half is for weights and the maps at both ends.
inline constexpr std::size_t kMobileBandBytes = 640 * 1024;

/// What the engines of mobile networks know alike of a block of three layers: expand (or, in the first block,
/// the stem), depth-wise, project. The expanded map goes through in bands of rows that stay in the cache.
struct MobileBlock {
    bool residual = false;
    bool stem = false;
    int kernel = 0, stride = 1;         ///< of the depth-wise convolution
    int height = 0, width = 0;          ///< of the expanded map
    int out_height = 0, out_width = 0;  ///< of the projected map
    Padding rows, columns;              ///< of the expanded map
    int band = 0;                       ///< output rows computed together
    int band_rows = 0;                  ///< padded expanded rows they need
    bool whole = false;                 ///< one band, expanded and filtered panel by panel

    MobileBlock() = default;
    MobileBlock(const ConvLayer& expand, const ConvLayer& depthwise, const ConvLayer& project, bool is_stem,
                int in_height, int in_width)
        : residual(project.ends_residual),
          stem(is_stem),
          kernel(depthwise.kernel),
          stride(depthwise.stride),
          height(same_size(in_height, expand.stride)),
          width(same_size(in_width, expand.stride)),
          out_height(same_size(height, stride)),
          out_width(same_size(width, stride)),
          rows(padding_of(depthwise, height)),
          columns(padding_of(depthwise, width)) {}

    /// Expanded rows that `of` output rows need.
    int rows_for(int of) const { return (of - 1) * stride + kernel; }

    /// Sets whole, band and band_rows: as many rows as bytes_for(rows) allows, in bands of nearly equal
    /// height.
    template <typename Bytes>
    void choose_band(bool in_one, const Bytes& bytes_for) {
        whole = in_one;
        band = whole ? out_height : 1;
        while (band < out_height && bytes_for(band + 1) <= kMobileBandBytes) ++band;
        const int bands = (out_height + band - 1) / band;
        band = (out_height + bands - 1) / bands;
        band_rows = rows_for(band);
    }
};

/// The first block from which on pictures of a pair go side by side: where their maps fit the cache together,
/// one reading of the weights serves both. filtered_bytes(block): of a picture's map after the depth-wise
/// convolution.
template <typename Blocks, typename Bytes>
std::size_t first_shared_block(const Blocks& blocks, const Bytes& filtered_bytes) {
    std::size_t first = blocks.size();
    while (first > 0 && blocks[first - 1].whole && 2 * filtered_bytes(blocks[first - 1]) <= kMobileBandBytes)
        --first;
    return first;
}

}  // namespace fieldmark
