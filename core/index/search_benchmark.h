// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/index/vector_index.h"

namespace fieldmark {

struct SearchBenchmarkOptions {
    int rows = 100'000;
    int dimension = 1280;
    int queries = 100;
    unsigned seed = 1;
    int threads = 0;  ///< that build the graph; 0: one a core
};

/// One kind of query, asked the way the index chooses (Auto) and exactly.
struct SearchBenchmarkCase {
    std::string name;  ///< "all", "filter 1/2" ... "20 % dead"
    std::int64_t admitted_rows = 0;
    SearchWay way = SearchWay::Exact;  ///< what the index chose
    double ms = 0;                     ///< median
    double exact_ms = 0;               ///< median
    double recall = 0;                 ///< Recall@10 against exact
};

/// Times are medians over the queries, in milliseconds unless said otherwise.
struct SearchBenchmark {
    SearchBenchmarkOptions options;
    std::string kernel;  ///< dot_kernel_name()
    int scan_threads = 0;
    std::int64_t bytes = 0;   ///< of the vectors
    double exact_ms = 0;      ///< one exact query over all rows, k = 10
    double bandwidth_ms = 0;  ///< reading the same block once with as many threads, between the queries
    double ratio = 0;         ///< exact_ms / bandwidth_ms
    double graph_build_s = 0;
    double graph_ms = 0;        ///< one unfiltered query through the graph, k = 10
    double graph_worst_ms = 0;  ///< the slowest of them
    double recall_at_10 = 0;    ///< of these against exact
    std::int64_t graph_bytes = 0;
    std::vector<SearchBenchmarkCase> cases;
};

/// `count` vectors of length 1 in clusters of about 100 (cosine within a cluster about 0.8, between clusters
/// about 0), each the same for the same seed and number on every machine. `first`: number of the first one.
std::vector<float> generate_vectors(std::int64_t first, int count, int dimension, int clusters,
                                    unsigned seed);

/// Fills an index with generated vectors and measures it, in memory only. `progress` gets a line about what
/// is being done; may be empty. Usage for sizes below 1, Cancelled on `stop`.
Result<SearchBenchmark> benchmark_search(const SearchBenchmarkOptions& options,
                                         const std::stop_token& stop = {},
                                         const std::function<void(const std::string&)>& progress = {});

/// The figures as lines of text for a person.
std::string to_text(const SearchBenchmark& benchmark);

}  // namespace fieldmark
