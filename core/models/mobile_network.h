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

enum class PaddingRule : unsigned char {
    Same,       ///< TensorFlow's: as few zeros as give ceil(size / stride), an odd one behind
    Symmetric,  ///< PyTorch's padding = kernel / 2: the same size, but with stride 2 the odd one before
};

/// One convolution with its BatchNorm folded in.
struct ConvLayer {
    int in = 0;   ///< channels
    int out = 0;  ///< channels; equal to `in` where depthwise
    int kernel = 1;
    int stride = 1;
    PaddingRule padding = PaddingRule::Same;
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

/// MobileNetV2 (Sandler et al., CVPR 2018) out of a state dict with torchvision's names (features.0.0,
/// features.N.conv.M...), of any width: with BatchNorm (epsilon 1e-5), or with it folded into weights and
/// biases. The classifier is left unread. Damaged names the first tensor that does not fit.
Result<MobileNetwork> read_mobilenet_v2(const Safetensors& weights);

/// TensorFlow's SAME padding of one side: output size ceil(size / stride); an odd row goes behind.
Padding same_padding(int size, int kernel, int stride);

/// What is read beyond one side of a layer's input; never more behind than is needed.
Padding padding_of(const ConvLayer& layer, int size);

/// Output size of a convolution with either padding.
inline int same_size(int size, int stride) {
    return (size + stride - 1) / stride;
}

}  // namespace fieldmark
