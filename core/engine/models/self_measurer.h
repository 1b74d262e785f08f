// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "core/engine/pictures/embedder.h"
#include "core/models/self_measurement.h"

namespace fieldmark {

/// Measures a model once, on a thread of its own, while nobody needs it: begins when it has been idle for a
/// while, gives up as soon as an import or a query wants it, and tries again later, a few times. The result
/// is stored and counts from the next start on. The destructor stops and waits, at most while a model is
/// loaded.
class SelfMeasurer {
  public:
    using Done = std::function<void(const SelfMeasurement&)>;
    /// As SelfMeasureSettings::sample; `stop` asks to give up.
    using Sample =
        std::function<std::vector<std::uint8_t>(std::size_t most, const std::function<bool()>& stop)>;

    /// `sample` and `done` are called on the measuring thread; `done` once, if it comes to an end.
    SelfMeasurer(std::string models_folder, std::shared_ptr<const Embedder> embedder, Sample sample,
                 Done done, std::chrono::milliseconds idle = std::chrono::seconds(20));

    void request_stop() { m_thread.request_stop(); }

  private:
    void run(const std::stop_token& stop) const;

    const std::string m_models_folder;
    const std::shared_ptr<const Embedder> m_embedder;
    const Sample m_sample;
    const Done m_done;
    const std::chrono::milliseconds m_idle;
    std::jthread m_thread;  ///< last, so that it has ended before anything above goes
};

}  // namespace fieldmark
