// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/thread_team.h"

#include <system_error>
#include <thread>
#include <vector>

namespace fieldmark {
namespace {

constexpr int kSpins = 1000;  // some 50 microseconds

void pause_a_moment() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#else
    std::this_thread::yield();
#endif
}

}  // namespace

void TeamBarrier::wait(int threads) {
    if (threads < 2) return;
    const unsigned round = m_round.load(std::memory_order_acquire);
    if (m_arrived.fetch_add(1, std::memory_order_acq_rel) + 1 == threads) {
        m_arrived.store(0, std::memory_order_relaxed);
        m_round.fetch_add(1, std::memory_order_release);
        m_round.notify_all();
        return;
    }
    for (int spin = 0; spin < kSpins; ++spin) {
        if (m_round.load(std::memory_order_acquire) != round) return;
        pause_a_moment();
    }
    m_round.wait(round, std::memory_order_acquire);
}

void run_team(int threads, const std::function<void(int thread, int threads)>& work) {
    std::atomic<int> size = 0;
    std::vector<std::jthread> others;
    others.reserve(threads > 1 ? static_cast<std::size_t>(threads - 1) : 0);
    try {
        for (int thread = 1; thread < threads; ++thread)
            others.emplace_back([&size, &work, thread] {
                size.wait(0);
                work(thread, size.load());
            });
    } catch (const std::system_error&) {  // fewer do it, too
    }
    size = static_cast<int>(others.size()) + 1;
    size.notify_all();
    work(0, size.load());
}

}  // namespace fieldmark
