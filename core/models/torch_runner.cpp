// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/torch_runner.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <thread>

#include "core/models/cuda_present.h"
#include "core/models/pixel_tensor.h"

namespace fieldmark {
namespace {

bool all_finite(const std::vector<float>& values) {
    return std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); });
}

void normalise(std::vector<float>& embeddings, std::size_t dimension) {
    for (std::size_t row = 0; row < embeddings.size(); row += dimension) {
        double squares = 0;
        for (std::size_t i = 0; i < dimension; ++i)
            squares += double{embeddings[row + i]} * embeddings[row + i];
        const auto factor = static_cast<float>(1 / std::max(std::sqrt(squares), 1e-12));
        for (std::size_t i = 0; i < dimension; ++i) embeddings[row + i] *= factor;
    }
}

}  // namespace

bool cuda_present() {
    static const bool present = at::hasCUDA();
    return present;
}

Result<TorchPlace> torch_place(const BackboneOptions& options) {
    if (options.device != "auto" && options.device != "cpu" && options.device != "cuda")
        return Error{ErrorKind::Usage,
                     "There is no device \"" + options.device + "\". Use auto, cpu or cuda."};
    TorchPlace place;
    const bool half = options.precision == "fp16" || options.precision == "bf16";
    if (half) {
        place.type = options.precision == "fp16" ? at::kHalf : at::kBFloat16;
    } else if (options.precision != "auto" && options.precision != "fp32" && options.precision != "int16") {
        return Error{ErrorKind::Usage, "There is no precision \"" + options.precision +
                                           "\". Use auto, fp32, int16, fp16 or bf16."};
    }
    if (half && options.device == "cpu")
        return Error{ErrorKind::Usage, "The precision " + options.precision +
                                           " belongs to CUDA devices. On the CPU use fp32, or int16 where "
                                           "the model has it."};
    if (options.precision == "int16" && options.device == "cuda")
        return Error{ErrorKind::Usage,
                     "The precision int16 belongs to the CPU. With CUDA use fp32, fp16 or bf16."};
    if (options.device == "cpu" || options.precision == "int16") return place;
    if (cuda_present()) {
        place.device = at::Device(at::kCUDA, 0);
        return place;
    }
    if (options.device == "cuda")
        return Error{ErrorKind::Unsupported, "LibTorch finds no CUDA device here. Use the device cpu."};
    if (half)
        return Error{ErrorKind::Unsupported, "The precision " + options.precision +
                                                 " needs a CUDA device, and LibTorch finds none here. Use "
                                                 "fp32."};
    return place;
}

TorchRunner::TorchRunner(const ModelInfo& info, int threads, int slice, const TorchPlace& place)
    : m_info(info), m_threads(threads), m_slice(slice), m_place(place) {
    if (m_threads <= 0) m_threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
    if (m_place.device.is_cpu()) return;
    // Else cuDNN rounds what convolutions take in float32 to 10 bits; who wants it rounded says so.
    at::globalContext().setAllowTF32CuDNN(false);
    m_pass = std::make_unique<DevicePass>(info, m_place.device, memory_of(m_place.device));
}

std::string TorchRunner::engine(const std::string& cpu) const {
    if (m_place.device.is_cpu()) return cpu;
    const char* type = m_place.type == at::kHalf ? "fp16" : m_place.type == at::kBFloat16 ? "bf16" : "fp32";
    return c10::DeviceTypeName(m_place.device.type(), /*lower_case=*/true) + " " + type;
}

std::size_t TorchRunner::picture() const {
    return static_cast<std::size_t>(m_info.input_height) * static_cast<std::size_t>(m_info.input_width) * 3;
}

std::optional<Error> TorchRunner::wrong_size(std::span<const std::uint8_t> pixels, int count) const {
    if (count >= 0 && pixels.size() == picture() * static_cast<std::size_t>(count)) return std::nullopt;
    return Error{ErrorKind::Internal, "The embedder was given " + std::to_string(pixels.size()) +
                                          " bytes for " + std::to_string(count) + " pictures."};
}

