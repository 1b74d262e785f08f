// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/picture_team.h"

#include <atomic>

namespace fieldmark {

void deal_pictures(int count, int threads,
                   const std::function<void(const PictureTurn&, TeamBarrier&)>& work) {
    std::atomic<int> next = 0;
    TeamBarrier barrier;
    run_team(threads, [&](int thread, int team) {
        const int alone = count / team * team;
        for (int i = next.load(); i < alone;) {
            const int turn = alone - i >= 2 * team ? 2 : 1;
            if (!next.compare_exchange_weak(i, i + turn)) continue;
            TeamBarrier none;
            work({i, turn, thread, true, {}}, none);
            i = next.load();
        }
        if (alone == count) return;
        barrier.wait(team);  // the first one's workspace is everybody's from here on
        for (int i = alone; i < count; ++i) work({i, 1, thread, false, {thread, team}}, barrier);
    });
}

}  // namespace fieldmark
