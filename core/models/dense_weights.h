// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "core/models/aligned_floats.h"
#include "core/models/dense_run.h"

namespace fieldmark {

/// Neighbouring groups of output channels that a kernel computes together.
struct DensePanel {
    int group = 0;  ///< the first one
    int groups = 0;
    std::size_t weights = 0;  ///< where the panel's weights begin, in numbers (floats or int16s)
};

/// `groups` cut into panels of nearly equal size, at most `most` groups each; `values` that an output depends
/// on.
std::vector<DensePanel> dense_panels(int groups, int most, int values, int lanes);

inline int groups_of(int channels, int lanes) {
    return (channels + lanes - 1) / lanes;
}

/// A dense layer's weights in the order the kernels read them: panels, each [value][groups * lanes], zero in
/// the lanes past the last channel.
struct DenseWeights {
    int values = 0;
    int out_groups = 0;
    std::vector<DensePanel> panels;
    AlignedFloats weights;
    AlignedFloats bias;

    DenseWeights() = default;
    /// weight(o, v) and bias(o) are asked once for each output and value.
    DenseWeights(int outputs, int value_count, int lanes, int most_groups,
                 const std::function<float(int, int)>& weight, const std::function<float(int)>& offset);

    const float* panel_weights(const DensePanel& panel) const { return weights.get() + panel.weights; }
    const float* panel_bias(const DensePanel& panel, int lanes) const {
        return bias.get() + static_cast<std::ptrdiff_t>(panel.group) * lanes;
    }
};

}  // namespace fieldmark
