// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "core/models/thread_team.h"

namespace fieldmark {

/// The part of `length` things that falls to one thread of a team.
struct TeamShare {
    int thread = 0;
    int threads = 1;
    int begin(int length) const { return length * thread / threads; }
    int end(int length) const { return length * (thread + 1) / threads; }
};

/// One or two pictures for a thread of its own (share: all of it), or one picture for the whole team.
struct PictureTurn {
    int first = 0;  ///< picture
    int count = 1;
    int thread = 0;     ///< who computes
    bool alone = true;  ///< false: the team's workspace is thread 0's
    TeamShare share = {};
};

/// Deals `count` pictures to a team: one thread a picture (a pair where that leaves nobody idle for longer
/// than a picture takes), and what is left over to all threads together. `work` must not throw; its barrier
/// is the team's, to be waited at with share.threads.
void deal_pictures(int count, int threads, const std::function<void(const PictureTurn&, TeamBarrier&)>& work);

}  // namespace fieldmark
