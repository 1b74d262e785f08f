// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/models/transformer_kernels.h"
#include "core/models/vit_network.h"

namespace fieldmark {

/// A VitNetwork on the CPU with our own kernels: fp32, packed weights, every product's bias, GELU and
/// residual within it, attention a head and a block of queries at a time in the cache. Scale and offset of
/// the LayerNorms before a product, the logits' factor and LayerScale are folded into the weights. With the
/// class token as feature the last block is computed for that token alone.
///
/// A batch goes one thread a picture; what is left over, and a single picture, is shared by all threads, each
/// with its own run of tokens, which meet once a block. One caller at a time.
class TransformerEngine {
  public:
    enum class Feature {
        ClassToken,     ///< after the last LayerNorm
        MeanOfPatches,  ///< of the patch tokens after the last LayerNorm, or that norm of their mean
                        ///< ("fc_norm")
        Both,           ///< class token, then mean; each of `width` values, neither normalised
    };
    struct Input {
        int width = 0;  ///< pixels; a multiple of the patch
        int height = 0;
        float mean[3] = {0, 0, 0};  ///< in 0..255
        float scale[3] = {1, 1, 1};
        Feature feature = Feature::ClassToken;
        GridResize resize = GridResize::Antialiased;  ///< of the positions
    };

    /// Null where the processor has neither AVX-512 nor AVX2 with FMA, or the shapes are none for these
    /// kernels (a head's channels no multiple of a register's floats, a picture no multiple of the patch, a
    /// feature the network does not have). `adapters` are computed as they are, whatever their activation.
    /// `kernels` is for tests. The network may go afterwards.
    static std::unique_ptr<TransformerEngine> create(const VitNetwork& network, const Input& input,
                                                     const IcaNetwork* adapters = nullptr,
                                                     const TransformerKernels* kernels = nullptr);
    ~TransformerEngine();

    static const TransformerKernels* best_kernels();
    const char* instruction_set() const;
    int dimension() const;  ///< of a feature

    /// pixels: (count, height, width, 3) RGB; features: (count, dimension), not normalised. Throws
    /// std::bad_alloc.
    void run(const std::uint8_t* pixels, int count, float* features, int threads);

  private:
    struct Plan;
    struct Workspace;
    class Worker;
    explicit TransformerEngine(std::unique_ptr<Plan> plan);

    std::unique_ptr<Plan> m_plan;
    std::vector<std::unique_ptr<Workspace>> m_workspaces;  ///< one for each thread that ever ran
};

}  // namespace fieldmark
