// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/vision_transformer.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "core/models/attention_trace.h"
#include "core/models/fused_linear.h"
#include "core/models/torch_runner.h"
#include "core/models/transformer_engine.h"
#include "core/models/vit_forward.h"
#include "core/models/vit_trace.h"

namespace fieldmark {
namespace {

// Pictures that go through the network together: enough rows for the matrix products, few enough that a
// block's widest tensor (3 MB a picture for a width of 768) stays near the caches.
constexpr int kCpuSlice = 8;

class VisionTransformer final : public Backbone, public AttentionTracer, public DeviceTimer {
  public:
    VisionTransformer(const ModelInfo& info, const VitNetwork& network, const IcaNetwork* adapters,
                      VitFeature feature, const BackboneOptions& options, const TorchPlace& place)
        : m_runner(info, options.threads, kCpuSlice, place), m_feature(feature) {
        const c10::NoGradGuard guard;  // no inference tensors: a trace differentiates through them
        m_exact = make_tensors(network, adapters, place.device, at::kFloat);
        if (place.type != at::kFloat) {
            m_rounded = make_tensors(network, adapters, place.device, place.type);
            // The last LayerNorm and the pooling stay in float32.
            m_rounded->vit.norm = m_exact.vit.norm;
            if (m_rounded->adapters) m_rounded->adapters->norm = m_exact.adapters->norm;
        }
        m_exact.vit.one_dnn = options.fused;  // "eager" is LibTorch's plain operators
        const bool fused = place.device.is_cpu() && options.fused;
        if (fused && options.own_kernels) build_engine(network, adapters);
        m_fused = fused && !m_engine && fused_linear_available();
    }

    const ModelInfo& info() const override { return m_runner.info(); }

    std::string engine() const override {
        if (m_engine) return std::string("cpu fp32 ") + m_engine->instruction_set();
        return m_runner.engine(m_fused ? "cpu fp32 onednn" : "cpu fp32 eager");
    }

    Result<std::vector<float>> embed(std::span<const std::uint8_t> pixels, int count) override {
        if (!m_engine)
            return m_runner.embed(pixels, count, forward(),
                                  [this](const at::Tensor& x) { return plain_forward(m_exact, x); });
        return m_runner.embed_by(pixels, count, [&](float* features) {
            m_engine->run(pixels.data(), count, features, m_runner.threads());
        });
    }

    Result<DeviceTimes> time_parts(std::span<const std::uint8_t> pixels, int count) override {
        return m_runner.time_parts(pixels, count, forward());
    }

    BackboneTraits traits() const override {
        BackboneTraits traits;
        traits.family = "vit";
        traits.map_rows = m_exact.vit.rows;
        traits.map_columns = m_exact.vit.columns;
        traits.map_channels = m_exact.vit.width;
        traits.layers = static_cast<int>(m_exact.vit.blocks.size());
        traits.heads = m_exact.vit.heads;
        traits.prefix_tokens = m_exact.vit.prefix_count;
        traits.class_token = m_exact.vit.has_class_token;
        return traits;
    }

    Result<InnerView> look_inside(std::span<const std::uint8_t> pixels, int count,
                                  const LookRequest& request) override {
        if (auto wrong = m_runner.wrong_size(pixels, count)) return std::move(*wrong);
        const int layers = static_cast<int>(m_exact.vit.blocks.size());
        VitLook wanted;
        for (const auto& [from, to] : {std::pair{&request.attention_layers, &wanted.attention_layers},
                                       std::pair{&request.token_layers, &wanted.token_layers}})
            for (const int layer : *from) {
                if (layer < -layers || layer >= layers)
                    return Error{ErrorKind::Unsupported,
                                 "The model \"" + info().name + "\" has " + std::to_string(layers) +
                                     " layers and no layer " + std::to_string(layer) + "."};
                to->push_back(layer < 0 ? layer + layers : layer);
            }
        InnerView view;
        view.count = count;
        const Status done = m_runner.guarded([&] {
            // Fewer at a time than embed(): attention is large.
            m_runner.for_slices(count, [&](int first, int now) {
                VitLook look;
                look.attention_layers = wanted.attention_layers;
                look.token_layers = wanted.token_layers;
                const at::Tensor tokens =
                    vit_blocks(m_exact.vit, vit_tokens(m_exact.vit, m_runner.input(pixels, first, now)), 0,
                               layers, adapters(), &look);
                at::Tensor last;
                append(view.pooled, vit_pool(m_exact.vit, tokens, m_feature, adapters(), &last));
                if (request.map)
                    append(view.map,
                           last.narrow(1, m_exact.vit.prefix_count, last.size(1) - m_exact.vit.prefix_count));
                for (const int layer : request.attention_layers)
                    append(view.attention[layer], look.attention.at(layer < 0 ? layer + layers : layer));
                for (const int layer : request.token_layers)
                    append(view.tokens[layer], look.tokens.at(layer < 0 ? layer + layers : layer));
            });
        });
        if (!done) return done.error();
        auto pooled = m_runner.finite(std::move(view.pooled));
        if (!pooled) return pooled.error();
        view.pooled = std::move(*pooled);
        return view;
    }

