// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/index/neighbour_lists.h"

#include <algorithm>
#include <atomic>
#include <cmath>

#include "core/base/side_by_side.h"
#include "core/index/kernels.h"

namespace fieldmark {
namespace {

constexpr std::size_t kQueries = 32;  // they stay in the second-level cache while rows stream by
constexpr std::size_t kRows = 256;
constexpr const char* kDoing = "to compare the pictures with each other";

struct Near {
    float score;
    std::uint32_t row;
};

bool nearer(const Near& a, const Near& b) {
    return a.score > b.score || (a.score == b.score && a.row < b.row);
}

}  // namespace

float distance_of_cosine(float cosine) {
    // Rounding leaves equal vectors a little short of 1.
    const float rest = 2.0F - 2.0F * cosine;
    return rest < 1e-6F ? 0.0F : std::sqrt(rest);
}

Result<NeighbourLists> exact_neighbours(std::span<const float> vectors, std::size_t rows,
                                        std::size_t dimension, std::size_t k, int threads,
                                        std::stop_token stop, const std::function<void(double)>& progress) {
    NeighbourLists lists;
    lists.rows = rows;
    lists.k = rows == 0 ? 0 : std::min(k, rows - 1);
    const Status room = within_memory(kDoing, [&]() -> Status {
        lists.row.resize(rows * lists.k);
        lists.distance.resize(rows * lists.k);
        return {};
    });
    if (!room) return room.error();
    if (lists.k == 0) return lists;

    const std::size_t blocks = (rows + kQueries - 1) / kQueries;
    std::atomic<std::size_t> next{0};
    const auto work = [&](bool tells, const std::atomic<bool>& failed) -> Status {
        std::vector<float> scores(kQueries * kRows);
        std::vector<std::vector<Near>> heaps(kQueries);
        while (!stop.stop_requested() && !failed) {
            const std::size_t block = next.fetch_add(1);
            if (block >= blocks) break;
            if (tells && progress) progress(double(block) / double(blocks));
            const std::size_t first = block * kQueries;
            const std::size_t queries = std::min(kQueries, rows - first);
            for (auto& heap : heaps) heap.clear();
            for (std::size_t start = 0; start < rows; start += kRows) {
                const std::size_t count = std::min(kRows, rows - start);
                dot_block(vectors.data() + first * dimension, queries, vectors.data() + start * dimension,
                          count, dimension, scores.data(), kRows);
                for (std::size_t q = 0; q < queries; ++q) {
                    auto& heap = heaps[q];
                    const float* own = scores.data() + q * kRows;
                    for (std::size_t r = 0; r < count; ++r) {
                        // Rows rise, so an equal score never replaces one that is there.
                        if (heap.size() == lists.k && own[r] <= heap.front().score) continue;
                        if (start + r == first + q) continue;
                        if (heap.size() == lists.k) {
                            std::pop_heap(heap.begin(), heap.end(), nearer);
                            heap.pop_back();
                        }
                        heap.push_back({own[r], static_cast<std::uint32_t>(start + r)});
                        std::push_heap(heap.begin(), heap.end(), nearer);
                    }
                }
            }
            for (std::size_t q = 0; q < queries; ++q) {
                std::sort(heaps[q].begin(), heaps[q].end(), nearer);
                for (std::size_t i = 0; i < lists.k; ++i) {
                    lists.row[(first + q) * lists.k + i] = heaps[q][i].row;
                    lists.distance[(first + q) * lists.k + i] = distance_of_cosine(heaps[q][i].score);
                }
            }
        }
        return {};
    };
    if (auto status = side_by_side(threads, kDoing, work); !status) return status.error();
    if (stop.stop_requested()) return NeighbourLists{};
    return lists;
}

}  // namespace fieldmark
