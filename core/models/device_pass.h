// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Event.h>
#include <c10/core/Stream.h>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "core/models/backbone.h"
#include "core/models/device_times.h"
#include "core/models/slice_size.h"

namespace fieldmark {

/// A device's memory, as DevicePass asks for it.
class DeviceMemory {
  public:
    virtual ~DeviceMemory() = default;
    /// Bytes that tensors could still take; nothing where the device does not say.
    virtual std::optional<std::size_t> available() = 0;
    /// What is taken now is where peak() counts from.
    virtual void watch() = 0;
    /// Bytes taken at most since watch(); 0 where the device does not say.
    virtual std::size_t peak() = 0;
    /// Hands back what the allocator keeps for later.
    virtual void release() = 0;
};

/// By LibTorch's allocator of that device; null for the CPU.
std::unique_ptr<DeviceMemory> memory_of(const at::Device& device);

/// Takes pictures through a network on a device, in slices as large as its memory allows. Pixels go there as
/// bytes, out of two pinned buffers in turn and on a stream of their own, so that a slice is copied while the
/// one before it is computed; they are normalised there, and results come back into pinned memory, with one
/// wait at the end of a call. Where a slice runs out of memory the work goes on from it with smaller ones.
/// On a device without streams (the CPU) the same happens one after the other.
///
/// Private to the models that LibTorch runs. One thread at a time; throws what LibTorch throws, with nothing
/// under way on the device any more, and stays usable.
class DevicePass {
  public:
    /// (count, 3, height, width), channels-last, to (count, dimension), not normalised, of any float type.
    using Forward = std::function<at::Tensor(const at::Tensor& pixels)>;

    DevicePass(const ModelInfo& info, const at::Device& device, std::unique_ptr<DeviceMemory> memory);

    /// pixels: as Backbone::embed(). `type`: of what `forward` is given. `embeddings`: (count, dimension),
    /// its rows L2-normalised in float32.
    /// c10::OutOfMemoryError where not even a single picture fits.
    void run(const std::uint8_t* pixels, int count, at::ScalarType type, const Forward& forward,
             float* embeddings);

    /// Each step alone, of as many of these pictures as go through together.
    DeviceTimes time_parts(const std::uint8_t* pixels, int count, at::ScalarType type,
                           const Forward& forward);

  private:
    struct Slot {
        explicit Slot(c10::DeviceType type) : copied(type), taken(type) {}
        at::Tensor host, device;  ///< (room, height, width, 3) bytes
        c10::Event copied;        ///< host may be written again
        c10::Event taken;         ///< device may be written again
    };

    at::Tensor host_memory(at::IntArrayRef shape, at::ScalarType type) const;
    void make_room(Slot& slot, int pictures);
    void fill(const Slot& slot, const std::uint8_t* pixels, int pictures) const;
    at::Tensor normalised(const at::Tensor& bytes, at::ScalarType type) const;
    at::Tensor features(const at::Tensor& bytes, Slot* slot, at::ScalarType type,
                        const Forward& forward) const;
    void one(const std::uint8_t* pixels, int pictures, at::ScalarType type, const Forward& forward,
             const at::Tensor& results);
    c10::Stream computing() const;
    void wait() const;
    void give_up() noexcept;  ///< waits, whatever the device says, and lets go of the buffers

    int m_width;
    int m_height;
    int m_dimension;
    at::Device m_device;
    at::Tensor m_mean, m_scale;  ///< (1, 3, 1, 1) on the device
    std::unique_ptr<DeviceMemory> m_memory;
    std::optional<c10::Stream> m_copying;  ///< nothing where a device has no streams
    std::array<Slot, 2> m_slots;
    std::size_t m_turn = 0;
    SliceSize m_size;
};

}  // namespace fieldmark
