// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/mobile_backbone.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <new>
#include <optional>
#include <thread>

#include "core/models/fused_convolution.h"
#include "core/models/mobile_engine.h"
#include "core/models/mobile_integer_engine.h"

namespace fieldmark {
namespace {

// Pictures that go through the network together. More would not fill the cores better, but the early maps
// (4.8 MB a picture) would leave the cache and make the allocator hand memory back to the system in between.
constexpr int kCpuSlice = 4;
constexpr int kCudaSlice = 64;

class MobileBackbone final : public Backbone {
  public:
    MobileBackbone(const ModelInfo& info, const MobileNetwork& network, const BackboneOptions& options,
                   const at::Device& device, bool fused)
        : m_info(info), m_threads(options.threads), m_device(device), m_fused(fused) {
        if (m_threads <= 0) m_threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
        m_map_height = m_info.input_height;
        m_map_width = m_info.input_width;
        for (const ConvLayer& layer : network.layers) {
            m_map_height = same_size(m_map_height, layer.stride);
            m_map_width = same_size(m_map_width, layer.stride);
        }
    }

    /// Own kernels, where this processor and this network allow; false: build() another engine. The network
    /// is kept for the first look inside.
    bool build_engine(MobileNetwork& network, bool integers) {
        MobileEngine::Input input;
        input.width = m_info.input_width;
        input.height = m_info.input_height;
        std::copy_n(m_info.mean, 3, input.mean);
        std::copy_n(m_info.scale, 3, input.scale);
        if (integers) {
            m_integer_engine = MobileIntegerEngine::create(network, input);
        } else {
            m_engine = MobileEngine::create(network, input);
        }
        if (!m_engine && !m_integer_engine) return false;
        m_network = std::make_unique<MobileNetwork>(std::move(network));
        return true;
    }

    void build(const MobileNetwork& network) {
        const c10::InferenceMode guard;
        m_steps.clear();  // of an attempt that ran out of memory
        int height = m_info.input_height, width = m_info.input_width;
        for (const ConvLayer& layer : network.layers) {
            Step step;
            step.stride = layer.stride;
            step.groups = layer.depthwise ? layer.in : 1;
            step.relu6 = layer.relu6;
            step.begins_residual = layer.begins_residual;
            step.ends_residual = layer.ends_residual;
            step.bias = to_tensor(layer.bias, {layer.out}).to(m_device);
            at::Tensor weight = to_tensor(
                layer.weight, {layer.out, layer.depthwise ? 1 : layer.in, layer.kernel, layer.kernel});
            const Padding rows = padding_of(layer, height);
            const Padding columns = padding_of(layer, width);
            // Where more zeros are needed behind than before, a kernel with a zero first row (or column) lets
            // the padding be even, so that no padded copy of the map has to be made. More zeros than are
            // needed behind do no harm: the stride passes them by.
            weight = at::constant_pad_nd(weight, {std::max(columns.behind - columns.before, 0), 0,
                                                  std::max(rows.behind - rows.before, 0), 0});
            step.padding = {std::max(rows.before, rows.behind), std::max(columns.before, columns.behind)};
            weight = weight.contiguous(at::MemoryFormat::ChannelsLast);
            step.weight = m_fused ? prepare_weight(weight, step.padding, step.stride, step.groups,
                                                   {kCpuSlice, layer.in, height, width})
                                  : weight.to(m_device);
            m_steps.push_back(std::move(step));
            height = same_size(height, layer.stride);
            width = same_size(width, layer.stride);
        }
    }

    const ModelInfo& info() const override { return m_info; }

    std::string engine() const override {
        if (m_device.is_cuda()) return "cuda fp32";
        if (m_integer_engine) return std::string("cpu int16 ") + m_integer_engine->instruction_set();
        if (m_engine) return std::string("cpu fp32 ") + m_engine->instruction_set();
        return m_fused ? "cpu fp32 onednn" : "cpu fp32 eager";
    }

    Result<std::vector<float>> embed(std::span<const std::uint8_t> pixels, int count) override {
        if (auto wrong = wrong_size(pixels, count)) return std::move(*wrong);
        std::vector<float> embeddings(static_cast<std::size_t>(count) *
                                      static_cast<std::size_t>(m_info.dimension));
        const Status done = guarded([&] {
            if (m_engine || m_integer_engine) {
                if (m_engine) m_engine->run(pixels.data(), count, embeddings.data(), m_threads);
                if (m_integer_engine)
                    m_integer_engine->run(pixels.data(), count, embeddings.data(), m_threads);
                normalise(embeddings);
            } else {
                run_torch(pixels.data(), count, embeddings.data());
            }
        });
        if (!done) return done.error();
        if (!finite(embeddings)) return not_numbers();
        return embeddings;
    }

