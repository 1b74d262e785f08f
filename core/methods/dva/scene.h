// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Private header: it includes LibTorch. Only sources of core/methods may use it.
#include <torch/torch.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "core/base/result.h"
#include "core/methods/dva/views.h"
#include "core/models/vit_forward.h"
#include "core/training/augmentation.h"
#include "core/training/image_cache.h"
#include "core/training/training_data.h"

namespace fieldmark::dva {

/// What is to be shown of a picture, and how it is changed.
struct Shown {
    std::int64_t row = 0;
    enum Kind { Whole, Object, Background } kind = Whole;
    AugmentationDraw draw = {};
};

/// The frozen transformer and the pictures it sees; nothing here changes while learning. Pictures are known
/// by their row in the training data. Throws c10::Error.
class Scene {
  public:
    /// embed_side: pixels a side of the pictures that embed() shows adapters, brought to whole patches.
    /// Usage: a base that is no square vision transformer without adapters, data without packed pictures, or
    /// with other ones. Damaged, Io as the files say.
    static Result<Scene> open(const TrainingData& data, int embed_side);

    const VitTensors& vit() const { return m_vit; }
    std::int64_t parameters() const { return m_parameters; }  ///< of the frozen transformer
    int input_side() const { return m_info.input_width; }     ///< while learning
    int embed_side() const { return m_embed_side; }
    torch::Device device() const { return m_device; }
    std::int64_t dimension() const;  ///< of its embedding
    const Views& views(std::int64_t row) const { return m_views[static_cast<std::size_t>(row)]; }

    /// How many of the pictures that make_views() looked at have views.
    struct ViewCount {
        std::size_t object = 0;
        std::size_t background = 0;
    };
    /// Object and background views of `rows` from their stored boxes; with attend, a picture without a box
    /// gets one from where the frozen class token looks. Before it no picture has views. stop(): looked at
    /// between batches of that.
    ViewCount make_views(const std::vector<std::int64_t>& rows, bool attend,
                         const std::function<bool()>& stop);

    /// (count, 3, output, output) on the device, by the augmentation's output.
    torch::Tensor input(const std::vector<Shown>& shown, const Augmentation& augmentation) const;

    /// What the transformer makes of an input() of input_side(), with gradients to the adapters: (count, D),
    /// not normalised.
    torch::Tensor forward(const torch::Tensor& input, const IcaAdapterSet* adapters) const;

    /// (rows, D) of the plain pictures, on the CPU, no gradient, at embed_side(). adapters: null for the
    /// frozen transformer as it is used, at input_side(). Undefined where stop() said so.
    torch::Tensor embed(const std::vector<std::int64_t>& rows, const IcaAdapterSet* adapters,
                        const std::function<bool()>& stop = {}) const;

  private:
    int place(std::int64_t row) const {
        return static_cast<int>(m_places.empty() ? row : m_places[static_cast<std::size_t>(row)]);
    }
    void draw(const Shown& shown, const Augmentation& augmentation, std::span<std::uint8_t> pixels) const;
    /// Fills those of `boxes` (by row) that are missing for `rows`.
    void add_attention_boxes(const std::vector<std::int64_t>& rows, std::vector<std::optional<Crop>>& boxes,
                             const std::function<bool()>& stop) const;

    ModelInfo m_info;
    VitTensors m_vit;
    VitTensors m_embedding_vit;  ///< the same weights with positions for embed_side()
    int m_embed_side = 0;
    VitFeature m_feature = VitFeature::ClassToken;
    std::int64_t m_parameters = 0;
    std::optional<ImageCache> m_pictures;
    std::vector<std::int64_t> m_places;  ///< of each row in the cache; empty: its own number
    std::vector<Views> m_views;          ///< by row
    torch::Device m_device = torch::kCPU;
};

/// What Scene::open() would refuse of a base without reading it. Usage.
Status check_base(const ModelInfo& base);

}  // namespace fieldmark::dva
