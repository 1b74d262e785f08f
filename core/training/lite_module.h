// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A LibTorch header: for the sources of core/training and core/methods only.
#include "core/training/trainable_network.h"

namespace fieldmark {

/// EfficientNet-Lite with weights that learn. BatchNorm's running statistics stay as they are and are folded
/// into the convolutions at every step; its affine parameters learn with the convolutions' weights. Padding
/// is TensorFlow's SAME. The embedding is the global mean of the last map, not normalised.
///
/// On a CPU with kernels of this project (core/training/lite_kernels.h); same weights, input and number of
/// threads give the same bits.
class LiteModule final : public TrainableNetwork {
  public:
    /// Damaged: as read_efficientnet_lite. Usage: more frozen blocks than there are.
    static Result<std::unique_ptr<LiteModule>> create(const Safetensors& weights, const ModelInfo& info,
                                                      const TrainableNetworkOptions& options);
    ~LiteModule() override;

    int dimension() const override;
    int blocks() const override;
    std::string engine() const override;
    std::vector<torch::Tensor> parameters() const override;
    std::int64_t total_parameters() const override;
    torch::Tensor forward(std::span<const std::uint8_t> pixels, int count, int side) override;
    void backward(const torch::Tensor& gradient) override;
    torch::Tensor embed(std::span<const std::uint8_t> pixels, int count, int side) override;
    std::vector<std::pair<std::string, torch::Tensor>> tensors() const override;

  private:
    struct Impl;
    explicit LiteModule(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

}  // namespace fieldmark
