// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "core/models/aligned_floats.h"
#include "core/models/dense_weights.h"

namespace fieldmark {

// Weights as 16-bit integers, each output channel with the largest factor that keeps its sum within 32 bits.
// The bound is the sum of the weights' magnitudes (of those of one sign where the inputs have no sign) times
// the largest input, or, where that is less, the weights' norm times the one that the inputs are taken to
// have (IntegerInputs::norm). The first holds whatever the inputs are; inputs of a larger norm than was taken
// can go past the second, and the kernels hold such a sum at 32 bits.

/// What the inputs of a layer can be.
struct IntegerInputs {
    int largest = 0;
    bool has_sign = false;  ///< from -largest; otherwise from 0
    double norm = 0;        ///< Euclidean, of the inputs of one output, in units of `largest`
};

/// The most that a sum over `weights` can come to, for inputs whose norm is no larger than `inputs` says.
double largest_sum(const std::vector<double>& weights, const IntegerInputs& inputs);

/// n of the weights round(w * 2^n) of one output channel: the largest that keeps them within 16 bits and
/// sum + (bias + 1/2) * 2^(n - lowest) within 32, and n - lowest within 0 and 31; none where there is no such
/// n. `lowest` is the least exponent of the inputs' unit, 0 where that is fixed.
std::optional<int> weight_exponent(const std::vector<double>& weights, double bias,
                                   const IntegerInputs& inputs, int lowest);

/// The factor of the weights round(w * factor) of one output channel whose sum has no bias added.
double weight_factor(const std::vector<double>& weights, const IntegerInputs& inputs);

/// A layer's weights in the order the kernels read them: panels, each [pair][groups * 16][2].
struct IntegerWeights {
    int pairs = 0;
    int out_groups = 0;
    std::vector<DensePanel> panels;
    AlignedValues<std::int16_t> weights;

    IntegerWeights() = default;
    /// weight(o, p, i): the i-th of pair p of output channel o.
    IntegerWeights(int outputs, int pair_count, int most_groups,
                   const std::function<std::int16_t(int, int, int)>& weight);
    const std::int16_t* panel_weights(const DensePanel& panel) const { return weights.get() + panel.weights; }
};

}  // namespace fieldmark
