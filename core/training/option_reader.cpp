// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/training/option_reader.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace fieldmark {
namespace {

std::string plain(double value) {
    char buffer[32];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
    return {buffer, end};
}

bool parse(const std::string& text, double& value) {
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    return code == std::errc() && end == text.data() + text.size() && std::isfinite(value);
}

}  // namespace

const std::string* OptionReader::find(const std::string& name) {
    m_known.insert(name);
    const auto it = m_options.find(name);
    return it == m_options.end() ? nullptr : &it->second;
}

void OptionReader::fail(const Error& error) {
    if (m_problem.ok()) m_problem = error;
}

double OptionReader::number(const std::string& name, double fallback, double least, double most) {
    const std::string* text = find(name);
    if (text == nullptr) return fallback;
    double value = 0;
    if (!parse(*text, value) || value < least || value > most) {
        fail({ErrorKind::Usage, "The option \"" + name + "\" wants a number from " + plain(least) + " to " +
                                    plain(most) + ", not \"" + *text + "\"."});
        return fallback;
    }
    return value;
}

int OptionReader::integer(const std::string& name, int fallback, int least, int most) {
    const double value = number(name, fallback, least, most);
    if (value != std::floor(value)) {
        fail({ErrorKind::Usage, "The option \"" + name + "\" wants a whole number."});
        return fallback;
    }
    return static_cast<int>(value);
}

bool OptionReader::flag(const std::string& name, bool fallback) {
    const std::string* text = find(name);
    if (text == nullptr) return fallback;
    for (const char* yes : {"true", "yes", "on", "1"}) {
        if (*text == yes) return true;
    }
    for (const char* no : {"false", "no", "off", "0"}) {
        if (*text == no) return false;
    }
    fail({ErrorKind::Usage, "The option \"" + name + "\" is true or false, not \"" + *text + "\"."});
    return fallback;
}

std::string OptionReader::text(const std::string& name, const std::string& fallback) {
    const std::string* text = find(name);
    return text == nullptr ? fallback : *text;
}

std::string OptionReader::choice(const std::string& name, const std::string& fallback,
                                 const std::vector<std::string>& values) {
    const std::string* text = find(name);
    if (text == nullptr) return fallback;
    if (std::find(values.begin(), values.end(), *text) != values.end()) return *text;
    std::string known;
    for (const std::string& value : values) known += (known.empty() ? "" : ", ") + value;
    fail({ErrorKind::Usage, "The option \"" + name + "\" is one of " + known + ", not \"" + *text + "\"."});
    return fallback;
}

Status OptionReader::finish() const {
    if (!m_problem.ok()) return m_problem;
    for (const auto& [name, value] : m_options) {
        if (m_known.contains(name)) continue;
        std::string known;
        for (const std::string& option : m_known) known += (known.empty() ? "" : ", ") + option;
        return Error{ErrorKind::Usage,
                     "There is no option \"" + name + "\" for this method. Known options: " + known + "."};
    }
    return {};
}

}  // namespace fieldmark
