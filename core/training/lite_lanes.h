// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// One source, compiled for what the processor can do; the loader picks.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_THREAD__) && \
    !defined(__SANITIZE_ADDRESS__)
#define FIELDMARK_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#define FIELDMARK_HAS_CLONES 1
#else
#define FIELDMARK_CLONES
#define FIELDMARK_HAS_CLONES 0
#endif
#define FIELDMARK_INLINE __attribute__((always_inline)) inline

namespace fieldmark::lite {

constexpr int kLanes = 16;
// Sixteen floats: one register with AVX-512, two with AVX2, four with SSE2.
typedef float Lanes __attribute__((vector_size(4 * kLanes), aligned(4), may_alias));

}  // namespace fieldmark::lite
