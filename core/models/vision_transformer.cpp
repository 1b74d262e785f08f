// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/vision_transformer.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <new>
#include <optional>
#include <thread>

#include "core/models/attention_trace.h"
#include "core/models/fused_linear.h"
#include "core/models/pixel_tensor.h"
#include "core/models/transformer_engine.h"
#include "core/models/vit_forward.h"
#include "core/models/vit_trace.h"

namespace fieldmark {
namespace {

// Pictures that go through the network together: enough rows for the matrix products, few enough that a
// block's widest tensor (3 MB a picture for a width of 768) stays near the caches.
constexpr int kCpuSlice = 8;
constexpr int kCudaSlice = 64;

class VisionTransformer final : public Backbone, public AttentionTracer {
  public:
    VisionTransformer(const ModelInfo& info, const VitNetwork& network, const IcaNetwork* adapters,
                      VitFeature feature, const BackboneOptions& options, const at::Device& device)
        : m_info(info), m_feature(feature), m_threads(options.threads), m_device(device) {
        if (m_threads <= 0) m_threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
        const c10::NoGradGuard guard;  // no inference tensors: a trace differentiates through them
        const auto on_device = at::TensorOptions(at::kFloat).device(device);
        m_vit = make_vit_tensors(network, info.input_height, info.input_width, on_device);
        if (adapters) m_adapters = make_ica_tensors(*adapters, network.width, on_device);
        if (device.is_cpu() && options.fused && options.own_kernels) build_engine(network, adapters);
        m_fused = !m_engine && device.is_cpu() && options.fused && fused_linear_available();
    }

    const ModelInfo& info() const override { return m_info; }

    std::string engine() const override {
        if (m_device.is_cuda()) return "cuda fp32";
        if (m_engine) return std::string("cpu fp32 ") + m_engine->instruction_set();
        return m_fused ? "cpu fp32 onednn" : "cpu fp32 eager";
    }

    Result<std::vector<float>> embed(std::span<const std::uint8_t> pixels, int count) override {
        if (auto wrong = wrong_size(pixels, count)) return std::move(*wrong);
        std::vector<float> embeddings(static_cast<std::size_t>(count) *
                                      static_cast<std::size_t>(m_info.dimension));
        const Status done = guarded([&] {
            if (m_engine) {
                m_engine->run(pixels.data(), count, embeddings.data(), m_threads);
                normalise(embeddings);
                return;
            }
            for (int first = 0; first < count; first += slice()) {
                const int now = std::min(slice(), count - first);
                at::Tensor x = input(pixels, first, now);
                x = m_fused ? fused_forward(x) : vit_forward(m_vit, x, m_feature, adapters());
                x = x / at::linalg_vector_norm(x, 2, 1, /*keepdim=*/true).clamp_min(1e-12);
                copy(x, embeddings.data() + static_cast<std::ptrdiff_t>(first) * m_info.dimension);
            }
        });
        if (!done) return done.error();
        return finite(std::move(embeddings));
    }

    BackboneTraits traits() const override {
        BackboneTraits traits;
        traits.family = "vit";
        traits.map_rows = m_vit.rows;
        traits.map_columns = m_vit.columns;
        traits.map_channels = m_vit.width;
        traits.layers = static_cast<int>(m_vit.blocks.size());
        traits.heads = m_vit.heads;
        traits.prefix_tokens = m_vit.prefix_count;
        traits.class_token = m_vit.has_class_token;
        return traits;
    }

