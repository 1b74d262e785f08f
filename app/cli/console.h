// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <mutex>
#include <string>

#include "app/cli/text.h"

namespace fieldmark::cli {

/// The two streams of the program. Standard output carries the answer: one JSON object, or text for people.
/// Standard error carries everything else: messages, and progress as one line that is redrawn on a terminal
/// or as a plain line every few seconds in a log. Any thread.
class Console {
  public:
    Console();
    ~Console();
    Console(const Console&) = delete;
    Console& operator=(const Console&) = delete;

    void set_json(bool json) { m_json = json; }
    void set_quiet(bool quiet) { m_quiet = quiet; }
    bool json() const { return m_json; }

    /// Text of the answer; nothing with --json.
    void print(const std::string& text);
    /// The answer as JSON; nothing without --json.
    void answer(const Json& object);

    /// "fieldmark-cli: TEXT" on standard error, always.
    void warn(const std::string& text);
    /// The same for what is good to know; not with --quiet.
    void note(const std::string& text);
    /// Where the work stands; not with --quiet.
    void progress(const std::string& text);
    /// Takes the progress line away, so that the terminal is clean for what follows.
    void end_progress();

  private:
    void clear_line();
    void message(const std::string& text);

    std::mutex m_mutex;
    bool m_json = false;
    bool m_quiet = false;
    bool m_terminal = false;
    bool m_line_shown = false;
    std::chrono::steady_clock::time_point m_last_progress;
};

}  // namespace fieldmark::cli
