// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <stop_token>
#include <vector>

namespace fieldmark {

/// The plane through a cloud of vectors in which it spreads the most (principal component analysis).
struct PrincipalPlane {
    std::vector<float> places;             ///< (rows, 2) centred coordinates, the larger variance first
    std::array<double, 2> share = {0, 0};  ///< of the total variance that lies along each direction
    /// A vector v lies at axes[i] . v - centre[i]. (dimension) each; empty where the rows have no plane.
    std::array<std::vector<float>, 2> axes;
    std::array<float, 2> centre = {0, 0};
};

/// vectors: (rows, dimension) float32. Subspace iteration on at most 4,000 evenly taken rows, so that the
/// plane of a large library is there at once, then all rows are projected. Deterministic: the directions'
/// signs are fixed by their largest component. Where there are too few or equal rows the coordinates are 0.
/// On `stop` the places are empty.
PrincipalPlane principal_plane(std::span<const float> vectors, std::size_t rows, std::size_t dimension,
                               std::stop_token stop = {});

}  // namespace fieldmark