    BackboneTraits traits() const override {
        BackboneTraits traits;
        traits.family = "cnn";
        traits.map_rows = m_map_height;
        traits.map_columns = m_map_width;
        traits.map_channels = m_info.dimension;
        return traits;
    }

    Result<InnerView> look_inside(std::span<const std::uint8_t> pixels, int count,
                                  const LookRequest& request) override {
        if (auto wrong = wrong_size(pixels, count)) return std::move(*wrong);
        if (!request.attention_layers.empty() || !request.token_layers.empty())
            return Error{ErrorKind::Unsupported, "The model \"" + m_info.name +
                                                     "\" is no transformer: it has a map, but no attention."};
        InnerView view;
        view.count = count;
        const Status done = guarded([&] {
            if (m_network) {
                build(*m_network);
                m_network.reset();
            }
            const c10::InferenceMode guard;
            if (at::get_num_threads() != m_threads) at::set_num_threads(m_threads);
            const std::int64_t picture = std::int64_t{3} * m_info.input_height * m_info.input_width;
            for (int first = 0; first < count; first += kCpuSlice) {
                const int now = std::min(kCpuSlice, count - first);
                const at::Tensor map = last_map(input(pixels.data() + picture * first, now));
                append(view.pooled, map.mean({2, 3}));
                if (request.map) append(view.map, map.permute({0, 2, 3, 1}));
            }
        });
        if (!done) return done.error();
        if (!finite(view.pooled)) return not_numbers();
        return view;
    }

  private:
    std::optional<Error> wrong_size(std::span<const std::uint8_t> pixels, int count) const {
        const std::size_t picture =
            static_cast<std::size_t>(m_info.input_height) * static_cast<std::size_t>(m_info.input_width) * 3;
        if (count >= 0 && pixels.size() == picture * static_cast<std::size_t>(count)) return std::nullopt;
        return Error{ErrorKind::Internal, "The embedder was given " + std::to_string(pixels.size()) +
                                              " bytes for " + std::to_string(count) + " pictures."};
    }

    /// Turns what the work throws into an Error.
    template <typename Work>
    static Status guarded(const Work& work) {
        try {
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

    static bool finite(const std::vector<float>& values) {
        return std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); });
    }

    Error not_numbers() const {
        return {ErrorKind::Internal,
                "The model \"" + m_info.name + "\" gave embeddings that are not numbers."};
    }

    static void append(std::vector<float>& to, const at::Tensor& from) {
        const at::Tensor plain = from.to(at::kCPU).contiguous();
        to.insert(to.end(), plain.const_data_ptr<float>(), plain.const_data_ptr<float>() + plain.numel());
    }

    void run_torch(const std::uint8_t* pixels, int count, float* embeddings) const {
        const c10::InferenceMode guard;
        // OpenMP keeps the number for each thread, and the model thread may be a new one.
        if (at::get_num_threads() != m_threads) at::set_num_threads(m_threads);
        const std::int64_t picture = std::int64_t{3} * m_info.input_height * m_info.input_width;
        const int slice = m_device.is_cuda() ? kCudaSlice : kCpuSlice;
        for (int first = 0; first < count; first += slice) {
            const int now = std::min(slice, count - first);
            const at::Tensor out = forward(input(pixels + picture * first, now)).to(at::kCPU).contiguous();
            std::memcpy(embeddings + static_cast<std::ptrdiff_t>(first) * m_info.dimension,
                        out.const_data_ptr<float>(), static_cast<std::size_t>(out.numel()) * sizeof(float));
        }
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

    struct Step {
        at::Tensor weight;
        at::Tensor bias;
        std::vector<std::int64_t> padding;
        std::int64_t stride = 1;
        std::int64_t groups = 1;
        bool relu6 = false;
        bool begins_residual = false;
        bool ends_residual = false;
    };

    static Error out_of_memory(const char* detail) {
        return {ErrorKind::TooLarge,
                "There is not enough memory to run the model. Close other programs and try again.",
                detail ? detail : ""};
    }

    static at::Tensor to_tensor(const std::vector<float>& values, at::IntArrayRef shape) {
        return at::from_blob(const_cast<float*>(values.data()), shape, at::kFloat).clone();
    }

    /// (count, 3, height, width) float32, channels-last: the pixels' own order, so one pass does it.
    at::Tensor input(const std::uint8_t* pixels, int count) const {
        at::Tensor x = at::empty({count, 3, m_info.input_height, m_info.input_width},
                                 at::TensorOptions(at::kFloat).memory_format(at::MemoryFormat::ChannelsLast));
        float* out = x.mutable_data_ptr<float>();
        const std::int64_t total = x.numel() / 3;
        at::parallel_for(0, total, 32768, [&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t i = begin; i < end; ++i)
                for (std::int64_t c = 0; c < 3; ++c)
                    out[3 * i + c] =
                        (static_cast<float>(pixels[3 * i + c]) - m_info.mean[c]) * m_info.scale[c];
        });
        return x.to(m_device);
    }

