// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/bench.h"
#include "core/index/search_benchmark.h"

namespace fieldmark::cli {

Result<Answer> bench_search(Context& context, const BenchSearchArguments& arguments) {
    SearchBenchmarkOptions options;
    options.rows = arguments.rows;
    options.dimension = arguments.dimension;
    options.queries = arguments.queries;
    options.seed = arguments.seed;
    options.threads = arguments.threads;
    const auto result = benchmark_search(options, context.interrupt.token(),
                                         [&](const std::string& doing) { context.console.progress(doing); });
    context.console.end_progress();
    if (!result) return result.error();
    Answer answer;
    Json& json = answer.json;
    json["rows"] = options.rows;
    json["dimension"] = options.dimension;
    json["queries"] = options.queries;
    json["seed"] = options.seed;
    json["kernel"] = result->kernel;
    json["scan_threads"] = result->scan_threads;
    json["bytes"] = result->bytes;
    json["exact_ms"] = result->exact_ms;
    json["bandwidth_ms"] = result->bandwidth_ms;
    json["exact_to_bandwidth"] = result->ratio;
    json["graph_build_seconds"] = result->graph_build_s;
    json["graph_ms"] = result->graph_ms;
    json["graph_worst_ms"] = result->graph_worst_ms;
    json["recall_at_10"] = result->recall_at_10;
    json["graph_bytes"] = result->graph_bytes;
    json["cases"] = Json::array();
    for (const SearchBenchmarkCase& one : result->cases) {
        json["cases"].push_back({{"name", one.name},
                                 {"admitted_rows", one.admitted_rows},
                                 {"way", to_string(one.way)},
                                 {"ms", one.ms},
                                 {"exact_ms", one.exact_ms},
                                 {"recall_at_10", one.recall}});
    }
    context.console.print(to_text(*result));
    return answer;
}

}  // namespace fieldmark::cli
