// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/explain/correspondences.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <utility>

#include "core/index/kernels.h"

namespace fieldmark {
namespace {

std::size_t size(int value) {
    return static_cast<std::size_t>(value);
}

bool fits(const DescriptorGrid& grid) {
    return grid.rows > 0 && grid.columns > 0 && grid.channels > 0 &&
           grid.values.size() == size(grid.rows) * size(grid.columns) * size(grid.channels);
}

/// Rows less the common mean, each of norm 1 (or zero).
std::vector<float> centred(const DescriptorGrid& grid, const std::vector<float>& mean) {
    std::vector<float> rows(grid.values.begin(), grid.values.end());
    const std::size_t channels = mean.size();
    for (std::size_t begin = 0; begin < rows.size(); begin += channels) {
        double squares = 0;
        for (std::size_t c = 0; c < channels; ++c) {
            rows[begin + c] -= mean[c];
            squares += double{rows[begin + c]} * rows[begin + c];
        }
        const auto factor = static_cast<float>(1 / std::max(std::sqrt(squares), 1e-12));
        for (std::size_t c = 0; c < channels; ++c) rows[begin + c] *= factor;
    }
    return rows;
}

struct Similarities {
    std::size_t queries = 0;
    std::size_t matches = 0;
    std::vector<float> values;  ///< (queries, matches), what decides
    std::vector<float> plain;   ///< (queries, matches), the cosines; empty where they are the same

    float cosine(std::size_t query, std::size_t match) const {
        return (plain.empty() ? values : plain)[query * matches + match];
    }

    int best_match(std::size_t query) const {
        const auto row = values.begin() + static_cast<std::ptrdiff_t>(query * matches);
        return static_cast<int>(std::max_element(row, row + static_cast<std::ptrdiff_t>(matches)) - row);
    }
    int best_query(std::size_t match) const {
        std::size_t best = 0;
        for (std::size_t i = 1; i < queries; ++i)
            if (values[i * matches + match] > values[best * matches + match]) best = i;
        return static_cast<int>(best);
    }
};

/// Each pair's mean with the eight pairs of its neighbours in the same direction, as far as both grids have
/// them.
std::vector<float> with_neighbours(const Similarities& similar, const DescriptorGrid& query,
                                   const DescriptorGrid& match, float weight) {
    std::vector<float> result(similar.values.size());
    for (int a = 0; a < query.rows * query.columns; ++a)
        for (int b = 0; b < match.rows * match.columns; ++b) {
            const int rows[2] = {a / query.columns, b / match.columns};
            const int columns[2] = {a % query.columns, b % match.columns};
            float sum = 0, weights = 0;
            for (int down = -1; down <= 1; ++down)
                for (int right = -1; right <= 1; ++right) {
                    const int r[2] = {rows[0] + down, rows[1] + down};
                    const int c[2] = {columns[0] + right, columns[1] + right};
                    if (std::min({r[0], r[1], c[0], c[1]}) < 0 || r[0] >= query.rows || r[1] >= match.rows ||
                        c[0] >= query.columns || c[1] >= match.columns)
                        continue;
                    const float share = down == 0 && right == 0 ? 1 : weight;
                    sum += share * similar.values[size(r[0] * query.columns + c[0]) * similar.matches +
                                                  size(r[1] * match.columns + c[1])];
                    weights += share;
                }
            result[size(a) * similar.matches + size(b)] = sum / weights;
        }
    return result;
}

Result<Similarities> compare(const DescriptorGrid& query, const DescriptorGrid& match, float neighbours) {
    if (!fits(query) || !fits(match) || query.channels != match.channels)
        return Error{ErrorKind::Usage, "The two pictures' feature maps do not fit together."};
    std::vector<double> sums(size(query.channels));
    for (const DescriptorGrid* grid : {&query, &match})
        for (std::size_t i = 0; i < grid->values.size(); ++i) sums[i % sums.size()] += grid->values[i];
    const double total = query.rows * query.columns + match.rows * match.columns;
    std::vector<float> mean(sums.size());
    std::transform(sums.begin(), sums.end(), mean.begin(),
                   [total](double sum) { return static_cast<float>(sum / total); });

    const std::vector<float> a = centred(query, mean), b = centred(match, mean);
    Similarities result{a.size() / mean.size(), b.size() / mean.size(), {}, {}};
    result.values.resize(result.queries * result.matches);
    dot_block(a.data(), result.queries, b.data(), result.matches, mean.size(), result.values.data(),
              result.matches);
    if (neighbours > 0) {
        std::vector<float> values = with_neighbours(result, query, match, neighbours);
        result.plain = std::exchange(result.values, std::move(values));
    }
    return result;
}

bool near(int a, int b, int columns, int spacing) {
    return std::abs(a / columns - b / columns) < spacing && std::abs(a % columns - b % columns) < spacing;
}

}  // namespace

Result<std::vector<Correspondence>> find_correspondences(const DescriptorGrid& query,
                                                         const DescriptorGrid& match,
                                                         const CorrespondenceOptions& options) {
    const auto similar = compare(query, match, options.neighbours);
    if (!similar) return similar.error();
    const bool weighted = !options.query_weight.empty() || !options.match_weight.empty();
    if (weighted &&
        (options.query_weight.size() != similar->queries || options.match_weight.size() != similar->matches))
        return Error{ErrorKind::Usage, "There is not one weight for each position of the two pictures."};

    std::vector<Correspondence> mutual;
    for (std::size_t i = 0; i < similar->queries; ++i) {
        const int j = similar->best_match(i);
        if (similar->best_query(size(j)) != static_cast<int>(i)) continue;
        mutual.push_back({static_cast<int>(i), j, similar->cosine(i, size(j))});
    }
    const auto strength = [&](const Correspondence& pair) {
        if (!weighted) return pair.similarity;
        const float query_weight = std::max(0.0F, options.query_weight[size(pair.query_position)]);
        const float match_weight = std::max(0.0F, options.match_weight[size(pair.match_position)]);
        return pair.similarity * std::sqrt(query_weight * match_weight);
    };
    // What is not a twentieth as strong as the best one is no part worth a number.
    constexpr float kFaintest = 0.05F;
    std::stable_sort(mutual.begin(), mutual.end(), [&](const Correspondence& a, const Correspondence& b) {
        return strength(a) > strength(b);
    });

    std::vector<Correspondence> kept;
    for (const Correspondence& pair : mutual) {
        if (static_cast<int>(kept.size()) >= options.count || strength(pair) <= 0 ||
            (weighted && !kept.empty() && strength(pair) < kFaintest * strength(kept.front())))
            break;
        const bool overlaps = std::any_of(kept.begin(), kept.end(), [&](const Correspondence& other) {
            return near(pair.query_position, other.query_position, query.columns, options.spacing) ||
                   near(pair.match_position, other.match_position, match.columns, options.spacing);
        });
        if (!overlaps) kept.push_back(pair);
    }
    return kept;
}

Result<std::vector<int>> nearest_positions(const DescriptorGrid& query, const DescriptorGrid& match,
                                           float neighbours) {
    const auto similar = compare(query, match, neighbours);
    if (!similar) return similar.error();
    std::vector<int> nearest(similar->queries);
    for (std::size_t i = 0; i < similar->queries; ++i) nearest[i] = similar->best_match(i);
    return nearest;
}

int descriptor_layer(int layers) {
    return layers / 2;
}

}  // namespace fieldmark
