// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/methods/dva/scene.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "core/base/digest.h"
#include "core/base/file_system.h"
#include "core/models/manifest.h"
#include "core/models/pixel_tensor.h"

namespace fieldmark::dva {

using torch::Tensor;

namespace {

constexpr std::size_t kEmbedBatch = 32;

Error usage(std::string text) {
    return {ErrorKind::Usage, std::move(text)};
}

/// The weights that the base's hash was made of.
Result<Safetensors> read_weights(const ModelInfo& base) {
    auto manifest = read_manifest(base.path);
    if (!manifest) return manifest.error();
    if (manifest->info.hash != base.hash)
        return Error{ErrorKind::Damaged,
                     "The model \"" + base.name + "\" in \"" + base.path + "\" has changed. Start again."};
    auto bytes = FileSystem::posix().read(manifest->weights_path);
    if (!bytes) return bytes.error();
    if (to_hex(sha256(*bytes)) != manifest->weights_sha256)
        return Error{ErrorKind::Damaged, "The weights file \"" + manifest->weights_path +
                                             "\" is not the one its manifest was made for. Set the model up "
                                             "again, or remove it and import it again."};
    return Safetensors::parse(std::move(*bytes), manifest->weights_path);
}

/// The pictures of the data's rows.
Result<ImageCache> open_pictures(const TrainingData& data) {
    auto cache = ImageCache::open(data.image_cache);
    if (!cache) return cache;
    if (data.pictures.empty() ? static_cast<std::size_t>(cache->count()) != data.count()
                              : data.pictures.size() != data.count())
        return usage("The image cache \"" + data.image_cache + "\" holds " + std::to_string(cache->count()) +
                     " pictures, but there are " + std::to_string(data.count()) +
                     " labels. Make it anew from the same selection.");
    for (const std::int64_t picture : data.pictures)
        if (picture < 0 || picture >= cache->count())
            return Error{ErrorKind::Internal, "Training data with a picture outside its image cache."};
    return cache;
}

/// `rows` in batches of kEmbedBatch, as plain pictures.
std::vector<std::vector<Shown>> plain_batches(const std::vector<std::int64_t>& rows) {
    std::vector<std::vector<Shown>> batches;
    for (const std::int64_t row : rows) {
        if (batches.empty() || batches.back().size() == kEmbedBatch) batches.emplace_back();
        batches.back().push_back({row, Shown::Whole, {}});
    }
    return batches;
}

}  // namespace

Status check_base(const ModelInfo& base) {
    if (base.kind == "ica")
        return usage("The model \"" + base.name +
                     "\" already has adapters. Choose the vision transformer beneath it to learn new ones.");
    if (base.kind != "vit")
        return usage(
            "DVA changes what a vision transformer's attention looks at, and \"" + base.name +
            "\" is no vision transformer. Choose one as the model to start from, or learn with GAPan "
            "or GDF-Net.");
    if (base.input_width != base.input_height)
        return usage("The model \"" + base.name +
                     "\" takes pictures that are not square; DVA needs square ones.");
    return {};
}

Result<Scene> Scene::open(const TrainingData& data, int embed_side) {
    if (const Status status = check_base(data.base); !status) return status.error();
    if (data.image_cache.empty())
        return usage(
            "DVA learns from pictures, but no packed pictures were given. Make an image cache first.");
    const auto weights = read_weights(data.base);
    if (!weights) return weights.error();
    const auto network = read_vit(*weights, data.base.heads);
    if (!network) return network.error();
    const auto feature = vit_feature_from_text(data.base.pooling);
    if (!feature || (*feature != VitFeature::PatchMean && !network->has_class_token))
        return usage("The model \"" + data.base.name + "\" has no feature \"" + data.base.pooling +
                     "\". Correct its description.");
    auto pictures = open_pictures(data);
    if (!pictures) return pictures.error();

    Scene scene;
    scene.m_info = data.base;
    scene.m_feature = *feature;
    scene.m_parameters = network->parameters;
    if (torch::cuda::is_available()) scene.m_device = torch::Device(torch::kCUDA, 0);
    scene.m_vit = make_vit_tensors(*network, data.base.input_height, data.base.input_width,
                                   torch::TensorOptions(torch::kFloat).device(scene.m_device));
    scene.m_embed_side = whole_patches(embed_side, network->patch);
    scene.m_embedding_vit = scene.m_vit;
    fit_vit_tensors(scene.m_embedding_vit, *network, scene.m_embed_side, scene.m_embed_side);
    scene.m_places = data.pictures;
    scene.m_pictures.emplace(std::move(*pictures));
    scene.m_views.resize(data.count());
    return scene;
}

std::int64_t Scene::dimension() const {
    return (m_feature == VitFeature::Both ? 2 : 1) * std::int64_t{m_vit.width};
}

Scene::ViewCount Scene::make_views(const std::vector<std::int64_t>& rows, bool attend,
                                   const std::function<bool()>& stop) {
    std::vector<std::optional<Crop>> boxes(m_views.size());
    for (const std::int64_t row : rows)
        boxes[static_cast<std::size_t>(row)] = m_pictures->entry(place(row)).box;
    if (attend && m_vit.has_class_token) add_attention_boxes(rows, boxes, stop);
    ViewCount count;
    for (const std::int64_t row : rows) {
        const auto at = static_cast<std::size_t>(row);
        m_views[at] = dva::make_views(boxes[at], m_pictures->size(), m_pictures->size());
        count.object += m_views[at].object ? 1 : 0;
        count.background += m_views[at].background ? 1 : 0;
    }
    return count;
}

void Scene::draw(const Shown& shown, const Augmentation& augmentation, std::span<std::uint8_t> pixels) const {
    PictureView view;
    view.pixels = m_pictures->pixels(place(shown.row));
    view.size = m_pictures->size();
    if (shown.kind == Shown::Object) view.window = views(shown.row).object;
    if (shown.kind == Shown::Background) view.blotted = views(shown.row).background;
    for (std::size_t c = 0; c < 3; ++c)  // 0 after normalising
        view.fill[c] = static_cast<std::uint8_t>(std::clamp(std::lround(m_info.mean[c]), 0L, 255L));
    apply_augmentation(augmentation, shown.draw, view, pixels);
}

Tensor Scene::input(const std::vector<Shown>& shown, const Augmentation& augmentation) const {
    ModelInfo info = m_info;
    info.input_width = info.input_height = augmentation.output;
    const auto side = static_cast<std::size_t>(augmentation.output);
    const std::size_t bytes = side * side * 3;
    std::vector<std::uint8_t> pixels(shown.size() * bytes);
    at::parallel_for(
        0, static_cast<std::int64_t>(shown.size()), 1, [&](std::int64_t begin, std::int64_t end) {
            for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i)
                draw(shown[i], augmentation, std::span(pixels).subspan(i * bytes, bytes));
        });
    return pixel_tensor(pixels.data(), static_cast<int>(shown.size()), info).to(m_device);
}

