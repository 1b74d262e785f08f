// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/models/vit_network.h"

namespace fieldmark {

// A vision transformer in LibTorch's plain operators: differentiable, on any device, able to show its inside.
// The reference for every other engine, and what training runs on. Private to floors that use LibTorch; it
// throws what LibTorch throws. Nothing here keeps state, so concurrent calls are safe.

struct VitTensors {
    struct Norm {
        at::Tensor weight, bias;
    };
    struct Block {
        Norm norm1, norm2;
        at::Tensor qkv_weight, qkv_bias;  ///< (3 width, width), (3 width)
        at::Tensor projection_weight, projection_bias;
        at::Tensor ls1, ls2;  ///< (width) or undefined
        at::Tensor fc1_weight, fc1_bias, fc2_weight, fc2_bias;
    };
    int width = 0;
    int heads = 0;
    int patch = 0;
    int prefix_count = 0;
    bool has_class_token = false;
    bool norm_after_mean = false;
    /// Linear layers of a CPU by oneDNN (differentiable_linear.h), or by LibTorch's own way: the reference.
    bool one_dnn = true;
    int rows = 0;  ///< of the grid of patches
    int columns = 0;
    at::Tensor patch_weight, patch_bias;  ///< (width, 3, patch, patch), (width)
    at::Tensor prefix;                    ///< (1, prefix_count, width), positions added; undefined for none
    at::Tensor positions;                 ///< (1, rows * columns, width)
    Norm norm_before;                     ///< undefined for none
    std::vector<Block> blocks;
    Norm norm;
};

/// Copies the weights, for inputs of height x width pixels (whole patches; the rest of a side is cut off as a
/// strided convolution does). None of the tensors requires a gradient.
VitTensors make_vit_tensors(const VitNetwork& network, int height, int width,
                            const at::TensorOptions& options = at::kFloat,
                            GridResize way = GridResize::Antialiased);

/// The nearest number of pixels to `side` that is made of whole patches, one at least.
int whole_patches(int side, int patch);

/// Makes `vit`, made of the same network, fit inputs of height x width pixels: the grid of patches and its
/// positions; all other tensors stay.
void fit_vit_tensors(VitTensors& vit, const VitNetwork& network, int height, int width,
                     GridResize way = GridResize::Antialiased);

/// Adapters of one block, see IcaNetwork. Undefined tensors: none. With `shared`, query_* serve both.
struct IcaTensors {
    at::Tensor query_down, query_up;  ///< (rank, width), (width, rank)
    at::Tensor key_down, key_up;
    bool shared = false;
    bool present() const { return query_down.defined(); }
};

struct IcaAdapterSet {
    IcaActivation activation = IcaActivation::Gelu;
    std::vector<IcaTensors> blocks;  ///< as many as the transformer has, or none at all
    VitTensors::Norm norm;           ///< instead of the last LayerNorm; undefined: as it was
};

IcaAdapterSet make_ica_tensors(const IcaNetwork& network, int width,
                               const at::TensorOptions& options = at::kFloat);

/// up activation(down x), what an adapter adds to the queries or keys of x (batch, tokens, width).
at::Tensor ica_delta(const at::Tensor& x, const at::Tensor& down, const at::Tensor& up,
                     IcaActivation activation);

/// What a pass keeps beside its result; layers count from 0. Filled in place.
struct VitLook {
    std::vector<int> attention_layers;
    std::vector<int> token_layers;
    std::map<int, at::Tensor> attention;  ///< (batch, heads, tokens, tokens)
    std::map<int, at::Tensor> tokens;     ///< (batch, tokens, width), what leaves the block
};

/// (batch, 3, height, width) normalised pixels -> (batch, tokens, width), what enters the first block.
at::Tensor vit_tokens(const VitTensors& vit, const at::Tensor& pixels);

/// Blocks begin to end - 1. Attention is fused unless `look` keeps that layer's.
at::Tensor vit_blocks(const VitTensors& vit, at::Tensor tokens, int begin, int end,
                      const IcaAdapterSet* adapters = nullptr, VitLook* look = nullptr);

/// Which of the last tokens are the feature.
enum class VitFeature { ClassToken, PatchMean, Both };

/// "class", "mean" or "both" as ModelInfo::pooling says, also in words ("class token", "patch mean", "class
/// token and patch mean"); nothing for another text.
std::optional<VitFeature> vit_feature_from_text(const std::string& text);

/// Width of the feature: twice the tokens' for Both.
int vit_feature_width(const VitNetwork& network, VitFeature feature);

/// The last LayerNorm and the pooling: (batch, tokens, width) -> (batch, feature width), not normalised.
/// `last_tokens` receives the tokens after that LayerNorm (before it where it belongs behind the mean).
at::Tensor vit_pool(const VitTensors& vit, const at::Tensor& tokens, VitFeature feature,
                    const IcaAdapterSet* adapters = nullptr, at::Tensor* last_tokens = nullptr);

/// All of it: normalised pixels -> feature.
at::Tensor vit_forward(const VitTensors& vit, const at::Tensor& pixels, VitFeature feature,
                       const IcaAdapterSet* adapters = nullptr, VitLook* look = nullptr);

}  // namespace fieldmark
