// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/models/self_measurer.h"

#include <condition_variable>
#include <mutex>
#include <utility>

#include "core/base/within_memory.h"
#include "core/models/model_registry.h"

namespace fieldmark {
namespace {

constexpr int kAttempts = 5;

/// False if `stop` came first.
bool sleep_for(std::chrono::milliseconds time, const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait_for(lock, stop, time, [] { return false; });
    return !stop.stop_requested();
}

}  // namespace

SelfMeasurer::SelfMeasurer(std::string models_folder, std::shared_ptr<const Embedder> embedder, Sample sample,
                           Done done, std::chrono::milliseconds idle)
    : m_models_folder(std::move(models_folder)),
      m_embedder(std::move(embedder)),
      m_sample(std::move(sample)),
      m_done(std::move(done)),
      m_idle(idle),
      m_thread([this](const std::stop_token& stop) { run(stop); }) {}

void SelfMeasurer::run(const std::stop_token& stop) const {
    const ModelInfo& info = m_embedder->info();
    const ModelRegistry registry = ModelRegistry::for_library(m_models_folder);
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        while (m_embedder->idle() < m_idle)
            if (!sleep_for(std::min(m_idle, std::chrono::milliseconds(1000)), stop)) return;
        const std::int64_t before = m_embedder->turns();
        SelfMeasureSettings settings;
        settings.stop = [&] { return stop.stop_requested() || m_embedder->turns() != before; };
        settings.sample = [&](std::size_t most) { return m_sample(most, settings.stop); };
        const auto measured = within_memory("to measure the model", [&] {
            return measure_backbone(
                info, [&](const BackboneOptions& options) { return registry.load(info, options); }, settings);
        });
        if (stop.stop_requested()) return;
        if (!measured) {
            if (measured.error().kind == ErrorKind::Cancelled) continue;
            return;  // what is wrong with the model is said where it is used
        }
        // Where it cannot be stored it is measured again at the next start; nobody need be told.
        static_cast<void>(store_measurement(*measured));
        m_done(*measured);
        return;
    }
}

}  // namespace fieldmark
