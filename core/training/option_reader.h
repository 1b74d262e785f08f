// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace fieldmark {

/// Reads a method's options by name and remembers the first thing that is wrong: a value out of range, or,
/// found by finish(), an option that nobody asked for.
class OptionReader {
  public:
    explicit OptionReader(const std::map<std::string, std::string>& options) : m_options(options) {}

    double number(const std::string& name, double fallback, double least, double most);
    int integer(const std::string& name, int fallback, int least, int most);
    bool flag(const std::string& name, bool fallback);  ///< true, yes, on, 1 / false, no, off, 0
    std::string text(const std::string& name, const std::string& fallback);
    std::string choice(const std::string& name, const std::string& fallback,
                       const std::vector<std::string>& values);
    void fail(const Error& error);

    /// Usage: the first problem, or the first unknown option with the known ones listed.
    Status finish() const;

  private:
    const std::string* find(const std::string& name);

    const std::map<std::string, std::string>& m_options;
    std::set<std::string> m_known;
    Status m_problem;
};

}  // namespace fieldmark