Result<std::vector<float>> TorchRunner::finite(std::vector<float> values) const {
    if (all_finite(values)) return values;
    return Error{ErrorKind::Internal,
                 "The model \"" + m_info.name + "\" gave embeddings that are not numbers."};
}

Error TorchRunner::no_memory(const char* detail) const {
    return {ErrorKind::TooLarge,
            m_place.device.is_cpu()
                ? "There is not enough memory to run the model. Close other programs and try again."
                : "The graphics card has not enough free memory for the model and a single picture. Close "
                  "other programs that use it, or keep Fieldmark on the CPU: start it with "
                  "CUDA_VISIBLE_DEVICES set to nothing.",
            detail ? detail : ""};
}

Error TorchRunner::failed(const char* detail) {
    return {ErrorKind::Internal, "The model could not compute the embeddings.", detail};
}

at::Tensor TorchRunner::input(std::span<const std::uint8_t> pixels, int first, int count) const {
    return pixel_tensor(pixels.data() + picture() * static_cast<std::size_t>(first), count, m_info)
        .to(m_place.device);
}

void TorchRunner::append(std::vector<float>& to, const at::Tensor& from) {
    const at::Tensor plain = from.to(at::kCPU).contiguous();
    to.insert(to.end(), plain.const_data_ptr<float>(), plain.const_data_ptr<float>() + plain.numel());
}

void TorchRunner::compute(const std::uint8_t* pixels, int count, at::ScalarType type,
                          const DevicePass::Forward& forward, float* embeddings) {
    if (m_pass) return m_pass->run(pixels, count, type, forward, embeddings);
    for_slices(count, [&](int first, int now) {
        at::Tensor x =
            forward(pixel_tensor(pixels + picture() * static_cast<std::size_t>(first), now, m_info).to(type));
        x = (x / at::linalg_vector_norm(x, 2, 1, /*keepdim=*/true).clamp_min(1e-12)).contiguous();
        std::memcpy(embeddings + static_cast<std::ptrdiff_t>(first) * m_info.dimension,
                    x.const_data_ptr<float>(), static_cast<std::size_t>(x.numel()) * sizeof(float));
    });
}

Result<std::vector<float>> TorchRunner::embed(std::span<const std::uint8_t> pixels, int count,
                                              const DevicePass::Forward& forward,
                                              const DevicePass::Forward& exact) {
    if (auto wrong = wrong_size(pixels, count)) return std::move(*wrong);
    std::vector<float> embeddings(static_cast<std::size_t>(count) *
                                  static_cast<std::size_t>(m_info.dimension));
    const Status done = guarded([&] {
        compute(pixels.data(), count, m_place.type, forward, embeddings.data());
        if (m_place.type != at::kFloat && exact && !all_finite(embeddings))
            compute(pixels.data(), count, at::kFloat, exact, embeddings.data());
    });
    if (!done) return done.error();
    return finite(std::move(embeddings));
}

Result<std::vector<float>> TorchRunner::embed_by(std::span<const std::uint8_t> pixels, int count,
                                                 const std::function<void(float*)>& engine) const {
    if (auto wrong = wrong_size(pixels, count)) return std::move(*wrong);
    const auto dimension = static_cast<std::size_t>(m_info.dimension);
    std::vector<float> embeddings(static_cast<std::size_t>(count) * dimension);
    const Status done = guarded([&] {
        engine(embeddings.data());
        normalise(embeddings, dimension);
    });
    if (!done) return done.error();
    return finite(std::move(embeddings));
}

Result<DeviceTimes> TorchRunner::time_parts(std::span<const std::uint8_t> pixels, int count,
                                            const DevicePass::Forward& forward) {
    if (!m_pass)
        return Error{ErrorKind::Unsupported,
                     "The model \"" + m_info.name + "\" runs on the CPU: nothing is copied to a device."};
    if (auto wrong = wrong_size(pixels, count)) return std::move(*wrong);
    DeviceTimes times;
    const Status done =
        guarded([&] { times = m_pass->time_parts(pixels.data(), count, m_place.type, forward); });
    if (!done) return done.error();
    return times;
}

}  // namespace fieldmark
