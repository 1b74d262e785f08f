// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/interrupt.h"

#include <array>
#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <unistd.h>

namespace fieldmark::cli {

namespace {

// A signal handler may do little more than write to a pipe; a thread reads it and does the rest.
int write_end = -1;
volatile std::sig_atomic_t signals_seen = 0;

constexpr char stop_mark = 's';
constexpr char quit_mark = 'q';

extern "C" void on_signal(int number) {
    const int saved = errno;
    if (signals_seen != 0) {
        std::signal(number, SIG_DFL);
        std::raise(number);
    }
    signals_seen = 1;
    [[maybe_unused]] const ssize_t written = write(write_end, &stop_mark, 1);
    errno = saved;
}

}  // namespace

Interrupt::Interrupt() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return;  // without the pipe, signals keep their default meaning
    m_read_end = ends[0];
    write_end = ends[1];
    m_watcher = std::thread([this] {
        char mark = 0;
        for (;;) {
            const ssize_t got = read(m_read_end, &mark, 1);
            if (got < 0 && errno == EINTR) continue;
            if (got != 1 || mark == quit_mark) return;
            m_source.request_stop();
        }
    });
    struct sigaction action = {};
    action.sa_handler = on_signal;
    action.sa_flags = SA_RESTART;
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

Interrupt::~Interrupt() {
    if (m_read_end < 0) return;
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
    [[maybe_unused]] const ssize_t written = write(write_end, &quit_mark, 1);
    m_watcher.join();
    close(write_end);
    close(m_read_end);
    write_end = -1;
}

}  // namespace fieldmark::cli
