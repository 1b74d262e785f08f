// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/index/spherical_kmeans.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "core/index/kernels.h"

namespace fieldmark {
namespace {

constexpr int kStarts = 4;
constexpr int kRounds = 60;
/// Below this chord, squared, two vectors are the same but for rounding.
constexpr double kSame = 1e-6;

struct Data {
    std::span<const float> vectors;
    std::size_t dimension;
    std::size_t rows;

    const float* row(std::size_t index) const { return vectors.data() + index * dimension; }
    double chord(std::size_t index, const float* prototype) const {
        return std::max(0.0, 2 - 2 * static_cast<double>(dot(row(index), prototype, dimension)));
    }
};

/// In [0, 1), the same with every standard library.
double uniform(std::mt19937_64& random) {
    return static_cast<double>(random() >> 11) * 0x1.0p-53;
}

std::vector<float> start(const Data& data, std::size_t count, std::mt19937_64& random) {
    std::vector<float> prototypes;
    std::vector<double> nearest(data.rows, 4.0);
    auto chosen = static_cast<std::size_t>(uniform(random) * static_cast<double>(data.rows));
    while (true) {
        prototypes.insert(prototypes.end(), data.row(chosen), data.row(chosen) + data.dimension);
        if (prototypes.size() == count * data.dimension) break;
        double total = 0;
        for (std::size_t i = 0; i < data.rows; ++i) {
            nearest[i] = std::min(nearest[i], data.chord(i, data.row(chosen)));
            if (nearest[i] < kSame) nearest[i] = 0;
            total += nearest[i];
        }
        if (total <= 0) break;  // no further vector is a different one
        double left = uniform(random) * total;
        chosen = data.rows;
        for (std::size_t i = 0; i < data.rows && (chosen == data.rows || left >= 0); ++i) {
            if (nearest[i] <= 0) continue;
            chosen = i;
            left -= nearest[i];
            if (left < 0) break;
        }
    }
    return prototypes;
}

/// Groups by the nearest prototype; true if any vector changed its group.
bool assign(const Data& data, SphericalClusters& clusters, std::vector<float>& cosines) {
    const std::size_t count = clusters.prototypes.size() / data.dimension;
    std::vector<float> scores(count * data.rows);
    dot_block(clusters.prototypes.data(), count, data.vectors.data(), data.rows, data.dimension,
              scores.data(), data.rows);
    bool changed = false;
    double total = 0;
    clusters.sizes.assign(count, 0);
    for (std::size_t i = 0; i < data.rows; ++i) {
        std::size_t best = 0;
        for (std::size_t k = 1; k < count; ++k) {
            if (scores[k * data.rows + i] > scores[best * data.rows + i]) best = k;
        }
        changed = changed || clusters.group_of[i] != static_cast<int>(best);
        clusters.group_of[i] = static_cast<int>(best);
        cosines[i] = scores[best * data.rows + i];
        ++clusters.sizes[best];
        total += static_cast<double>(cosines[i]);
    }
    clusters.mean_cosine = total / static_cast<double>(data.rows);
    return changed;
}

void move_prototypes(const Data& data, SphericalClusters& clusters, std::vector<float>& cosines) {
    const std::size_t count = clusters.sizes.size();
    std::vector<double> sums(clusters.prototypes.size(), 0.0);
    for (std::size_t i = 0; i < data.rows; ++i) {
        double* sum = sums.data() + static_cast<std::size_t>(clusters.group_of[i]) * data.dimension;
        for (std::size_t d = 0; d < data.dimension; ++d) sum[d] += static_cast<double>(data.row(i)[d]);
    }
    for (std::size_t k = 0; k < count; ++k) {
        float* prototype = clusters.prototypes.data() + k * data.dimension;
        if (clusters.sizes[k] == 0) {
            // A group that lost all it had begins anew at the vector that fits its own worst.
            const auto worst = std::min_element(cosines.begin(), cosines.end()) - cosines.begin();
            std::copy_n(data.row(static_cast<std::size_t>(worst)), data.dimension, prototype);
            cosines[static_cast<std::size_t>(worst)] = 1;
            continue;
        }
        const double* sum = sums.data() + k * data.dimension;
        double norm = 0;
        for (std::size_t d = 0; d < data.dimension; ++d) norm += sum[d] * sum[d];
        if (!(norm > 1e-12)) continue;  // vectors that cancel out: it stays where it was
        norm = std::sqrt(norm);
        for (std::size_t d = 0; d < data.dimension; ++d) prototype[d] = static_cast<float>(sum[d] / norm);
    }
}

SphericalClusters sorted(const Data& data, const SphericalClusters& found) {
    std::vector<std::size_t> order(found.sizes.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return found.sizes[a] > found.sizes[b]; });
    while (!order.empty() && found.sizes[order.back()] == 0) order.pop_back();
    SphericalClusters clusters;
    clusters.mean_cosine = found.mean_cosine;
    std::vector<int> place(found.sizes.size(), 0);
    for (std::size_t k = 0; k < order.size(); ++k) {
        place[order[k]] = static_cast<int>(k);
        const float* prototype = found.prototypes.data() + order[k] * data.dimension;
        clusters.prototypes.insert(clusters.prototypes.end(), prototype, prototype + data.dimension);
        clusters.sizes.push_back(found.sizes[order[k]]);
    }
    for (const int group : found.group_of)
        clusters.group_of.push_back(place[static_cast<std::size_t>(group)]);
    return clusters;
}

}  // namespace

SphericalClusters spherical_kmeans(std::span<const float> vectors, std::size_t dimension, std::size_t count,
                                   std::uint64_t seed, std::stop_token stop) {
    if (dimension == 0 || vectors.size() < dimension || count == 0) return {};
    const Data data{vectors, dimension, vectors.size() / dimension};
    count = std::min(count, data.rows);
    std::mt19937_64 random(seed);
    SphericalClusters best;
    for (int attempt = 0; attempt < (count == 1 ? 1 : kStarts); ++attempt) {
        if (stop.stop_requested()) break;
        SphericalClusters now;
        now.prototypes = start(data, count, random);
        now.group_of.assign(data.rows, -1);
        std::vector<float> cosines(data.rows);
        for (int round = 0; round < kRounds; ++round) {
            if (!assign(data, now, cosines) || stop.stop_requested()) break;
            move_prototypes(data, now, cosines);
        }
        if (best.sizes.empty() || now.mean_cosine > best.mean_cosine + 1e-9) best = std::move(now);
    }
    return best.sizes.empty() ? best : sorted(data, best);
}

}  // namespace fieldmark
