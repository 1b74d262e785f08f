// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/models/simulated_device.h"

#include <ATen/ATen.h>
#include <ATen/EmptyTensor.h>
#include <ATen/detail/PrivateUse1HooksInterface.h>
#include <ATen/native/CPUFallback.h>
#include <ATen/ops/_reshape_alias_native.h>
#include <ATen/ops/as_strided_native.h>
#include <ATen/ops/view_native.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <torch/library.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <iterator>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace fieldmark::testing {
namespace {

/// How far each stream's work is known to be done (a vector clock).
using Clock = std::map<c10::StreamId, std::int64_t>;

void learn(Clock& clock, const Clock& from) {
    for (const auto& [stream, count] : from) clock[stream] = std::max(clock[stream], count);
}

struct Event {
    Clock clock = {};
    std::int64_t asked = 0;  ///< how often it was put on a stream
    std::int64_t done = 0;
    c10::StreamId stream = 0;  ///< the last one
};

struct Command {
    std::function<void()> run;
    Event* event = nullptr;  ///< to wait for
    std::int64_t version = 0;
    std::vector<const void*> uses = {};
};

struct State {
    std::map<c10::StreamId, std::deque<Command>> streams;
    c10::StreamId current = 0;
    std::size_t limit = std::size_t{1} << 40, allocated = 0, peak = 0;
    struct Block {
        std::size_t size = 0;
        c10::StreamId home = 0;
        Clock used = {};  ///< the last time by each stream
    };
    std::map<const void*, Block> memory;    ///< of the device
    std::map<c10::StreamId, Clock> clocks;  ///< what each stream has waited for
    struct Read {
        const char* memory;
        std::vector<char> copy;
        c10::StreamId stream;
        std::int64_t number;
    };
    std::vector<Read> reads;  ///< of pinned memory, which the processor does not know to be done
    Clock waited;             ///< what the processor has waited for
    std::set<std::pair<const char*, std::size_t>> pinned;
    int hazards = 0, waits = 0, pinned_copies = 0, other_copies = 0, released = 0;
};

/// Never destroyed: tensors of static storage may outlive it.
State& state() {
    static State* const s = new State;
    return *s;
}

/// Does what is on a stream, up to `event` or all of it; what it waits for on other streams first.
void drain(c10::StreamId stream, const Event* until = nullptr, std::int64_t version = 0) {
    std::deque<Command>& commands = state().streams[stream];
    while (!commands.empty() && !(until && until->done >= version)) {
        const Command command = std::move(commands.front());
        commands.pop_front();
        if (command.event && command.event->done < command.version)
            drain(command.event->stream, command.event, command.version);
        if (command.run) command.run();
    }
}

void drain_all() {
    for (auto& [stream, commands] : state().streams) drain(stream);
}

const char* bytes(const void* memory) {
    return static_cast<const char*>(memory);
}

/// The current stream uses memory of the device. What other streams did with it must be done by then, by
/// events or because the processor has waited: that it happens to be is not enough.
void use(const at::Tensor& tensor) {
    if (tensor.device().is_cpu()) return;
    State& s = state();
    Clock& clock = s.clocks[s.current];
    learn(clock, s.waited);
    const std::int64_t now = ++clock[s.current];
    const auto after = s.memory.upper_bound(tensor.data_ptr());
    if (after == s.memory.begin()) return;
    Clock& used = std::prev(after)->second.used;
    for (const auto& [stream, last] : used) s.hazards += stream != s.current && clock[stream] < last;
    used[s.current] = now;
}

/// The processor has waited: what was read until then must be as it was read.
void know(const Clock& clock) {
    State& s = state();
    learn(s.waited, clock);
    std::erase_if(s.reads, [&](const State::Read& read) {
        if (s.waited[read.stream] < read.number) return false;
        s.hazards += std::memcmp(read.memory, read.copy.data(), read.copy.size()) != 0;
        return true;
    });
}

bool is_pinned(const void* memory) {
    return std::any_of(state().pinned.begin(), state().pinned.end(), [&](const auto& block) {
        return bytes(memory) >= block.first && bytes(memory) < block.first + block.second;
    });
}

class Guard final : public c10::impl::DeviceGuardImplInterface {
  public:
    c10::DeviceType type() const override { return at::kPrivateUse1; }
    c10::Device exchangeDevice(c10::Device) const override { return SimulatedDevice::device(); }
    c10::Device getDevice() const override { return SimulatedDevice::device(); }
    void setDevice(c10::Device) const override {}
    void uncheckedSetDevice(c10::Device) const noexcept override {}
    c10::Stream getStream(c10::Device) const override { return stream(state().current); }
    c10::Stream getDefaultStream(c10::Device) const override { return stream(0); }
    c10::Stream getStreamFromGlobalPool(c10::Device, bool) const override { return stream(1); }
    c10::Stream getNewStream(c10::Device, int) const override { return stream(1); }
    c10::Stream exchangeStream(c10::Stream to) const override {
        return stream(std::exchange(state().current, to.id()));
    }
    c10::DeviceIndex deviceCount() const noexcept override { return 1; }
    bool queryStream(const c10::Stream& of) const override { return state().streams[of.id()].empty(); }
    void synchronizeStream(const c10::Stream& of) const override {
        ++state().waits;
        drain(of.id());
        know(state().clocks[of.id()]);
    }
    void synchronizeDevice(c10::DeviceIndex) const override { drain_all(); }

