// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <vector>

#include "core/base/result.h"

namespace fieldmark {

/// The nearest rows of every row, itself not among them.
struct NeighbourLists {
    std::size_t rows = 0;
    std::size_t k = 0;               ///< at most rows - 1
    std::vector<std::uint32_t> row;  ///< (rows, k), nearest first, ties by rising row
    std::vector<float> distance;     ///< (rows, k) Euclidean distance of unit vectors, sqrt(2 - 2 cosine)
};

/// Distance of two unit vectors of this cosine.
float distance_of_cosine(float cosine);

/// All pairs, exactly, in blocks. vectors: (rows, dimension) unit rows. `threads` share the rows; the lists
/// are the same with any number of them. `progress` (0..1) comes on the calling thread. Empty lists on
/// `stop`. TooLarge where memory runs out.
Result<NeighbourLists> exact_neighbours(std::span<const float> vectors, std::size_t rows,
                                        std::size_t dimension, std::size_t k, int threads,
                                        std::stop_token stop = {},
                                        const std::function<void(double)>& progress = {});

}  // namespace fieldmark
