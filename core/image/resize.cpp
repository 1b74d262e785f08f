// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// Antialiased bicubic resampling: Keys' cubic convolution kernel with a = -0.5 (R. Keys, "Cubic convolution
// interpolation for digital image processing", IEEE TASSP 29(6), 1981), its support growing with the
// reduction, so that every source pixel counts. The published features were made with Pillow's
// Image.resize(BICUBIC); the arithmetic here is the same (weights rounded to 22 bits, rows first, an 8-bit
// intermediate picture), so results are equal to the bit.
#include "core/image/resize.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace fieldmark {

namespace {

constexpr int precision_bits = 32 - 8 - 2;
constexpr std::int32_t half = 1 << (precision_bits - 1);

/// For each output position, the run of source positions it is made of and their weights. All runs are
/// equally long (the shorter ones, near the borders, are filled up with zero weights): loops over them then
/// predict well.
struct Taps {
    int count = 0;
    std::vector<int> first;
    std::vector<std::int32_t> weights;

    const std::int32_t* of(int position) const {
        return weights.data() + static_cast<std::size_t>(position) * count;
    }
};

double cubic(double distance) {
    constexpr double a = -0.5;
    const double x = std::abs(distance);
    if (x < 1.0) return ((a + 2.0) * x - (a + 3.0)) * x * x + 1;
    if (x < 2.0) return (((x - 5) * x + 8) * x - 4) * a;
    return 0.0;
}

Taps cubic_taps(int source, int target) {
    const double scale = static_cast<double>(source) / target;
    const double filter_scale = std::max(scale, 1.0);
    const double support = 2.0 * filter_scale;
    const auto first_of = [&](int i) {
        return std::max(0, static_cast<int>((i + 0.5) * scale - support + 0.5));
    };
    const auto end_of = [&](int i) {
        return std::min(source, static_cast<int>((i + 0.5) * scale + support + 0.5));
    };

    Taps taps;
    for (int i = 0; i < target; ++i) taps.count = std::max(taps.count, end_of(i) - first_of(i));
    taps.first.resize(static_cast<std::size_t>(target));
    taps.weights.assign(static_cast<std::size_t>(target) * taps.count, 0);
    std::vector<double> exact(static_cast<std::size_t>(taps.count));
    for (int i = 0; i < target; ++i) {
        const double center = (i + 0.5) * scale;
        const int first = first_of(i);
        const int count = end_of(i) - first;
        double sum = 0;
        for (int k = 0; k < count; ++k) {
            exact[static_cast<std::size_t>(k)] = cubic((k + first - center + 0.5) * (1.0 / filter_scale));
            sum += exact[static_cast<std::size_t>(k)];
        }
        const int start = std::min(first, source - taps.count);
        std::int32_t* weights =
            taps.weights.data() + static_cast<std::size_t>(i) * taps.count + (first - start);
        for (int k = 0; k < count; ++k) {
            const double weight = sum != 0 ? exact[static_cast<std::size_t>(k)] / sum : 0.0;
            const double rounding = weight < 0 ? -0.5 : 0.5;
            weights[k] = static_cast<std::int32_t>(rounding + weight * (1 << precision_bits));
        }
        taps.first[static_cast<std::size_t>(i)] = start;
    }
    return taps;
}

std::uint8_t to_byte(std::int32_t sum) {
    return static_cast<std::uint8_t>(std::clamp(sum >> precision_bits, 0, 255));
}

void rows_plain(const std::uint8_t* source, const Taps& taps, int width, std::uint8_t* output) {
    for (int x = 0; x < width; ++x, output += 3) {
        const std::uint8_t* from =
            source + static_cast<std::ptrdiff_t>(taps.first[static_cast<std::size_t>(x)]) * 3;
        const std::int32_t* weights = taps.of(x);
        const int count = taps.count;
        std::int32_t sum[3] = {half, half, half};
        for (int k = 0; k < count; ++k, from += 3) {
            for (int c = 0; c < 3; ++c) sum[c] += from[c] * weights[k];
        }
        for (int c = 0; c < 3; ++c) output[c] = to_byte(sum[c]);
    }
}

/// One output row of `bytes` bytes from `count` source rows, in blocks that fit the registers.
[[gnu::always_inline]] inline void column_body(const std::uint8_t* source, std::size_t stride,
                                               const std::int32_t* weights, int count, std::size_t bytes,
                                               std::uint8_t* output) {
    constexpr std::size_t block = 64;
    std::size_t at = 0;
    for (; at + block <= bytes; at += block) {
        std::int32_t sums[block];
        for (std::size_t i = 0; i < block; ++i) sums[i] = half;
        const std::uint8_t* from = source + at;
        for (int k = 0; k < count; ++k, from += stride) {
            const std::int32_t weight = weights[k];
            for (std::size_t i = 0; i < block; ++i) sums[i] += from[i] * weight;
        }
        for (std::size_t i = 0; i < block; ++i) {
            output[at + i] = static_cast<std::uint8_t>(std::clamp(sums[i] >> precision_bits, 0, 255));
        }
    }
    for (; at < bytes; ++at) {
        std::int32_t sum = half;
        for (int k = 0; k < count; ++k) sum += source[at + static_cast<std::size_t>(k) * stride] * weights[k];
        output[at] = to_byte(sum);
    }
}

#if defined(__x86_64__)

[[gnu::target("avx2")]] void column_avx2(const std::uint8_t* source, std::size_t stride,
                                         const std::int32_t* weights, int count, std::size_t bytes,
                                         std::uint8_t* output) {
    column_body(source, stride, weights, count, bytes, output);
}

/// The weights of a row filter in two halves of 11 bits, two neighbours in each number, as vpmaddwd takes
/// them: sum(weight * value) = sum(high * value) * 2048 + sum(low * value), without a rounding.
struct PairedTaps {
    static constexpr int low_bits = 11;
    int pairs = 0;
    std::vector<int> first;
    std::vector<std::int32_t> high;
    std::vector<std::int32_t> low;
};

PairedTaps pair_up(const Taps& taps, int source, int target) {
    PairedTaps paired;
    paired.pairs = (taps.count + 1) / 2;
    paired.first = taps.first;
    paired.high.resize(static_cast<std::size_t>(target) * paired.pairs);
    paired.low.resize(paired.high.size());
    for (int i = 0; i < target; ++i) {
        // An odd run gets a zero more, in front of it where it ends with the row.
        int& first = paired.first[static_cast<std::size_t>(i)];
        const int shift = std::max(0, first + 2 * paired.pairs - source);
        first -= shift;
        const auto weight = [&](int k) {
            return k >= shift && k - shift < taps.count ? taps.of(i)[k - shift] : 0;
        };
        const auto packed = [](std::int32_t even, std::int32_t odd) {
            return static_cast<std::int32_t>((static_cast<std::uint32_t>(odd) << 16) |
                                             (static_cast<std::uint32_t>(even) & 0xFFFFU));
        };
        constexpr std::int32_t mask = (1 << PairedTaps::low_bits) - 1;
        for (int k = 0; k < paired.pairs; ++k) {
            const std::size_t at = static_cast<std::size_t>(i) * paired.pairs + static_cast<std::size_t>(k);
            const std::int32_t even = weight(2 * k);
            const std::int32_t odd = weight(2 * k + 1);
            paired.high[at] = packed(even >> PairedTaps::low_bits, odd >> PairedTaps::low_bits);
            paired.low[at] = packed(even & mask, odd & mask);
        }
    }
    return paired;
}

/// Two rows at once, two pixels of each a step; a half of the register holds a row's sums of red, green and
/// blue. Reads up to 10 bytes past the pixels it needs: neither row may be the last of its picture, and a row
/// must have 4 pixels.
[[gnu::target("avx2")]] void two_rows_avx2(const std::uint8_t* upper, const std::uint8_t* lower,
                                           const PairedTaps& taps, int width, std::uint8_t* output,
                                           std::size_t output_stride) {
    const __m256i spread =
        _mm256_broadcastsi128_si256(_mm_setr_epi8(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1));
    const std::int32_t* high_weights = taps.high.data();
    const std::int32_t* low_weights = taps.low.data();
    for (int x = 0; x < width; ++x) {
        const std::ptrdiff_t offset =
            static_cast<std::ptrdiff_t>(taps.first[static_cast<std::size_t>(x)]) * 3;
        const std::uint8_t* a = upper + offset;
        const std::uint8_t* b = lower + offset;
        __m256i high = _mm256_setzero_si256();
        __m256i low = _mm256_set1_epi32(half);
        for (int k = 0; k < taps.pairs; ++k, a += 6, b += 6) {
            const __m128i first = _mm_loadu_si128(reinterpret_cast<const __m128i*>(a));
            const __m128i second = _mm_loadu_si128(reinterpret_cast<const __m128i*>(b));
            const __m256i values = _mm256_shuffle_epi8(_mm256_set_m128i(second, first), spread);
            high = _mm256_add_epi32(high, _mm256_madd_epi16(values, _mm256_set1_epi32(*high_weights++)));
            low = _mm256_add_epi32(low, _mm256_madd_epi16(values, _mm256_set1_epi32(*low_weights++)));
        }
        __m256i sum = _mm256_add_epi32(_mm256_slli_epi32(high, PairedTaps::low_bits), low);
        sum = _mm256_srai_epi32(sum, precision_bits);
        sum = _mm256_packs_epi32(sum, sum);  // to 16 and then 8 bits, clamped, in each half of the register
        const __m256i bytes = _mm256_packus_epi16(sum, sum);
        const std::int32_t first = _mm_cvtsi128_si32(_mm256_castsi256_si128(bytes));
        const std::int32_t second = _mm_cvtsi128_si32(_mm256_extracti128_si256(bytes, 1));
        // The fourth byte is overwritten by the next pixel, except at the end of the row.
        const std::size_t size = x + 1 < width ? 4 : 3;
        std::memcpy(output + x * 3, &first, size);
        std::memcpy(output + output_stride + x * 3, &second, size);
    }
}

bool has_avx2() {
    static const bool has = __builtin_cpu_supports("avx2") != 0;
    return has;
}

#endif

void column(const std::uint8_t* source, std::size_t stride, const std::int32_t* weights, int count,
            std::size_t bytes, std::uint8_t* output) {
#if defined(__x86_64__)
    if (has_avx2()) return column_avx2(source, stride, weights, count, bytes, output);
#endif
    column_body(source, stride, weights, count, bytes, output);
}

/// All rows of `image` to `width` pixels.
void resize_rows(const Image& image, int width, std::uint8_t* output) {
    const Taps taps = cubic_taps(image.width, width);
    const std::size_t stride = static_cast<std::size_t>(width) * 3;
    int y = 0;
#if defined(__x86_64__)
    if (has_avx2() && image.width >= taps.count + 1 && image.width >= 4) {
        const PairedTaps paired = pair_up(taps, image.width, width);
        for (; y + 2 < image.height; y += 2) {
            two_rows_avx2(image.row(y), image.row(y + 1), paired, width,
                          output + static_cast<std::size_t>(y) * stride, stride);
        }
    }
#endif
    for (; y < image.height; ++y) {
        rows_plain(image.row(y), taps, width, output + static_cast<std::size_t>(y) * stride);
    }
}

}  // namespace