Tensor Scene::forward(const Tensor& input, const IcaAdapterSet* adapters) const {
    return vit_forward(m_vit, input, m_feature, adapters);
}

Tensor Scene::embed(const std::vector<std::int64_t>& rows, const IcaAdapterSet* adapters,
                    const std::function<bool()>& stop) const {
    const torch::NoGradGuard no_grad;
    const Augmentation plain = Augmentation::none(adapters ? m_embed_side : input_side());
    const VitTensors& vit = adapters ? m_embedding_vit : m_vit;
    std::vector<Tensor> blocks;
    for (const auto& shown : plain_batches(rows)) {
        if (stop && stop()) return {};
        blocks.push_back(vit_forward(vit, input(shown, plain), m_feature, adapters).cpu());
    }
    return torch::cat(blocks);
}

void Scene::add_attention_boxes(const std::vector<std::int64_t>& rows,
                                std::vector<std::optional<Crop>>& boxes,
                                const std::function<bool()>& stop) const {
    const torch::NoGradGuard no_grad;
    const Augmentation plain = Augmentation::none(m_info.input_width);
    const int last = static_cast<int>(m_vit.blocks.size()) - 1;
    std::vector<std::int64_t> wanted;
    for (const std::int64_t row : rows)
        if (!boxes[static_cast<std::size_t>(row)]) wanted.push_back(row);
    for (const auto& shown : plain_batches(wanted)) {
        if (stop()) return;
        VitLook look;
        look.attention_layers = {last};
        vit_blocks(m_vit, vit_tokens(m_vit, input(shown, plain)), 0, last + 1, nullptr, &look);
        // (pictures, patches): from the class token, the mean of the heads.
        const Tensor seen = look.attention.at(last)
                                .mean(1)
                                .select(1, 0)
                                .slice(1, m_vit.prefix_count)
                                .to(torch::kCPU)
                                .contiguous();
        for (std::size_t i = 0; i < shown.size(); ++i) {
            const Tensor one = seen[static_cast<std::int64_t>(i)];
            boxes[static_cast<std::size_t>(shown[i].row)] =
                attention_box(std::vector<float>(one.data_ptr<float>(), one.data_ptr<float>() + one.numel()),
                              m_vit.rows, m_vit.columns);
        }
    }
}

}  // namespace fieldmark::dva