    void record(void** event, const c10::Stream& on, c10::DeviceIndex, c10::EventFlag) const override {
        if (!*event) *event = new Event;
        auto* const of = static_cast<Event*>(*event);
        const std::int64_t version = ++of->asked;
        of->stream = on.id();
        of->clock = state().clocks[on.id()];
        state().streams[on.id()].push_back({[of, version] { of->done = version; }});
    }
    void block(void* event, const c10::Stream& on) const override {
        auto* const of = static_cast<Event*>(event);
        state().streams[on.id()].push_back({{}, of, of->asked});
        learn(state().clocks[on.id()], of->clock);
    }
    bool queryEvent(void* event) const override {
        return static_cast<Event*>(event)->done >= static_cast<Event*>(event)->asked;
    }
    void synchronizeEvent(void* event) const override {
        const auto* const of = static_cast<Event*>(event);
        drain(of->stream, of, of->asked);
        know(of->clock);
    }
    void destroyEvent(void* event, c10::DeviceIndex) const noexcept override {
        drain_all();
        delete static_cast<Event*>(event);
    }

  private:
    static c10::Stream stream(c10::StreamId id) {
        return c10::Stream(c10::Stream::UNSAFE, SimulatedDevice::device(), id);
    }
};

void free_device_memory(void* memory) {
    State& s = state();
    const auto found = s.memory.find(memory);
    const std::size_t size = found->second.size;
    const c10::StreamId home = found->second.home;
    s.allocated -= size;
    s.memory.erase(found);
    const auto uses = [&](const Command& command) {
        return std::any_of(command.uses.begin(), command.uses.end(), [&](const void* used) {
            return bytes(used) >= bytes(memory) && bytes(used) < bytes(memory) + size;
        });
    };
    bool elsewhere = false;
    for (const auto& [stream, commands] : s.streams)
        elsewhere |= stream != home && std::any_of(commands.begin(), commands.end(), uses);
    s.hazards += elsewhere;
    if (elsewhere) drain_all();
    // As a caching allocator does it: taken again only behind what its own stream has still to do with it.
    s.streams[home].push_back({[memory] { std::free(memory); }});
}

class Memory final : public c10::DeviceAllocator {
  public:
    c10::DataPtr allocate(std::size_t size) override {
        State& s = state();
        if (s.allocated + size > s.limit)
            throw c10::OutOfMemoryError({"simulated", "simulated", 1}, "the simulated device is full");
        s.allocated += size;
        s.peak = std::max(s.peak, s.allocated);
        void* const memory = std::malloc(std::max<std::size_t>(size, 1));
        // As if it were memory that this stream has let go of, and may still be at work on.
        s.memory[memory] = {size, s.current, {{s.current, s.clocks[s.current][s.current]}}};
        return {memory, memory, &free_device_memory, SimulatedDevice::device()};
    }
    c10::DeleterFnPtr raw_deleter() const override { return &free_device_memory; }
    void copy_data(void* to, const void* from, std::size_t size) const override {
        drain_all();
        default_copy_data(to, from, size);
    }
    bool initialized() override { return true; }
    void emptyCache(c10::MempoolId_t) override { ++state().released; }
    void recordStream(const c10::DataPtr&, c10::Stream) override {}
    c10::CachingDeviceAllocator::DeviceStats getDeviceStats(c10::DeviceIndex) override {
        c10::CachingDeviceAllocator::DeviceStats stats;
        stats.allocated_bytes[0].current = static_cast<std::int64_t>(state().allocated);
        stats.allocated_bytes[0].peak = static_cast<std::int64_t>(state().peak);
        stats.reserved_bytes[0] = stats.allocated_bytes[0];
        return stats;
    }
    void resetAccumulatedStats(c10::DeviceIndex) override {}
    void resetPeakStats(c10::DeviceIndex) override { state().peak = state().allocated; }
    std::pair<std::size_t, std::size_t> getMemoryInfo(c10::DeviceIndex) override {
        return {state().limit - std::min(state().limit, state().allocated), state().limit};
    }
};

void free_pinned_memory(void* memory) {
    drain_all();  // a host allocator keeps it that long
    std::erase_if(state().pinned, [&](const auto& block) { return block.first == memory; });
    std::erase_if(state().reads, [](const State::Read& read) { return !is_pinned(read.memory); });
    std::free(memory);
}

class PinnedMemory final : public c10::Allocator {
  public:
    c10::DataPtr allocate(std::size_t size) override {
        void* const memory = std::malloc(std::max<std::size_t>(size, 1));
        std::memset(memory, 0xCD, size);
        state().pinned.insert({bytes(memory), std::max<std::size_t>(size, 1)});
        return {memory, memory, &free_pinned_memory, at::Device(at::kCPU)};
    }
    c10::DeleterFnPtr raw_deleter() const override { return &free_pinned_memory; }
    void copy_data(void* to, const void* from, std::size_t size) const override {
        default_copy_data(to, from, size);
    }
};

class Hooks final : public at::PrivateUse1HooksInterface {
  public:
    bool isBuilt() const override { return true; }
    bool isAvailable() const override { return true; }
    bool hasPrimaryContext(c10::DeviceIndex) const override { return true; }
    bool isPinnedPtr(const void* data) const override { return is_pinned(data); }
    c10::Allocator* getPinnedMemoryAllocator() const override {
        static PinnedMemory memory;
        return &memory;
    }
};

Memory& memory() {
    static Memory* const m = new Memory;
    return *m;
}

constexpr c10::DispatchKeySet kKey(c10::DispatchKey::PrivateUse1);

at::Tensor empty(c10::IntArrayRef size, std::optional<at::ScalarType> type, std::optional<at::Layout>,
                 std::optional<at::Device>, std::optional<bool>, std::optional<at::MemoryFormat> format) {
    return at::detail::empty_generic(size, &memory(), kKey, type.value_or(at::kFloat), format);
}

at::Tensor empty_strided(c10::IntArrayRef size, c10::IntArrayRef stride, std::optional<at::ScalarType> type,
                         std::optional<at::Layout>, std::optional<at::Device>, std::optional<bool>) {
    return at::detail::empty_strided_generic(size, stride, &memory(), kKey, type.value_or(at::kFloat));
}

/// The same memory as a tensor of the CPU.
at::Tensor on_cpu(const at::Tensor& tensor) {
    return at::from_blob(tensor.data_ptr(), tensor.sizes(), tensor.strides(), tensor.scalar_type());
}

at::Tensor copy_from(const at::Tensor& from, const at::Tensor& to, bool non_blocking) {
    State& s = state();
    use(from);
    use(to);
    const at::Tensor source = on_cpu(from), target = on_cpu(to);
    const auto copy = [source, target] { target.copy_(source); };
    if (from.device() == to.device() || !non_blocking) {
        drain(s.current);
        copy();
        return to;
    }
    const at::Tensor& host = from.device().is_cpu() ? from : to;
    ++(is_pinned(host.data_ptr()) ? s.pinned_copies : s.other_copies);
    const State::Read read{
        static_cast<const char*>(from.data_ptr()), {}, s.current, s.clocks[s.current][s.current]};
    const std::size_t size = from.device().is_cpu() ? from.nbytes() : 0;
    const auto noted = [copy, read, size] {
        copy();
        state().reads.push_back(read);
        state().reads.back().copy.assign(read.memory, read.memory + size);
    };
    s.streams[s.current].push_back({noted, nullptr, 0, {from.data_ptr(), to.data_ptr()}});
    return to;
}

at::Tensor copy_and_resize(const at::Tensor& from, const at::Tensor& to) {
    TORCH_CHECK(from.sizes() == to.sizes(), "the simulated device resizes nothing");
    return copy_from(from, to, false);
}

at::Tensor convolve(const at::Tensor& x, const at::Tensor& weight, const std::optional<at::Tensor>& bias,
                    c10::SymIntArrayRef stride, c10::SymIntArrayRef padding, c10::SymIntArrayRef dilation,
                    bool transposed, c10::SymIntArrayRef output_padding, c10::SymInt groups) {
    drain(state().current);
    std::optional<at::Tensor> added;
    if (bias && bias->defined()) added = bias->cpu();
    return at::convolution_symint(x.cpu(), weight.cpu(), added, stride, padding, dilation, transposed,
                                  output_padding, std::move(groups))
        .to(x.device());
}

void on_the_cpu(const c10::OperatorHandle& op, torch::jit::Stack* stack) {
    drain(state().current);
    at::native::cpu_fallback(op, stack);
}

}  // namespace