    Result<AttentionTrace> trace_attention(std::span<const std::uint8_t> pixels, int count,
                                           const ScoreGradient& gradient, int map_layer) const override {
        if (auto wrong = m_runner.wrong_size(pixels, count)) return std::move(*wrong);
        AttentionTrace trace;
        const Status done = m_runner.guarded([&] {
            const c10::InferenceMode differentiable(false);
            const c10::NoGradGuard plain;
            std::function<at::Tensor(const at::Tensor&)> slope;
            if (gradient)
                slope = [&](const at::Tensor& pooled) {
                    append(trace.pooled, pooled);
                    std::vector<float> values = gradient(trace.pooled);
                    TORCH_CHECK(values.size() == trace.pooled.size(), "the gradient has another size");
                    return at::from_blob(values.data(), pooled.sizes(), at::kFloat)
                        .to(pooled.options(), false, /*copy=*/true);
                };
            const VitTrace traced = vit_trace(m_exact.vit, m_runner.input(pixels, 0, count), m_feature,
                                              adapters(), slope, map_layer);
            if (!gradient) append(trace.pooled, traced.pooled);
            append(trace.map, traced.map);
            append(trace.rollout, traced.rollout);
            if (gradient) append(trace.relevance, traced.relevance);
        });
        if (!done) return done.error();
        auto pooled = m_runner.finite(std::move(trace.pooled));
        if (!pooled) return pooled.error();
        trace.pooled = std::move(*pooled);
        return trace;
    }

  private:
    /// Own kernels, where this processor and these shapes allow.
    void build_engine(const VitNetwork& network, const IcaNetwork* adapters) {
        TransformerEngine::Input input;
        input.width = info().input_width;
        input.height = info().input_height;
        std::copy_n(info().mean, 3, input.mean);
        std::copy_n(info().scale, 3, input.scale);
        using Feature = TransformerEngine::Feature;
        input.feature = m_feature == VitFeature::ClassToken  ? Feature::ClassToken
                        : m_feature == VitFeature::PatchMean ? Feature::MeanOfPatches
                                                             : Feature::Both;
        m_engine = TransformerEngine::create(network, input, adapters);
    }

    struct Tensors {
        VitTensors vit;
        std::optional<IcaAdapterSet> adapters;
        const IcaAdapterSet* adapter_set() const { return adapters ? &*adapters : nullptr; }
    };

    Tensors make_tensors(const VitNetwork& network, const IcaNetwork* adapters, const at::Device& device,
                         at::ScalarType type) const {
        const auto options = at::TensorOptions(type).device(device);
        Tensors tensors;
        tensors.vit = make_vit_tensors(network, info().input_height, info().input_width, options);
        if (adapters) tensors.adapters = make_ica_tensors(*adapters, network.width, options);
        return tensors;
    }

    at::Tensor plain_forward(const Tensors& by, const at::Tensor& pixels) const {
        const at::Tensor tokens = vit_blocks(by.vit, vit_tokens(by.vit, pixels), 0,
                                             static_cast<int>(by.vit.blocks.size()), by.adapter_set());
        return vit_pool(by.vit, tokens.to(at::kFloat), m_feature, by.adapter_set());
    }

    DevicePass::Forward forward() const {
        return [this](const at::Tensor& x) {
            return m_fused ? fused_forward(x) : plain_forward(m_rounded ? *m_rounded : m_exact, x);
        };
    }

    static void append(std::vector<float>& to, const at::Tensor& from) { TorchRunner::append(to, from); }
    const IcaAdapterSet* adapters() const { return m_exact.adapter_set(); }

