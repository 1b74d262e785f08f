// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A LibTorch header: for the sources of core/training and core/methods only.
#include <torch/torch.h>

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/models/backbone.h"
#include "core/models/safetensors.h"

namespace fieldmark {

struct TrainableNetworkOptions {
    /// The first so many blocks keep their weights. A convolutional network's stem counts to the first, and
    /// its first maps are the largest: leaving them out of the way back saves most of its time. A
    /// transformer's patch embedding and positions always keep theirs. 0: all blocks learn.
    int frozen_blocks = 0;
    int threads = 0;          ///< 0: as many as there are cores
    bool own_kernels = true;  ///< on a CPU, where there are some; false: LibTorch's operators, the reference
    /// Matrix products on a CPU. Of own kernels: this project's where they pay, always, or LibTorch's BLAS;
    /// of a transformer: oneDNN's, or LibTorch's BLAS.
    enum class Products { Best, Own, Blas } products = Products::Best;
    torch::Device device = torch::kCPU;
    bool mixed = true;  ///< on a GPU: convolutions and matrix products in bfloat16
};

/// A network whose weights learn: pictures in, embeddings (not normalised) out. Going forward and back are
/// two calls, so that a step's loss may be made of the whole batch's embeddings while the network passes
/// through it a few pictures at a time:
///     auto e = network.forward(...);  loss(e).backward();  network.backward(e.grad());
/// One thread at a time; works on `threads` cores. May throw what LibTorch throws.
class TrainableNetwork {
  public:
    virtual ~TrainableNetwork() = default;

    virtual int dimension() const = 0;
    virtual int blocks() const = 0;
    /// "cpu fp32 own kernels", "cpu fp32 oneDNN", "cpu fp32 LibTorch", "cuda bf16"...
    virtual std::string engine() const = 0;
    /// What learns, as two flat tensors: weights that may decay, and all else (norms, biases).
    virtual std::vector<torch::Tensor> parameters() const = 0;
    virtual std::int64_t total_parameters() const = 0;
    /// The size of an input nearest to `side` that nothing is cut off from: whole patches of a transformer.
    virtual int fitting_side(int side) const { return side; }
    std::int64_t trainable_parameters() const;
    /// Gradients are kept and added to; this sets them to zero in place.
    void zero_gradients();

    /// pixels: (count, side, side, 3) uint8 RGB. Returns (count, dimension) float32 on the device, a leaf
    /// that requires a gradient; hand that to backward(), which adds to the parameters' .grad().
    virtual torch::Tensor forward(std::span<const std::uint8_t> pixels, int count, int side) = 0;
    virtual void backward(const torch::Tensor& gradient) = 0;
    /// The same without a way back, faster and with little memory.
    virtual torch::Tensor embed(std::span<const std::uint8_t> pixels, int count, int side) = 0;

    /// Every tensor under its name in the weights file, learned ones as they are now, on the CPU.
    virtual std::vector<std::pair<std::string, torch::Tensor>> tensors() const = 0;
};

/// Whether a model of this kind can learn as a whole.
bool can_learn_as_a_whole(const ModelInfo& info);

/// By info.kind: "efficientnet-lite" or "vit". Usage for another kind, or more frozen blocks than there are;
/// Damaged and Unsupported as the networks' makers say.
Result<std::unique_ptr<TrainableNetwork>> make_trainable_network(const Safetensors& weights,
                                                                 const ModelInfo& info,
                                                                 const TrainableNetworkOptions& options);

/// One flat parameter and the tensors that are its parts. Optimiser, clipping and checkpoints see the flat
/// one, a graph the parts; their gradients share memory.
class FlatParameter {
  public:
    FlatParameter() = default;
    FlatParameter(const std::vector<torch::Tensor>& parts, torch::Device device);

    const torch::Tensor& flat() const { return m_flat; }
    /// Leaves that require a gradient, in the order given.
    const std::vector<torch::Tensor>& parts() const { return m_parts; }
    /// Before a graph is made: whoever took the gradient away (an optimiser may) gets a new one.
    void link();

  private:
    torch::Tensor m_flat;
    std::vector<torch::Tensor> m_parts;
};

/// Between construction and destruction, convolutions and products on a GPU run in bfloat16.
class MixedPrecision {
  public:
    explicit MixedPrecision(bool on);
    ~MixedPrecision();
    MixedPrecision(const MixedPrecision&) = delete;
    MixedPrecision& operator=(const MixedPrecision&) = delete;

  private:
    bool m_on;
};

}  // namespace fieldmark
