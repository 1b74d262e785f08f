// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <c10/core/InferenceMode.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/models/backbone.h"
#include "core/models/device_pass.h"

namespace fieldmark {

/// Where a network computes, and in what. Its weights are of that type there, and so are its inputs.
struct TorchPlace {
    at::Device device = at::kCPU;
    at::ScalarType type = at::kFloat;
};

/// What BackboneOptions::device and ::precision ask for; the first CUDA device where they leave it open and
/// there is one, and float32. Usage where there is no such device or precision at all, or not together;
/// Unsupported where this machine does not have it.
Result<TorchPlace> torch_place(const BackboneOptions& options);

/// What the models that LibTorch runs have in common: sizes are checked, what it throws becomes an Error,
/// pictures go through in slices, embeddings are of length 1 and finite. Private to core/models. One thread
/// at a time, except for what is const.
class TorchRunner {
  public:
    /// `slice`: pictures that go through together on the CPU. threads <= 0: as many as there are cores.
    TorchRunner(const ModelInfo& info, int threads, int slice, const TorchPlace& place = {});

    const ModelInfo& info() const { return m_info; }
    int threads() const { return m_threads; }
    const at::Device& device() const { return m_place.device; }
    /// "cuda bf16"; on the CPU `cpu`, which says more.
    std::string engine(const std::string& cpu) const;

    std::optional<Error> wrong_size(std::span<const std::uint8_t> pixels, int count) const;

    /// Embeddings by LibTorch: `forward` as DevicePass has it, of inputs of the place's type. `exact` takes
    /// float32: where `forward` rounds to 16 bits and that gave something that is no number, the whole call
    /// is done again with it.
    Result<std::vector<float>> embed(std::span<const std::uint8_t> pixels, int count,
                                     const DevicePass::Forward& forward,
                                     const DevicePass::Forward& exact = {});
    /// Embeddings by own kernels on the CPU, which fill (count, dimension) floats.
    Result<std::vector<float>> embed_by(std::span<const std::uint8_t> pixels, int count,
                                        const std::function<void(float* features)>& engine) const;
    /// As DeviceTimer::time_parts().
    Result<DeviceTimes> time_parts(std::span<const std::uint8_t> pixels, int count,
                                   const DevicePass::Forward& forward);

    /// (count, 3, height, width) float32 on the device: pictures first to first + count - 1.
    at::Tensor input(std::span<const std::uint8_t> pixels, int first, int count) const;
    /// Calls work(first, pictures) for slices of the CPU's size, for what keeps more than embeddings.
    template <typename Work>
    void for_slices(int count, const Work& work) const {
        for (int first = 0; first < count; first += m_slice) work(first, std::min(m_slice, count - first));
    }
    static void append(std::vector<float>& to, const at::Tensor& from);

    /// `values`, or an error where one of them is no number.
    Result<std::vector<float>> finite(std::vector<float> values) const;

    /// Runs LibTorch's code on this thread, in inference mode, and turns what it throws into an Error.
    template <typename Work>
    Status guarded(const Work& work) const {
        try {
            const c10::InferenceMode guard;
            // OpenMP keeps the number for each thread, and the model thread may be a new one.
            if (at::get_num_threads() != m_threads) at::set_num_threads(m_threads);
            work();
            return {};
        } catch (const std::bad_alloc&) {
            return no_memory({});
        } catch (const c10::OutOfMemoryError& error) {
            return no_memory(error.what_without_backtrace());
        } catch (const c10::Error& error) {
            return failed(error.what_without_backtrace());
        } catch (const std::exception& error) {
            return failed(error.what());
        }
    }

  private:
    Error no_memory(const char* detail) const;
    static Error failed(const char* detail);
    std::size_t picture() const;  ///< bytes
    void compute(const std::uint8_t* pixels, int count, at::ScalarType type,
                 const DevicePass::Forward& forward, float* embeddings);

    ModelInfo m_info;
    int m_threads;
    int m_slice;
    TorchPlace m_place;
    std::unique_ptr<DevicePass> m_pass;  ///< null on the CPU
};

}  // namespace fieldmark
