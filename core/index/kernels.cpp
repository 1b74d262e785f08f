// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/index/kernels.h"

#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// Each level is the same program with another register type: a pair of vectors is summed into four registers,
// a whole step (four registers) at a time, then one register at a time, then what is left; the four are added
// as (0 + 1) + (2 + 3). A tile does this for several pairs at once and changes nothing about any one pair,
// which is why dot_block() and dot() give equal bits. Products and sums commute, so dot(a, b) == dot(b, a).

namespace fieldmark {

namespace {

#if defined(__x86_64__)

#pragma GCC push_options
#pragma GCC target("avx512f")
namespace avx512 {
using Register = __m512;
constexpr std::size_t kLanes = 16;
constexpr std::size_t kTileQueries = 2;  // 2 x 3 pairs x 4 sums: 24 of 32 registers
constexpr std::size_t kTileRows = 3;
inline Register zero() {
    return _mm512_setzero_ps();
}
inline Register load(const float* p) {
    return _mm512_loadu_ps(p);
}
inline Register multiply_add(Register a, Register b, Register c) {
    return _mm512_fmadd_ps(a, b, c);
}
inline Register add(Register a, Register b) {
    return _mm512_add_ps(a, b);
}
inline float total(Register a) {
    // By the masked forms: GCC 12 warns about its own unmasked shuffles, _mm512_reduce_add_ps among them.
    a = _mm512_add_ps(a, _mm512_maskz_shuffle_f32x4(0xFFFF, a, a, 0x4E));
    a = _mm512_add_ps(a, _mm512_maskz_shuffle_f32x4(0xFFFF, a, a, 0xB1));
    __m128 quarter = _mm512_maskz_extractf32x4_ps(0xF, a, 0);
    quarter = _mm_add_ps(quarter, _mm_movehl_ps(quarter, quarter));
    return _mm_cvtss_f32(_mm_add_ss(quarter, _mm_shuffle_ps(quarter, quarter, 1)));
}
#include "core/index/dot_level.inc"
}  // namespace avx512
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("avx2,fma")
namespace avx2 {
using Register = __m256;
constexpr std::size_t kLanes = 8;
constexpr std::size_t kTileQueries = 1;  // 1 x 3 pairs x 4 sums: 12 of 16 registers
constexpr std::size_t kTileRows = 3;
inline Register zero() {
    return _mm256_setzero_ps();
}
inline Register load(const float* p) {
    return _mm256_loadu_ps(p);
}
inline Register multiply_add(Register a, Register b, Register c) {
    return _mm256_fmadd_ps(a, b, c);
}
inline Register add(Register a, Register b) {
    return _mm256_add_ps(a, b);
}
inline float total(Register a) {
    __m128 half = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    half = _mm_add_ps(half, _mm_movehl_ps(half, half));
    return _mm_cvtss_f32(_mm_add_ss(half, _mm_shuffle_ps(half, half, 1)));
}
#include "core/index/dot_level.inc"
}  // namespace avx2
#pragma GCC pop_options

namespace sse2 {
using Register = __m128;
constexpr std::size_t kLanes = 4;
constexpr std::size_t kTileQueries = 1;
constexpr std::size_t kTileRows = 2;
inline Register zero() {
    return _mm_setzero_ps();
}
inline Register load(const float* p) {
    return _mm_loadu_ps(p);
}
inline Register multiply_add(Register a, Register b, Register c) {
    return _mm_add_ps(_mm_mul_ps(a, b), c);
}
inline Register add(Register a, Register b) {
    return _mm_add_ps(a, b);
}
inline float total(Register a) {
    a = _mm_add_ps(a, _mm_movehl_ps(a, a));
    return _mm_cvtss_f32(_mm_add_ss(a, _mm_shuffle_ps(a, a, 1)));
}
#include "core/index/dot_level.inc"
}  // namespace sse2

#else

namespace portable {
// Four floats that any compiler can keep in one register of its own.
struct Register {
    float v[4];
};
constexpr std::size_t kLanes = 4;
constexpr std::size_t kTileQueries = 1;
constexpr std::size_t kTileRows = 2;
inline Register zero() {
    return {{0, 0, 0, 0}};
}
inline Register load(const float* p) {
    return {{p[0], p[1], p[2], p[3]}};
}
inline Register multiply_add(Register a, Register b, Register c) {
    for (int i = 0; i < 4; ++i) c.v[i] += a.v[i] * b.v[i];
    return c;
}
inline Register add(Register a, Register b) {
    for (int i = 0; i < 4; ++i) a.v[i] += b.v[i];
    return a;
}
inline float total(Register a) {
    return (a.v[0] + a.v[2]) + (a.v[1] + a.v[3]);
}
#include "core/index/dot_level.inc"
}  // namespace portable

#endif

std::vector<DotKernel> find_kernels() {
    std::vector<DotKernel> kernels;
#if defined(__x86_64__)
    // Both also ask whether the operating system saves the wide registers.
    if (__builtin_cpu_supports("avx512f")) kernels.push_back({"avx512", avx512::dot, avx512::block});
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        kernels.push_back({"avx2", avx2::dot, avx2::block});
    }
    kernels.push_back({"sse2", sse2::dot, sse2::block});
#else
    kernels.push_back({"portable", portable::dot, portable::block});
#endif
    return kernels;
}

}  // namespace

std::span<const DotKernel> dot_kernels() {
    static const std::vector<DotKernel> kKernels = find_kernels();
    return kKernels;
}

float dot(const float* a, const float* b, std::size_t dimension) {
    static const auto kDot = dot_kernels().front().dot;
    return kDot(a, b, dimension);
}

const char* dot_kernel_name() {
    return dot_kernels().front().name;
}

void dot_block(const float* queries, std::size_t query_count, const float* rows, std::size_t row_count,
               std::size_t dimension, float* scores, std::size_t score_stride) {
    dot_kernels().front().block(queries, query_count, rows, row_count, dimension, scores, score_stride);
}

}  // namespace fieldmark
