// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/result.h"

namespace fieldmark::cli {

/// JSON whose fields keep the order in which they were put, so that a person can read it too.
using Json = nlohmann::ordered_json;

/// Whether `bytes` are well-formed UTF-8 (no surrogates, no over-long forms).
bool is_utf8(const std::string& bytes);
/// `bytes` fit to be shown: what is not UTF-8 becomes U+FFFD, and control characters (a file name may hold an
/// escape sequence) become '?'.
std::string display_text(const std::string& bytes);

/// object[key] = path; a path that is not UTF-8 is put with replacement characters, and its bytes as
/// hexadecimal digits under "<key>_bytes".
void put_path(Json& object, const std::string& key, const std::string& path);
Json to_json(const Error& error);

std::string format_count(std::int64_t count);  ///< "12,345"
std::string format_bytes(std::int64_t bytes);  ///< "1.2 MB"
std::string format_seconds(double seconds);    ///< "0.8 s", "2 min 5 s", "3 h 10 min"
std::string format_number(double value, int decimals);

/// Columns of text, as wide as their widest cell.
class Table {
  public:
    enum class Align { Left, Right };
    Table& column(const std::string& title, Align align = Align::Left);
    void row(std::vector<std::string> cells);
    bool empty() const { return m_rows.empty(); }
    std::string text() const;

  private:
    std::vector<std::string> m_titles;
    std::vector<Align> m_aligns;
    std::vector<std::vector<std::string>> m_rows;
};

}  // namespace fieldmark::cli
