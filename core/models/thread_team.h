// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>

namespace fieldmark {

/// Where the threads of a team wait for each other. Spins for some microseconds, for that is what
/// neighbouring stages of one picture differ by; then sleeps, for a core may have been taken away.
class TeamBarrier {
  public:
    /// Returns when `threads` threads have called it as often as this one.
    void wait(int threads);

  private:
    std::atomic<int> m_arrived = 0;
    std::atomic<unsigned> m_round = 0;
};

/// Runs work(thread, threads) on `threads` threads, the calling one among them, and returns when all have
/// ended. The team is smaller where the system gives fewer threads; every call is told the same number.
/// `work` must not throw.
void run_team(int threads, const std::function<void(int thread, int threads)>& work);

}  // namespace fieldmark
