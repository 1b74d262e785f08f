// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/training/lite_products.h"

#include <algorithm>

#include "core/training/lite_lanes.h"

namespace fieldmark::lite {

namespace {

// A tile of the result stays in registers: eight rows of three registers, and one of each factor beside it.
constexpr int kTileRows = 8;
constexpr int kMostGroups = 3;
/// Rows of the long sum whose panel of columns stays in the first cache.
constexpr std::size_t kBlock = 128;
/// Rows of a result that is written whole before the next ones.
constexpr std::size_t kRowBlock = 32;

int groups_of(int columns) {
    return (columns + kLanes - 1) / kLanes;
}

/// Calls panel(first column, groups of sixteen) so that all columns are covered by panels of nearly one
/// width.
template <typename Panel>
FIELDMARK_INLINE void for_panels(int columns, const Panel& panel) {
    const int groups = groups_of(columns);
    const int panels = (groups + kMostGroups - 1) / kMostGroups;
    for (int p = 0, group = 0; p < panels; ++p) {
        const int wide = (groups - group + panels - p - 1) / (panels - p);
        panel(group * kLanes, wide);
        group += wide;
    }
}

/// The first `columns` of sixteen values; those behind may belong to somebody else.
FIELDMARK_INLINE void store(float* to, const Lanes& values, int columns) {
    if (columns >= kLanes)
        *reinterpret_cast<Lanes*>(to) = values;
    else
        for (int c = 0; c < columns; ++c) to[c] = values[c];
}

FIELDMARK_INLINE void load(const float* from, Lanes& values, int columns) {
    if (columns >= kLanes) {
        values = *reinterpret_cast<const Lanes*>(from);
        return;
    }
    values = Lanes{};
    for (int c = 0; c < columns; ++c) values[c] = from[c];
}

/// sums[r][g] += sum over i of a[r * row + i * step] * panel[i][g].
template <int Rows, int Groups>
FIELDMARK_INLINE void accumulate(const float* a, std::size_t row, std::size_t step, const float* panel,
                                 std::size_t length, Lanes (&sums)[Rows][Groups]) {
    for (std::size_t i = 0; i < length; ++i) {
        Lanes b[Groups];
#pragma GCC unroll 3
        for (int g = 0; g < Groups; ++g) b[g] = *reinterpret_cast<const Lanes*>(panel + g * kLanes);
#pragma GCC unroll 8
        for (int r = 0; r < Rows; ++r) {
            const float value = a[static_cast<std::size_t>(r) * row];
#pragma GCC unroll 3
            for (int g = 0; g < Groups; ++g) sums[r][g] += value * b[g];
        }
        a += step;
        panel += Groups * kLanes;
    }
}

template <int Rows, int Groups>
FIELDMARK_INLINE void store_tile(const Lanes (&sums)[Rows][Groups], float* out, std::size_t n, int columns) {
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 3
        for (int g = 0; g < Groups; ++g)
            store(out + static_cast<std::size_t>(r) * n + g * kLanes, sums[r][g], columns - g * kLanes);
}

template <int Rows, int Groups>
FIELDMARK_INLINE void product_tile(const float* a, std::size_t k, const float* panel, float* out,
                                   std::size_t n, int columns) {
    Lanes sums[Rows][Groups];
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 3
        for (int g = 0; g < Groups; ++g) sums[r][g] = Lanes{};
    accumulate<Rows, Groups>(a, k, 1, panel, k, sums);
    store_tile<Rows, Groups>(sums, out, n, columns);
}

template <int Groups>
FIELDMARK_INLINE void product_panel(const float* a, const float* panel, float* out, std::size_t rows,
                                    std::size_t k, std::size_t n, int columns) {
    std::size_t r = 0;
    for (; r + kTileRows <= rows; r += kTileRows)
        product_tile<kTileRows, Groups>(a + r * k, k, panel, out + r * n, n, columns);
    for (; r < rows; ++r) product_tile<1, Groups>(a + r * k, k, panel, out + r * n, n, columns);
}

template <int Rows, int Groups>
FIELDMARK_INLINE void transposed_tile(const float* a, std::size_t m, const float* panel, std::size_t length,
                                      float* out, std::size_t n, int columns) {
    Lanes sums[Rows][Groups];
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 3
        for (int g = 0; g < Groups; ++g)
            load(out + static_cast<std::size_t>(r) * n + g * kLanes, sums[r][g], columns - g * kLanes);
    accumulate<Rows, Groups>(a, 1, m, panel, length, sums);
    store_tile<Rows, Groups>(sums, out, n, columns);
}

template <int Groups>
FIELDMARK_INLINE void transposed_panel(const float* a, const float* panel, std::size_t length, float* out,
                                       std::size_t m, std::size_t n, int columns) {
    std::size_t i = 0;
    for (; i + kTileRows <= m; i += kTileRows)
        transposed_tile<kTileRows, Groups>(a + i, m, panel, length, out + i * n, n, columns);
    for (; i < m; ++i) transposed_tile<1, Groups>(a + i, m, panel, length, out + i * n, n, columns);
}

/// to[i][column] = from[i * row + column * step], zero past the last column.
FIELDMARK_INLINE void copy_panel(const float* from, std::size_t row, std::size_t step, std::size_t length,
                                 int columns, int groups, float* to) {
    const auto wide = static_cast<std::size_t>(groups * kLanes);
    const std::size_t there = std::min(wide, static_cast<std::size_t>(columns));
    for (std::size_t i = 0; i < length; ++i, to += wide) {
        for (std::size_t c = 0; c < there; ++c) to[c] = from[i * row + c * step];
        std::fill(to + there, to + wide, 0.0F);
    }
}

}  // namespace

bool own_products_pay() {
#if FIELDMARK_HAS_CLONES
    static const bool pay = __builtin_cpu_is("amd") && __builtin_cpu_supports("x86-64-v4");
    return pay;
#else
    return false;
#endif
}

std::size_t packed_floats(int k, int n) {
    return static_cast<std::size_t>(k) * static_cast<std::size_t>(groups_of(n) * kLanes);
}

FIELDMARK_CLONES
void pack(const float* b, int k, int n, float* packed) {
    const auto length = static_cast<std::size_t>(k);
    for_panels(
        n, [&](int column, int groups) __attribute__((always_inline)) {
            copy_panel(b + column, static_cast<std::size_t>(n), 1, length, n - column, groups,
                       packed + length * static_cast<std::size_t>(column));
        });
}

FIELDMARK_CLONES
void pack_transposed(const float* b, int n, int k, float* packed) {
    const auto length = static_cast<std::size_t>(k);
    for_panels(
        n, [&](int column, int groups) __attribute__((always_inline)) {
            copy_panel(b + static_cast<std::size_t>(column) * length, 1, length, length, n - column, groups,
                       packed + length * static_cast<std::size_t>(column));
        });
}

FIELDMARK_CLONES
void times_packed(const float* a, const float* packed, float* out, std::size_t rows, int k, int n) {
    const auto length = static_cast<std::size_t>(k), width = static_cast<std::size_t>(n);
    for (std::size_t row = 0; row < rows; row += kRowBlock) {
        const std::size_t some = std::min(kRowBlock, rows - row);
        const float* from = a + row * length;
        float* to = out + row * width;
        for_panels(
            n, [&](int column, int groups) __attribute__((always_inline)) {
                const float* panel = packed + length * static_cast<std::size_t>(column);
                if (groups == 3)
                    product_panel<3>(from, panel, to + column, some, length, width, n - column);
                else if (groups == 2)
                    product_panel<2>(from, panel, to + column, some, length, width, n - column);
                else
                    product_panel<1>(from, panel, to + column, some, length, width, n - column);
            });
    }
}

FIELDMARK_CLONES
void add_transposed_product(const float* a, const float* b, float* out, std::size_t rows, int m, int n) {
    const auto height = static_cast<std::size_t>(m), width = static_cast<std::size_t>(n);
    alignas(64) float panel[kBlock * kMostGroups * kLanes];
    for (std::size_t row = 0; row < rows; row += kBlock) {
        const std::size_t length = std::min(kBlock, rows - row);
        const float* from = a + row * height;
        for_panels(
            n, [&](int column, int groups) __attribute__((always_inline)) {
                copy_panel(b + row * width + static_cast<std::size_t>(column), width, 1, length, n - column,
                           groups, panel);
                if (groups == 3)
                    transposed_panel<3>(from, panel, length, out + column, height, width, n - column);
                else if (groups == 2)
                    transposed_panel<2>(from, panel, length, out + column, height, width, n - column);
                else
                    transposed_panel<1>(from, panel, length, out + column, height, width, n - column);
            });
    }
}

}  // namespace fieldmark::lite
