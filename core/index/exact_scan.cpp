// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/index/exact_scan.h"

#include <atomic>
#include <system_error>
#include <thread>

#include "core/index/kernels.h"

namespace fieldmark {

namespace {

constexpr std::uint32_t kBlock = 256;  // rows a thread takes at a time; divides kRowsPerChunk

/// Runs scan(block, top) for every block below `blocks` on `threads` threads and merges their heaps.
template <typename Scan>
std::vector<ScoredRow> scan_blocks(std::uint32_t blocks, int threads, std::size_t k, const Scan& scan) {
    std::atomic<std::uint32_t> next{0};
    const auto work = [&](TopK& top) {
        for (std::uint32_t block = next++; block < blocks; block = next++) scan(block, top);
    };
    std::vector<TopK> tops(static_cast<std::size_t>(threads), TopK(k));
    {
        std::vector<std::jthread> others;
        try {
            for (std::size_t t = 1; t < tops.size(); ++t) others.emplace_back(work, std::ref(tops[t]));
        } catch (const std::system_error&) {
            // No more threads to be had: those we have do it.
        }
        work(tops[0]);
    }
    for (std::size_t t = 1; t < tops.size(); ++t) tops[0].merge(tops[t]);
    return tops[0].take();
}

}  // namespace

int scan_threads(std::uint64_t rows, std::size_t dimension) {
    static const auto kMost = std::clamp<std::uint64_t>(std::thread::hardware_concurrency(), 1, 4);
    return static_cast<int>(std::clamp<std::uint64_t>(rows * dimension / 4'000'000, 1, kMost));
}

std::vector<ScoredRow> scan_range(const VectorStore& store, const float* query, std::uint32_t begin,
                                  std::uint32_t end, std::size_t k) {
    if (begin >= end || k == 0) return {};
    const std::uint32_t first = begin / kBlock;  // blocks lie on multiples of their size, within one chunk
    const std::uint32_t last = (end - 1) / kBlock;
    const bool any_dead = store.dead_count() != 0;
    const auto scan = [&](std::uint32_t block, TopK& top) {
        const std::uint32_t from = std::max(begin, (first + block) * kBlock);
        const std::uint32_t to = std::min(end, (first + block + 1) * kBlock);
        float scores[kBlock];
        dot_block(query, 1, store.vector(from), to - from, store.dimension(), scores, kBlock);
        for (std::uint32_t row = from; row < to; ++row) {
            const float score = scores[row - from];
            if (score < top.threshold() || (any_dead && store.dead(row))) continue;
            top.push({score, row});
        }
    };
    return scan_blocks(last - first + 1, scan_threads(end - begin, store.dimension()), k, scan);
}

std::vector<ScoredRow> scan_rows(const VectorStore& store, const float* query,
                                 std::span<const std::uint32_t> rows, std::size_t k) {
    if (rows.empty() || k == 0) return {};
    const auto score = dot_kernels().front().dot;
    const auto scan = [&](std::uint32_t block, TopK& top) {
        const std::size_t from = std::size_t{block} * kBlock;
        const std::size_t to = std::min(rows.size(), from + kBlock);
        for (std::size_t i = from; i < to; ++i) {
            // The processor sees no pattern in the rows of a filter: ask for the start of the one after next.
            if (i + 2 < to) {
                const float* ahead = store.vector(rows[i + 2]);
                __builtin_prefetch(ahead);
                __builtin_prefetch(ahead + 16);
            }
            const float value = score(query, store.vector(rows[i]), store.dimension());
            if (value >= top.threshold()) top.push({value, rows[i]});
        }
    };
    const auto blocks = static_cast<std::uint32_t>((rows.size() + kBlock - 1) / kBlock);
    return scan_blocks(blocks, scan_threads(rows.size(), store.dimension()), k, scan);
}

}  // namespace fieldmark
