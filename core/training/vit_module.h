// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A LibTorch header: for the sources of core/training and core/methods only.
#include "core/training/trainable_network.h"

namespace fieldmark {

/// A vision transformer whose blocks and last LayerNorm learn; the patch embedding, the class token and the
/// positions stay as they are. Through LibTorch's operators (core/models/vit_forward.h) everywhere. The
/// feature is the one the model's description names, not normalised. Written back with fused queries, keys
/// and values.
class VitModule final : public TrainableNetwork {
  public:
    /// Damaged: as read_vit. Usage: more frozen blocks than there are. Unsupported: an unknown pooling.
    static Result<std::unique_ptr<VitModule>> create(const Safetensors& weights, const ModelInfo& info,
                                                     const TrainableNetworkOptions& options);
    ~VitModule() override;

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
    explicit VitModule(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

}  // namespace fieldmark
