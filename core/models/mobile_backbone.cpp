// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/mobile_backbone.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <utility>

#include "core/models/fused_convolution.h"
#include "core/models/mobile_engine.h"
#include "core/models/mobile_forward.h"
#include "core/models/mobile_integer_engine.h"
#include "core/models/torch_runner.h"

namespace fieldmark {
namespace {

// Pictures that go through the network together. More would not fill the cores better, but the early maps
// (4.8 MB a picture) would leave the cache and make the allocator hand memory back to the system in between.
constexpr int kCpuSlice = 4;

class MobileBackbone final : public Backbone, public DeviceTimer {
  public:
    MobileBackbone(const ModelInfo& info, const MobileNetwork& network, const BackboneOptions& options,
                   const TorchPlace& place)
        : m_runner(info, options.threads, kCpuSlice, place),
          m_place(place),
          m_fused(place.device.is_cpu() && options.fused && fused_convolution_available()),
          m_map_height(info.input_height),
          m_map_width(info.input_width) {
        for (const ConvLayer& layer : network.layers) {
            m_map_height = same_size(m_map_height, layer.stride);
            m_map_width = same_size(m_map_width, layer.stride);
        }
    }

    /// Own kernels, where this processor and this network allow; false: build() another engine. The network
    /// is kept for the first look inside.
    bool build_engine(MobileNetwork& network, bool integers) {
        MobileEngine::Input input;
        input.width = info().input_width;
        input.height = info().input_height;
        std::copy_n(info().mean, 3, input.mean);
        std::copy_n(info().scale, 3, input.scale);
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
        const auto make = [&](at::ScalarType type) {
            return make_mobile_tensors(network, info().input_height, info().input_width,
                                       at::TensorOptions(type).device(m_place.device),
                                       m_fused ? kCpuSlice : 0);
        };
        m_tensors = make(at::kFloat);
        if (m_place.type != at::kFloat) m_rounded = make(m_place.type);
    }

    const ModelInfo& info() const override { return m_runner.info(); }

    std::string engine() const override {
        if (m_integer_engine) return std::string("cpu int16 ") + m_integer_engine->instruction_set();
        if (m_engine) return std::string("cpu fp32 ") + m_engine->instruction_set();
        return m_runner.engine(m_fused ? "cpu fp32 onednn" : "cpu fp32 eager");
    }

    Result<std::vector<float>> embed(std::span<const std::uint8_t> pixels, int count) override {
        if (!m_engine && !m_integer_engine)
            return m_runner.embed(pixels, count, forward(),
                                  [this](const at::Tensor& x) { return mobile_forward(m_tensors, x); });
        return m_runner.embed_by(pixels, count, [&](float* features) {
            if (m_engine) m_engine->run(pixels.data(), count, features, m_runner.threads());
            if (m_integer_engine) m_integer_engine->run(pixels.data(), count, features, m_runner.threads());
        });
    }

    Result<DeviceTimes> time_parts(std::span<const std::uint8_t> pixels, int count) override {
        return m_runner.time_parts(pixels, count, forward());
    }

    BackboneTraits traits() const override {
        BackboneTraits traits;
        traits.family = "cnn";
        traits.map_rows = m_map_height;
        traits.map_columns = m_map_width;
        traits.map_channels = info().dimension;
        return traits;
    }

    Result<InnerView> look_inside(std::span<const std::uint8_t> pixels, int count,
                                  const LookRequest& request) override {
        if (auto wrong = m_runner.wrong_size(pixels, count)) return std::move(*wrong);
        if (!request.attention_layers.empty() || !request.token_layers.empty())
            return Error{ErrorKind::Unsupported, "The model \"" + info().name +
                                                     "\" is no transformer: it has a map, but no attention."};
        InnerView view;
        view.count = count;
        const Status done = m_runner.guarded([&] {
            if (m_network) {
                build(*m_network);
                m_network.reset();
            }
            m_runner.for_slices(count, [&](int first, int now) {
                const at::Tensor map = mobile_last_map(m_tensors, m_runner.input(pixels, first, now));
                TorchRunner::append(view.pooled, map.mean({2, 3}));
                if (request.map) TorchRunner::append(view.map, map.permute({0, 2, 3, 1}));
            });
        });
        if (!done) return done.error();
        auto pooled = m_runner.finite(std::move(view.pooled));
        if (!pooled) return pooled.error();
        view.pooled = std::move(*pooled);
        return view;
    }

  private:
    DevicePass::Forward forward() const {
        return [this](const at::Tensor& x) {
            return mobile_forward(m_place.type == at::kFloat ? m_tensors : m_rounded, x);
        };
    }

    TorchRunner m_runner;
    TorchPlace m_place;
    bool m_fused;
    int m_map_height;
    int m_map_width;
    MobileTensors m_tensors;                 ///< in float32
    MobileTensors m_rounded;                 ///< where the place's type is another
    std::unique_ptr<MobileEngine> m_engine;  ///< at most one of these two
    std::unique_ptr<MobileIntegerEngine> m_integer_engine;
    std::unique_ptr<MobileNetwork> m_network;  ///< until m_tensors are built from it
};

}  // namespace

Result<std::unique_ptr<Backbone>> make_mobile_backbone(const ModelInfo& info, MobileNetwork network,
                                                       const BackboneOptions& options) {
    if (network.dimension != info.dimension)
        return Error{ErrorKind::Damaged,
                     "The model description in \"" + info.path + "\" says " + std::to_string(info.dimension) +
                         " dimensions, but its weights give " + std::to_string(network.dimension) +
                         ". Correct the description."};
    const auto place = torch_place(options);
    if (!place) return place.error();
    const bool integers = options.precision == "int16";
    if (integers && (!options.fused || !options.own_kernels))
        return Error{
            ErrorKind::Usage,
            "The precision int16 belongs to the own kernels on the CPU. Ask for no other engine with it."};
    try {
        auto model = std::make_unique<MobileBackbone>(info, network, options, *place);
        if (!place->device.is_cpu() || !options.fused || !options.own_kernels ||
            !model->build_engine(network, integers)) {
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