    Result<InnerView> look_inside(std::span<const std::uint8_t> pixels, int count,
                                  const LookRequest& request) override {
        if (auto wrong = wrong_size(pixels, count)) return std::move(*wrong);
        const int layers = static_cast<int>(m_vit.blocks.size());
        VitLook wanted;
        for (const auto& [from, to] : {std::pair{&request.attention_layers, &wanted.attention_layers},
                                       std::pair{&request.token_layers, &wanted.token_layers}})
            for (const int layer : *from) {
                if (layer < -layers || layer >= layers)
                    return Error{ErrorKind::Unsupported,
                                 "The model \"" + m_info.name + "\" has " + std::to_string(layers) +
                                     " layers and no layer " + std::to_string(layer) + "."};
                to->push_back(layer < 0 ? layer + layers : layer);
            }
        InnerView view;
        view.count = count;
        const Status done = guarded([&] {
            // Fewer at a time than embed(): attention is large.
            for (int first = 0; first < count; first += kCpuSlice) {
                const int now = std::min(kCpuSlice, count - first);
                VitLook look;
                look.attention_layers = wanted.attention_layers;
                look.token_layers = wanted.token_layers;
                const at::Tensor tokens = vit_blocks(m_vit, vit_tokens(m_vit, input(pixels, first, now)), 0,
                                                     layers, adapters(), &look);
                at::Tensor last;
                append(view.pooled, vit_pool(m_vit, tokens, m_feature, adapters(), &last));
                if (request.map)
                    append(view.map, last.narrow(1, m_vit.prefix_count, last.size(1) - m_vit.prefix_count));
                for (const int layer : request.attention_layers)
                    append(view.attention[layer], look.attention.at(layer < 0 ? layer + layers : layer));
                for (const int layer : request.token_layers)
                    append(view.tokens[layer], look.tokens.at(layer < 0 ? layer + layers : layer));
            }
        });
        if (!done) return done.error();
        auto pooled = finite(std::move(view.pooled));
        if (!pooled) return pooled.error();
        view.pooled = std::move(*pooled);
        return view;
    }

    Result<AttentionTrace> trace_attention(std::span<const std::uint8_t> pixels, int count,
                                           const ScoreGradient& gradient, int map_layer) const override {
        if (auto wrong = wrong_size(pixels, count)) return std::move(*wrong);
        AttentionTrace trace;
        const Status done = guarded([&] {
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
            const VitTrace traced = vit_trace(m_vit, input(pixels, 0, count), m_feature, adapters(), slope,
                                              map_layer);
            if (!gradient) append(trace.pooled, traced.pooled);
            append(trace.map, traced.map);
            append(trace.rollout, traced.rollout);
            if (gradient) append(trace.relevance, traced.relevance);
        });
        if (!done) return done.error();
        auto pooled = finite(std::move(trace.pooled));
        if (!pooled) return pooled.error();
        trace.pooled = std::move(*pooled);
        return trace;
    }

  private:
    /// Own kernels, where this processor and these shapes allow.
    void build_engine(const VitNetwork& network, const IcaNetwork* adapters) {
        TransformerEngine::Input input;
        input.width = m_info.input_width;
        input.height = m_info.input_height;
        std::copy_n(m_info.mean, 3, input.mean);
        std::copy_n(m_info.scale, 3, input.scale);
        using Feature = TransformerEngine::Feature;
        input.feature = m_feature == VitFeature::ClassToken  ? Feature::ClassToken
                        : m_feature == VitFeature::PatchMean ? Feature::MeanOfPatches
                                                             : Feature::Both;
        m_engine = TransformerEngine::create(network, input, adapters);
    }

    void normalise(std::vector<float>& embeddings) const {
        const auto dimension = static_cast<std::size_t>(m_info.dimension);
        for (std::size_t row = 0; row < embeddings.size(); row += dimension) {
            double squares = 0;
            for (std::size_t i = 0; i < dimension; ++i)
                squares += double{embeddings[row + i]} * embeddings[row + i];
            const auto factor = static_cast<float>(1 / std::max(std::sqrt(squares), 1e-12));
            for (std::size_t i = 0; i < dimension; ++i) embeddings[row + i] *= factor;
        }
    }

    int slice() const { return m_device.is_cuda() ? kCudaSlice : kCpuSlice; }
    const IcaAdapterSet* adapters() const { return m_adapters ? &*m_adapters : nullptr; }

    std::optional<Error> wrong_size(std::span<const std::uint8_t> pixels, int count) const {
        if (count >= 0 && pixels.size() == picture() * static_cast<std::size_t>(count)) return std::nullopt;
        return Error{ErrorKind::Internal, "The embedder was given " + std::to_string(pixels.size()) +
                                              " bytes for " + std::to_string(count) + " pictures."};
    }

    std::size_t picture() const {
        return static_cast<std::size_t>(m_info.input_height) * static_cast<std::size_t>(m_info.input_width) *
               3;
    }

    at::Tensor input(std::span<const std::uint8_t> pixels, int first, int count) const {
        return pixel_tensor(pixels.data() + picture() * static_cast<std::size_t>(first), count, m_info)
            .to(m_device);
    }

    static void copy(const at::Tensor& from, float* to) {
        const at::Tensor plain = from.to(at::kCPU).contiguous();
        std::memcpy(to, plain.const_data_ptr<float>(),
                    static_cast<std::size_t>(plain.numel()) * sizeof(float));
    }

