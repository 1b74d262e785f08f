// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Private header: it includes LibTorch. Only sources of core/models and core/methods may use it.
#include <torch/torch.h>

#include <cstdint>
#include <string>

#include "core/base/result.h"
#include "core/models/gdfnet_backbone.h"
#include "core/models/safetensors.h"
#include "core/models/safetensors_writer.h"

namespace fieldmark {

/// How positions of a map exchange what they hold.
enum class GraphKind {
    Edge,  ///< EdgeConv (Wang et al. 2019): g_i = max_{j in N(i)} LeakyReLU(BN(W [v_i; v_j - v_i]))
    Gcn,   ///< g_i = ReLU(sum_{j in N(i)} A_ij W v_j), A_ij = softmax_j(cos(v_i, v_j) / temperature)
};

/// What f is added to.
enum class GraphSkip {
    Pooled,  ///< f = W_p q + b_p + BN0(Linear([mean V; max V])): training starts from the backbone's
             ///< embedding
    None,    ///< f = BN(Linear([mean V; max V]))
};

/// A reconstruction of GDF-Net (Signal Processing: Image Communication 110, 2022): its full text was not
/// available. Widths and counts; everything else is in the weights.
struct GdfNetShape {
    std::int64_t channels = 1280;  ///< of the backbone's map
    std::int64_t width = 256;      ///< d, of a node
    std::int64_t layers = 2;
    std::int64_t neighbours = 9;  ///< k, the node itself included
    std::int64_t features = 512;  ///< of f
    std::int64_t bits = 48;
    GraphKind graph = GraphKind::Edge;
    GraphSkip skip = GraphSkip::Pooled;
};

/// (B, N, min(k, N)) int64: for each node the places of the nodes with the smallest squared distance
/// D_ij = |v_i|^2 + |v_j|^2 - 2 v_i v_j, itself always among them. nodes: (B, N, d). No gradient; distances
/// in float32 or better.
torch::Tensor nearest_nodes(const torch::Tensor& nodes, std::int64_t k);

/// (B, N, d): the largest of each channel over a node's neighbours. values: (B, N, d); index: (B, N, k).
/// The gradient goes to the neighbour that was largest.
torch::Tensor neighbour_max(const torch::Tensor& values, const torch::Tensor& index);

/// One layer of the global fine-grained feature aggregation (GFFA):
///   N(i) = the k nearest nodes, found anew;  g_i as GraphKind says;  v_i <- v_i + BN0(W_o g_i)
/// BN0's gamma starts at 0, so that a fresh layer is the identity. With W = [W_a, W_b],
/// W [v_i; v_j - v_i] = (W_a - W_b) v_i + W_b v_j: two products a node and a maximum over neighbours instead
/// of one product an edge. BN is monotonous in each channel, so it and the LeakyReLU go behind the maximum
/// (the minimum where gamma is negative). Its statistics are those of all B N k edges, exactly.
class GraphLayerImpl : public torch::nn::Module {
  public:
    explicit GraphLayerImpl(const GdfNetShape& shape);
    torch::Tensor forward(const torch::Tensor& nodes);  ///< (B, N, d) -> (B, N, d)
    /// g of the paper: what the neighbours tell, before W_o. (B, N, d).
    torch::Tensor gather(const torch::Tensor& nodes);

    static constexpr double kEpsilon = 1e-5;
    static constexpr double kSlope = 0.2;
    static constexpr double kMomentum = 0.1;
    static constexpr double kTemperature = 0.1;  ///< of GraphKind::Gcn

    torch::Tensor weight;                                  ///< W: (d, 2d), or (d, d) for GraphKind::Gcn
    torch::Tensor gamma, beta, running_mean, running_var;  ///< of BN over edges
    torch::nn::Linear output = nullptr;                    ///< W_o
    torch::nn::BatchNorm1d norm = nullptr;                 ///< BN0

  private:
    torch::Tensor edge(const torch::Tensor& nodes, const torch::Tensor& index);
    torch::Tensor convolve(const torch::Tensor& nodes, const torch::Tensor& index);

    GdfNetShape m_shape;
};
TORCH_MODULE(GraphLayer);

/// GFFA and the hash layer of the semantic hash encoding (SHE). The hash layer looks at the L2-normalised f,
/// so that a code is a function of the vector a library stores (our choice; the paper may hash f itself):
///   h = tanh(s (rho W_h f / |f| + b_h)), rho = sqrt(features), rows of W_h orthonormal
class GdfNetImpl : public torch::nn::Module {
  public:
    explicit GdfNetImpl(const GdfNetShape& shape);

    /// map: (B, N, channels) float32, the last map of the backbone by position -> f: (B, features), not
    /// normalised.
    torch::Tensor forward(const torch::Tensor& map);
    /// f, normalised or not -> what tanh takes at s = 1: (B, bits).
    torch::Tensor hash(const torch::Tensor& f);
    /// The L2-normalised mean over the positions: the backbone's own embedding. (B, channels).
    static torch::Tensor pooled(const torch::Tensor& map);

    const GdfNetShape& shape() const { return m_shape; }

    torch::nn::Linear reduce = nullptr;  ///< 1 x 1 convolution, channels -> d
    torch::nn::BatchNorm1d reduce_norm = nullptr;
    torch::nn::ModuleList layers;
    torch::nn::Linear summary = nullptr;  ///< [mean V; max V] -> f
    torch::nn::BatchNorm1d summary_norm = nullptr;
    torch::nn::Linear skip = nullptr;  ///< W_p, b_p; with GraphSkip::Pooled
    torch::Tensor hash_weight;         ///< W_h: (bits, features)
    torch::Tensor hash_bias;           ///< b_h: (bits)

  private:
    GdfNetShape m_shape;
};
TORCH_MODULE(GdfNet);

/// All weights and statistics, as a weights file holds them ("graph.reduce.weight"...).
FloatTensors gdfnet_weights(GdfNetImpl& network);

/// The network of a weights file, ready to run. Damaged names the first tensor that is missing or misshaped.
Result<GdfNet> read_gdfnet(const Safetensors& weights);

}  // namespace fieldmark
