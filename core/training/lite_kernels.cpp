// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/training/lite_kernels.h"

#include <algorithm>
#include <cstring>

#include "core/training/lite_lanes.h"

namespace fieldmark::lite {

namespace {

FIELDMARK_INLINE void clamp6(Lanes& value) {
    const Lanes zero = {};
    const Lanes six = zero + 6.0F;
    value = value > zero ? value : zero;
    value = value < six ? value : six;
}

/// value where 0 < output < 6, else 0. Both are finite (a loss that is no number has ended the training),
/// `output` is a relu6's, never outside, and denormals are flushed, as in every training.
FIELDMARK_INLINE void keep_inside(Lanes& value, const Lanes& output) {
    // Selecting by a comparison is what one would write; of that GCC 12 makes sixteen scalars, for it lowers
    // it before it knows which processor a clone is for. Minima stay vectors: `room` is 0 at the corners and
    // large anywhere else, so its minimum with 1 keeps or drops a value exactly.
    const Lanes one = Lanes{} + 1.0F;
    Lanes room = 6.0F - output;
    room = output < room ? output : room;
    room *= 1e38F;
    room = room < one ? room : one;
    value *= room;
}

/// `Columns` neighbouring outputs of all channels: out = sum of taps (+ bias, relu6).
template <int Kernel, int Stride, int Columns>
FIELDMARK_INLINE void forward_columns(const float* input, std::size_t row, std::size_t channels,
                                      const float* weight, const float* bias, float* output) {
    for (std::size_t c = 0; c < channels; c += kLanes) {
        Lanes sums[Columns];
        for (int j = 0; j < Columns; ++j) sums[j] = *reinterpret_cast<const Lanes*>(bias + c);
        for (int ky = 0; ky < Kernel; ++ky) {
            const float* from = input + static_cast<std::size_t>(ky) * row + c;
            const float* taps = weight + static_cast<std::size_t>(ky * Kernel) * channels + c;
#pragma GCC unroll 5
            for (int kx = 0; kx < Kernel; ++kx) {
                const Lanes tap =
                    *reinterpret_cast<const Lanes*>(taps + static_cast<std::size_t>(kx) * channels);
#pragma GCC unroll 4
                for (int j = 0; j < Columns; ++j)
                    sums[j] += tap * *reinterpret_cast<const Lanes*>(
                                         from + static_cast<std::size_t>(j * Stride + kx) * channels);
            }
        }
        for (int j = 0; j < Columns; ++j) {
            clamp6(sums[j]);
            *reinterpret_cast<Lanes*>(output + static_cast<std::size_t>(j) * channels + c) = sums[j];
        }
    }
}

template <int Kernel, int Stride>
FIELDMARK_INLINE void forward(const Depthwise& shape, const float* input, const float* weight,
                              const float* bias, float* output) {
    const auto channels = static_cast<std::size_t>(shape.input.channels);
    const std::size_t row = static_cast<std::size_t>(shape.input.padded_width()) * channels;
    for (int y = 0; y < shape.gradient.height; ++y) {
        const float* from = input + static_cast<std::size_t>(y * Stride) * row;
        float* to = output + static_cast<std::size_t>(y * shape.gradient.width) * channels;
        int x = 0;
        for (; x + 4 <= shape.gradient.width; x += 4)
            forward_columns<Kernel, Stride, 4>(from + static_cast<std::size_t>(x * Stride) * channels, row,
                                               channels, weight, bias,
                                               to + static_cast<std::size_t>(x) * channels);
        for (; x < shape.gradient.width; ++x)
            forward_columns<Kernel, Stride, 1>(from + static_cast<std::size_t>(x * Stride) * channels, row,
                                               channels, weight, bias,
                                               to + static_cast<std::size_t>(x) * channels);
    }
}

/// A row of outputs at a time, sixteen channels at a time, so that the taps' sums stay in registers.
template <int Kernel, int Stride>
FIELDMARK_INLINE void weight_gradient_of(const Depthwise& shape, const float* input, const float* gradient,
                                         float* weight_gradient) {
    const auto channels = static_cast<std::size_t>(shape.input.channels);
    const std::size_t row = static_cast<std::size_t>(shape.input.padded_width()) * channels;
    for (int y = 0; y < shape.gradient.height; ++y) {
        const float* from_row = input + static_cast<std::size_t>(y * Stride) * row;
        const float* gradient_row = gradient + shape.gradient.row(y);
        for (std::size_t c = 0; c < channels; c += kLanes) {
            // Two rows of taps of five would not fit the registers: one row of taps after the other.
            for (int ky = 0; ky < Kernel; ++ky) {
                Lanes sums[Kernel];
                float* taps = weight_gradient + static_cast<std::size_t>(ky * Kernel) * channels + c;
#pragma GCC unroll 5
                for (int kx = 0; kx < Kernel; ++kx)
                    sums[kx] =
                        *reinterpret_cast<const Lanes*>(taps + static_cast<std::size_t>(kx) * channels);
                const float* from = from_row + static_cast<std::size_t>(ky) * row + c;
                const float* g = gradient_row + c;
                for (int x = 0; x < shape.gradient.width; ++x) {
                    const Lanes value = *reinterpret_cast<const Lanes*>(g);
#pragma GCC unroll 5
                    for (int kx = 0; kx < Kernel; ++kx)
                        sums[kx] += value * *reinterpret_cast<const Lanes*>(
                                                from + static_cast<std::size_t>(kx) * channels);
                    from += Stride * channels;
                    g += channels;
                }
#pragma GCC unroll 5
                for (int kx = 0; kx < Kernel; ++kx)
                    *reinterpret_cast<Lanes*>(taps + static_cast<std::size_t>(kx) * channels) = sums[kx];
            }
        }
    }
}

template <int Kernel, int Columns>
FIELDMARK_INLINE void input_gradient_columns(const float* gradient, std::size_t row, std::size_t channels,
                                             const float* weight, const float* output, float* to,
                                             float* bias_gradient) {
    for (std::size_t c = 0; c < channels; c += kLanes) {
        Lanes sums[Columns];
        for (int j = 0; j < Columns; ++j) sums[j] = Lanes{};
        for (int ky = 0; ky < Kernel; ++ky) {
            const float* from = gradient + static_cast<std::size_t>(ky) * row + c;
            // The kernel turned about: the last tap first.
            const float* taps = weight + static_cast<std::size_t>((Kernel - 1 - ky) * Kernel) * channels + c;
#pragma GCC unroll 5
            for (int kx = 0; kx < Kernel; ++kx) {
                const Lanes tap = *reinterpret_cast<const Lanes*>(
                    taps + static_cast<std::size_t>(Kernel - 1 - kx) * channels);
#pragma GCC unroll 4
                for (int j = 0; j < Columns; ++j)
                    sums[j] += tap * *reinterpret_cast<const Lanes*>(from + static_cast<std::size_t>(j + kx) *
                                                                                channels);
            }
        }
        Lanes total = *reinterpret_cast<const Lanes*>(bias_gradient + c);
        for (int j = 0; j < Columns; ++j) {
            const std::size_t at = static_cast<std::size_t>(j) * channels + c;
            keep_inside(sums[j], *reinterpret_cast<const Lanes*>(output + at));
            *reinterpret_cast<Lanes*>(to + at) = sums[j];
            total += sums[j];
        }
        *reinterpret_cast<Lanes*>(bias_gradient + c) = total;
    }
}

template <int Kernel>
FIELDMARK_INLINE void input_gradient_stride1(const Depthwise& shape, const float* gradient,
                                             const float* weight, const float* input, float* input_gradient,
                                             float* bias_gradient) {
    const auto channels = static_cast<std::size_t>(shape.input.channels);
    const std::size_t row = static_cast<std::size_t>(shape.gradient.padded_width()) * channels;
    for (int y = 0; y < shape.input.height; ++y) {
        const float* from = gradient + static_cast<std::size_t>(y) * row;
        const float* output = input + shape.input.row(y);
        float* to = input_gradient + static_cast<std::size_t>(y * shape.input.width) * channels;
        int x = 0;
        for (; x + 4 <= shape.input.width; x += 4) {
            const std::size_t at = static_cast<std::size_t>(x) * channels;
            input_gradient_columns<Kernel, 4>(from + at, row, channels, weight, output + at, to + at,
                                              bias_gradient);
        }
        for (; x < shape.input.width; ++x) {
            const std::size_t at = static_cast<std::size_t>(x) * channels;
            input_gradient_columns<Kernel, 1>(from + at, row, channels, weight, output + at, to + at,
                                              bias_gradient);
        }
    }
}

/// `Pixels` places, every second one of a row, that meet the same `Count` taps of neighbouring gradients.
template <int Count, int Pixels>
FIELDMARK_INLINE void gather_taps(const float* const* from, const float* const* taps, std::size_t channels,
                                  const float* output, float* to, float* bias_gradient) {
    for (std::size_t c = 0; c < channels; c += kLanes) {
        Lanes sums[Pixels];
        for (int j = 0; j < Pixels; ++j) sums[j] = Lanes{};
#pragma GCC unroll 9
        for (int t = 0; t < Count; ++t) {
            const Lanes tap = *reinterpret_cast<const Lanes*>(taps[t] + c);
#pragma GCC unroll 4
            for (int j = 0; j < Pixels; ++j)
                sums[j] += tap * *reinterpret_cast<const Lanes*>(from[t] +
                                                                 static_cast<std::size_t>(j) * channels + c);
        }
        Lanes total = *reinterpret_cast<const Lanes*>(bias_gradient + c);
        for (int j = 0; j < Pixels; ++j) {
            const std::size_t at = static_cast<std::size_t>(2 * j) * channels + c;
            keep_inside(sums[j], *reinterpret_cast<const Lanes*>(output + at));
            *reinterpret_cast<Lanes*>(to + at) = sums[j];
            total += sums[j];
        }
        *reinterpret_cast<Lanes*>(bias_gradient + c) = total;
    }
}

/// A kernel of three meets a place with 1, 2 or 4 taps, one of five with 4, 6 or 9.
template <int Kernel, int Pixels>
FIELDMARK_INLINE void gather(int count, const float* const* from, const float* const* taps,
                             std::size_t channels, const float* output, float* to, float* bias_gradient) {
    constexpr int kFew = (Kernel / 2) * (Kernel / 2);
    constexpr int kSome = (Kernel / 2) * (Kernel / 2 + 1);
    constexpr int kMany = (Kernel / 2 + 1) * (Kernel / 2 + 1);
    if (count == kFew) gather_taps<kFew, Pixels>(from, taps, channels, output, to, bias_gradient);
    if (count == kSome) gather_taps<kSome, Pixels>(from, taps, channels, output, to, bias_gradient);
    if (count == kMany) gather_taps<kMany, Pixels>(from, taps, channels, output, to, bias_gradient);
}

/// Only every second tap of each side meets an input place.
template <int Kernel>
FIELDMARK_INLINE void input_gradient_stride2(const Depthwise& shape, const float* gradient,
                                             const float* weight, const float* input, float* input_gradient,
                                             float* bias_gradient) {
    constexpr int kMost = (Kernel / 2 + 1) * (Kernel / 2 + 1);
    constexpr int kPixels = 4;
    const Frame& frame = shape.gradient;
    const int before = shape.input.before;
    const auto channels = static_cast<std::size_t>(shape.input.channels);
    const std::size_t row = static_cast<std::size_t>(frame.padded_width()) * channels;
    for (int y = 0; y < shape.input.height; ++y) {
        const float* output = input + shape.input.row(y);
        float* to = input_gradient + static_cast<std::size_t>(y * shape.input.width) * channels;
        for (int first = 0; first < 2; ++first) {
            const float* from[kMost];
            const float* taps[kMost];
            int count = 0;
            for (int ky = (y + before) & 1; ky < Kernel; ky += 2) {
                const int oy = (y + before - ky) / 2 + frame.before;
                for (int kx = (first + before) & 1; kx < Kernel; kx += 2) {
                    const int ox = (first + before - kx) / 2 + frame.before;
                    from[count] = gradient + static_cast<std::size_t>(oy) * row +
                                  static_cast<std::size_t>(ox) * channels;
                    taps[count++] = weight + static_cast<std::size_t>(ky * Kernel + kx) * channels;
                }
            }
            int x = first;
            const auto step = [&](int pixels) {
                for (int t = 0; t < count; ++t) from[t] += static_cast<std::size_t>(pixels) * channels;
                x += 2 * pixels;
            };
            for (; x + 2 * (kPixels - 1) < shape.input.width; step(kPixels)) {
                const std::size_t at = static_cast<std::size_t>(x) * channels;
                gather<Kernel, kPixels>(count, from, taps, channels, output + at, to + at, bias_gradient);
            }
            for (; x < shape.input.width; step(1)) {
                const std::size_t at = static_cast<std::size_t>(x) * channels;
                gather<Kernel, 1>(count, from, taps, channels, output + at, to + at, bias_gradient);
            }
        }
    }
}

void clear_frame(const Frame& frame, float* map) {
    const std::size_t row =
        static_cast<std::size_t>(frame.padded_width()) * static_cast<std::size_t>(frame.channels);
    const std::size_t left =
        static_cast<std::size_t>(frame.before) * static_cast<std::size_t>(frame.channels);
    const std::size_t right =
        static_cast<std::size_t>(frame.behind) * static_cast<std::size_t>(frame.channels);
    for (int y = 0; y < frame.padded_height(); ++y) {
        float* at = map + static_cast<std::size_t>(y) * row;
        if (y < frame.before || y >= frame.before + frame.height) {
            std::fill_n(at, row, 0.0F);
        } else {
            std::fill_n(at, left, 0.0F);
            std::fill_n(at + row - right, right, 0.0F);
        }
    }
}

}  // namespace

Depthwise depthwise_of(int height, int width, int channels, int kernel, int stride) {
    Depthwise shape;
    shape.kernel = kernel;
    shape.stride = stride;
    const int out_height = (height + stride - 1) / stride;
    const int out_width = (width + stride - 1) / stride;
    // Height and width may differ in their padding where one of them is odd; one frame covers both.
    const auto total = [&](int size, int out) { return std::max((out - 1) * stride + kernel - size, 0); };
    const int rows = total(height, out_height), columns = total(width, out_width);
    shape.input = {height, width, channels, rows / 2, std::max(rows - rows / 2, columns - columns / 2)};
    shape.gradient = {out_height, out_width, channels, 0, 0};
    const int before = shape.input.before;
    if (stride == 1) {
        shape.gradient.before = kernel - 1 - before;
        shape.gradient.behind = before;
    } else {
        shape.gradient.before = (kernel - 1 - before + 1) / 2;
        shape.gradient.behind = std::max(
            {(height - 1 + before) / 2 - (out_height - 1), (width - 1 + before) / 2 - (out_width - 1), 0});
    }
    return shape;
}

FIELDMARK_CLONES void depthwise_forward(const Depthwise& shape, const float* input, const float* weight,
                                        const float* bias, float* output) {
    if (shape.kernel == 3 && shape.stride == 1) forward<3, 1>(shape, input, weight, bias, output);
    if (shape.kernel == 3 && shape.stride == 2) forward<3, 2>(shape, input, weight, bias, output);
    if (shape.kernel == 5 && shape.stride == 1) forward<5, 1>(shape, input, weight, bias, output);
    if (shape.kernel == 5 && shape.stride == 2) forward<5, 2>(shape, input, weight, bias, output);
}

FIELDMARK_CLONES void depthwise_weight_gradient(const Depthwise& shape, const float* input,
                                                const float* gradient, float* weight_gradient) {
    if (shape.kernel == 3 && shape.stride == 1)
        weight_gradient_of<3, 1>(shape, input, gradient, weight_gradient);
    if (shape.kernel == 3 && shape.stride == 2)
        weight_gradient_of<3, 2>(shape, input, gradient, weight_gradient);
    if (shape.kernel == 5 && shape.stride == 1)
        weight_gradient_of<5, 1>(shape, input, gradient, weight_gradient);
    if (shape.kernel == 5 && shape.stride == 2)
        weight_gradient_of<5, 2>(shape, input, gradient, weight_gradient);
}

FIELDMARK_CLONES void depthwise_input_gradient(const Depthwise& shape, const float* gradient,
                                               const float* weight, const float* input, float* input_gradient,
                                               float* bias_gradient) {
    if (shape.kernel == 3 && shape.stride == 1)
        input_gradient_stride1<3>(shape, gradient, weight, input, input_gradient, bias_gradient);
    if (shape.kernel == 5 && shape.stride == 1)
        input_gradient_stride1<5>(shape, gradient, weight, input, input_gradient, bias_gradient);
    if (shape.kernel == 3 && shape.stride == 2)
        input_gradient_stride2<3>(shape, gradient, weight, input, input_gradient, bias_gradient);
    if (shape.kernel == 5 && shape.stride == 2)
        input_gradient_stride2<5>(shape, gradient, weight, input, input_gradient, bias_gradient);
}

FIELDMARK_CLONES void bias_relu6_into(const Frame& frame, const float* from, const float* bias, float* to) {
    clear_frame(frame, to);
    const auto channels = static_cast<std::size_t>(frame.channels);
    for (int y = 0; y < frame.height; ++y) {
        float* row = to + frame.row(y);
        for (int x = 0; x < frame.width; ++x, from += channels, row += channels)
            for (std::size_t c = 0; c < channels; ++c)
                row[c] = std::min(std::max(from[c] + bias[c], 0.0F), 6.0F);
    }
}

FIELDMARK_CLONES void bias_relu6(float* values, std::size_t rows, std::size_t channels, const float* bias) {
    for (std::size_t r = 0; r < rows; ++r, values += channels)
        for (std::size_t c = 0; c < channels; ++c)
            values[c] = std::min(std::max(values[c] + bias[c], 0.0F), 6.0F);
}

FIELDMARK_CLONES void add_bias(float* values, std::size_t rows, std::size_t channels, const float* bias) {
    for (std::size_t r = 0; r < rows; ++r, values += channels)
        for (std::size_t c = 0; c < channels; ++c) values[c] += bias[c];
}

FIELDMARK_CLONES void add_bias_and(float* values, const float* other, std::size_t rows, std::size_t channels,
                                   const float* bias) {
    for (std::size_t r = 0; r < rows; ++r, values += channels, other += channels)
        for (std::size_t c = 0; c < channels; ++c) values[c] += bias[c] + other[c];
}

FIELDMARK_CLONES void relu6_gradient_into(const Frame& frame, const float* from, const float* output,
                                          float* to, float* bias_gradient) {
    clear_frame(frame, to);
    const auto channels = static_cast<std::size_t>(frame.channels);
    for (int y = 0; y < frame.height; ++y) {
        float* row = to + frame.row(y);
        for (int x = 0; x < frame.width; ++x, from += channels, output += channels, row += channels)
            for (std::size_t c = 0; c < channels; ++c) {
                const float value = output[c] > 0.0F && output[c] < 6.0F ? from[c] : 0.0F;
                row[c] = value;
                bias_gradient[c] += value;
            }
    }
}

FIELDMARK_CLONES void add_column_sums(const float* values, std::size_t rows, std::size_t channels,
                                      float* sums) {
    for (std::size_t r = 0; r < rows; ++r, values += channels)
        for (std::size_t c = 0; c < channels; ++c) sums[c] += values[c];
}

FIELDMARK_CLONES void column_means(const float* values, std::size_t rows, std::size_t channels,
                                   float* means) {
    std::fill_n(means, channels, 0.0F);
    for (std::size_t r = 0; r < rows; ++r, values += channels)
        for (std::size_t c = 0; c < channels; ++c) means[c] += values[c];
    const float share = 1.0F / static_cast<float>(rows);
    for (std::size_t c = 0; c < channels; ++c) means[c] *= share;
}

FIELDMARK_CLONES void mean_relu6_gradient(const float* gradient, const float* output, std::size_t rows,
                                          std::size_t channels, float* to, float* bias_gradient) {
    const float share = 1.0F / static_cast<float>(rows);
    for (std::size_t r = 0; r < rows; ++r, output += channels, to += channels)
        for (std::size_t c = 0; c < channels; ++c) {
            const float value = output[c] > 0.0F && output[c] < 6.0F ? gradient[c] * share : 0.0F;
            to[c] = value;
            bias_gradient[c] += value;
        }
}

void stem_columns(const float* input, int height, int width, float* columns) {
    const int out_height = (height + 1) / 2, out_width = (width + 1) / 2;
    const int top = std::max((out_height - 1) * 2 + 3 - height, 0) / 2;
    const int left = std::max((out_width - 1) * 2 + 3 - width, 0) / 2;
    for (int oy = 0; oy < out_height; ++oy) {
        for (int ox = 0; ox < out_width; ++ox, columns += 27) {
            for (int ky = 0; ky < 3; ++ky) {
                const int y = 2 * oy + ky - top;
                for (int kx = 0; kx < 3; ++kx) {
                    const int x = 2 * ox + kx - left;
                    float* to = columns + (ky * 3 + kx) * 3;
                    if (y < 0 || y >= height || x < 0 || x >= width) {
                        to[0] = to[1] = to[2] = 0;
                    } else {
                        std::memcpy(to,
                                    input + (static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                                             static_cast<std::size_t>(x)) *
                                                3,
                                    3 * sizeof(float));
                    }
                }
            }
        }
    }
}

}  // namespace fieldmark::lite
