// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/index/vector_store.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>

#include <sys/mman.h>

#include "core/base/digest.h"

namespace fieldmark {

namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;

std::size_t round_up(std::size_t size, std::size_t step) {
    return (size + step - 1) / step * step;
}

}  // namespace

VectorStore::VectorStore(int dimension)
    : m_dimension(static_cast<std::size_t>(dimension)), m_chunks(new std::atomic<Chunk*>[kMaxChunks]()) {}

VectorStore::~VectorStore() {
    for (std::uint32_t i = 0; i < kMaxChunks; ++i) {
        Chunk* chunk = m_chunks[i].load(std::memory_order_relaxed);
        if (chunk == nullptr) break;
        ::munmap(chunk->memory, chunk->bytes);
        delete chunk;
    }
}

bool VectorStore::reserve(std::uint32_t rows) {
    for (std::uint32_t i = 0; i * std::uint64_t{kRowsPerChunk} < rows; ++i) {
        if (i >= kMaxChunks) return false;
        if (m_chunks[i].load(std::memory_order_relaxed) != nullptr) continue;
        // One mapping a chunk, vectors first. Pages that no row has touched take no memory. On huge pages a
        // scan misses the TLB 500 times less often; the mapping starts on one so that the kernel can use
        // them.
        constexpr std::size_t kRows = kRowsPerChunk;
        const std::size_t vectors = round_up(kRows * m_dimension * sizeof(float), 4096);
        const std::size_t used =
            vectors + kRows * (sizeof(std::int64_t) + 4 * sizeof(std::uint32_t)) + kRows / 8;
        const bool huge = vectors >= 2 * kHugePage;
        const std::size_t bytes = round_up(used, 4096) + (huge ? kHugePage : 0);
        void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) return false;
        auto* at = static_cast<std::byte*>(memory);
        if (huge) {
            at += round_up(reinterpret_cast<std::uintptr_t>(at), kHugePage) -
                  reinterpret_cast<std::uintptr_t>(at);
            // Advice only: without it the scan is slower, not wrong.
            static_cast<void>(::madvise(at, vectors, MADV_HUGEPAGE));
        }
        auto* chunk = new (std::nothrow) Chunk{};
        if (chunk == nullptr) {
            ::munmap(memory, bytes);
            return false;
        }
        const auto take = [&](std::size_t size) { return std::exchange(at, at + size); };
        chunk->vectors = reinterpret_cast<float*>(take(vectors));
        chunk->ids = reinterpret_cast<std::int64_t*>(take(kRows * sizeof(std::int64_t)));
        chunk->crcs = reinterpret_cast<std::uint32_t*>(take(kRows * sizeof(std::uint32_t)));
        chunk->first_twin = reinterpret_cast<std::uint32_t*>(take(kRows * sizeof(std::uint32_t)));
        chunk->last_twin = reinterpret_cast<std::uint32_t*>(take(kRows * sizeof(std::uint32_t)));
        chunk->next_twin = new (take(kRows * sizeof(std::uint32_t))) std::atomic<std::uint32_t>[kRows]();
        chunk->dead = new (take(kRows / 8)) std::atomic<std::uint64_t>[kRows / 64]();
        chunk->memory = memory;
        chunk->bytes = bytes;
        m_chunks[i].store(chunk, std::memory_order_relaxed);  // seen by readers through m_count
    }
    return true;
}

Status VectorStore::append(std::span<const std::int64_t> ids, std::span<const float> vectors) {
    const std::uint32_t start = count();
    const Error no_memory{ErrorKind::TooLarge,
                          "There is not enough memory for " + std::to_string(ids.size()) +
                              " more vectors. Close other programs or split the library."};
    if (ids.size() > std::uint64_t{kRowsPerChunk} * kMaxChunks - start) return no_memory;
    const auto end = start + static_cast<std::uint32_t>(ids.size());
    try {
        if (!reserve(end)) return no_memory;
        while (m_table.size() < std::size_t{2} * (m_groups + ids.size())) grow_table();
    } catch (const std::bad_alloc&) {
        return no_memory;
    }
    for (std::uint32_t row = start; row < end; ++row) {
        const std::size_t i = row - start;
        Chunk& target = *m_chunks[row / kRowsPerChunk].load(std::memory_order_relaxed);
        const std::uint32_t at = row % kRowsPerChunk;
        float* copy = target.vectors + std::size_t{at} * m_dimension;
        std::memcpy(copy, vectors.data() + i * m_dimension, m_dimension * sizeof(float));
        target.ids[at] = ids[i];
        target.crcs[at] = crc32c(std::as_bytes(std::span(copy, m_dimension)));
        link_twins(row);
    }
    m_count.store(end, std::memory_order_release);
    return {};
}

