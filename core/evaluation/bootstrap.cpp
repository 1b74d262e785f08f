// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/evaluation/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <random>

namespace fieldmark {

namespace {

/// One to `count`, all as likely. The standard's distributions differ between libraries; this does not.
std::size_t draw(std::mt19937_64& random, std::size_t count) {
    return static_cast<std::size_t>(((random() >> 32) * static_cast<std::uint64_t>(count)) >> 32);
}

/// Linear between the two nearest of the sorted values.
double quantile(const std::vector<double>& sorted, double share) {
    const double at = share * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(at);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

Interval interval(double value, std::vector<double>& means, double confidence) {
    std::sort(means.begin(), means.end());
    const double tail = std::clamp((1 - confidence) / 2, 0.0, 0.5);
    return {value, quantile(means, tail), quantile(means, 1 - tail)};
}

}  // namespace

Interval bootstrap_mean(std::span<const double> values, const BootstrapOptions& options) {
    if (values.empty()) return {};
    const double mean =
        std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
    if (values.size() == 1 || options.resamples < 1) return {mean, mean, mean};
    std::mt19937_64 random(options.seed);
    std::vector<double> means;
    means.reserve(static_cast<std::size_t>(options.resamples));
    for (int i = 0; i < options.resamples; ++i) {
        double sum = 0;
        for (std::size_t n = 0; n < values.size(); ++n) sum += values[draw(random, values.size())];
        means.push_back(sum / static_cast<double>(values.size()));
    }
    return interval(mean, means, options.confidence);
}

Interval bootstrap_mean_of_groups(std::span<const double> values, std::span<const std::int32_t> groups,
                                  const BootstrapOptions& options) {
    if (values.empty()) return {};
    struct Group {
        double sum = 0;
        double count = 0;
    };
    std::map<std::int32_t, Group> by_group;
    Group whole;
    for (std::size_t i = 0; i < values.size(); ++i) {
        for (Group* one : {&by_group[groups[i]], &whole}) {
            one->sum += values[i];
            one->count += 1;
        }
    }
    std::vector<Group> all;
    for (const auto& [index, group] : by_group) all.push_back(group);
    const double mean = whole.sum / whole.count;
    if (all.size() == 1 || options.resamples < 1) return {mean, mean, mean};
    std::mt19937_64 random(options.seed);
    std::vector<double> means;
    means.reserve(static_cast<std::size_t>(options.resamples));
    for (int i = 0; i < options.resamples; ++i) {
        Group drawn;
        for (std::size_t n = 0; n < all.size(); ++n) {
            const Group& one = all[draw(random, all.size())];
            drawn.sum += one.sum;
            drawn.count += one.count;
        }
        means.push_back(drawn.sum / drawn.count);
    }
    return interval(mean, means, options.confidence);
}

}  // namespace fieldmark
