// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace fieldmark {

/// Dot product of two float32 vectors, chosen once at run time (AVX-512, AVX2+FMA, SSE2). Scan, graph and
/// re-scoring all use this one function, so that equal inputs give equal bits.
float dot(const float* a, const float* b, std::size_t dimension);
/// "avx512", "avx2" or "sse2".
const char* dot_kernel_name();

}  // namespace fieldmark
