// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "core/base/result.h"
#include "core/index/hamming_kernels.h"
#include "core/index/hamming_top.h"

namespace fieldmark {

/// The last layer of a hash head: bit t of the code of a vector x is set where weight_t . x + bias_t >= 0.
/// A code is a function of the stored, L2-normalised vector, so a library stores nothing besides the vectors.
struct HashHead {
    int bits = 0;               ///< 1 to kMaxHashBits
    std::vector<float> weight;  ///< (bits, dimension)
    std::vector<float> bias;    ///< (bits)

    bool fits(std::size_t dimension) const {
        return bits >= 1 && bits <= kMaxHashBits && bias.size() == static_cast<std::size_t>(bits) &&
               weight.size() == bias.size() * dimension;
    }
    /// vectors: (count, dimension) float32; words: (count, hash_words(bits)).
    void encode(std::span<const float> vectors, std::size_t dimension, std::uint64_t* words) const;
};

/// Packed codes by row, in chunks that never move: 8 bytes a row up to 64 bits, 16 above.
///
/// Threads: one writer at a time, excluded by the caller; readers read rows below a count that the writer
/// published (with release order) after write() returned.
class HammingStore {
  public:
    static constexpr std::uint32_t kRowsPerChunk = 65536;  ///< what a kernel's select() takes at a time
    static constexpr std::uint32_t kMaxChunks = 2048;

    /// bits: 1 to kMaxHashBits.
    explicit HammingStore(int bits);
    ~HammingStore();
    HammingStore(const HammingStore&) = delete;
    HammingStore& operator=(const HammingStore&) = delete;

    int bits() const { return m_bits; }
    std::size_t words() const { return m_words; }
    const std::uint64_t* code(std::uint32_t row) const {
        return m_chunks[row / kRowsPerChunk].load(std::memory_order_relaxed) +
               std::size_t{row % kRowsPerChunk} * m_words;
    }
    std::int64_t bytes() const;

    /// Writer: the codes of rows [first, first + codes / words). TooLarge without memory.
    Status write(std::uint32_t first, std::span<const std::uint64_t> codes);

    /// The k nearest of the first `rows` rows, by rising distance, ties by rising row (`whole_ties`: see
    /// HammingTop). Exact. `dead` (may be empty) is asked only of rows that would get in.
    std::vector<HammingHit> nearest(const std::uint64_t* query, std::uint32_t rows, std::size_t k,
                                    bool whole_ties,
                                    const std::function<bool(std::uint32_t)>& dead = {}) const;
    /// The same among the listed rows, which rise.
    std::vector<HammingHit> nearest_of(const std::uint64_t* query, std::span<const std::uint32_t> rows,
                                       std::size_t k, bool whole_ties) const;

  private:
    int m_bits;
    std::size_t m_words;
    std::unique_ptr<std::atomic<std::uint64_t*>[]> m_chunks;
};

}  // namespace fieldmark
