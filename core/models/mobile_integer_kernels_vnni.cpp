// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/mobile_integer_kernels.h"

#include <immintrin.h>

namespace fieldmark {
namespace {

// Two int16 side by side, aligned as one of them: a row of the stem's picture may have an odd number.
typedef std::int32_t Pair __attribute__((may_alias, aligned(2)));

constexpr int kLanes = 16;
constexpr int kPanelGroups = 4;
// Output pixels held in registers by a panel of 1, 2, 3 or 4 groups; see dense_kernels.inc.
constexpr int kTiles[] = {14, 14, 9, 6};
constexpr int kPairedTiles[] = {14, 14, 8, 6};  // even
constexpr int kDepthwiseTile = 14;              // even

inline __attribute__((always_inline)) __m512i load(const void* from) {
    return _mm512_loadu_si512(from);
}

/// sum + the products of both halves. Written as an instruction: around the intrinsic GCC 12 copies and
/// spills every sum, which halves the speed.
inline __attribute__((always_inline)) __m512i add_product(__m512i sum, __m512i a, __m512i b) {
    asm("vpdpwssds %2, %1, %0" : "+v"(sum) : "v"(a), "v"(b));
    return sum;
}

/// Adds to the sums all values of Pixels pixels for Groups groups.
template <int Step, int Pixels, int Groups>
inline __attribute__((always_inline)) void add_products(const IntegerRun& run, int first,
                                                        __m512i (&sum)[Pixels][Groups]) {
    const std::int16_t* weights = run.weights;
    const std::int16_t* in = run.in + first * Step * 2;
    for (int s = 0; s < run.segments; ++s, in += run.segment_stride) {
        const Pair* pairs = reinterpret_cast<const Pair*>(in);
        const int length = s + 1 == run.segments ? run.last_pairs : run.segment_pairs;
        for (int k = 0; k < length; ++k, weights += Groups * kLanes * 2) {
            __m512i weight[Groups];
#pragma GCC unroll 4
            for (int g = 0; g < Groups; ++g) {
                __builtin_prefetch(weights + 16 * Groups * kLanes * 2 + g * kLanes * 2);
                weight[g] = load(weights + g * kLanes * 2);
            }
#pragma GCC unroll 16
            for (int p = 0; p < Pixels; ++p) {
                const __m512i value = _mm512_set1_epi32(pairs[p * Step + k]);
#pragma GCC unroll 4
                for (int g = 0; g < Groups; ++g) sum[p][g] = add_product(sum[p][g], value, weight[g]);
            }
        }
    }
}

template <int Step, bool Paired>
struct Expansion {
    using Target = IntegerExpansion;
    static constexpr bool kEven = Paired;

    template <int Pixels, int Groups>
    static void tile(const IntegerRun& run, const IntegerExpansion& to, int first) {
        __m512i sum[Pixels][Groups];
#pragma GCC unroll 4
        for (int g = 0; g < Groups; ++g) {
            const __m512i start = load(to.start + g * kLanes);
#pragma GCC unroll 16
            for (int p = 0; p < Pixels; ++p) sum[p][g] = start;
        }
        add_products<Step, Pixels, Groups>(run, first, sum);
        const std::int32_t* offsets = to.offsets + first;
        if constexpr (Paired) {
            // Packing leaves four of one pixel beside four of the other: they still have to be dealt out.
            const __m512i deal =
                _mm512_broadcast_i32x4(_mm_setr_epi8(0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15));
            const __m512i limit = _mm512_set1_epi16(static_cast<short>(to.limit));
#pragma GCC unroll 4
            for (int g = 0; g < Groups; ++g) {
                const __m512i shift = load(to.shift + g * kLanes);
                std::int16_t* out = to.out + g * to.out_group_stride;
#pragma GCC unroll 16
                for (int p = 0; p < Pixels; p += 2) {
                    const __m512i both =
                        _mm512_packus_epi32(_mm512_srav_epi32(sum[p][g], shift),
                                            _mm512_srav_epi32(sum[p + (Pixels > 1)][g], shift));
                    _mm512_storeu_si512(out + offsets[p],
                                        _mm512_shuffle_epi8(_mm512_min_epu16(both, limit), deal));
                }
            }
        } else {
            const __m512i limit = _mm512_set1_epi32(to.limit);
#pragma GCC unroll 4
            for (int g = 0; g < Groups; ++g) {
                const __m512i shift = load(to.shift + g * kLanes);
                std::int16_t* out = to.out + g * to.out_group_stride;
#pragma GCC unroll 16
                for (int p = 0; p < Pixels; ++p) {
                    const __m512i shifted = _mm512_srav_epi32(sum[p][g], shift);
                    const __m512i value =
                        _mm512_min_epi32(limit, _mm512_max_epi32(shifted, _mm512_setzero_si512()));
                    const int second = offsets[p] & 1;
                    const __m512i placed = _mm512_sll_epi32(value, _mm_cvtsi32_si128(16 * second));
                    _mm512_mask_storeu_epi16(out + offsets[p] - second, 0x55555555u << second, placed);
                }
            }
        }
    }
};

struct Projection {
    using Target = IntegerProjection;
    static constexpr bool kEven = false;