    static void append(std::vector<float>& to, const at::Tensor& from) {
        const std::size_t begin = to.size();
        to.resize(begin + static_cast<std::size_t>(from.numel()));
        copy(from, to.data() + begin);
    }

    Result<std::vector<float>> finite(std::vector<float> values) const {
        if (std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); }))
            return values;
        return Error{ErrorKind::Internal,
                     "The model \"" + m_info.name + "\" gave embeddings that are not numbers."};
    }

    /// Runs Torch code on this thread and turns what it throws into an Error.
    template <typename Work>
    Status guarded(const Work& work) const {
        try {
            const c10::InferenceMode guard;
            // OpenMP keeps the number for each thread, and the model thread may be a new one.
            if (at::get_num_threads() != m_threads) at::set_num_threads(m_threads);
            work();
            return {};
        } catch (const std::bad_alloc&) {
            return out_of_memory({});
        } catch (const c10::OutOfMemoryError& error) {
            return out_of_memory(error.what_without_backtrace());
        } catch (const c10::Error& error) {
            return Error{ErrorKind::Internal, "The model could not compute the embeddings.",
                         error.what_without_backtrace()};
        } catch (const std::exception& error) {
            return Error{ErrorKind::Internal, "The model could not compute the embeddings.", error.what()};
        }
    }

    static Error out_of_memory(const char* detail) {
        return {ErrorKind::TooLarge,
                "There is not enough memory to run the model. Close other programs and try again.",
                detail ? detail : ""};
    }

    /// vit_forward() with oneDNN's linear layers, nothing kept and everything in place that can be.
    at::Tensor fused_forward(const at::Tensor& pixels) const {
        at::Tensor x = vit_tokens(m_vit, pixels);
        const std::int64_t batch = x.size(0), tokens = x.size(1), width = x.size(2);
        const std::int64_t head = width / m_vit.heads;
        const auto norm = [](const at::Tensor& of, const VitTensors::Norm& by) {
            return at::layer_norm(of, {of.size(-1)}, by.weight, by.bias, kVitNormEpsilon);
        };
        for (std::size_t layer = 0; layer < m_vit.blocks.size(); ++layer) {
            const VitTensors::Block& block = m_vit.blocks[layer];
            at::Tensor inner = norm(x, block.norm1);
            at::Tensor qkv = fused_linear(inner, block.qkv_weight, block.qkv_bias, false);
            if (m_adapters && m_adapters->blocks[layer].present())
                add_adapters(qkv, inner, m_adapters->blocks[layer]);
            qkv = qkv.view({batch, tokens, 3, m_vit.heads, head}).permute({2, 0, 3, 1, 4});
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
        return vit_pool(m_vit, x, m_feature, adapters());
    }

    void add_adapters(at::Tensor& qkv, const at::Tensor& x, const IcaTensors& adapter) const {
        const std::int64_t width = x.size(2);
        const auto add = [&](std::int64_t part, const at::Tensor& delta) {
            qkv.narrow(2, part * width, width).add_(delta);
        };
        const at::Tensor query = ica_delta(x, adapter.query_down, adapter.query_up, m_adapters->activation);
        add(0, query);
        add(1,
            adapter.shared ? query : ica_delta(x, adapter.key_down, adapter.key_up, m_adapters->activation));
    }

    ModelInfo m_info;
    VitFeature m_feature;
    int m_threads;
    at::Device m_device;
    bool m_fused = false;
    std::unique_ptr<TransformerEngine> m_engine;
    VitTensors m_vit;
    std::optional<IcaAdapterSet> m_adapters;
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
    if (options.device != "auto" && options.device != "cpu" && options.device != "cuda")
        return Error{ErrorKind::Usage,
                     "There is no device \"" + options.device + "\". Use auto, cpu or cuda."};
    try {
        const bool cuda = options.device != "cpu" && at::hasCUDA();
        if (options.device == "cuda" && !cuda)
            return Error{ErrorKind::Unsupported, "LibTorch finds no CUDA device here. Use the device cpu."};
        return std::unique_ptr<Backbone>(
            std::make_unique<VisionTransformer>(info, *network, ica ? &*ica : nullptr, *feature, options,
                                                cuda ? at::Device(at::kCUDA, 0) : at::Device(at::kCPU)));
    } catch (const std::exception& error) {
        return Error{ErrorKind::Internal, "The model \"" + info.name + "\" could not be built.",
                     error.what()};
    }
}

}  // namespace fieldmark
