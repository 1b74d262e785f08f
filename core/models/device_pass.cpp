// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/device_pass.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <c10/core/DeviceGuard.h>
#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <string>
#include <vector>

namespace fieldmark {
namespace {

class AllocatorMemory final : public DeviceMemory {
  public:
    explicit AllocatorMemory(const at::Device& device)
        : m_allocator(c10::getDeviceAllocator(device.type())), m_index(device.index()) {}

    std::optional<std::size_t> available() override {
        try {
            const auto kept = stats();
            const std::size_t free = m_allocator->getMemoryInfo(m_index).first;
            return free + static_cast<std::size_t>(std::max<std::int64_t>(
                              0, sum(kept.reserved_bytes).current - sum(kept.allocated_bytes).current));
        } catch (const c10::Error&) {
            return std::nullopt;  // an allocator need not know
        }
    }

    void watch() override {
        m_allocator->resetPeakStats(m_index);
        m_before = sum(stats().allocated_bytes).current;
    }

    std::size_t peak() override {
        return static_cast<std::size_t>(
            std::max<std::int64_t>(0, sum(stats().allocated_bytes).peak - m_before));
    }

    void release() override { m_allocator->emptyCache(); }

  private:
    c10::CachingDeviceAllocator::DeviceStats stats() const { return m_allocator->getDeviceStats(m_index); }
    static const c10::CachingAllocator::Stat& sum(const c10::CachingAllocator::StatArray& of) {
        return of[static_cast<std::size_t>(c10::CachingAllocator::StatType::AGGREGATE)];
    }