    template <int Pixels, int Groups>
    static void tile(const IntegerRun& run, const IntegerProjection& to, int first) {
        __m512i sum[Pixels][Groups];
#pragma GCC unroll 16
        for (int p = 0; p < Pixels; ++p)
#pragma GCC unroll 4
            for (int g = 0; g < Groups; ++g) sum[p][g] = _mm512_setzero_si512();
        add_products<8, Pixels, Groups>(run, first, sum);
        __m512 peak = to.peak ? _mm512_loadu_ps(to.peak) : _mm512_setzero_ps();
#pragma GCC unroll 4
        for (int g = 0; g < Groups; ++g) {
            const __m512 scale = _mm512_loadu_ps(to.scale + g * kLanes);
            const __m512 bias = _mm512_loadu_ps(to.bias + g * kLanes);
            const std::ptrdiff_t at = g * to.out_group_stride + first * kLanes;
#pragma GCC unroll 16
            for (int p = 0; p < Pixels; ++p) {
                __m512 value = _mm512_fmadd_ps(_mm512_cvtepi32_ps(sum[p][g]), scale, bias);
                if (to.added) value = _mm512_add_ps(value, _mm512_loadu_ps(to.added + at + p * kLanes));
                if (to.relu6)
                    value = _mm512_min_ps(_mm512_set1_ps(6.0f), _mm512_max_ps(_mm512_setzero_ps(), value));
                peak = _mm512_range_ps(peak, value, 0b1011);  // the larger absolute value
                _mm512_storeu_ps(to.out + at + p * kLanes, value);
            }
        }
        if (to.peak) _mm512_storeu_ps(to.peak, peak);
    }
};

template <typename Kind>
using Tile = void (*)(const IntegerRun&, const typename Kind::Target&, int);

template <typename Kind, int Groups, int Pixels>
Tile<Kind> pick_tile(int pixels) {
    if (pixels == Pixels) return &Kind::template tile<Pixels, Groups>;
    if constexpr (Pixels > (Kind::kEven ? 2 : 1)) {
        return pick_tile<Kind, Groups, Pixels - (Kind::kEven ? 2 : 1)>(pixels);
    } else {
        return nullptr;
    }
}

/// Cuts a run into tiles that differ by one pixel, or pair of pixels, at most.
template <typename Kind, int Groups>
void tiles(const IntegerRun& run, const typename Kind::Target& to) {
    constexpr int kUnit = Kind::kEven ? 2 : 1;
    constexpr int kTile = (Kind::kEven ? kPairedTiles : kTiles)[Groups - 1];
    const int units = run.pixels / kUnit;
    const int count = (units + kTile / kUnit - 1) / (kTile / kUnit);
    if (count == 0) return;
    const int small = units / count * kUnit, large_tiles = units % count;
    int first = 0;
    if (large_tiles > 0) {
        const Tile<Kind> tile = pick_tile<Kind, Groups, kTile>(small + kUnit);
        for (int t = 0; t < large_tiles; ++t, first += small + kUnit) tile(run, to, first);
    }
    const Tile<Kind> tile = pick_tile<Kind, Groups, kTile>(small);
    for (int t = large_tiles; t < count; ++t, first += small) tile(run, to, first);
}

template <typename Kind>
void dense(const IntegerRun& run, const typename Kind::Target& to) {
    switch (run.groups) {
        case 1:
            return tiles<Kind, 1>(run, to);
        case 2:
            return tiles<Kind, 2>(run, to);
        case 3:
            return tiles<Kind, 3>(run, to);
        case 4:
            return tiles<Kind, 4>(run, to);
    }
}

template <int Step>
void expand(const IntegerRun& run, const IntegerExpansion& to) {
    to.paired ? dense<Expansion<Step, true>>(run, to) : dense<Expansion<Step, false>>(run, to);
}

void project(const IntegerRun& run, const IntegerProjection& to) {
    dense<Projection>(run, to);
}

/// First: the column of its pair in which the first window begins.
template <int Kernel, int Stride, int First, int Pixels>
void depthwise_tile(const IntegerDepthwiseRow& row, int first) {
    constexpr int kPairs = (Kernel + 1) / 2;
    constexpr std::ptrdiff_t kPair = 2 * kLanes;
    __m512i sum[Pixels];
    const __m512i start = load(row.start);
#pragma GCC unroll 16
    for (int p = 0; p < Pixels; ++p) sum[p] = start;
    const std::int16_t* in = row.in + first * Stride / 2 * kPair;
    const std::int16_t* weights = row.weights;
    constexpr int kColumns = (First + (Pixels - 1) * Stride) / 2 + kPairs;
    for (int ky = 0; ky < Kernel; ++ky, in += row.row_stride, weights += kPairs * kPair) {
        __m512i weight[2][kPairs];
#pragma GCC unroll 3
        for (int t = 0; t < kPairs; ++t) {
            weight[0][t] = load(weights + t * kPair);
            weight[1][t] = load(weights + (Kernel * kPairs + t) * kPair);
        }
        // Each pair of columns is read once and serves every window that it lies in.
#pragma GCC unroll 32
        for (int c = 0; c < kColumns; ++c) {
            const __m512i value = load(in + c * kPair);
#pragma GCC unroll 3
            for (int t = 0; t < kPairs; ++t) {
                const int pair = c - t;  // in which the windows begin whose t-th pair this is
#pragma GCC unroll 2
                for (int second = 0; second < 2; ++second) {
                    const int begin = 2 * pair + second - First;
                    if (begin % Stride != 0 || begin < 0 || begin / Stride >= Pixels) continue;
                    sum[begin / Stride] = add_product(sum[begin / Stride], value, weight[second][t]);
                }
            }
        }
    }
    const __m512i shift = load(row.shift);
    const __m512i limit = _mm512_set1_epi16(static_cast<short>(row.limit));
    const __m512i sort = _mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7);
    std::int16_t* out = row.out + first * kLanes;
#pragma GCC unroll 16
    for (int p = 0; p < Pixels; p += 2) {
        const int next = p + 1 < Pixels ? p + 1 : p;
        const __m512i both =
            _mm512_packus_epi32(_mm512_srav_epi32(sum[p], shift), _mm512_srav_epi32(sum[next], shift));
        const __m512i sorted = _mm512_permutexvar_epi64(sort, _mm512_min_epu16(both, limit));
        if (p + 1 < Pixels) {
            _mm512_storeu_si512(out + p * kLanes, sorted);
        } else {
            _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + p * kLanes), _mm512_castsi512_si256(sorted));
        }
    }
}

