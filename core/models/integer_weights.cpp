// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/integer_weights.h"

#include <algorithm>
#include <cmath>

namespace fieldmark {
namespace {

constexpr double kMostWeight = 32767;
constexpr double kMostSum = 2147483647.0;
constexpr int kLanes = 16;

std::size_t size(int value) {
    return static_cast<std::size_t>(value);
}

double largest_magnitude(const std::vector<double>& weights) {
    double most = 0;
    for (const double weight : weights) most = std::max(most, std::abs(weight));
    return most;
}

/// What rounding the weights can add to a sum.
double slack(const std::vector<double>& weights, const IntegerInputs& inputs) {
    return 0.5 * static_cast<double>(weights.size()) * inputs.largest + 1;
}

}  // namespace

double largest_sum(const std::vector<double>& weights, const IntegerInputs& inputs) {
    double positive = 0, negative = 0, squares = 0;
    for (const double weight : weights) {
        (weight > 0 ? positive : negative) += std::abs(weight);
        squares += weight * weight;
    }
    const double bound = inputs.has_sign ? positive + negative : std::max(positive, negative);
    return inputs.largest * std::min(bound, inputs.norm * std::sqrt(squares));
}

std::optional<int> weight_exponent(const std::vector<double>& weights, double bias,
                                   const IntegerInputs& inputs, int lowest) {
    const double most = largest_magnitude(weights), sum = largest_sum(weights, inputs);
    for (int n = 31 + lowest; n >= lowest; --n) {
        if (std::ldexp(most, n) <= kMostWeight &&
            std::ldexp(sum, n) + slack(weights, inputs) + std::ldexp(std::abs(bias) + 0.5, n - lowest) <=
                kMostSum)
            return n;
    }
    return std::nullopt;
}

double weight_factor(const std::vector<double>& weights, const IntegerInputs& inputs) {
    const double most = largest_magnitude(weights), sum = largest_sum(weights, inputs);
    if (most <= 0) return 1;
    return std::min(kMostWeight / most, (kMostSum - slack(weights, inputs)) / sum);
}

IntegerWeights::IntegerWeights(int outputs, int pair_count, int most_groups,
                               const std::function<std::int16_t(int, int, int)>& weight)
    : pairs(pair_count),
      out_groups(groups_of(outputs, kLanes)),
      panels(dense_panels(out_groups, most_groups, 2 * pair_count, kLanes)),
      weights(size(out_groups) * size(2 * pair_count) * size(kLanes)) {
    for (const DensePanel& panel : panels) {
        const int width = panel.groups * kLanes, first = panel.group * kLanes;
        std::int16_t* to = weights.get() + panel.weights;
        for (int o = first; o < std::min(first + width, outputs); ++o)
            for (int p = 0; p < pairs; ++p)
                for (int i = 0; i < 2; ++i)
                    to[(size(p) * size(width) + size(o - first)) * 2 + size(i)] = weight(o, p, i);
    }
}

}  // namespace fieldmark
