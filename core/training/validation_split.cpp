// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/training/validation_split.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/training/random.h"

namespace fieldmark {

Result<ValidationSplit> split_by_class(const std::vector<std::int32_t>& labels, double share,
                                       std::uint64_t seed) {
    std::map<std::int32_t, int> sizes;
    for (const std::int32_t label : labels) ++sizes[label];
    std::vector<std::int32_t> usable;
    for (const auto& [label, size] : sizes) {
        if (size >= 2) usable.push_back(label);
    }
    if (usable.size() < 4)
        return Error{
            ErrorKind::Usage,
            "Learning needs at least four classes with two pictures or more (two to learn from, two to "
            "check on); there are " +
                std::to_string(usable.size()) + "."};
    const auto wanted = static_cast<std::size_t>(
        std::lround(std::clamp(share, 0.0, 0.5) * static_cast<double>(usable.size())));
    const std::size_t count = std::clamp<std::size_t>(wanted, 2, usable.size() / 2);
    Random random(seed ^ 0x76616c6964617465ull);  // apart from the sampler's numbers
    random.shuffle(usable);

    ValidationSplit split;
    split.validation_classes.assign(usable.begin(), usable.begin() + static_cast<std::ptrdiff_t>(count));
    std::sort(split.validation_classes.begin(), split.validation_classes.end());
    for (const auto& [label, size] : sizes) {
        if (!std::binary_search(split.validation_classes.begin(), split.validation_classes.end(), label))
            split.fit_classes.push_back(label);
    }
    for (std::size_t row = 0; row < labels.size(); ++row) {
        const bool validation =
            std::binary_search(split.validation_classes.begin(), split.validation_classes.end(), labels[row]);
        (validation ? split.validation_rows : split.fit_rows).push_back(static_cast<std::int64_t>(row));
    }
    return split;
}

std::vector<std::int32_t> dense_labels(const std::vector<std::int32_t>& labels,
                                       const std::vector<std::int32_t>& classes) {
    std::map<std::int32_t, std::int32_t> place;
    for (std::size_t i = 0; i < classes.size(); ++i) place[classes[i]] = static_cast<std::int32_t>(i);
    std::vector<std::int32_t> dense;
    dense.reserve(labels.size());
    for (const std::int32_t label : labels) {
        const auto it = place.find(label);
        dense.push_back(it == place.end() ? -1 : it->second);
    }
    return dense;
}

}  // namespace fieldmark
