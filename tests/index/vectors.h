// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <random>
#include <span>
#include <vector>

#include "core/index/kernels.h"
#include "core/index/vector_index.h"

namespace fieldmark::testing {

/// Scales every row to length 1.
inline void normalise(std::vector<float>& rows, int dimension) {
    for (std::size_t at = 0; at < rows.size(); at += static_cast<std::size_t>(dimension)) {
        double sum = 0;
        for (int i = 0; i < dimension; ++i)
            sum += double{rows[at + std::size_t(i)]} * rows[at + std::size_t(i)];
        for (int i = 0; i < dimension; ++i) {
            rows[at + std::size_t(i)] = static_cast<float>(rows[at + std::size_t(i)] / std::sqrt(sum));
        }
    }
}

/// `count` normalised vectors around `clusters` random centres; as many centres as vectors: no clusters at
/// all.
inline std::vector<float> clustered(int count, int dimension, int clusters, unsigned seed,
                                    float spread = 0.5f) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    std::vector<float> centres(std::size_t(clusters) * std::size_t(dimension));
    for (auto& value : centres) value = normal(random);
    std::vector<float> rows(std::size_t(count) * std::size_t(dimension));
    for (int row = 0; row < count; ++row) {
        const std::size_t centre = random() % static_cast<unsigned>(clusters);
        for (int i = 0; i < dimension; ++i) {
            rows[std::size_t(row) * std::size_t(dimension) + std::size_t(i)] =
                centres[centre * std::size_t(dimension) + std::size_t(i)] + spread * normal(random);
        }
    }
    normalise(rows, dimension);
    return rows;
}

inline std::vector<std::int64_t> ids_from(std::int64_t first, std::size_t count) {
    std::vector<std::int64_t> ids(count);
    for (std::size_t i = 0; i < count; ++i) ids[i] = first + static_cast<std::int64_t>(i);
    return ids;
}

/// What an index should hold, searched the slow way.
struct Oracle {
    int dimension = 0;
    std::map<std::int64_t, std::vector<float>> live;

    std::vector<Neighbor> search(std::span<const float> query, int k,
                                 const std::vector<std::int64_t>* admitted = nullptr) const {
        std::vector<Neighbor> all;
        for (const auto& [id, vector] : live) {
            if (admitted != nullptr && !std::binary_search(admitted->begin(), admitted->end(), id)) continue;
            all.push_back({id, dot(query.data(), vector.data(), std::size_t(dimension))});
        }
        std::sort(all.begin(), all.end(), [](const Neighbor& a, const Neighbor& b) {
            return a.score > b.score || (a.score == b.score && a.id < b.id);
        });
        if (all.size() > std::size_t(k)) all.resize(std::size_t(k));
        return all;
    }
};

/// Share of `right` that is in `found`.
inline double recall(const std::vector<Neighbor>& found, const std::vector<Neighbor>& right) {
    if (right.empty()) return 1;
    const auto hits = std::count_if(right.begin(), right.end(), [&](const Neighbor& neighbor) {
        return std::find(found.begin(), found.end(), neighbor) != found.end();
    });
    return static_cast<double>(hits) / static_cast<double>(right.size());
}

}  // namespace fieldmark::testing
