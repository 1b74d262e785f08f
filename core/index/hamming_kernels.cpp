// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/index/hamming_kernels.h"

#include <bit>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace fieldmark {

namespace {

namespace portable {

void distances(const std::uint64_t* query, std::size_t words, const std::uint64_t* codes, std::size_t count,
               std::uint8_t* out) {
    if (words == 1) {
        for (std::size_t i = 0; i < count; ++i)
            out[i] = static_cast<std::uint8_t>(std::popcount(query[0] ^ codes[i]));
    } else {
        for (std::size_t i = 0; i < count; ++i)
            out[i] = static_cast<std::uint8_t>(std::popcount(query[0] ^ codes[2 * i]) +
                                               std::popcount(query[1] ^ codes[2 * i + 1]));
    }
}

std::size_t select(const std::uint8_t* distances, std::size_t count, std::uint8_t limit,
                   std::uint16_t* places) {
    std::size_t found = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (distances[i] <= limit) places[found++] = static_cast<std::uint16_t>(i);
    }
    return found;
}

}  // namespace portable

#if defined(__x86_64__)

#pragma GCC push_options
#pragma GCC target("popcnt")
namespace popcnt {

void distances(const std::uint64_t* query, std::size_t words, const std::uint64_t* codes, std::size_t count,
               std::uint8_t* out) {
    if (words == 1) {
        for (std::size_t i = 0; i < count; ++i)
            out[i] = static_cast<std::uint8_t>(__builtin_popcountll(query[0] ^ codes[i]));
    } else {
        for (std::size_t i = 0; i < count; ++i)
            out[i] = static_cast<std::uint8_t>(__builtin_popcountll(query[0] ^ codes[2 * i]) +
                                               __builtin_popcountll(query[1] ^ codes[2 * i + 1]));
    }
}

}  // namespace popcnt
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("avx2,popcnt")
namespace avx2 {

/// Bits set in each 64-bit lane, by looking up half bytes (Mula et al. 2018).
inline __m256i count_bits(__m256i x) {
    const __m256i table = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2,
                                           2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
    const __m256i low = _mm256_set1_epi8(0x0F);
    const __m256i sums =
        _mm256_add_epi8(_mm256_shuffle_epi8(table, _mm256_and_si256(x, low)),
                        _mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi16(x, 4), low)));
    return _mm256_sad_epu8(sums, _mm256_setzero_si256());
}

void distances(const std::uint64_t* query, std::size_t words, const std::uint64_t* codes, std::size_t count,
               std::uint8_t* out) {
    if (words != 1) return popcnt::distances(query, words, codes, count, out);
    const __m256i asked = _mm256_set1_epi64x(static_cast<long long>(query[0]));
    // Byte v of lane j is code 4 v + j: brought into order by two shuffles.
    const __m256i pairs = _mm256_setr_epi8(0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15, 0, 8, 1, 9,
                                           2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
    std::size_t i = 0;
    for (; i + 32 <= count; i += 32) {
        const auto counts = [&](std::size_t v) {
            const __m256i code = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(codes + i + 4 * v));
            return count_bits(_mm256_xor_si256(code, asked));
        };
        __m256i bytes = counts(0);
        bytes = _mm256_or_si256(bytes, _mm256_slli_epi64(counts(1), 8));
        bytes = _mm256_or_si256(bytes, _mm256_slli_epi64(counts(2), 16));
        bytes = _mm256_or_si256(bytes, _mm256_slli_epi64(counts(3), 24));
        bytes = _mm256_or_si256(bytes, _mm256_slli_epi64(counts(4), 32));
        bytes = _mm256_or_si256(bytes, _mm256_slli_epi64(counts(5), 40));
        bytes = _mm256_or_si256(bytes, _mm256_slli_epi64(counts(6), 48));
        bytes = _mm256_or_si256(bytes, _mm256_slli_epi64(counts(7), 56));
        bytes = _mm256_shuffle_epi8(bytes, pairs);
        const __m128i low = _mm256_castsi256_si128(bytes);
        const __m128i high = _mm256_extracti128_si256(bytes, 1);
        _mm_storeu_si128(reinterpret_cast<__m128i*>(out + i), _mm_unpacklo_epi16(low, high));
        _mm_storeu_si128(reinterpret_cast<__m128i*>(out + i + 16), _mm_unpackhi_epi16(low, high));
    }
    popcnt::distances(query, words, codes + i, count - i, out + i);
}

