// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <vector>

#include "core/base/within_memory.h"

namespace fieldmark {

/// Runs `work(own, failed)` on `threads` threads at once, the calling one among them (`own` true there), and
/// waits for all. `failed` turns true when one of them gave an error: the others should then end. The first
/// error is the result, memory that is not there among them (`doing` as within_memory() has it), so that no
/// exception leaves a thread. Where fewer threads are to be had, those do it.
template <typename Work>
Status side_by_side(int threads, const char* doing, const Work& work) {
    std::atomic<bool> failed{false};
    std::mutex mutex;
    std::optional<Error> first;
    const auto guarded = [&](bool own) {
        Status status = within_memory(doing, [&]() -> Status { return work(own, failed); });
        if (status) return;
        const std::lock_guard lock(mutex);
        if (!first) first = std::move(status).error();
        failed = true;
    };
    const Status status = within_memory(doing, [&]() -> Status {
        std::vector<std::jthread> helpers;
        helpers.reserve(static_cast<std::size_t>(threads > 1 ? threads - 1 : 0));
        for (int i = 1; i < threads; ++i) {
            try {
                helpers.emplace_back([&guarded] { guarded(false); });
            } catch (const std::system_error&) {
                break;
            }
        }
        guarded(true);
        return {};
    });
    if (!status) return status.error();
    if (first) return std::move(*first);
    return {};
}

}  // namespace fieldmark
