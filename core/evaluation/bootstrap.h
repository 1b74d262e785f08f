// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace fieldmark {

/// A figure and how far it could be off.
struct Interval {
    double value = 0;
    double low = 0;  ///< with the high end: the middle `confidence` of the resampled means
    double high = 0;
};

struct BootstrapOptions {
    int resamples = 1000;
    double confidence = 0.95;
    std::uint64_t seed = 1;
};

/// Percentile bootstrap of a mean (Efron 1979; Efron & Tibshirani 1993, ch. 13). The same seed gives the same
/// interval on every machine.
///
/// Over queries: `values` are drawn with replacement. With one value low = high = value; with none all are 0.
/// For a difference of two models give the differences query by query: that is the paired bootstrap.
Interval bootstrap_mean(std::span<const double> values, const BootstrapOptions& options = {});

/// Over classes: whole groups are drawn with replacement, because queries of one class share its difficulty;
/// the wider and more honest interval when the question is how it would do on other classes. `groups` gives
/// each value's group; the figure is the mean over all values of the groups drawn.
Interval bootstrap_mean_of_groups(std::span<const double> values, std::span<const std::int32_t> groups,
                                  const BootstrapOptions& options = {});

}  // namespace fieldmark
