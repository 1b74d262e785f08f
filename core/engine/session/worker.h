// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "core/base/result.h"

namespace fieldmark {

/// Threads that work off tasks in the order they were posted. Any thread may post. A task must not throw; only
/// where memory ran out, which a task that expects it answers itself (within_memory), it is told to `out_of_memory`
/// on the worker's thread, and the next task is begun.
class Worker {
  public:
    using Task = std::function<void(std::stop_token)>;
    using Tell = std::function<void(const Error&)>;

    explicit Worker(Tell out_of_memory, int threads = 1);
    ~Worker();  ///< asks the running tasks to stop, drops those not begun, waits
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    void post(Task task);
    /// What the destructor does first, without the waiting.
    void request_stop();
    /// Works off what was posted, then ends the threads and waits for them. Nobody may post any more.
    void finish();

  private:
    void work(const std::stop_token& stop);

    const Tell m_out_of_memory;
    std::mutex m_mutex;
    std::condition_variable_any m_posted;
    std::deque<Task> m_tasks;
    std::stop_source m_stop;
    bool m_finishing = false;
    std::vector<std::jthread> m_threads;
};

}  // namespace fieldmark
