// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/index/hamming_store.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "core/index/kernels.h"

namespace fieldmark {

namespace {
// Rows whose distances wait in the first-level cache between the two halves of the scan.
constexpr std::uint32_t kBlock = 8192;
}  // namespace

void HashHead::encode(std::span<const float> vectors, std::size_t dimension, std::uint64_t* words) const {
    const auto n = static_cast<std::size_t>(bits);
    std::vector<float> values(n);
    for (std::size_t row = 0; row * dimension < vectors.size(); ++row) {
        dot_block(vectors.data() + row * dimension, 1, weight.data(), n, dimension, values.data(), n);
        for (std::size_t t = 0; t < n; ++t) values[t] += bias[t];
        pack_code(values, words + row * hash_words(bits));
    }
}

HammingStore::HammingStore(int bits)
    : m_bits(bits),
      m_words(hash_words(bits)),
      m_chunks(std::make_unique<std::atomic<std::uint64_t*>[]>(kMaxChunks)) {}

HammingStore::~HammingStore() {
    for (std::uint32_t i = 0; i < kMaxChunks; ++i) delete[] m_chunks[i].load(std::memory_order_relaxed);
}

std::int64_t HammingStore::bytes() const {
    std::int64_t chunks = 0;
    while (chunks < kMaxChunks && m_chunks[static_cast<std::size_t>(chunks)].load(std::memory_order_relaxed))
        ++chunks;
    return chunks * kRowsPerChunk * static_cast<std::int64_t>(m_words * sizeof(std::uint64_t));
}

Status HammingStore::write(std::uint32_t first, std::span<const std::uint64_t> codes) {
    std::size_t at = 0;
    for (std::uint32_t row = first; at < codes.size();) {
        const std::uint32_t chunk = row / kRowsPerChunk;
        std::uint64_t* place = chunk < kMaxChunks ? m_chunks[chunk].load(std::memory_order_relaxed) : nullptr;
        if (place == nullptr && chunk < kMaxChunks) {
            place = new (std::nothrow) std::uint64_t[kRowsPerChunk * m_words]();
            if (place != nullptr) m_chunks[chunk].store(place, std::memory_order_relaxed);
        }
        if (place == nullptr) {
            return Error{ErrorKind::TooLarge,
                         "There is not enough memory for the binary codes of this library."};
        }
        const std::uint32_t from = row % kRowsPerChunk;
        const std::size_t words = std::min(codes.size() - at, std::size_t{kRowsPerChunk - from} * m_words);
        std::memcpy(place + from * m_words, codes.data() + at, words * sizeof(std::uint64_t));
        at += words;
        row += static_cast<std::uint32_t>(words / m_words);
    }
    return {};
}

std::vector<HammingHit> HammingStore::nearest(const std::uint64_t* query, std::uint32_t rows, std::size_t k,
                                              bool whole_ties,
                                              const std::function<bool(std::uint32_t)>& dead) const {
    if (k == 0) return {};
    static const HammingKernel kKernel = hamming_kernels().front();
    HammingTop top(k, whole_ties);
    alignas(64) std::uint8_t distances[kBlock];
    std::uint16_t places[kBlock];
    for (std::uint32_t from = 0; from < rows && top.limit() >= 0; from += kBlock) {
        const std::uint32_t count = std::min(kBlock, rows - from);
        kKernel.distances(query, m_words, code(from), count, distances);
        const std::size_t hits =
            kKernel.select(distances, count, static_cast<std::uint8_t>(top.limit()), places);
        for (std::size_t i = 0; i < hits; ++i) {
            const std::uint8_t distance = distances[places[i]];
            if (distance > top.limit()) continue;  // the limit falls as the block goes by
            const std::uint32_t row = from + places[i];
            if (dead && dead(row)) continue;
            top.push(row, distance);
        }
    }
    return top.take();
}

std::vector<HammingHit> HammingStore::nearest_of(const std::uint64_t* query,
                                                 std::span<const std::uint32_t> rows, std::size_t k,
                                                 bool whole_ties) const {
    if (k == 0) return {};
    static const HammingKernel kKernel = hamming_kernels().front();
    HammingTop top(k, whole_ties);
    std::uint64_t codes[kBlock / 8 * 2];
    std::uint8_t distances[kBlock / 8];
    for (std::size_t from = 0; from < rows.size() && top.limit() >= 0; from += kBlock / 8) {
        const std::size_t count = std::min<std::size_t>(kBlock / 8, rows.size() - from);
        for (std::size_t i = 0; i < count; ++i)
            std::memcpy(codes + i * m_words, code(rows[from + i]), m_words * sizeof(std::uint64_t));
        kKernel.distances(query, m_words, codes, count, distances);
        for (std::size_t i = 0; i < count; ++i) {
            if (distances[i] <= top.limit()) top.push(rows[from + i], distances[i]);
        }
    }
    return top.take();
}

}  // namespace fieldmark
