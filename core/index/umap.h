// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <vector>

#include "core/index/neighbour_lists.h"

namespace fieldmark {

/// Reconstruction of UMAP (McInnes, Healy and Melville 2018, arXiv:1802.03426, algorithms 1 to 5): a fuzzy
/// graph of nearest neighbours, laid out on the plane so that a low-dimensional fuzzy graph has the smallest
/// cross entropy to it. Plain C++, one thread, the same seed gives the same map.
struct UmapSettings {
    double min_dist = 0.1;  ///< how close points may lie, 0 to 1
    int negatives = 5;      ///< repelled points for each attraction
    int epochs = 0;         ///< 0: 500 up to 10,000 rows, else 200
    std::uint64_t seed = 1;
};

/// The curve 1 / (1 + a x^2b) that fits best what min_dist asks for: 1 up to min_dist, exp(min_dist - x)
/// beyond.
struct UmapCurve {
    double a = 1;
    double b = 1;
};
UmapCurve fit_umap_curve(double min_dist);

/// Of one row: exp(-max(0, d - rho) / sigma), summed over its k neighbours, is log2(k).
struct NeighbourScale {
    double rho = 0;    ///< distance of the nearest row that is no twin: local connectivity 1
    double sigma = 1;  ///< found by bisection; not below 0.001 of the mean distance
};
/// distances: those of one row, rising. `mean`: of all rows' distances.
NeighbourScale fit_neighbour_scale(std::span<const float> distances, double mean);

/// Where a vector lies that was not laid out itself: the share that each of its nearest rows has in its
/// place, summing to 1. The rule for new points of the reference implementation: memberships exp(-d / sigma),
/// summing to log2(k), local connectivity 0. A row it equals (up to what reading a picture anew changes, a
/// cosine of 0.9999) has all of it, so that what was laid out lands on itself. distances: rising.
std::vector<float> new_point_shares(std::span<const float> distances);

/// A symmetric fuzzy graph: both directions of every pair are listed.
struct FuzzyGraph {
    std::vector<std::uint32_t> from;
    std::vector<std::uint32_t> to;
    std::vector<float> weight;  ///< 0..1
};
/// Probabilistic union of each row's memberships: a + b - a b.
FuzzyGraph fuzzy_graph(const NeighbourLists& lists);

/// Told after every epoch, on the calling thread; the places live until it returns.
using UmapObserver = std::function<void(int epoch, int epochs, std::span<const float> places)>;

/// start: (rows, 2), for example the principal plane; it is scaled to a largest coordinate of 10 and shaken a
/// little, so that twins come apart. Result: (rows, 2); empty on `stop`. Fewer than three rows keep their
/// start.
std::vector<float> umap_places(const NeighbourLists& lists, std::span<const float> start,
                               const UmapSettings& settings, const UmapObserver& observer = {},
                               std::stop_token stop = {});

/// How far neighbours on the plane are neighbours in truth (Venna and Kaski 2001), 0 to 1; by all pairs, so
/// for measuring, not for a window. k below half of the rows.
double trustworthiness(std::span<const float> vectors, std::size_t rows, std::size_t dimension,
                       std::span<const float> places, std::size_t k);

}  // namespace fieldmark
