// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace fieldmark {

struct HammingBenchmarkOptions {
    int rows = 1'000'000;
    int bits = 48;
    int k = 100;
    int queries = 50;
    unsigned seed = 1;
};

/// Times are medians over the queries in milliseconds, on one core; the ways take turns query by query.
struct HammingBenchmark {
    HammingBenchmarkOptions options;
    std::string kernel;       ///< in use: "avx512", "avx2", "popcnt" or "portable"
    std::int64_t bytes = 0;   ///< of the codes in memory
    double search_ms = 0;     ///< the k nearest, ranked exactly
    double worst_ms = 0;      ///< the slowest of them
    double with_ties_ms = 0;  ///< the k nearest with all that tie with the last
    double plain_ms = 0;      ///< a plain loop: std::popcount for each code, then std::nth_element and a sort
    double ratio = 0;         ///< plain_ms / search_ms
    struct Kernel {
        std::string name;
        double scan_ms = 0;  ///< all distances, nothing else
    };
    std::vector<Kernel> kernels;  ///< those this processor can run
    double read_ms = 0;           ///< adding up the codes' words: how fast this memory is read
};

/// Fills a store with random codes, a tenth of them near one of 1,000 centres, and measures it; the answers
/// of the plain loop and of the index must agree (Internal if not). Usage for sizes out of range, Cancelled
/// on `stop`.
Result<HammingBenchmark> benchmark_hamming(const HammingBenchmarkOptions& options,
                                           const std::stop_token& stop = {});

/// The figures as lines of text for a person.
std::string to_text(const HammingBenchmark& benchmark);

}  // namespace fieldmark
