// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace fieldmark {

/// A gate that a job's feeding stage passes between files. Closed: the stage waits, what is already in the
/// pipeline drains. Any thread.
class PauseGate {
  public:
    void set_paused(bool paused) {
        {
            const std::lock_guard lock(m_mutex);
            m_paused = paused;
        }
        m_changed.notify_all();
    }

    bool paused() const {
        const std::lock_guard lock(m_mutex);
        return m_paused;
    }

    /// Waits while paused. False if `stop` was requested.
    bool wait(std::stop_token stop) {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, stop, [&] { return !m_paused; });
        return !stop.stop_requested();
    }

  private:
    mutable std::mutex m_mutex;
    std::condition_variable_any m_changed;
    bool m_paused = false;
};

}  // namespace fieldmark
