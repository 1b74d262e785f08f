// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

// Includes LibTorch: for source files of training and methods only.
#include <torch/torch.h>

namespace fieldmark::gapan {

struct FlowOptions {
    std::int64_t dimension = 384;  ///< D
    std::int64_t blocks = 6;       ///< K
    std::int64_t hidden = 512;     ///< H
    std::uint64_t seed = 1;        ///< of the permutations and of the first layers
};

/// kappa 0.636 atan(a / kappa), kappa = 1.9: about a near 0, never beyond +-1.9 (0.636 is 2 / pi).
torch::Tensor soft_clamp(const torch::Tensor& a);

/// The normalizing flow f: R^D -> R^D: K blocks of a fixed permutation and a two-sided affine coupling. With
/// x = [x1; x2] split at floor(D / 2):
///     (a2, t2) = N2(x2);  y1 = x1 exp(c(a2)) + t2
///     (a1, t1) = N1(y1);  y2 = x2 exp(c(a1)) + t1         log|J| += sum c(a2) + sum c(a1)
/// N: Linear-ReLU-Linear, the last layer zero at the start, so that a fresh flow only permutes and its log|J|
/// is 0. Reconstruction: GAPan (arXiv 2605.09859) does not say which flow it uses; couplings as in RealNVP
/// (Dinh et al. 2017) and GLOW, the clamp as in HGAD.
class FlowImpl : public torch::nn::Module {
  public:
    explicit FlowImpl(const FlowOptions& options);

    struct Image {
        torch::Tensor z;             ///< (B, D)
        torch::Tensor log_jacobian;  ///< (B) log|det df/dv|
    };
    Image forward(const torch::Tensor& v);          ///< (B, D)
    torch::Tensor inverse(const torch::Tensor& z);  ///< (B, D)

    const FlowOptions& options() const { return m_options; }

  private:
    struct Block {
        torch::nn::Sequential n1{nullptr};
        torch::nn::Sequential n2{nullptr};
        torch::Tensor permutation;  ///< (D) int64: x = v[permutation]
    };
    FlowOptions m_options;
    std::vector<Block> m_blocks;
};
TORCH_MODULE(Flow);

/// One coupling by itself, for tests: the nets are given as functions of (x) -> (a, t).
using CouplingNet = std::function<std::pair<torch::Tensor, torch::Tensor>(const torch::Tensor&)>;
FlowImpl::Image couple(const torch::Tensor& x, std::int64_t split, const CouplingNet& n1,
                       const CouplingNet& n2);
torch::Tensor uncouple(const torch::Tensor& y, std::int64_t split, const CouplingNet& n1,
                       const CouplingNet& n2);

}  // namespace fieldmark::gapan
