// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

namespace fieldmark {

/// Dot product of two float32 vectors, chosen once at run time (AVX-512, AVX2+FMA, SSE2). Scan, graph and
/// re-scoring all use this one function, so that equal inputs give equal bits.
float dot(const float* a, const float* b, std::size_t dimension);
/// "avx512", "avx2" or "sse2" ("portable" on other processors).
const char* dot_kernel_name();

/// All pairs of `query_count` x `row_count` vectors, both stored row after row without gaps:
/// scores[q * score_stride + r] = dot(query q, row r), with the very bits dot() gives. Tiled so that several
/// queries share each load of a row; the tiles assume that the queries stay in the second-level cache.
void dot_block(const float* queries, std::size_t query_count, const float* rows, std::size_t row_count,
               std::size_t dimension, float* scores, std::size_t score_stride);

/// One way to compute the two functions above.
struct DotKernel {
    const char* name;
    float (*dot)(const float*, const float*, std::size_t);
    void (*block)(const float*, std::size_t, const float*, std::size_t, std::size_t, float*, std::size_t);
};
/// The kernels this processor can run, the one in use first. For tests and benchmarks.
std::span<const DotKernel> dot_kernels();

}  // namespace fieldmark
