// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "core/base/result.h"

namespace fieldmark {

/// A grid of local descriptors: the last map of a CNN or a transformer's patch tokens.
struct DescriptorGrid {
    int rows = 0;
    int columns = 0;
    int channels = 0;
    std::span<const float> values;  ///< (rows, columns, channels); must outlive the call
};

/// A place of the query and the place of the match that looks most like it.
struct Correspondence {
    int query_position = 0;
    int match_position = 0;
    float similarity = 0;  ///< cosine of the centred descriptors, -1..1
};

struct CorrespondenceOptions {
    int count = 5;
    /// Positions closer than this (in cells, either direction) to one already taken are passed over, in both
    /// pictures, so that the pairs name different parts.
    int spacing = 2;
    /// What each position carries of the score, in both pictures: pairs are ordered by similarity times the
    /// geometric mean of the two, so that plain backgrounds, alike everywhere, name no part. Both or none.
    std::span<const float> query_weight = {};
    std::span<const float> match_weight = {};
    /// How much a pair's neighbours count, 0 to 1: two places belong together if what lies around the one
    /// also looks like what lies around the other, in the same direction. For fine grids.
    float neighbours = 0;
};

/// The strongest pairs of positions that are each other's nearest neighbour, best first, no two of them
/// overlapping. Descriptors are centred by the mean of both pictures before they are compared: what all
/// positions have in common says nothing about which belong together. Usage where the grids do not fit.
Result<std::vector<Correspondence>> find_correspondences(const DescriptorGrid& query,
                                                         const DescriptorGrid& match,
                                                         const CorrespondenceOptions& options = {});

/// For each position of the query its nearest position of the match, by the same measure.
Result<std::vector<int>> nearest_positions(const DescriptorGrid& query, const DescriptorGrid& match,
                                           float neighbours = 0);

/// Which layer's patch tokens of a transformer tell places apart best, and how much their neighbours count:
/// chosen on pictures with known parts, see docs/explanations.md.
int descriptor_layer(int layers);
constexpr float kDescriptorNeighbours = 0.5F;

}  // namespace fieldmark