    /// vit_forward() with oneDNN's linear layers, nothing kept and everything in place that can be.
    at::Tensor fused_forward(const at::Tensor& pixels) const {
        at::Tensor x = vit_tokens(m_exact.vit, pixels);
        const std::int64_t batch = x.size(0), tokens = x.size(1), width = x.size(2);
        const std::int64_t head = width / m_exact.vit.heads;
        const auto norm = [](const at::Tensor& of, const VitTensors::Norm& by) {
            return at::layer_norm(of, {of.size(-1)}, by.weight, by.bias, kVitNormEpsilon);
        };
        for (std::size_t layer = 0; layer < m_exact.vit.blocks.size(); ++layer) {
            const VitTensors::Block& block = m_exact.vit.blocks[layer];
            at::Tensor inner = norm(x, block.norm1);
            at::Tensor qkv = fused_linear(inner, block.qkv_weight, block.qkv_bias, false);
            if (m_exact.adapters && m_exact.adapters->blocks[layer].present())
                add_adapters(qkv, inner, m_exact.adapters->blocks[layer]);
            qkv = qkv.view({batch, tokens, 3, m_exact.vit.heads, head}).permute({2, 0, 3, 1, 4});
            inner = at::scaled_dot_product_attention(qkv[0], qkv[1], qkv[2]);
            inner = inner.transpose(1, 2).reshape({batch, tokens, width});
            inner = fused_linear(inner, block.projection_weight, block.projection_bias, false);
            if (block.ls1.defined()) inner.mul_(block.ls1);
            x.add_(inner);
            inner = fused_linear(norm(x, block.norm2), block.fc1_weight, block.fc1_bias, true);
            inner = fused_linear(inner, block.fc2_weight, block.fc2_bias, false);
            if (block.ls2.defined()) inner.mul_(block.ls2);
            x.add_(inner);
        }
        return vit_pool(m_exact.vit, x, m_feature, adapters());
    }

    void add_adapters(at::Tensor& qkv, const at::Tensor& x, const IcaTensors& adapter) const {
        const std::int64_t width = x.size(2);
        const auto add = [&](std::int64_t part, const at::Tensor& delta) {
            qkv.narrow(2, part * width, width).add_(delta);
        };
        const at::Tensor query =
            ica_delta(x, adapter.query_down, adapter.query_up, m_exact.adapters->activation);
        add(0, query);
        add(1, adapter.shared ? query
                              : ica_delta(x, adapter.key_down, adapter.key_up, m_exact.adapters->activation));
    }

    TorchRunner m_runner;
    VitFeature m_feature;
    bool m_fused = false;
    std::unique_ptr<TransformerEngine> m_engine;
    Tensors m_exact;                   ///< in float32: also what looks inside
    std::optional<Tensors> m_rounded;  ///< where the place's type is another
};

Error misfit(const ModelInfo& info, const std::string& what) {
    return {ErrorKind::Damaged, "The model description in \"" + info.path + "\" " + what};
}

}  // namespace

Result<std::unique_ptr<Backbone>> make_vision_transformer(const ModelInfo& info, const Safetensors& weights,
                                                          const Safetensors* adapters,
                                                          const BackboneOptions& options) {
    auto network = read_vit(weights, info.heads);
    if (!network) return network.error();
    const auto feature = vit_feature_from_text(info.pooling);
    if (!feature)
        return Error{ErrorKind::Usage, "A vision transformer has no feature \"" + info.pooling +
                                           "\". Use class, mean or both in the model description."};
    if (*feature != VitFeature::PatchMean && !network->has_class_token)
        return Error{ErrorKind::Unsupported, "The transformer in \"" + weights.path() +
                                                 "\" has no class token. Use the feature \"mean\" in its "
                                                 "model description."};
    if (const int gives = vit_feature_width(*network, *feature); gives != info.dimension)
        return misfit(info, "says " + std::to_string(info.dimension) + " dimensions, but its weights give " +
                                std::to_string(gives) + ". Correct the description.");
    if (info.input_height < network->patch || info.input_width < network->patch)
        return misfit(info, "has an input smaller than one patch of " + std::to_string(network->patch) +
                                " pixels. Correct the description.");
    std::optional<IcaNetwork> ica;
    if (adapters) {
        auto read = read_ica(*adapters, *network);
        if (!read) return read.error();
        ica = std::move(*read);
        // A linear adapter costs nothing: it is one more summand of the weights.
        if (ica->activation == IcaActivation::Identity) {
            network = folded(std::move(*network), *ica);
            ica.reset();
        }
    }
    const auto place = torch_place(options);
    if (!place) return place.error();
    try {
        return std::unique_ptr<Backbone>(std::make_unique<VisionTransformer>(
            info, *network, ica ? &*ica : nullptr, *feature, options, *place));
    } catch (const c10::OutOfMemoryError& error) {
        return Error{ErrorKind::TooLarge,
                     "There is not enough free memory for the model \"" + info.name + "\".",
                     error.what_without_backtrace()};
    } catch (const std::exception& error) {
        return Error{ErrorKind::Internal, "The model \"" + info.name + "\" could not be built.",
                     error.what()};
    }
}

}  // namespace fieldmark
