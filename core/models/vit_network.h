// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/result.h"
#include "core/models/safetensors.h"

namespace fieldmark {

// A vision transformer (Dosovitskiy et al., ICLR 2021) as its weights file describes it: plain arrays, no
// LibTorch, so that every engine is built from the same reading. Pre-norm blocks,
//     X' = X + ls1 * MHSA(LN(X)),   X'' = X' + ls2 * MLP(LN(X')),
// LayerNorm with epsilon 1e-6, GELU by the error function. Names are those of the Python library timm.

constexpr double kVitNormEpsilon = 1e-6;

/// y = weight x + bias.
struct VitLinear {
    int in = 0;
    int out = 0;
    std::vector<float> weight;  ///< (out, in) row-major
    std::vector<float> bias;    ///< (out); zeros where the file has none
};

/// LayerNorm's scale and offset; empty where the network has no such layer.
struct VitNorm {
    std::vector<float> weight;
    std::vector<float> bias;
};

struct VitBlock {
    VitNorm norm1;
    VitLinear qkv;  ///< (3 * width, width): all queries, all keys, all values; a head's rows lie together
    VitLinear projection;    ///< (width, width)
    std::vector<float> ls1;  ///< LayerScale of the attention's output; empty: none
    VitNorm norm2;
    VitLinear fc1;  ///< (hidden, width)
    VitLinear fc2;  ///< (width, hidden)
    std::vector<float> ls2;
};

struct VitNetwork {
    int width = 0;
    int heads = 0;  ///< width / heads channels each; the attention's logits are divided by their square root
    int patch = 0;  ///< pixels a side
    VitLinear patch_embedding;  ///< in = 3 * patch * patch, ordered channel, row, column
    bool has_class_token = false;
    /// Tokens before the patches: class token, distillation token, registers. With their positions added, for
    /// they are the same for every picture.
    int prefix_count = 0;
    std::vector<float> prefix;     ///< (prefix_count, width)
    int grid = 0;                  ///< the positions' grid is grid x grid
    std::vector<float> positions;  ///< (grid * grid, width), row-major over the grid
    VitNorm norm_before;           ///< LayerNorm before the first block ("norm_pre"); empty: none
    std::vector<VitBlock> blocks;
    VitNorm norm;  ///< the last one
    bool norm_after_mean =
        false;  ///< `norm` belongs behind the mean of the patches ("fc_norm"), not before it

    int hidden() const { return blocks.empty() ? 0 : blocks.front().fc1.out; }
    /// Weights of everything above, the prefix's and grid's positions counted apart as in the file.
    std::int64_t parameters = 0;
};

/// Reads and checks a whole network. `heads` 0: one for every 64 channels. Everything else follows from the
/// tensors: q, k and v fused ("attn.qkv") or split ("attn.q", "attn.k", "attn.v", also with "_proj"), with or
/// without LayerScale ("ls1.gamma"), class, distillation and register tokens, positions for the prefix or
/// not. Damaged: names the first tensor that is missing, misshaped, not finite or unknown inside the network
/// (a classifier is left unread); Unsupported: a width that `heads` does not divide.
Result<VitNetwork> read_vit(const Safetensors& weights, int heads = 0);

/// How a grid of positions is brought to another size; bicubic, pixel centres at (i + 0.5) * from / to,
/// weights outside the grid dropped or clamped as PyTorch's interpolate(mode="bicubic", align_corners=False)
/// does.
enum class GridResize {
    Antialiased,  ///< antialias=True (a = -0.5), what timm does when it loads a checkpoint: the default here
    Plain,        ///< antialias=False (a = -0.75, edges repeated), what the published DINOv2 code does
};

/// (rows * columns, width): the network's positions for a picture of that many patches.
std::vector<float> resized_positions(const VitNetwork& network, int rows, int columns,
                                     GridResize way = GridResize::Antialiased);

/// The non-linearity between an adapter's two projections.
enum class IcaActivation { Gelu, Relu, Identity };

/// One bottleneck beside a projection: up * activation(down * x).
struct IcaBottleneck {
    std::vector<float> down;  ///< (rank, width)
    std::vector<float> up;    ///< (width, rank)
};

/// Adapters of one block. With `shared`, `query`'s output is added to queries and keys, `key` is empty.
struct IcaBlock {
    bool present = false;  ///< false: this block is as it was
    bool shared = false;
    int rank = 0;
    IcaBottleneck query;
    IcaBottleneck key;
};

/// In-Context Adaptation, a reconstruction of what DVA (arXiv 2506.16273) trains in a frozen transformer: for
/// s in {query, key} and before the split into heads, s(x) = W_s x + b_s + U_s activation(D_s x).
struct IcaNetwork {
    IcaActivation activation = IcaActivation::Gelu;
    std::vector<IcaBlock> blocks;  ///< as many as the transformer has
    VitNorm norm;                  ///< replaces the last LayerNorm where it was trained too; else empty
};

/// Reads "ica.N.query.down" (rank, width), "ica.N.query.up" (width, rank), the same for "key", or
/// "ica.N.shared.down/up"; "ica.activation" (1): 0 GELU, 1 ReLU, 2 identity; optional "ica.norm.weight/bias".
/// Other tensors (proxies) are left unread. Damaged names the tensor that does not fit the network.
Result<IcaNetwork> read_ica(const Safetensors& adapters, const VitNetwork& network);

/// The transformer with its adapters folded in: W_s + U_s D_s. Only for IcaActivation::Identity.
VitNetwork folded(VitNetwork network, const IcaNetwork& adapters);

}  // namespace fieldmark
