// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/importing/import_context.h"

#include <algorithm>

namespace fieldmark::importing {

std::vector<StageStatus> Tally::stages() const {
    constexpr std::array kNames{"list", "decode", "embed", "store"};
    std::vector<StageStatus> stages;
    double others = 0;
    for (std::size_t i = 0; i < kNames.size(); ++i) {
        stages.push_back({kNames[i], m_busy[i].load(), m_done[i].load()});
        if (i != Embed) others += stages.back().busy_seconds;
    }
    stages[Embed].busy_seconds = std::max(0.0, process_cpu_seconds() - m_process_start - others);
    return stages;
}

ImportProgress Tally::progress(bool paused) {
    constexpr double kWindow = 5.0;
    ImportProgress progress;
    progress.phase = finishing ? ImportProgress::Phase::Finishing
                     : listing ? ImportProgress::Phase::Listing
                               : ImportProgress::Phase::Embedding;
    progress.listed = listed;
    progress.done = done;
    progress.total = std::max(total.load(), progress.done);
    progress.failed = failed;
    progress.paused = paused;
    progress.stages = stages();

    const double now = m_clock.seconds();
    if (paused) m_recent.clear();
    if (m_recent.empty() || now - m_recent.back().first >= 0.1) m_recent.emplace_back(now, progress.done);
    while (m_recent.size() > 2 && now - m_recent.front().first > kWindow) m_recent.pop_front();
    const double span = now - m_recent.front().first;
    if (span > 0.2) {
        progress.images_per_second = static_cast<double>(progress.done - m_recent.front().second) / span;
    }
    if (!listing && progress.images_per_second > 0) {
        progress.seconds_left =
            static_cast<double>(progress.total - progress.done) / progress.images_per_second;
    }
    return progress;
}

}  // namespace fieldmark::importing
