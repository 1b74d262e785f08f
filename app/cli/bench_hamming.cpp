// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/bench.h"
#include "core/index/hamming_benchmark.h"

namespace fieldmark::cli {

Result<Answer> bench_hamming(Context& context, const BenchHammingArguments& arguments) {
    HammingBenchmarkOptions options;
    options.rows = arguments.rows;
    options.bits = arguments.bits;
    options.k = arguments.k;
    options.queries = arguments.queries;
    options.seed = arguments.seed;
    const auto result = benchmark_hamming(options, context.interrupt.token());
    if (!result) return result.error();
    Answer answer;
    Json& json = answer.json;
    json["rows"] = options.rows;
    json["bits"] = options.bits;
    json["k"] = options.k;
    json["queries"] = options.queries;
    json["seed"] = options.seed;
    json["kernel"] = result->kernel;
    json["bytes"] = result->bytes;
    json["search_ms"] = result->search_ms;
    json["worst_ms"] = result->worst_ms;
    json["with_ties_ms"] = result->with_ties_ms;
    json["plain_ms"] = result->plain_ms;
    json["plain_to_search"] = result->ratio;
    json["read_ms"] = result->read_ms;
    json["kernels"] = Json::array();
    for (const auto& kernel : result->kernels)
        json["kernels"].push_back({{"name", kernel.name}, {"scan_ms", kernel.scan_ms}});
    context.console.print(to_text(*result));
    return answer;
}

}  // namespace fieldmark::cli
