// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

// Includes LibTorch: for source files of training and methods only.
#include <torch/torch.h>

#include "core/models/safetensors_writer.h"
#include "core/models/vit_forward.h"

namespace fieldmark::dva {

struct AdaptationOptions {
    int rank = 16;  ///< of each bottleneck
    IcaActivation activation = IcaActivation::Gelu;
    /// One bottleneck of twice the rank whose output goes to queries and keys alike: as many parameters.
    bool shared = false;
    int last_blocks = 0;      ///< only that many blocks at the end get adapters; 0: all
    bool final_norm = false;  ///< the last LayerNorm learns too
};

/// In-Context Adaptation: a reconstruction of what DVA (arXiv 2506.16273) trains in a frozen vision
/// transformer. In every adapted block, for s in {query, key}, before the split into heads:
///
///     s(x) = W_s x + b_s + U_s activation(D_s x),   D_s (rank, width), U_s (width, rank), no bias
///
/// D is drawn Kaiming-uniform (a = sqrt 5), U is 0, so a fresh one leaves the transformer as it was, bit for
/// bit. Rank 16 in ViT-B/16 is 589,824 parameters, 0.68 % of the whole, the share the paper states.
class InContextAdaptation : public torch::nn::Module {
  public:
    /// `vit` is only looked at. Draws from `seed` alone.
    InContextAdaptation(const VitTensors& vit, const AdaptationOptions& options, std::uint64_t seed);

    /// For vit_forward(): shares the parameters, so gradients reach them.
    IcaAdapterSet adapters() const;

    std::int64_t parameter_count() const;
    /// The first block that has adapters.
    int first_block() const { return m_first; }

    /// As read_ica() wants them.
    FloatTensors tensors() const;

  private:
    struct Pair {
        torch::Tensor down, up;
    };
    Pair make_pair(const std::string& name, int rank, int width, torch::Generator& random);

    AdaptationOptions m_options;
    int m_first = 0;
    int m_depth = 0;
    std::vector<Pair> m_query, m_key;  ///< by block - m_first; without m_key where shared
    torch::Tensor m_norm_weight, m_norm_bias;
};

}  // namespace fieldmark::dva
