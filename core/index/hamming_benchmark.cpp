// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/index/hamming_benchmark.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstdio>
#include <random>

#include "core/index/hamming_store.h"

namespace fieldmark {

namespace {

using Clock = std::chrono::steady_clock;

double milliseconds_since(Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

/// What anybody would write first.
std::vector<HammingHit> plain_search(const std::vector<std::uint64_t>& codes, std::size_t words,
                                     const std::uint64_t* query, std::size_t k) {
    std::vector<HammingHit> hits(codes.size() / words);
    for (std::size_t i = 0; i < hits.size(); ++i) {
        int distance = 0;
        for (std::size_t w = 0; w < words; ++w) distance += std::popcount(query[w] ^ codes[i * words + w]);
        hits[i] = {static_cast<std::uint32_t>(i), static_cast<std::uint8_t>(distance)};
    }
    const auto nearer = [](const HammingHit& a, const HammingHit& b) {
        return a.distance < b.distance || (a.distance == b.distance && a.row < b.row);
    };
    k = std::min(k, hits.size());
    std::nth_element(hits.begin(), hits.begin() + static_cast<std::ptrdiff_t>(k - 1), hits.end(), nearer);
    hits.resize(k);
    std::sort(hits.begin(), hits.end(), nearer);
    return hits;
}

std::vector<std::uint64_t> make_codes(const HammingBenchmarkOptions& options, std::size_t rows) {
    std::mt19937_64 random(options.seed);
    const std::size_t words = hash_words(options.bits);
    const auto cut = [&](std::size_t w, std::uint64_t word) {
        const int left = options.bits - 64 * static_cast<int>(w);
        return left >= 64 ? word : word & ((std::uint64_t{1} << left) - 1);
    };
    std::vector<std::uint64_t> centres(1000 * words);
    for (std::size_t i = 0; i < centres.size(); ++i) centres[i] = cut(i % words, random());
    std::vector<std::uint64_t> codes(rows * words);
    for (std::size_t row = 0; row < rows; ++row) {
        const bool near = row % 10 == 0;
        const std::size_t centre = random() % 1000;
        for (std::size_t w = 0; w < words; ++w) {
            // An eighth of the bits of a near one is turned over.
            const std::uint64_t noise = random() & random() & random();
            codes[row * words + w] = cut(w, near ? centres[centre * words + w] ^ noise : random());
        }
    }
    return codes;
}

}  // namespace

Result<HammingBenchmark> benchmark_hamming(const HammingBenchmarkOptions& options,
                                           const std::stop_token& stop) {
    if (options.rows < 1 || options.rows > 100'000'000 || options.bits < 1 || options.bits > kMaxHashBits ||
        options.k < 1 || options.queries < 1) {
        return Error{ErrorKind::Usage, "Codes have 1 to " + std::to_string(kMaxHashBits) +
                                           " bits; rows, k and queries are 1 or more."};
    }
    HammingBenchmark result;
    result.options = options;
    result.kernel = hamming_kernels().front().name;
    const auto rows = static_cast<std::size_t>(options.rows);
    const std::size_t words = hash_words(options.bits);
    // The queries are rows from all over, as a picture of the library is.
    const auto codes = make_codes(options, rows);
    HammingStore store(options.bits);
    if (auto status = store.write(0, codes); !status) return status.error();
    result.bytes = static_cast<std::int64_t>(codes.size() * sizeof(std::uint64_t));

    const auto k = static_cast<std::size_t>(options.k);
    const auto count = static_cast<std::uint32_t>(rows);
    std::vector<double> search, ties, plain, read;
    std::vector<std::vector<double>> scans(hamming_kernels().size());
    std::vector<std::uint8_t> distances(rows);
    std::uint64_t sum = 0;
    for (int q = 0; q < options.queries; ++q) {
        if (stop.stop_requested()) return Error{ErrorKind::Cancelled, "The measurement was cancelled."};
        const std::size_t asked =
            rows * static_cast<std::size_t>(q) / static_cast<std::size_t>(options.queries);
        const std::uint64_t* query = codes.data() + asked * words;

        auto start = Clock::now();
        const auto found = store.nearest(query, count, k, false);
        search.push_back(milliseconds_since(start));
        start = Clock::now();
        const auto tied = store.nearest(query, count, k, true);
        ties.push_back(milliseconds_since(start));
        start = Clock::now();
        const auto wanted = plain_search(codes, words, query, k);
        plain.push_back(milliseconds_since(start));
        if (found != wanted || tied.size() < found.size()) {
            return Error{ErrorKind::Internal,
                         "The index of binary codes and a plain loop gave different answers."};
        }
        for (std::size_t i = 0; i < scans.size(); ++i) {
            start = Clock::now();
            hamming_kernels()[i].distances(query, words, codes.data(), rows, distances.data());
            scans[i].push_back(milliseconds_since(start));
            sum += distances[asked];
        }
        start = Clock::now();
        for (const std::uint64_t word : codes) sum += word;
        read.push_back(milliseconds_since(start));
    }
    const volatile std::uint64_t keep = sum;  // or the compiler would not read at all
    static_cast<void>(keep);
    result.search_ms = median(search);
    result.worst_ms = *std::max_element(search.begin(), search.end());
    result.with_ties_ms = median(ties);
    result.plain_ms = median(plain);
    result.ratio = result.plain_ms / result.search_ms;
    result.read_ms = median(read);
    for (std::size_t i = 0; i < scans.size(); ++i)
        result.kernels.push_back({hamming_kernels()[i].name, median(scans[i])});
    return result;
}

std::string to_text(const HammingBenchmark& b) {
    char line[256];
    std::string text;
    const auto add = [&](auto... values) {
        std::snprintf(line, sizeof line, values...);
        text += line;
    };
    add("%d codes of %d bits, %.1f MB, kernel %s, one core, k = %d\n", b.options.rows, b.options.bits,
        static_cast<double>(b.bytes) / 1e6, b.kernel.c_str(), b.options.k);
    add("search            %8.3f ms (slowest %.3f ms)\n", b.search_ms, b.worst_ms);
    add("search, all ties  %8.3f ms\n", b.with_ties_ms);
    add("plain loop        %8.3f ms: %.1f times as long\n", b.plain_ms, b.ratio);
    for (const auto& kernel : b.kernels) add("distances %-8s%8.3f ms\n", kernel.name.c_str(), kernel.scan_ms);
    add("reading the codes %8.3f ms\n", b.read_ms);
    return text;
}

}  // namespace fieldmark