void resize_to(const Image& image, int width, int height, std::span<std::uint8_t> output) {
    const std::size_t stride = static_cast<std::size_t>(std::max(width, 0)) * 3;
    if (image.empty() || width <= 0 || height <= 0 ||
        output.size() < stride * static_cast<std::size_t>(height))
        return;
    if (image.height == height) {
        if (image.width == width) {
            std::memcpy(output.data(), image.pixels.data(), image.pixels.size());
        } else {
            resize_rows(image, width, output.data());
        }
        return;
    }
    constexpr std::size_t most_scratch = std::size_t{64} << 20;
    if (image.width != width && stride * static_cast<std::size_t>(image.height) > most_scratch) {
        // A strip of up to a million rows: widened first, they could take hundreds of times its memory.
        resize_to(resize(image, image.width, height), width, height, output);
        return;
    }
    thread_local std::vector<std::uint8_t> scratch;
    const std::uint8_t* narrowed = image.pixels.data();
    if (image.width != width) {
        scratch.resize(stride * static_cast<std::size_t>(image.height));
        resize_rows(image, width, scratch.data());
        narrowed = scratch.data();
    }
    const Taps taps = cubic_taps(image.height, height);
    for (int y = 0; y < height; ++y) {
        const auto first = static_cast<std::size_t>(taps.first[static_cast<std::size_t>(y)]);
        column(narrowed + first * stride, stride, taps.of(y), taps.count, stride,
               output.data() + static_cast<std::size_t>(y) * stride);
    }
    constexpr std::size_t keep = std::size_t{16} << 20;
    if (scratch.capacity() > keep) std::vector<std::uint8_t>().swap(scratch);
}

