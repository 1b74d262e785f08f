// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/dense_weights.h"

namespace fieldmark {
namespace {

std::size_t size(int value) {
    return static_cast<std::size_t>(value);
}

}  // namespace

std::vector<DensePanel> dense_panels(int groups, int most, int values, int lanes) {
    std::vector<DensePanel> panels;
    const int count = (groups + most - 1) / most;
    DensePanel panel;
    for (int i = 0; i < count; ++i) {
        panel.groups = groups / count + (i < groups % count ? 1 : 0);
        panels.push_back(panel);
        panel.group += panel.groups;
        panel.weights += size(panel.groups) * size(values) * size(lanes);
    }
    return panels;
}

DenseWeights::DenseWeights(int outputs, int value_count, int lanes, int most_groups,
                           const std::function<float(int, int)>& weight,
                           const std::function<float(int)>& offset)
    : values(value_count),
      out_groups(groups_of(outputs, lanes)),
      panels(dense_panels(out_groups, most_groups, values, lanes)),
      weights(size(out_groups) * size(values) * size(lanes)),
      bias(size(out_groups) * size(lanes)) {
    for (const DensePanel& panel : panels) {
        const int width = panel.groups * lanes, first = panel.group * lanes;
        float* to = weights.get() + panel.weights;
        for (int o = first; o < std::min(first + width, outputs); ++o) {
            bias.get()[o] = offset(o);
            for (int v = 0; v < values; ++v) to[size(v) * size(width) + size(o - first)] = weight(o, v);
        }
    }
}

}  // namespace fieldmark
