// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "core/base/bounded_queue.h"
#include "core/base/stopwatch.h"
#include "core/engine/importing/import_pipeline.h"
#include "core/engine/pictures/cpu_clock.h"
#include "core/library/writer.h"

/// What the stages of one import share. Only the import's own files include this header.
namespace fieldmark::importing {

enum Stage { List, Decode, Embed, Store };

/// Counters that all stages write and the progress display reads. Any thread.
class Tally {
  public:
    std::atomic<std::int64_t> listed{0};
    std::atomic<std::int64_t> total{0};  ///< items to embed, known so far
    std::atomic<std::int64_t> done{0};   ///< embedded, copied or failed, and committed
    std::atomic<std::int64_t> failed{0};
    std::atomic<bool> listing{false};
    std::atomic<bool> finishing{false};

    void add(Stage stage, double cpu_seconds, std::int64_t items) {
        m_busy[stage].fetch_add(cpu_seconds, std::memory_order_relaxed);
        m_done[stage].fetch_add(items, std::memory_order_relaxed);
    }

    /// The embedder computes on threads of Torch's own, so its share is what this process has used since the
    /// start less what the other stages report.
    std::vector<StageStatus> stages() const;

    /// The rate over the last seconds, from calls some ten times a second on one thread.
    ImportProgress progress(bool paused);

  private:
    std::array<std::atomic<double>, 4> m_busy{};
    std::array<std::atomic<std::int64_t>, 4> m_done{};
    const double m_process_start = process_cpu_seconds();
    Stopwatch m_clock;
    std::deque<std::pair<double, std::int64_t>> m_recent;  ///< (seconds, done)
};

/// Adds the CPU time of a scope on this thread to a stage.
class StageTime {
  public:
    StageTime(Tally& tally, Stage stage, std::int64_t items)
        : m_tally(tally), m_stage(stage), m_items(items) {}
    ~StageTime() { m_tally.add(m_stage, thread_cpu_seconds() - m_start, m_items); }
    StageTime(const StageTime&) = delete;
    StageTime& operator=(const StageTime&) = delete;

  private:
    Tally& m_tally;
    const Stage m_stage;
    const std::int64_t m_items;
    const double m_start = thread_cpu_seconds();
};

struct Context {
    Context(Library& opened, Embedder& model_in_use, ThumbnailCache* cache, const ImportRequest& asked,
            const ImportObserver& watcher, PauseGate* pause)
        : library(opened),
          embedder(model_in_use),
          thumbnails(cache),
          request(asked),
          observer(watcher),
          gate(pause) {}

    Library& library;
    Embedder& embedder;
    ThumbnailCache* thumbnails;
    const ImportRequest& request;
    const ImportObserver& observer;
    PauseGate* gate;
    ModelId model = 0;
    Tally tally;
    std::stop_source abort;  ///< the user's cancel, or a fatal error

    void fail(Error error) {
        {
            const std::lock_guard lock(m_mutex);
            if (!m_error) m_error = std::move(error);
        }
        abort.request_stop();
    }
    std::optional<Error> error() const {
        const std::lock_guard lock(m_mutex);
        return m_error;
    }
    void add_failed(FailedFile file) {
        tally.failed.fetch_add(1);
        const std::lock_guard lock(m_mutex);
        failed.push_back(std::move(file));
    }
    bool pass_gate() { return gate ? gate->wait(abort.get_token()) : !abort.stop_requested(); }

    std::vector<FailedFile> failed;  ///< guarded; free to read when the stages have ended

  private:
    mutable std::mutex m_mutex;
    std::optional<Error> m_error;
};

}  // namespace fieldmark::importing
