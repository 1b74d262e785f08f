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

/// Two rows at once, one pixel of each a step: lanes 0..2 hold the first row's colour, 4..6 the second's.
/// Reads one byte past the pixel it needs, so neither row may be the very last of its picture.
[[gnu::target("avx2")]] void two_rows_avx2(const std::uint8_t* upper, const std::uint8_t* lower,
                                           const Taps& taps, int width, std::uint8_t* output,
                                           std::size_t output_stride) {
    for (int x = 0; x < width; ++x) {
        const std::ptrdiff_t offset =
            static_cast<std::ptrdiff_t>(taps.first[static_cast<std::size_t>(x)]) * 3;
        const std::int32_t* weights = taps.of(x);
        const int count = taps.count;
        __m256i sum = _mm256_set1_epi32(half);
        for (int k = 0; k < count; ++k) {
            std::int32_t a;
            std::int32_t b;
            std::memcpy(&a, upper + offset + k * 3, 4);
            std::memcpy(&b, lower + offset + k * 3, 4);
            const __m128i pair = _mm_insert_epi32(_mm_cvtsi32_si128(a), b, 1);
            sum = _mm256_add_epi32(
                sum, _mm256_mullo_epi32(_mm256_cvtepu8_epi32(pair), _mm256_set1_epi32(weights[k])));
        }
        sum = _mm256_srai_epi32(sum, precision_bits);
        sum = _mm256_packs_epi32(sum, sum);  // to 16 and then 8 bits, clamped, in each half of the register
        const __m256i bytes = _mm256_packus_epi16(sum, sum);
        const std::int32_t first = _mm_cvtsi128_si32(_mm256_castsi256_si128(bytes));
        const std::int32_t second = _mm_cvtsi128_si32(_mm256_extracti128_si256(bytes, 1));
        std::memcpy(output + x * 3, &first, 3);
        std::memcpy(output + output_stride + x * 3, &second, 3);
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
    if (has_avx2()) {
        for (; y + 2 < image.height; y += 2) {
            two_rows_avx2(image.row(y), image.row(y + 1), taps, width,
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

Image fit_within(const Image& image, int side) {
    const int longer = std::max(image.width, image.height);
    if (image.empty() || side <= 0 || longer <= side) return image;
    const auto scaled = [&](int length) {
        return std::max(1, static_cast<int>(std::lround(static_cast<double>(length) * side / longer)));
    };
    return resize(image, scaled(image.width), scaled(image.height));
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