    at::Tensor forward(const at::Tensor& pixels) const {
        const at::Tensor x = last_map(pixels).mean({2, 3});
        return x / at::linalg_vector_norm(x, 2, 1, /*keepdim=*/true).clamp_min(1e-12);
    }

    at::Tensor last_map(at::Tensor x) const {
        at::Tensor kept;
        for (const Step& step : m_steps) {
            if (step.begins_residual) kept = x;
            if (m_fused) {
                if (step.ends_residual) {
                    convolve_and_add(kept, x, step.weight, step.bias, step.padding, step.stride, step.groups);
                    x = std::move(kept);
                } else {
                    x = convolve(x, step.weight, step.bias, step.padding, step.stride, step.groups,
                                 step.relu6);
                }
                continue;
            }
            x = at::conv2d(x, step.weight, step.bias, step.stride, step.padding, 1, step.groups);
            if (step.relu6) x.clamp_(0, 6);
            if (step.ends_residual) {
                x.add_(kept);
                kept.reset();
            }
        }
        return x;
    }

    ModelInfo m_info;
    int m_threads;
    at::Device m_device;
    bool m_fused;
    int m_map_height = 0;
    int m_map_width = 0;
    std::vector<Step> m_steps;
    std::unique_ptr<MobileEngine> m_engine;  ///< at most one of these two
    std::unique_ptr<MobileIntegerEngine> m_integer_engine;
    std::unique_ptr<MobileNetwork> m_network;  ///< until m_steps are built from it
};

}  // namespace

Result<std::unique_ptr<Backbone>> make_mobile_backbone(const ModelInfo& info, MobileNetwork network,
                                                       const BackboneOptions& options) {
    if (network.dimension != info.dimension)
        return Error{ErrorKind::Damaged,
                     "The model description in \"" + info.path + "\" says " + std::to_string(info.dimension) +
                         " dimensions, but its weights give " + std::to_string(network.dimension) +
                         ". Correct the description."};
    if (options.device != "auto" && options.device != "cpu" && options.device != "cuda")
        return Error{ErrorKind::Usage,
                     "There is no device \"" + options.device + "\". Use auto, cpu or cuda."};
    const bool integers = options.precision == "int16";
    if (!integers && options.precision != "auto" && options.precision != "fp32")
        return Error{ErrorKind::Usage,
                     "There is no precision \"" + options.precision + "\". Use auto, fp32 or int16."};
    if (integers && (options.device == "cuda" || !options.fused || !options.own_kernels))
        return Error{
            ErrorKind::Usage,
            "The precision int16 belongs to the own kernels on the CPU. Ask for no other engine with it."};
    try {
        const bool cuda = !integers && options.device != "cpu" && at::hasCUDA();
        if (options.device == "cuda" && !cuda)
            return Error{ErrorKind::Unsupported, "LibTorch finds no CUDA device here. Use the device cpu."};
        const bool fused = !cuda && options.fused && fused_convolution_available();
        auto model = std::make_unique<MobileBackbone>(info, network, options,
                                                      cuda ? at::Device(at::kCUDA, 0) : at::kCPU, fused);
        if (cuda || !options.fused || !options.own_kernels || !model->build_engine(network, integers)) {
            if (integers)
                return Error{
                    ErrorKind::Unsupported,
                    MobileIntegerEngine::best_kernels()
                        ? "The network of the model \"" + info.name + "\" cannot run in int16. Use fp32."
                        : std::string("This processor has no AVX-512 VNNI, which the precision int16 "
                                      "needs. Use fp32.")};
            model->build(network);
        }
        return std::unique_ptr<Backbone>(std::move(model));
    } catch (const std::exception& error) {
        return Error{ErrorKind::Internal, "The model \"" + info.name + "\" could not be built.",
                     error.what()};
    }
}

}  // namespace fieldmark