std::size_t select(const std::uint8_t* distances, std::size_t count, std::uint8_t limit,
                   std::uint16_t* places) {
    const __m256i most = _mm256_set1_epi8(static_cast<char>(limit));
    std::size_t found = 0;
    std::size_t i = 0;
    for (; i + 32 <= count; i += 32) {
        const __m256i values = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(distances + i));
        auto hits = static_cast<std::uint32_t>(
            _mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_min_epu8(values, most), values)));
        for (; hits != 0; hits &= hits - 1)
            places[found++] =
                static_cast<std::uint16_t>(i + static_cast<std::size_t>(std::countr_zero(hits)));
    }
    for (; i < count; ++i) {
        if (distances[i] <= limit) places[found++] = static_cast<std::uint16_t>(i);
    }
    return found;
}

}  // namespace avx2
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512vpopcntdq,popcnt")
namespace avx512 {

// By the masked forms: GCC 12 warns about the undefined operand inside its own unmasked ones.
constexpr __mmask8 kAll = 0xFF;

inline __m512i load(const std::uint64_t* p) {
    return _mm512_loadu_si512(p);
}

void distances(const std::uint64_t* query, std::size_t words, const std::uint64_t* codes, std::size_t count,
               std::uint8_t* out) {
    std::size_t i = 0;
    if (words == 1) {
        const __m512i asked = _mm512_set1_epi64(static_cast<long long>(query[0]));
        for (; i + 8 <= count; i += 8) {
            const __m512i bits = _mm512_maskz_popcnt_epi64(kAll, _mm512_xor_si512(load(codes + i), asked));
            _mm_storel_epi64(reinterpret_cast<__m128i*>(out + i), _mm512_maskz_cvtepi64_epi8(kAll, bits));
        }
    } else {
        const __m512i asked =
            _mm512_set_epi64(static_cast<long long>(query[1]), static_cast<long long>(query[0]),
                             static_cast<long long>(query[1]), static_cast<long long>(query[0]),
                             static_cast<long long>(query[1]), static_cast<long long>(query[0]),
                             static_cast<long long>(query[1]), static_cast<long long>(query[0]));
        const __m512i even = _mm512_set_epi64(14, 12, 10, 8, 6, 4, 2, 0);
        const __m512i odd = _mm512_set_epi64(15, 13, 11, 9, 7, 5, 3, 1);
        for (; i + 8 <= count; i += 8) {
            const __m512i a = _mm512_maskz_popcnt_epi64(kAll, _mm512_xor_si512(load(codes + 2 * i), asked));
            const __m512i b =
                _mm512_maskz_popcnt_epi64(kAll, _mm512_xor_si512(load(codes + 2 * i + 8), asked));
            const __m512i sums = _mm512_add_epi64(_mm512_maskz_permutex2var_epi64(kAll, a, even, b),
                                                  _mm512_maskz_permutex2var_epi64(kAll, a, odd, b));
            _mm_storel_epi64(reinterpret_cast<__m128i*>(out + i), _mm512_maskz_cvtepi64_epi8(kAll, sums));
        }
    }
    popcnt::distances(query, words, codes + words * i, count - i, out + i);
}

std::size_t select(const std::uint8_t* distances, std::size_t count, std::uint8_t limit,
                   std::uint16_t* places) {
    const __m512i most = _mm512_set1_epi8(static_cast<char>(limit));
    std::size_t found = 0;
    std::size_t i = 0;
    for (; i + 64 <= count; i += 64) {
        std::uint64_t hits = _mm512_cmple_epu8_mask(_mm512_loadu_si512(distances + i), most);
        for (; hits != 0; hits &= hits - 1)
            places[found++] =
                static_cast<std::uint16_t>(i + static_cast<std::size_t>(std::countr_zero(hits)));
    }
    for (; i < count; ++i) {
        if (distances[i] <= limit) places[found++] = static_cast<std::uint16_t>(i);
    }
    return found;
}

}  // namespace avx512
#pragma GCC pop_options

#endif

std::vector<HammingKernel> find_kernels() {
    std::vector<HammingKernel> kernels;
#if defined(__x86_64__)
    // These also ask whether the operating system saves the wide registers.
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vpopcntdq") && __builtin_cpu_supports("popcnt")) {
        kernels.push_back({"avx512", avx512::distances, avx512::select});
    }
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt"))
        kernels.push_back({"avx2", avx2::distances, avx2::select});
    if (__builtin_cpu_supports("popcnt")) kernels.push_back({"popcnt", popcnt::distances, portable::select});
#endif
    kernels.push_back({"portable", portable::distances, portable::select});
    return kernels;
}

}  // namespace

std::span<const HammingKernel> hamming_kernels() {
    static const std::vector<HammingKernel> kKernels = find_kernels();
    return kKernels;
}

void pack_code(std::span<const float> values, std::uint64_t* words) {
    for (std::size_t w = 0; w < hash_words(static_cast<int>(values.size())); ++w) words[w] = 0;
    for (std::size_t t = 0; t < values.size(); ++t) {
        if (values[t] >= 0) words[t / 64] |= std::uint64_t{1} << (t % 64);
    }
}

int hamming_distance(const std::uint64_t* a, const std::uint64_t* b, std::size_t words) {
    int distance = 0;
    for (std::size_t w = 0; w < words; ++w) distance += std::popcount(a[w] ^ b[w]);
    return distance;
}

}  // namespace fieldmark
