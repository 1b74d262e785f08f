// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/classes/anchor_choice.h"

#include <algorithm>
#include <numeric>
#include <span>
#include <vector>

#include "core/index/kernels.h"

namespace fieldmark {
namespace {

constexpr int kCandidates = 64;  // for each anchor

}  // namespace

Result<gapan::Density::Anchors> spread_anchors(const gapan::Density& density, int class_index, int count,
                                               double temperature, std::uint64_t seed) {
    auto drawn = density.anchors(class_index, kCandidates * std::max(1, count), temperature, seed);
    if (!drawn) return drawn;
    const auto dimension = static_cast<std::size_t>(density.dimension());
    const auto vector = [&](std::size_t i) { return drawn->vectors.data() + i * dimension; };
    std::vector<std::size_t> order(drawn->log_density.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return drawn->log_density[a] > drawn->log_density[b];
    });

    gapan::Density::Anchors chosen;
    std::vector<float> closest(order.size(), -2.0F);  // cosine to the nearest one taken
    std::size_t next = 0;
    for (int i = 0; i < std::max(1, count); ++i) {
        const float* taken = vector(order[next]);
        chosen.vectors.insert(chosen.vectors.end(), taken, taken + dimension);
        chosen.log_density.push_back(drawn->log_density[order[next]]);
        for (std::size_t n = 0; n < order.size(); ++n)
            closest[n] = std::max(closest[n], dot(taken, vector(order[n]), dimension));
        closest[next] = 2;  // not twice
        next = static_cast<std::size_t>(std::min_element(closest.begin(), closest.end()) - closest.begin());
    }
    return chosen;
}

}  // namespace fieldmark
