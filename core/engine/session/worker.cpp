// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/session/worker.h"

#include <utility>

#include "core/base/within_memory.h"

namespace fieldmark {

Worker::Worker(Tell out_of_memory, int threads) : m_out_of_memory(std::move(out_of_memory)) {
    for (int i = 0; i < threads; ++i) {
        m_threads.emplace_back([this] { work(m_stop.get_token()); });
    }
}

Worker::~Worker() {
    request_stop();
    m_threads.clear();
}

void Worker::post(Task task) {
    {
        const std::lock_guard lock(m_mutex);
        m_tasks.push_back(std::move(task));
    }
    m_posted.notify_one();
}

void Worker::request_stop() {
    m_stop.request_stop();
    const std::lock_guard lock(m_mutex);
    m_tasks.clear();
}

void Worker::finish() {
    {
        const std::lock_guard lock(m_mutex);
        m_finishing = true;
    }
    m_posted.notify_all();
    m_threads.clear();
}

void Worker::work(const std::stop_token& stop) {
    while (true) {
        Task task;
        {
            std::unique_lock lock(m_mutex);
            m_posted.wait(lock, stop, [&] { return m_finishing || !m_tasks.empty(); });
            if (stop.stop_requested() || m_tasks.empty()) return;
            task = std::move(m_tasks.front());
            m_tasks.pop_front();
        }
        const Status done = within_memory("for this", [&]() -> Status {
            task(stop);
            return {};
        });
        if (!done) m_out_of_memory(done.error());
    }
}

}  // namespace fieldmark
