// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ctime>

namespace fieldmark {

/// CPU seconds that the calling thread (or the whole process) has used.
inline double cpu_seconds(clockid_t clock) {
    timespec time{};
    clock_gettime(clock, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}
inline double thread_cpu_seconds() {
    return cpu_seconds(CLOCK_THREAD_CPUTIME_ID);
}
inline double process_cpu_seconds() {
    return cpu_seconds(CLOCK_PROCESS_CPUTIME_ID);
}

}  // namespace fieldmark
