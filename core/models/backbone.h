// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace fieldmark {

/// How a whole picture becomes a backbone's input.
enum class ResizeMode {
    Squash,      ///< resized to input_width x input_height, aspect not kept: the whole object stays in view
    CenterCrop,  ///< short side to input / crop_ratio, then the centre
};

/// What a manifest and its weights say about a model. Value type.
struct ModelInfo {
    std::string hash;   ///< SHA-256 (64 hex digits) over everything that can move a vector, see storage.md 7
    std::string name;   ///< "efficientnet-lite0"
    std::string kind;   ///< "efficientnet-lite"
    int dimension = 0;  ///< of the embedding
    int input_width = 0;  ///< pixels
    int input_height = 0;
    ResizeMode resize = ResizeMode::Squash;
    float mean[3] = {0, 0, 0};   ///< in 0..255, R G B
    float scale[3] = {1, 1, 1};  ///< input = (pixel - mean) * scale
    std::string feature;         ///< "global mean", in words
    std::string licence;
    std::string source;  ///< where the weights came from, in words
    std::string path;    ///< folder that holds the manifest and the weights
};

struct BackboneOptions {
    int threads = 0;    ///< intra-op threads; 0: as many as there are cores
    bool fused = true;  ///< false: LibTorch's plain operators, the reference path
    bool own_kernels =
        true;  ///< where fused: our AVX kernels if the processor has them, else oneDNN's operators
    std::string device = "auto";  ///< "auto", "cpu", "cuda"
};

/// A loaded model that turns model inputs into embeddings. Lives on one thread at a time (the model thread);
/// no torch type appears here, so that nothing outside models pays for its headers.
class Backbone {
  public:
    virtual ~Backbone() = default;
    virtual const ModelInfo& info() const = 0;
    /// How the embedding is computed: "cpu fp32 fused", "cpu fp32 eager", "cuda fp32". Recorded, not in the
    /// hash.
    virtual std::string engine() const = 0;

    /// pixels: (count, input_height, input_width, 3) uint8 RGB, contiguous.
    /// Returns (count, dimension) float32 row-major, each row L2-normalised and finite.
    /// Errors: Internal (what Torch said) or TooLarge (out of memory); the object stays usable.
    virtual Result<std::vector<float>> embed(std::span<const std::uint8_t> pixels, int count) = 0;
};

}  // namespace fieldmark