TORCH_LIBRARY_IMPL(aten, PrivateUse1, library) {
    library.impl("empty.memory_format", &empty);
    library.impl("empty_strided", &empty_strided);
    library.impl("_copy_from", &copy_from);
    library.impl("_copy_from_and_resize", &copy_and_resize);
    library.impl("convolution_overrideable", &convolve);
    library.impl("view", &at::native::view);
    library.impl("as_strided", &at::native::as_strided_tensorimpl);
    library.impl("_reshape_alias", &at::native::_reshape_alias);
}

TORCH_LIBRARY_IMPL(_, PrivateUse1, library) {
    library.fallback(torch::CppFunction::makeFromBoxedFunction<&on_the_cpu>());
}

void SimulatedDevice::install() {
    static const bool done = [] {
        c10::register_privateuse1_backend("simulated");
        static const c10::impl::DeviceGuardImplRegistrar guard(at::kPrivateUse1, new Guard);
        c10::SetAllocator(at::kPrivateUse1, &memory());
        at::RegisterPrivateUse1HooksInterface(new Hooks);
        return true;
    }();
    static_cast<void>(done);
}

void SimulatedDevice::set_limit(std::size_t limit) {
    state().limit = limit;
}
std::size_t SimulatedDevice::allocated() {
    return state().allocated;
}
int SimulatedDevice::hazards() {
    return state().hazards;
}
int SimulatedDevice::waits() {
    return state().waits;
}
int SimulatedDevice::pinned_copies() {
    return state().pinned_copies;
}
int SimulatedDevice::other_copies() {
    return state().other_copies;
}
int SimulatedDevice::released() {
    return state().released;
}
std::size_t SimulatedDevice::waiting() {
    std::size_t all = 0;
    for (const auto& [stream, commands] : state().streams) all += commands.size();
    return all;
}
void SimulatedDevice::forget_counts() {
    State& s = state();
    s.hazards = s.waits = s.pinned_copies = s.other_copies = s.released = 0;
}

}  // namespace fieldmark::testing
