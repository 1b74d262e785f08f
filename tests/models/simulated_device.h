// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <c10/core/Device.h>

#include <cstddef>
#include <cstdint>

namespace fieldmark::testing {

/// A device for LibTorch (at::kPrivateUse1) whose memory is the computer's and whose operators are the CPU's,
/// with streams and events as a GPU has them, in their worst case: what is put on a stream is done as late as
/// streams, events and waits permit. So a wait that is missing shows in the results every time, and not once
/// in a thousand. Counted are the waits, and memory that one stream uses or frees while another may not be
/// done with it, even where here it happens to be. One of it, one thread.
class SimulatedDevice {
  public:
    static at::Device device() { return {at::kPrivateUse1, 0}; }
    /// Registers it with LibTorch, once.
    static void install();

    static void set_limit(std::size_t bytes);  ///< of its memory
    static std::size_t allocated();
    static int hazards();          ///< memory used or freed under another stream's hands
    static int waits();            ///< of the processor for a whole stream
    static int pinned_copies();    ///< from or to pinned memory, without waiting
    static int other_copies();     ///< without waiting, from or to memory that is not pinned
    static int released();         ///< times the allocator was asked to hand back what it keeps
    static std::size_t waiting();  ///< commands not done yet
    static void forget_counts();
};

}  // namespace fieldmark::testing
