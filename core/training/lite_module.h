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

struct LiteModuleOptions {
    /// The first so many blocks keep their weights (the stem counts to the first): their maps are the
    /// largest, so leaving them out of the way back saves most of its time. 0: all learns.
    int frozen_blocks = 0;
    int threads = 0;  ///< 0: as many as there are cores
    bool own_kernels =
        true;  ///< on a CPU: this project's kernels; false: LibTorch's operators, the reference
    torch::Device device = torch::kCPU;
    bool mixed = true;  ///< on a GPU that computes in bfloat16: convolutions do
};

/// EfficientNet-Lite with weights that learn. BatchNorm's running statistics stay as they are and are folded
/// into the convolutions at every step; its affine parameters learn with the convolutions' weights. Padding
/// is TensorFlow's SAME. The embedding is the global mean of the last map, not normalised.
///
/// Going forward and back are two calls, so that a step's loss may be made of the whole batch's embeddings
/// while the network passes through it a few pictures at a time:
///     auto e = module.forward(...);  loss(e).backward();  module.backward(e.grad());
/// One thread at a time; works on `threads` cores. Same weights, input and thread count give the same bits.
/// May throw what LibTorch throws.
class LiteModule {
  public:
    /// Damaged: as read_efficientnet_lite. Usage: more frozen blocks than there are.
    static Result<std::unique_ptr<LiteModule>> create(const Safetensors& weights, const ModelInfo& info,
                                                      const LiteModuleOptions& options);
    ~LiteModule();

    int dimension() const;
    int blocks() const;
    /// "own kernels", "LibTorch", "cuda bf16"...
    std::string engine() const;
    /// What learns: all convolutions' weights as one flat tensor, all affine parameters as another.
    std::vector<torch::Tensor> parameters() const;
    std::int64_t trainable_parameters() const;
    std::int64_t total_parameters() const;

    /// pixels: (count, side, side, 3) uint8 RGB. Returns (count, dimension) float32 on the device. A leaf
    /// that requires a gradient; hand that to backward(), which adds to the parameters' .grad().
    torch::Tensor forward(std::span<const std::uint8_t> pixels, int count, int side);
    void backward(const torch::Tensor& gradient);
    /// The same without a way back; some twice as fast and with little memory.
    torch::Tensor embed(std::span<const std::uint8_t> pixels, int count, int side);

    /// Every tensor under its name in the weights file, learned ones as they are now, on the CPU.
    std::vector<std::pair<std::string, torch::Tensor>> tensors() const;

  private:
    struct Impl;
    explicit LiteModule(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

}  // namespace fieldmark
