// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
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
    std::string hash;  ///< SHA-256 (64 hex digits) over everything that can move a vector, see storage.md 7
    std::string name;  ///< "efficientnet-lite0"
    std::string kind;  ///< "efficientnet-lite", "mobilenet-v2", "vit", "head", "ica" or "gdfnet"
    std::string base = {};    ///< hash of the model beneath (kinds "head" and "ica"), or ""
    std::string method = {};  ///< how it was fitted or trained: "whitening", "gapan", "dva"...; "" for none
    int bits = 0;             ///< of its hash code; 0: it has none
    int heads = 0;            ///< of a vision transformer's attention; 0: one for each 64 of its width
    std::string pooling = "global-mean";  ///< "global-mean" of a map; of a vision transformer "class", "mean"
                                          ///< or "both"
    int dimension = 0;                    ///< of the embedding
    int input_width = 0;                  ///< pixels
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
    /// "fp32"; "int16" (mobile networks on a CPU with AVX-512 VNNI); "fp16", "bf16" (CUDA, pooled in fp32);
    /// "auto": fp32, unless measured_options() has put what was measured here in its place.
    std::string precision = "auto";
};

/// What a backbone can show of its inside. Value type.
struct BackboneTraits {
    std::string family;  ///< "cnn" or "vit"; "" for a backbone that shows nothing
    int map_rows = 0;    ///< of the last feature map, or of the grid of patches
    int map_columns = 0;
    int map_channels = 0;
    int layers = 0;            ///< blocks of a transformer, 0 for a CNN
    int heads = 0;             ///< of each block's attention
    int prefix_tokens = 0;     ///< tokens before the patches (class token, registers) in attention and tokens
    bool class_token = false;  ///< the first of them is a class token
};

/// What to keep of a pass. Layers count from 0; a negative one counts from the end, -1 is the last.
struct LookRequest {
    bool map = true;
    std::vector<int> attention_layers = {};
    std::vector<int> token_layers = {};
};

/// What a pass kept, float32 and row-major. tokens = prefix_tokens + map_rows * map_columns.
struct InnerView {
    int count = 0;
    std::vector<float> pooled;  ///< (count, dimension): the embedding before its normalisation
    /// (count, map_rows, map_columns, map_channels): the last map of a CNN, or the patch tokens of a
    /// transformer after its last LayerNorm; empty unless asked for.
    std::vector<float> map;
    /// By the layer as it was asked for: (count, heads, tokens, tokens), softmax(QK'/sqrt(d)), each row sums
    /// to 1.
    std::map<int, std::vector<float>> attention;
    /// By the layer as it was asked for: (count, tokens, map_channels), what leaves that block.
    std::map<int, std::vector<float>> tokens;
};

/// A loaded model that turns model inputs into embeddings. Lives on one thread at a time (the model thread);
/// no torch type appears here, so that nothing outside models pays for its headers.
class Backbone {
  public:
    virtual ~Backbone() = default;
    virtual const ModelInfo& info() const = 0;
    /// How the embedding is computed: "cpu fp32 avx512", "cpu int16 avx512-vnni", "cuda bf16". Recorded, not
    /// in the hash.
    virtual std::string engine() const = 0;

    /// pixels: (count, input_height, input_width, 3) uint8 RGB, contiguous.
    /// Returns (count, dimension) float32 row-major, each row L2-normalised and finite.
    /// Errors: Internal (what Torch said) or TooLarge (out of memory); the object stays usable.
    virtual Result<std::vector<float>> embed(std::span<const std::uint8_t> pixels, int count) = 0;

    /// What look_inside() can give.
    virtual BackboneTraits traits() const { return {}; }

    /// The same pass by plain operators, keeping what was asked for; `pooled` normalised is embed()'s row up
    /// to the engines' rounding. Slower than embed(), and attention takes heads * tokens^2 floats a picture
    /// and layer: look at a few pictures at a time. Errors as embed(); Unsupported where there is no such
    /// layer or nothing to see.
    virtual Result<InnerView> look_inside(std::span<const std::uint8_t> pixels, int count,
                                          const LookRequest& request = {}) {
        static_cast<void>(pixels);
        static_cast<void>(count);
        static_cast<void>(request);
        return Error{ErrorKind::Unsupported,
                     "The model \"" + info().name + "\" does not show what it computes inside."};
    }
};

}  // namespace fieldmark
