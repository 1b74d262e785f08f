// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

namespace fieldmark {

/// A queue between two pipeline stages, bounded by the bytes its elements stand for, so that a slow consumer
/// holds its producers back instead of filling memory. Any number of producers and consumers, any thread.
/// One element is always admitted, however large, so that a single huge image cannot block the pipeline.
template <typename T>
class BoundedQueue {
  public:
    explicit BoundedQueue(std::size_t max_bytes) : m_max_bytes(max_bytes) {}

    /// Waits for room. False (and the element dropped) if `stop` was requested or the queue was closed.
    bool push(T element, std::size_t bytes, std::stop_token stop) {
        std::unique_lock lock(m_mutex);
        const bool room =
            m_room.wait(lock, stop, [&] { return m_closed || m_elements.empty() || m_bytes + bytes <= m_max_bytes; });
        if (!room || m_closed) return false;
        m_bytes += bytes;
        m_elements.emplace_back(std::move(element), bytes);
        lock.unlock();
        m_ready.notify_one();
        return true;
    }

    /// Waits for an element. Empty once the queue is closed and drained, or `stop` was requested (what is queued
    /// then stays queued, so that a cancelled job ends at once).
    std::optional<T> pop(std::stop_token stop) {
        std::unique_lock lock(m_mutex);
        const bool ready = m_ready.wait(lock, stop, [&] { return m_closed || !m_elements.empty(); });
        if (!ready || stop.stop_requested() || m_elements.empty()) return std::nullopt;
        return take(lock);
    }

    /// As pop(), but gives up at `deadline`, too; ended() tells the two apart.
    template <typename Clock, typename Duration>
    std::optional<T> pop_until(std::chrono::time_point<Clock, Duration> deadline, std::stop_token stop) {
        std::unique_lock lock(m_mutex);
        const bool ready =
            m_ready.wait_until(lock, stop, deadline, [&] { return m_closed || !m_elements.empty(); });
        if (!ready || stop.stop_requested() || m_elements.empty()) return std::nullopt;
        return take(lock);
    }

    /// Closed and drained: no pop() will ever give an element again.
    bool ended() const {
        const std::lock_guard lock(m_mutex);
        return m_closed && m_elements.empty();
    }

    /// An element if one is there now.
    std::optional<T> try_pop() {
        std::unique_lock lock(m_mutex);
        if (m_elements.empty()) return std::nullopt;
        return take(lock);
    }

    /// No more elements will come; consumers drain what is left, waiting producers give up.
    void close() {
        {
            const std::lock_guard lock(m_mutex);
            m_closed = true;
        }
        m_ready.notify_all();
        m_room.notify_all();
    }

    std::size_t depth() const {
        const std::lock_guard lock(m_mutex);
        return m_elements.size();
    }

    std::size_t bytes() const {
        const std::lock_guard lock(m_mutex);
        return m_bytes;
    }

  private:
    std::optional<T> take(std::unique_lock<std::mutex>& lock) {
        std::optional<T> element(std::move(m_elements.front().first));
        m_bytes -= m_elements.front().second;
        m_elements.pop_front();
        lock.unlock();
        m_room.notify_all();
        return element;
    }

    const std::size_t m_max_bytes;
    mutable std::mutex m_mutex;
    std::condition_variable_any m_ready;
    std::condition_variable_any m_room;
    std::deque<std::pair<T, std::size_t>> m_elements;
    std::size_t m_bytes = 0;
    bool m_closed = false;
};

}  // namespace fieldmark
