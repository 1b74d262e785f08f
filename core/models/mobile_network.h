// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/base/result.h"
#include "core/models/safetensors.h"

namespace fieldmark {

/// Rows (or columns) of zeros before and behind a picture's side.
struct Padding {
    int before = 0;
    int behind = 0;
};

/// One convolution with its BatchNorm folded in. Padding is TensorFlow's SAME (see same_padding).
struct ConvLayer {
    int in = 0;   ///< channels
    int out = 0;  ///< channels; equal to `in` where depthwise
    int kernel = 1;
    int stride = 1;
    bool depthwise = false;
    bool relu6 = false;
    bool begins_residual = false;  ///< this layer's input is added to the output of the next layer that...
    bool ends_residual = false;    ///< ...has this set
    std::vector<float> weight;     ///< (out, depthwise ? 1 : in, kernel, kernel), row-major
    std::vector<float> bias;       ///< (out)
};

/// A plain chain of convolutions with residual additions, followed by a global mean.
struct MobileNetwork {
    std::vector<ConvLayer> layers;
    int dimension = 0;  ///< of the last layer's output
};

/// EfficientNet-Lite0 to 4 out of a state dict with the names of the PyTorch port (_conv_stem, _bn0,
/// _blocks.N...): depth and width are read from the tensors, stage strides and kernels are the family's.
/// BatchNorm (epsilon 1e-3) is folded in double precision. Damaged names the first tensor that does not fit.
/// https://blog.tensorflow.org/2020/03/higher-accuracy-on-vision-models-with-efficientnet-lite.html
Result<MobileNetwork> read_efficientnet_lite(const Safetensors& weights);

/// TensorFlow's SAME padding of one side: output size ceil(size / stride); an odd row goes behind.
Padding same_padding(int size, int kernel, int stride);

/// Output size of a convolution with SAME padding.
inline int same_size(int size, int stride) {
    return (size + stride - 1) / stride;
}

}  // namespace fieldmark
