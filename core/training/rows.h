// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

#include "core/training/training_data.h"

namespace fieldmark {

/// values[row] for each of `rows`; empty where `values` is.
template <typename T>
std::vector<T> pick(const std::vector<T>& values, const std::vector<std::int64_t>& rows) {
    std::vector<T> picked;
    if (values.empty()) return picked;
    picked.reserve(rows.size());
    for (const std::int64_t row : rows) picked.push_back(values[static_cast<std::size_t>(row)]);
    return picked;
}

/// 0 .. count - 1.
inline std::vector<std::int64_t> all_rows(std::size_t count) {
    std::vector<std::int64_t> rows(count);
    std::iota(rows.begin(), rows.end(), std::int64_t{0});
    return rows;
}

/// What reports call the rows: their items, or their own numbers.
inline std::vector<std::int64_t> items_of(const TrainingData& data, const std::vector<std::int64_t>& rows) {
    return data.items.empty() ? rows : pick(data.items, rows);
}

}  // namespace fieldmark
