// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/index/search_benchmark.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <numeric>
#include <thread>

#include "core/index/exact_scan.h"
#include "core/index/kernels.h"

namespace fieldmark {

namespace {

using Clock = std::chrono::steady_clock;

double milliseconds_since(Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

double median(std::vector<double> values) {
    if (values.empty()) return 0;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

/// splitmix64 (Steele et al. 2014): a stream of numbers from any seed, the same everywhere.
class Random {
  public:
    explicit Random(std::uint64_t seed) : m_state(seed) {}
    std::uint64_t next() {
        std::uint64_t z = (m_state += 0x9E3779B97F4A7C15u);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        return z ^ (z >> 31);
    }
    /// Nearly normal with variance 1: the sum of four uniform numbers (Irwin-Hall), one draw of 64 bits.
    float normal() {
        const std::uint64_t bits = next();
        const auto sum = (bits & 0xFFFF) + ((bits >> 16) & 0xFFFF) + ((bits >> 32) & 0xFFFF) + (bits >> 48);
        return (static_cast<float>(sum) - 131070.0f) * (1.7320508f / 65536.0f);
    }

  private:
    std::uint64_t m_state;
};

/// Reads every byte of the blocks once with `threads` threads, in pieces they take in turn as the scan's do.
double read_all_ms(const std::vector<std::span<const float>>& blocks, int threads) {
    constexpr std::size_t kPiece = std::size_t{1} << 18;  // floats: 1 MB
    std::vector<std::span<const float>> pieces;
    for (auto block : blocks) {
        for (; !block.empty(); block = block.subspan(std::min(kPiece, block.size()))) {
            pieces.push_back(block.first(std::min(kPiece, block.size())));
        }
    }
    std::atomic<std::size_t> next{0};
    std::atomic<std::uint64_t> total{0};
    const auto start = Clock::now();
    const auto work = [&] {
        std::uint64_t sum = 0;
        for (std::size_t i = next++; i < pieces.size(); i = next++) {
            // As integers: their sum needs no order, so the compiler reads in full registers.
            const float* piece = pieces[i].data();
            const std::size_t words = pieces[i].size() / 2;
            for (std::size_t w = 0; w < words; ++w) {
                std::uint64_t word = 0;
                std::memcpy(&word, piece + 2 * w, sizeof word);
                sum += word;
            }
        }
        total += sum;
    };
    {
        std::vector<std::jthread> others;
        for (int t = 1; t < threads; ++t) others.emplace_back(work);
        work();
    }
    const double ms = milliseconds_since(start);
    // Kept from being optimised away by being looked at.
    return total == 0x123456789ABCDEFu ? ms + 1e-9 : ms;
}

double share_found(const std::vector<Neighbor>& found, const std::vector<Neighbor>& right) {
    if (right.empty()) return 1;
    const auto hits = std::count_if(right.begin(), right.end(), [&](const Neighbor& neighbor) {
        return std::find(found.begin(), found.end(), neighbor) != found.end();
    });
    return static_cast<double>(hits) / static_cast<double>(right.size());
}

constexpr int kNeighbors = 10;

}  // namespace

std::vector<float> generate_vectors(std::int64_t first, int count, int dimension, int clusters,
                                    unsigned seed) {
    const auto d = static_cast<std::size_t>(dimension);
    std::vector<float> rows(static_cast<std::size_t>(count) * d);
    for (int row = 0; row < count; ++row) {
        Random own((std::uint64_t{seed} << 40) + static_cast<std::uint64_t>(first + row));
        const std::uint64_t cluster = own.next() % static_cast<std::uint64_t>(clusters);
        Random centre(~((std::uint64_t{seed} << 40) + cluster));
        float* vector = rows.data() + static_cast<std::size_t>(row) * d;
        double sum = 0;
        for (std::size_t i = 0; i < d; ++i) {
            vector[i] = centre.normal() + 0.5f * own.normal();
            sum += double{vector[i]} * vector[i];
        }
        const auto scale = static_cast<float>(1 / std::sqrt(sum));
        for (std::size_t i = 0; i < d; ++i) vector[i] *= scale;
    }
    return rows;
}

Result<SearchBenchmark> benchmark_search(const SearchBenchmarkOptions& options, const std::stop_token& stop,
                                         const std::function<void(const std::string&)>& progress) {
    if (options.rows < 1 || options.dimension < 1 || options.queries < 1 || options.threads < 0) {
        return Error{ErrorKind::Usage, "The search benchmark needs at least one row, dimension and query."};
    }
    const Error cancelled{ErrorKind::Cancelled, "The benchmark was cancelled."};
    const auto say = [&](const std::string& line) {
        if (progress) progress(line);
    };
    SearchBenchmark result;
    result.options = options;
    if (options.threads == 0)
        result.options.threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
    result.kernel = dot_kernel_name();
    const auto d = static_cast<std::size_t>(options.dimension);
    result.scan_threads = scan_threads(static_cast<std::uint64_t>(options.rows), d);
    result.bytes = std::int64_t{options.rows} * options.dimension * 4;
    const int clusters = std::max(1, options.rows / 100);

    say("generating " + std::to_string(options.rows) + " vectors");
    VectorIndex index(options.dimension);
    constexpr int kBatch = 1000;
    for (int first = 0; first < options.rows; first += kBatch) {
        if (stop.stop_requested()) return cancelled;
        const int count = std::min(kBatch, options.rows - first);
        std::vector<std::int64_t> ids(static_cast<std::size_t>(count));
        std::iota(ids.begin(), ids.end(), first + 1);
        const auto rows = generate_vectors(first, count, options.dimension, clusters, options.seed);
        if (auto status = index.add(ids, rows); !status) return status.error();
    }
    // New members of the same clusters, none of them stored.
    const auto queries =
        generate_vectors(options.rows, options.queries, options.dimension, clusters, options.seed);
    const auto query = [&](int i) { return std::span(queries).subspan(static_cast<std::size_t>(i) * d, d); };

    /// Asks every query in one way; gives the times and the answers.
    struct Round {
        std::vector<double> ms;
        std::vector<VectorResult> answers;
    };
    const auto ask = [&](SearchWay way, const std::vector<std::int64_t>* admitted) -> Result<Round> {
        Round round;
        for (int i = -1; i < options.queries; ++i) {  // the first one warms up
            if (stop.stop_requested()) return cancelled;
            const auto start = Clock::now();
            auto answer = index.search({query(std::max(0, i)), kNeighbors, way, admitted, 0});
            const double ms = milliseconds_since(start);
            if (!answer) return answer.error();
            if (i < 0) continue;
            round.ms.push_back(ms);
            round.answers.push_back(std::move(*answer));
        }
        return round;
    };
    const auto recall = [](const Round& found, const Round& right) {
        double sum = 0;
        for (std::size_t i = 0; i < right.answers.size(); ++i) {
            sum += share_found(found.answers[i].neighbors, right.answers[i].neighbors);
        }
        return sum / static_cast<double>(right.answers.size());
    };

    say("exact scan against memory bandwidth");
    const auto blocks = index.blocks();
    std::vector<double> exact;
    std::vector<double> reading;
    for (int i = -1; i < options.queries; ++i) {
        if (stop.stop_requested()) return cancelled;
        const double read = read_all_ms(blocks, result.scan_threads);
        const auto start = Clock::now();
        const auto answer = index.search({query(std::max(0, i)), kNeighbors, SearchWay::Exact, nullptr, 0});
        const double ms = milliseconds_since(start);
        if (!answer) return answer.error();
        if (i < 0) continue;
        reading.push_back(read);
        exact.push_back(ms);
    }
    result.exact_ms = median(exact);
    result.bandwidth_ms = median(reading);
    result.ratio = result.exact_ms / result.bandwidth_ms;
    auto right = ask(SearchWay::Exact, nullptr);
    if (!right) return right.error();

    say("building the graph");
    const auto start = Clock::now();
    const std::int64_t without_graph = index.info().bytes;
    if (auto status = index.build_graph(result.options.threads, stop); !status) return status.error();
    result.graph_build_s = milliseconds_since(start) / 1000;
    result.graph_bytes = index.info().bytes - without_graph;
    const auto by_graph = ask(SearchWay::Graph, nullptr);
    if (!by_graph) return by_graph.error();
    result.graph_ms = median(by_graph->ms);
    result.graph_worst_ms = *std::max_element(by_graph->ms.begin(), by_graph->ms.end());
    result.recall_at_10 = recall(*by_graph, *right);

    const auto measure = [&](const std::string& name, const std::vector<std::int64_t>* admitted) -> Status {
        say(name);
        const auto chosen = ask(SearchWay::Auto, admitted);
        if (!chosen) return chosen.error();
        const auto exactly = ask(SearchWay::Exact, admitted);
        if (!exactly) return exactly.error();
        const auto& answer = chosen->answers.front();
        result.cases.push_back({name, answer.admitted_rows, answer.way, median(chosen->ms),
                                median(exactly->ms), recall(*chosen, *exactly)});
        return {};
    };
    const auto every = [&](int step) {
        std::vector<std::int64_t> ids;
        for (std::int64_t id = 1; id <= options.rows; id += step) ids.push_back(id);
        return ids;
    };
    if (auto status = measure("all", nullptr); !status) return status.error();
    for (const int step : {2, 4, 10, 100}) {
        const auto ids = every(step);
        if (auto status = measure("filter 1/" + std::to_string(step), &ids); !status) return status.error();
    }
    index.remove(every(5));
    if (auto status = measure("20 % dead", nullptr); !status) return status.error();
    const auto half = every(2);
    if (auto status = measure("20 % dead, filter 1/2", &half); !status) return status.error();
    return result;
}

std::string to_text(const SearchBenchmark& benchmark) {
    std::string text;
    const auto line = [&](const char* format, auto... values) {
        char buffer[256];
        std::snprintf(buffer, sizeof buffer, format, values...);
        text += buffer;
        text += '\n';
    };
    line("%d vectors of %d dimensions (seed %u), %.0f MB, kernel %s, %d scan threads", benchmark.options.rows,
         benchmark.options.dimension, benchmark.options.seed, static_cast<double>(benchmark.bytes) / 1e6,
         benchmark.kernel.c_str(), benchmark.scan_threads);
    line("exact query        %8.2f ms", benchmark.exact_ms);
    line("reading the memory %8.2f ms (%.1f GB/s), the exact query takes %.2f times that",
         benchmark.bandwidth_ms, static_cast<double>(benchmark.bytes) / 1e6 / benchmark.bandwidth_ms,
         benchmark.ratio);
    line("graph build        %8.1f s on %d threads, %.0f MB", benchmark.graph_build_s,
         benchmark.options.threads, static_cast<double>(benchmark.graph_bytes) / 1e6);
    line("graph query        %8.2f ms (slowest %.2f ms), Recall@10 %.4f against exact", benchmark.graph_ms,
         benchmark.graph_worst_ms, benchmark.recall_at_10);
    line("%-24s %10s %7s %10s %10s %10s", "as the index chooses", "admitted", "way", "ms", "exact ms",
         "Recall@10");
    for (const auto& c : benchmark.cases) {
        line("%-24s %10lld %7s %10.2f %10.2f %10.4f", c.name.c_str(), static_cast<long long>(c.admitted_rows),
             to_string(c.way), c.ms, c.exact_ms, c.recall);
    }
    return text;
}

}  // namespace fieldmark