using DepthwiseTile = void (*)(const IntegerDepthwiseRow&, int);

template <int Kernel, int Stride, int First, int Pixels>
DepthwiseTile pick_depthwise(int pixels) {
    if (pixels == Pixels) return &depthwise_tile<Kernel, Stride, First, Pixels>;
    if constexpr (Pixels > 1) {
        return pick_depthwise<Kernel, Stride, First, Pixels - 1>(pixels);
    } else {
        return nullptr;
    }
}

/// Tiles of an even number of pixels, so that each begins as the first one does; only the last may be odd.
template <int Kernel, int Stride, int First>
void depthwise_tiles(const IntegerDepthwiseRow& row) {
    const int pairs = (row.pixels + 1) / 2;
    const int count = (pairs + kDepthwiseTile / 2 - 1) / (kDepthwiseTile / 2);
    for (int t = 0, first = 0; t < count; ++t) {
        const int end = pairs * (t + 1) / count * 2;
        const int pixels = (end < row.pixels ? end : row.pixels) - first;
        pick_depthwise<Kernel, Stride, First, kDepthwiseTile>(pixels)(row, first);
        first += pixels;
    }
}

template <int Kernel, int Stride>
void depthwise_row(const IntegerDepthwiseRow& row) {
    row.first == 0 ? depthwise_tiles<Kernel, Stride, 0>(row) : depthwise_tiles<Kernel, Stride, 1>(row);
}

void depthwise(const IntegerDepthwiseRow& row) {
    if (row.kernel == 3) {
        row.stride == 1 ? depthwise_row<3, 1>(row) : depthwise_row<3, 2>(row);
    } else {
        row.stride == 1 ? depthwise_row<5, 1>(row) : depthwise_row<5, 2>(row);
    }
}

void quantise(const float* in, std::int16_t* out, std::ptrdiff_t count, float factor) {
    const __m512 by = _mm512_set1_ps(factor);
    for (std::ptrdiff_t i = 0; i < count; i += kLanes) {
        const __m512i value = _mm512_cvtps_epi32(_mm512_mul_ps(_mm512_loadu_ps(in + i), by));
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + i), _mm512_cvtsepi32_epi16(value));
    }
}

void normalise(const std::uint8_t* in, std::int16_t* out, int count, const float* mean, float factor) {
    const __m512 by = _mm512_set1_ps(factor);
    for (int i = 0; i < count; i += kLanes) {
        const int left = count - i;
        const __mmask16 mask = static_cast<__mmask16>(left >= kLanes ? 0xffff : (1 << left) - 1);
        const __m512 value = _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(mask, in + i)));
        const __m512 moved = _mm512_sub_ps(value, _mm512_loadu_ps(mean + i % 48));
        _mm256_mask_storeu_epi16(out + i, mask,
                                 _mm512_cvtsepi32_epi16(_mm512_cvtps_epi32(_mm512_mul_ps(moved, by))));
    }
}

void mean(const float* in, int pixels, float* out) {
    __m512 sum = _mm512_setzero_ps();
    for (int p = 0; p < pixels; ++p) sum = _mm512_add_ps(sum, _mm512_loadu_ps(in + p * kLanes));
    _mm512_storeu_ps(out, _mm512_mul_ps(sum, _mm512_set1_ps(1.0f / static_cast<float>(pixels))));
}

}  // namespace

extern const MobileIntegerKernels kMobileIntegerKernelsVnni = {
    "avx512-vnni", kPanelGroups, &expand<8>, &project, &expand<3>, &depthwise, &quantise, &normalise, &mean};

}  // namespace fieldmark
