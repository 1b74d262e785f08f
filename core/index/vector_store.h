// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/base/result.h"

namespace fieldmark {

/// The vectors of an index with their ids, checksums, dead bits and twins: append-only, in chunks that never
/// move.
///
/// Threads: one writer (append, kill) at a time, excluded by the caller; any number of readers at the same
/// time. A reader takes count() once and may then read every row below it: rows are written before the length
/// is published. Only dead bits and twin links change afterwards, and those are atomic.
class VectorStore {
  public:
    static constexpr std::uint32_t kRowsPerChunk = 8192;
    static constexpr std::uint32_t kMaxChunks = 16384;
    static constexpr std::uint32_t kNoRow = 0xFFFFFFFF;

    explicit VectorStore(int dimension);
    ~VectorStore();
    VectorStore(const VectorStore&) = delete;
    VectorStore& operator=(const VectorStore&) = delete;

    std::size_t dimension() const { return m_dimension; }
    std::uint32_t count() const { return m_count.load(std::memory_order_acquire); }
    std::uint32_t dead_count() const { return m_dead.load(std::memory_order_relaxed); }
    /// Dead rows among the first `rows`.
    std::uint32_t dead_below(std::uint32_t rows) const;
    /// Memory touched, in bytes.
    std::int64_t bytes() const;

    const float* vector(std::uint32_t row) const {
        return chunk(row).vectors + std::size_t{row % kRowsPerChunk} * m_dimension;
    }
    std::int64_t id(std::uint32_t row) const { return chunk(row).ids[row % kRowsPerChunk]; }
    /// CRC32C over the vector's bytes.
    std::uint32_t crc(std::uint32_t row) const { return chunk(row).crcs[row % kRowsPerChunk]; }
    bool dead(std::uint32_t row) const {
        const std::uint32_t at = row % kRowsPerChunk;
        return ((chunk(row).dead[at / 64].load(std::memory_order_relaxed) >> (at % 64)) & 1) != 0;
    }
    /// The first row with the same vector (the row itself where it has no older twin).
    std::uint32_t first_twin(std::uint32_t row) const { return chunk(row).first_twin[row % kRowsPerChunk]; }
    /// The next row with the same vector, by rising row; kNoRow at the end. May lie beyond a count() taken
    /// before.
    std::uint32_t next_twin(std::uint32_t row) const {
        return chunk(row).next_twin[row % kRowsPerChunk].load(std::memory_order_acquire);
    }
    /// The row of an id among the first `rows`, found from row `from` on in time that grows with the
    /// logarithm of the distance. The smallest row whose id is not below it; `rows` where there is none.
    std::uint32_t lower_bound(std::int64_t id, std::uint32_t from, std::uint32_t rows) const;
    /// The row of exactly this id.
    std::optional<std::uint32_t> find(std::int64_t id) const;
    /// Rows below `rows` as contiguous spans of floats, one a chunk.
    std::vector<std::span<const float>> blocks(std::uint32_t rows) const;

    /// Writer. Ids rise and are above all earlier ones (the caller has checked). TooLarge without memory;
    /// then nothing was added.
    Status append(std::span<const std::int64_t> ids, std::span<const float> vectors);
    /// Writer. False if it was dead already.
    bool kill(std::uint32_t row);

  private:
    struct Chunk {
        float* vectors;
        std::int64_t* ids;
        std::uint32_t* crcs;
        std::uint32_t* first_twin;
        std::uint32_t* last_twin;  ///< of the group whose first row this is; writer only
        std::atomic<std::uint32_t>* next_twin;
        std::atomic<std::uint64_t>* dead;
        void* memory;
        std::size_t bytes;
    };

    const Chunk& chunk(std::uint32_t row) const {
        return *m_chunks[row / kRowsPerChunk].load(std::memory_order_relaxed);
    }
    bool reserve(std::uint32_t rows);
    void link_twins(std::uint32_t row);
    void grow_table();

    std::size_t m_dimension;
    std::atomic<std::uint32_t> m_count{0};
    std::atomic<std::uint32_t> m_dead{0};
    std::unique_ptr<std::atomic<Chunk*>[]> m_chunks;
    /// Writer only: open-addressing table of the first rows of all groups, by checksum.
    std::vector<std::uint32_t> m_table;
    std::uint32_t m_groups = 0;
};

}  // namespace fieldmark