    c10::DeviceAllocator* m_allocator;
    c10::DeviceIndex m_index;
    std::int64_t m_before = 0;
};

/// Also where a library beside the allocator says so, in words: cuBLAS's and cuDNN's handles and workspaces.
bool is_out_of_memory(const c10::Error& error) {
    if (dynamic_cast<const c10::OutOfMemoryError*>(&error)) return true;
    const std::string text = error.what_without_backtrace();
    return text.find("out of memory") != std::string::npos || text.find("ALLOC_FAILED") != std::string::npos;
}

}  // namespace

std::unique_ptr<DeviceMemory> memory_of(const at::Device& device) {
    if (device.is_cpu()) return nullptr;
    return std::make_unique<AllocatorMemory>(device);
}

DevicePass::DevicePass(const ModelInfo& info, const at::Device& device, std::unique_ptr<DeviceMemory> memory)
    : m_width(info.input_width),
      m_height(info.input_height),
      m_dimension(info.dimension),
      m_device(device),
      m_memory(std::move(memory)),
      m_slots{Slot(device.type()), Slot(device.type())} {
    const auto three = [&](const float(&of)[3]) {
        return at::tensor({of[0], of[1], of[2]}).view({1, 3, 1, 1}).to(device);
    };
    m_mean = three(info.mean);
    m_scale = three(info.scale);
    if (!device.is_cpu())
        m_copying = c10::impl::VirtualGuardImpl(device.type()).getStreamFromGlobalPool(device);
}

c10::Stream DevicePass::computing() const {
    return c10::impl::VirtualGuardImpl(m_device.type()).getStream(m_device);
}

void DevicePass::wait() const {
    if (!m_copying) return;
    m_copying->synchronize();
    computing().synchronize();
}

void DevicePass::give_up() noexcept {
    try {
        wait();
    } catch (...) {
        // What made the device unusable is on its way to the caller already.
    }
    for (Slot& slot : m_slots) slot.host = slot.device = at::Tensor();
}

/// Pinned, where there is a device that copies from it by itself and the system has such memory left; a copy
/// from other memory is only slower.
at::Tensor DevicePass::host_memory(at::IntArrayRef shape, at::ScalarType type) const {
    if (m_copying) {
        try {
            return at::empty(shape, at::TensorOptions(type).pinned_memory(true));
        } catch (const c10::Error&) {
        }
    }
    return at::empty(shape, type);
}

void DevicePass::make_room(Slot& slot, int pictures) {
    if (slot.device.defined() && slot.device.size(0) >= pictures) return;
    // What the allocator gives may be memory that the computation under way has let go of and is still using:
    // in order for that stream, but not for the copying one.
    wait();
    slot.host = slot.device = at::Tensor();
    slot.host = host_memory({pictures, m_height, m_width, 3}, at::kByte);
    slot.device = at::empty({pictures, m_height, m_width, 3}, at::TensorOptions(at::kByte).device(m_device));
}

void DevicePass::fill(const Slot& slot, const std::uint8_t* pixels, int pictures) const {
    auto* to = slot.host.mutable_data_ptr<std::uint8_t>();
    const std::int64_t bytes = std::int64_t{pictures} * m_height * m_width * 3;
    at::parallel_for(0, bytes, 1 << 20, [&](std::int64_t begin, std::int64_t end) {
        std::memcpy(to + begin, pixels + begin, static_cast<std::size_t>(end - begin));
    });
}

/// The same operations in the same order as pixel_tensor(), so the same bits.
at::Tensor DevicePass::normalised(const at::Tensor& bytes, at::ScalarType type) const {
    return bytes.permute({0, 3, 1, 2}).to(at::kFloat).sub_(m_mean).mul_(m_scale).to(type);
}

at::Tensor DevicePass::features(const at::Tensor& bytes, Slot* slot, at::ScalarType type,
                                const Forward& forward) const {
    const at::Tensor x = normalised(bytes, type);
    if (slot && m_copying) slot->taken.record(computing());
    const at::Tensor feature = forward(x).to(at::kFloat);
    return feature / at::linalg_vector_norm(feature, 2, 1, /*keepdim=*/true).clamp_min(1e-12);
}

void DevicePass::one(const std::uint8_t* pixels, int pictures, at::ScalarType type, const Forward& forward,
                     const at::Tensor& results) {
    Slot& slot = m_slots[m_turn];
    m_turn = 1 - m_turn;
    make_room(slot, pictures);
    if (m_copying) slot.copied.synchronize();
    fill(slot, pixels, pictures);
    const at::Tensor host = slot.host.narrow(0, 0, pictures);
    at::Tensor device = slot.device.narrow(0, 0, pictures);
    if (m_copying) {
        const c10::Stream compute = computing();
        slot.taken.block(*m_copying);
        {
            const c10::StreamGuard guard(*m_copying);
            device.copy_(host, /*non_blocking=*/true);
        }
        slot.copied.record(*m_copying);
        slot.copied.block(compute);
    } else {
        device.copy_(host);
    }
    if (m_memory) m_memory->watch();
    const at::Tensor feature = features(device, &slot, type, forward);
    m_size.fitted(pictures, m_memory ? m_memory->peak() : 0);
    results.copy_(feature, /*non_blocking=*/m_copying.has_value());
}

void DevicePass::run(const std::uint8_t* pixels, int count, at::ScalarType type, const Forward& forward,
                     float* embeddings) {
    const c10::DeviceGuard guard(m_device);
    const at::Tensor results = host_memory({count, m_dimension}, at::kFloat);
    const std::size_t picture = static_cast<std::size_t>(m_height) * static_cast<std::size_t>(m_width) * 3;
    m_size.begin(count, m_memory ? m_memory->available() : std::nullopt);
    try {
        for (int first = 0; first < count;) {
            const int now = m_size.next(count - first);
            try {
                one(pixels + picture * static_cast<std::size_t>(first), now, type, forward,
                    results.narrow(0, first, now));
                first += now;
            } catch (const c10::Error& error) {
                if (!is_out_of_memory(error)) throw;
                give_up();
                if (m_memory) m_memory->release();
                TORCH_CHECK_WITH(OutOfMemoryError, m_size.shrink(now), error.what_without_backtrace());
            }
        }
        wait();
    } catch (...) {
        give_up();
        throw;
    }
    if (count > 0)
        std::memcpy(embeddings, results.const_data_ptr<float>(),
                    static_cast<std::size_t>(results.numel()) * sizeof(float));
}

DeviceTimes DevicePass::time_parts(const std::uint8_t* pixels, int count, at::ScalarType type,
                                   const Forward& forward) {
    const c10::DeviceGuard guard(m_device);
    const auto seconds = [&](const auto& work) {
        std::vector<double> taken;
        for (int i = 0; i < 6; ++i) {
            const auto start = std::chrono::steady_clock::now();
            work();
            wait();
            taken.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
        }
        std::sort(taken.begin() + 1, taken.end());  // the first one warms up
        return taken[3];
    };
    // As run() would take them once it knows what a picture takes.
    std::vector<float> embeddings(static_cast<std::size_t>(count) * static_cast<std::size_t>(m_dimension));
    run(pixels, count, type, forward, embeddings.data());
    m_size.begin(count, m_memory ? m_memory->available() : std::nullopt);
    DeviceTimes times;
    times.pictures = m_size.next(count);
    try {
        Slot& slot = m_slots[0];
        make_room(slot, times.pictures);
        const at::Tensor host = slot.host.narrow(0, 0, times.pictures);
        at::Tensor device = slot.device.narrow(0, 0, times.pictures);
        times.fill = seconds([&] { fill(slot, pixels, times.pictures); }) / times.pictures;
        times.copy = seconds([&] { device.copy_(host, m_copying.has_value()); }) / times.pictures;
        times.compute = seconds([&] { features(device, nullptr, type, forward); }) / times.pictures;
    } catch (...) {
        give_up();
        throw;
    }
    return times;
}

}  // namespace fieldmark
