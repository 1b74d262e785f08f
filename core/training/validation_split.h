// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/result.h"

namespace fieldmark {

/// Classes to fit and classes to check on, which have none in common: every choice (epoch, option, rate) is
/// made on classes that the weights have not seen, because that is what the embedding will meet.
struct ValidationSplit {
    std::vector<std::int32_t> fit_classes;         ///< sorted
    std::vector<std::int32_t> validation_classes;  ///< sorted; two pictures or more each
    std::vector<std::int64_t> fit_rows;
    std::vector<std::int64_t> validation_rows;
};

/// labels: (count) classes 0 .. class_count - 1. Draws round(share * classes), at least two and at most half,
/// among the classes with two pictures or more; deterministic by seed. Usage with fewer than four such
/// classes.
Result<ValidationSplit> split_by_class(const std::vector<std::int32_t>& labels, double share,
                                       std::uint64_t seed);

/// labels with each class that is in `classes` renumbered by its place there and every other one -1: the
/// dense numbers that proxies and priors want.
std::vector<std::int32_t> dense_labels(const std::vector<std::int32_t>& labels,
                                       const std::vector<std::int32_t>& classes);

}  // namespace fieldmark
