// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stop_token>
#include <thread>

namespace fieldmark::cli {

/// SIGINT and SIGTERM as a stop token: the first asks the running job to stop and keep what is done, the
/// second ends the program at once. One object a process.
class Interrupt {
  public:
    Interrupt();
    ~Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;

    std::stop_token token() const { return m_source.get_token(); }
    bool requested() const { return m_source.stop_requested(); }

  private:
    std::stop_source m_source;
    int m_read_end = -1;
    std::thread m_watcher;
};

}  // namespace fieldmark::cli
