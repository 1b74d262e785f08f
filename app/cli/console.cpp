// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/console.h"

#include <cstdio>

#include <unistd.h>

namespace fieldmark::cli {

namespace {

constexpr std::chrono::milliseconds terminal_pace{100};
constexpr std::chrono::seconds log_pace{5};

}  // namespace

Console::Console()
    : m_terminal(isatty(STDERR_FILENO) == 1), m_last_progress(std::chrono::steady_clock::now()) {}

Console::~Console() {
    end_progress();
}

void Console::print(const std::string& text) {
    if (m_json) return;
    end_progress();
    std::fwrite(text.data(), 1, text.size(), stdout);
}

void Console::answer(const Json& object) {
    if (!m_json) return;
    end_progress();
    // Paths go through put_path; a label may still hold any bytes, so bad ones are replaced and never thrown
    // at.
    const std::string text = object.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
}

void Console::warn(const std::string& text) {
    message(text);
}

void Console::note(const std::string& text) {
    if (!m_quiet) message(text);
}

void Console::progress(const std::string& text) {
    if (m_quiet) return;
    const std::lock_guard lock(m_mutex);
    const auto now = std::chrono::steady_clock::now();
    if (m_terminal) {
        if (m_line_shown && now - m_last_progress < terminal_pace) return;
        std::fprintf(stderr, "\r%s\x1b[K", text.c_str());
        m_line_shown = true;
    } else {
        if (now - m_last_progress < log_pace) return;
        std::fprintf(stderr, "%s\n", text.c_str());
    }
    std::fflush(stderr);
    m_last_progress = now;
}

void Console::end_progress() {
    const std::lock_guard lock(m_mutex);
    clear_line();
}

void Console::clear_line() {
    if (!m_line_shown) return;
    std::fputs("\r\x1b[K", stderr);
    std::fflush(stderr);
    m_line_shown = false;
}

void Console::message(const std::string& text) {
    const std::lock_guard lock(m_mutex);
    clear_line();
    std::fprintf(stderr, "fieldmark-cli: %s\n", display_text(text).c_str());
}

}  // namespace fieldmark::cli