void VectorStore::link_twins(std::uint32_t row) {
    const auto chunk_of = [this](std::uint32_t r) -> Chunk& {
        return *m_chunks[r / kRowsPerChunk].load(std::memory_order_relaxed);
    };
    Chunk& own = chunk_of(row);
    const std::uint32_t at = row % kRowsPerChunk;
    own.next_twin[at].store(kNoRow, std::memory_order_relaxed);
    own.last_twin[at] = row;
    own.first_twin[at] = row;
    const std::size_t mask = m_table.size() - 1;
    std::size_t slot = own.crcs[at] & mask;
    for (; m_table[slot] != kNoRow; slot = (slot + 1) & mask) {
        const std::uint32_t first = m_table[slot];
        if (crc(first) != own.crcs[at] ||
            std::memcmp(vector(first), vector(row), m_dimension * sizeof(float)) != 0) {
            continue;
        }
        own.first_twin[at] = first;
        std::uint32_t& last = chunk_of(first).last_twin[first % kRowsPerChunk];
        // Release: a reader that follows the link before the length is published finds the row's own fields.
        chunk_of(last).next_twin[last % kRowsPerChunk].store(row, std::memory_order_release);
        last = row;
        return;
    }
    m_table[slot] = row;
    ++m_groups;
}

void VectorStore::grow_table() {
    std::vector<std::uint32_t> table(std::max<std::size_t>(1024, m_table.size() * 2), kNoRow);
    const std::size_t mask = table.size() - 1;
    for (const std::uint32_t first : m_table) {
        if (first == kNoRow) continue;
        std::size_t slot = crc(first) & mask;
        while (table[slot] != kNoRow) slot = (slot + 1) & mask;
        table[slot] = first;
    }
    m_table = std::move(table);
}

bool VectorStore::kill(std::uint32_t row) {
    const std::uint32_t at = row % kRowsPerChunk;
    const std::uint64_t bit = std::uint64_t{1} << (at % 64);
    auto& word = m_chunks[row / kRowsPerChunk].load(std::memory_order_relaxed)->dead[at / 64];
    if ((word.fetch_or(bit, std::memory_order_relaxed) & bit) != 0) return false;
    m_dead.fetch_add(1, std::memory_order_relaxed);
    return true;
}

std::uint32_t VectorStore::dead_below(std::uint32_t rows) const {
    std::uint32_t dead = 0;
    for (std::uint32_t row = 0; row < rows; row += 64) {
        std::uint64_t word = chunk(row).dead[row % kRowsPerChunk / 64].load(std::memory_order_relaxed);
        if (rows - row < 64) word &= (std::uint64_t{1} << (rows - row)) - 1;
        dead += static_cast<std::uint32_t>(std::popcount(word));
    }
    return dead;
}

std::int64_t VectorStore::bytes() const {
    const std::int64_t row =
        static_cast<std::int64_t>(m_dimension * sizeof(float) + sizeof(std::int64_t) +
                                  4 * sizeof(std::uint32_t) + 8);  // 8: the table's share
    return std::int64_t{count()} * row;
}

std::uint32_t VectorStore::lower_bound(std::int64_t wanted, std::uint32_t from, std::uint32_t rows) const {
    // Doubling steps until the id is passed, then halving in between.
    std::uint32_t low = from;
    std::uint64_t step = 1;
    std::uint32_t high = rows;
    while (low < rows) {
        const std::uint64_t probe = from + step - 1;
        if (probe >= rows) break;
        if (id(static_cast<std::uint32_t>(probe)) >= wanted) {
            high = static_cast<std::uint32_t>(probe);
            break;
        }
        low = static_cast<std::uint32_t>(probe) + 1;
        step *= 2;
    }
    while (low < high) {
        const std::uint32_t middle = low + (high - low) / 2;
        if (id(middle) < wanted) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

std::optional<std::uint32_t> VectorStore::find(std::int64_t wanted) const {
    const std::uint32_t rows = count();
    std::uint32_t low = 0;
    std::uint32_t high = rows;
    while (low < high) {
        const std::uint32_t middle = low + (high - low) / 2;
        if (id(middle) < wanted) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low < rows && id(low) == wanted) return low;
    return std::nullopt;
}

std::vector<std::span<const float>> VectorStore::blocks(std::uint32_t rows) const {
    std::vector<std::span<const float>> blocks;
    for (std::uint32_t row = 0; row < rows; row += kRowsPerChunk) {
        blocks.emplace_back(vector(row), std::size_t{std::min(kRowsPerChunk, rows - row)} * m_dimension);
    }
    return blocks;
}

}  // namespace fieldmark