Image resize(const Image& image, int width, int height) {
    Image resized;
    if (image.empty() || width <= 0 || height <= 0) return resized;
    resized.width = width;
    resized.height = height;
    resized.pixels.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
    resize_to(image, width, height, resized.pixels);
    return resized;
}

Image crop_image(const Image& image, const Crop& crop) {
    if (image.empty() || crop.whole()) return image;
    constexpr std::int64_t whole = 10000;
    // Outward to whole pixels, and never less than one.
    const auto range = [](std::int64_t length, std::int64_t start, std::int64_t extent) {
        const std::int64_t first = std::clamp<std::int64_t>(start * length / whole, 0, length - 1);
        const std::int64_t end = (start + extent) * length + whole - 1;
        return std::pair{static_cast<int>(first),
                         static_cast<int>(std::clamp(end / whole, first + 1, length))};
    };
    const auto [left, right] = range(image.width, crop.x, crop.width);
    const auto [top, bottom] = range(image.height, crop.y, crop.height);
    Image part;
    part.width = right - left;
    part.height = bottom - top;
    const std::size_t row_bytes = static_cast<std::size_t>(part.width) * 3;
    part.pixels.resize(row_bytes * static_cast<std::size_t>(part.height));
    for (int y = 0; y < part.height; ++y) {
        std::memcpy(part.row(y), image.row(top + y) + static_cast<std::ptrdiff_t>(left) * 3, row_bytes);
    }
    return part;
}

}  // namespace fieldmark
