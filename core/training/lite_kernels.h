// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace fieldmark::lite {

// What training an EfficientNet-Lite on a CPU needs beside matrix products: depthwise convolutions and their
// two gradients, and the passes over maps between them. Maps are channels-last, (rows, columns, channels)
// float32, one picture at a time; channels are a multiple of 16 where a depthwise convolution is concerned. A
// map that a depthwise kernel reads has its zeros around it in memory, so that no kernel checks a border.
// Plain C++, no allocation, any thread.

/// A map with zeros around it: `before` rows and columns in front, `behind` after.
struct Frame {
    int height = 0;  ///< without the zeros
    int width = 0;
    int channels = 0;
    int before = 0;
    int behind = 0;

    int padded_height() const { return before + height + behind; }
    int padded_width() const { return before + width + behind; }
    std::size_t floats() const {
        return static_cast<std::size_t>(padded_height()) * static_cast<std::size_t>(padded_width()) *
               static_cast<std::size_t>(channels);
    }
    /// Of the first value of row y.
    std::size_t row(int y) const {
        return (static_cast<std::size_t>(before + y) * static_cast<std::size_t>(padded_width()) +
                static_cast<std::size_t>(before)) *
               static_cast<std::size_t>(channels);
    }
};

/// A depthwise convolution: kernel x kernel taps a channel, weight (kernel, kernel, channels).
struct Depthwise {
    int kernel = 3;
    int stride = 1;
    Frame input;     ///< `before` as SAME padding says, `behind` enough for the last output
    Frame gradient;  ///< of the output: framed so that the gradient of the input can be gathered
};

/// The frames of a depthwise convolution over a map of that size, with TensorFlow's SAME padding.
Depthwise depthwise_of(int height, int width, int channels, int kernel, int stride);

/// output (gradient.height, gradient.width, channels), no zeros around: relu6(input * weight + bias).
void depthwise_forward(const Depthwise& shape, const float* input, const float* weight, const float* bias,
                       float* output);

/// weight_gradient += gradient correlated with input. Both framed.
void depthwise_weight_gradient(const Depthwise& shape, const float* input, const float* gradient,
                               float* weight_gradient);

/// input_gradient (input.height, input.width, channels), no zeros around: what the framed `gradient` of the
/// output means for the input, zero where the input (which is a relu6's output) is not between 0 and 6;
/// bias_gradient (channels) += its sums: the gradient of what made that input.
void depthwise_input_gradient(const Depthwise& shape, const float* gradient, const float* weight,
                              const float* input, float* input_gradient, float* bias_gradient);

/// to = relu6(from + bias), `from` (rows of the frame, tight), `to` framed; the zeros are written too.
void bias_relu6_into(const Frame& frame, const float* from, const float* bias, float* to);
/// In place, (rows, channels) tight.
void bias_relu6(float* values, std::size_t rows, std::size_t channels, const float* bias);
void add_bias(float* values, std::size_t rows, std::size_t channels, const float* bias);
/// values += bias + other.
void add_bias_and(float* values, const float* other, std::size_t rows, std::size_t channels,
                  const float* bias);

/// to = from where `output` (a relu6's, tight) is between 0 and 6, else 0; to framed with its zeros written;
/// bias_gradient (channels) += sums.
void relu6_gradient_into(const Frame& frame, const float* from, const float* output, float* to,
                         float* bias_gradient);
/// sums (channels) += column sums of (rows, channels).
void add_column_sums(const float* values, std::size_t rows, std::size_t channels, float* sums);
/// means (channels) = column means.
void column_means(const float* values, std::size_t rows, std::size_t channels, float* means);
/// to[r, c] = gradient[c] / rows where output[r, c] is between 0 and 6; bias_gradient += sums.
void mean_relu6_gradient(const float* gradient, const float* output, std::size_t rows, std::size_t channels,
                         float* to, float* bias_gradient);

/// Columns of a 3 x 3 convolution of stride 2 over an RGB picture with SAME padding: (outputs, 27), tap by
/// tap. input: (height, width, 3).
void stem_columns(const float* input, int height, int width, float* columns);

}  // namespace fieldmark::lite
