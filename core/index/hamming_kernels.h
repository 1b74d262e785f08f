// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace fieldmark {

/// The longest binary code. Distances then fit a byte.
inline constexpr int kMaxHashBits = 128;

/// Words of 64 bits that a code takes.
constexpr std::size_t hash_words(int bits) {
    return (static_cast<std::size_t>(bits) + 63) / 64;
}

/// Packs signs: bit t lies in word t / 64 at position t mod 64, least significant first, and is set where
/// values[t] >= 0 (so is -0); unused bits are 0. `words`: hash_words(values.size()) of them.
void pack_code(std::span<const float> values, std::uint64_t* words);

/// popcount(a xor b): the Hamming distance, which for b in {-1, +1} is 0.5 * (bits - sum_k a_k b_k).
int hamming_distance(const std::uint64_t* a, const std::uint64_t* b, std::size_t words);

/// One way to scan packed codes. `words` is 1 or 2.
struct HammingKernel {
    const char* name;  ///< "avx512", "avx2", "popcnt" or "portable"
    /// distances[i] = Hamming distance of `query` and the i-th of `count` codes, stored without gaps.
    void (*distances)(const std::uint64_t* query, std::size_t words, const std::uint64_t* codes,
                      std::size_t count, std::uint8_t* distances);
    /// Writes the places of the distances not above `limit`, rising, and returns how many; count <= 65536.
    std::size_t (*select)(const std::uint8_t* distances, std::size_t count, std::uint8_t limit,
                          std::uint16_t* places);
};

/// The kernels this processor can run, the one in use first.
std::span<const HammingKernel> hamming_kernels();

}  // namespace fieldmark
