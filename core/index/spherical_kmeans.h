// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

namespace fieldmark {

/// Unit vectors grouped around unit prototypes.
struct SphericalClusters {
    std::vector<float> prototypes;   ///< (count, dimension) unit rows, the largest group first
    std::vector<int> group_of;       ///< of each vector
    std::vector<std::size_t> sizes;  ///< of each group
    double mean_cosine = 0;          ///< of the vectors to their prototypes
    std::size_t count() const { return sizes.size(); }
};

/// Spherical k-means (Dhillon and Modha, Machine Learning 42, 2001): groups by the largest cosine, prototypes
/// are the normalised sums. Starts by k-means++ (Arthur and Vassilvitskii, SODA 2007) with the chord's square
/// as the distance; the best of a few starts is kept. The same for the same seed. vectors: (rows, dimension),
/// unit. Fewer than `count` groups where there are fewer different vectors. Stopped: the best so far, if any.
SphericalClusters spherical_kmeans(std::span<const float> vectors, std::size_t dimension, std::size_t count,
                                   std::uint64_t seed, std::stop_token stop = {});

}  // namespace fieldmark
