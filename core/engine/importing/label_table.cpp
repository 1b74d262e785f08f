// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/importing/label_table.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

#include "core/base/file_system.h"

namespace fieldmark {

namespace {

void append_utf8(std::string& text, char32_t code) {
    if (code < 0x80) {
        text += static_cast<char>(code);
    } else if (code < 0x800) {
        text += static_cast<char>(0xC0 | (code >> 6));
        text += static_cast<char>(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        text += static_cast<char>(0xE0 | (code >> 12));
        text += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
        text += static_cast<char>(0x80 | (code & 0x3F));
    } else {
        text += static_cast<char>(0xF0 | (code >> 18));
        text += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
        text += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
        text += static_cast<char>(0x80 | (code & 0x3F));
    }
}

/// `bytes` without the byte-order mark. A lone surrogate becomes U+FFFD.
std::string utf8_from_utf16(std::string_view bytes, bool big_endian) {
    const auto unit = [&](std::size_t at) {
        const auto first = static_cast<unsigned char>(bytes[at]);
        const auto second = static_cast<unsigned char>(bytes[at + 1]);
        return static_cast<char32_t>(big_endian ? first << 8 | second : second << 8 | first);
    };
    std::string text;
    text.reserve(bytes.size());
    for (std::size_t at = 0; at + 1 < bytes.size(); at += 2) {
        char32_t code = unit(at);
        if (code >= 0xD800 && code < 0xE000) {
            const bool pair = code < 0xDC00 && at + 3 < bytes.size() && (unit(at + 2) & 0xFC00) == 0xDC00;
            if (pair) {
                code = 0x10000 + ((code - 0xD800) << 10) + (unit(at + 2) - 0xDC00);
                at += 2;
            } else {
                code = 0xFFFD;
            }
        }
        append_utf8(text, code);
    }
    return text;
}

std::string text_of(const std::vector<std::byte>& file) {
    const std::string_view bytes(reinterpret_cast<const char*>(file.data()), file.size());
    if (bytes.starts_with("\xEF\xBB\xBF")) return std::string(bytes.substr(3));
    if (bytes.starts_with("\xFF\xFE")) return utf8_from_utf16(bytes.substr(2), false);
    if (bytes.starts_with("\xFE\xFF")) return utf8_from_utf16(bytes.substr(2), true);
    return std::string(bytes);
}

/// The separator that the header line uses most, outside quotes; a comma where it uses none.
char delimiter_of(std::string_view text) {
    constexpr std::array kDelimiters{',', ';', '\t'};
    std::array<int, kDelimiters.size()> counts{};
    bool quoted = false;
    for (const char c : text) {
        if (c == '"') quoted = !quoted;
        if (quoted) continue;
        if (c == '\n' || c == '\r') break;
        for (std::size_t i = 0; i < kDelimiters.size(); ++i) counts[i] += c == kDelimiters[i] ? 1 : 0;
    }
    const auto most = std::max_element(counts.begin(), counts.end());
    return kDelimiters[static_cast<std::size_t>(most - counts.begin())];
}

/// One record after the other; a record may span lines inside quotes.
class RecordReader {
  public:
    RecordReader(std::string_view text, char delimiter) : m_text(text), m_delimiter(delimiter) {}

    /// False at the end. `open_quote` tells that the text ended inside quotes.
    bool next(std::vector<std::string>& cells, bool& open_quote) {
        cells.clear();
        open_quote = false;
        if (m_at >= m_text.size()) return false;
        m_record_line = m_line;
        std::string cell;
        bool quoted = false;
        while (m_at < m_text.size()) {
            const char c = m_text[m_at++];
            if (c == '\n') ++m_line;
            if (quoted) {
                if (c != '"') {
                    cell += c;
                } else if (m_at < m_text.size() && m_text[m_at] == '"') {
                    cell += '"';
                    ++m_at;
                } else {
                    quoted = false;
                }
            } else if (c == '"' && cell.empty()) {
                quoted = true;
            } else if (c == m_delimiter) {
                cells.push_back(std::exchange(cell, {}));
            } else if (c == '\n') {
                break;
            } else if (c == '\r') {
                if (m_at < m_text.size() && m_text[m_at] == '\n') continue;
                ++m_line;  // old line ends
                break;
            } else {
                cell += c;
            }
        }
        open_quote = quoted;
        cells.push_back(std::move(cell));
        return true;
    }

    int line() const { return m_record_line; }

  private:
    std::string_view m_text;
    char m_delimiter;
    std::size_t m_at = 0;
    int m_line = 1;
    int m_record_line = 1;
};

std::string trimmed(const std::string& text) {
    constexpr const char* kBlank = " \t";
    const auto first = text.find_first_not_of(kBlank);
    if (first == std::string::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

Status check_header(const std::string& file, const std::vector<std::string>& header) {
    if (header.size() < 2) {
        return Error{ErrorKind::Usage,
                     "The table \"" + file +
                         "\" has no label column: its first line must name the path column and at "
                         "least one field, separated by comma, semicolon or tab."};
    }
    std::set<std::string> names;
    for (std::size_t i = 1; i < header.size(); ++i) {
        if (header[i].empty()) {
            return Error{ErrorKind::Usage, "Column " + std::to_string(i + 1) + " of the table \"" + file +
                                               "\" has no name. Give every column a name in the first line."};
        }
        if (!names.insert(header[i]).second) {
            return Error{ErrorKind::Usage, "The table \"" + file + "\" has two columns named \"" + header[i] +
                                               "\". Rename one."};
        }
    }
    return {};
}

}  // namespace

Result<LabelTable> read_label_table(const std::string& file) {
    auto bytes = FileSystem::posix().read(file);
    if (!bytes) return bytes.error();
    const std::string text = text_of(*bytes);
    if (text.find('\0') != std::string::npos) {
        return Error{ErrorKind::Damaged, "\"" + file + "\" is not a text table. Save it as CSV (UTF-8)."};
    }
    RecordReader reader(text, delimiter_of(text));
    LabelTable table;
    std::vector<std::string> cells;
    bool open_quote = false;
    bool header_read = false;
    while (reader.next(cells, open_quote)) {
        const std::string place = "Line " + std::to_string(reader.line()) + " of \"" + file + "\"";
        if (open_quote) {
            return Error{ErrorKind::Damaged,
                         place + " opens a quote that is never closed. Mend the table and try again."};
        }
        if (cells.size() == 1 && trimmed(cells[0]).empty()) continue;  // blank line
        if (!header_read) {
            for (std::string& cell : cells) cell = trimmed(cell);
            if (auto status = check_header(file, cells); !status) return status.error();
            table.fields.assign(cells.begin() + 1, cells.end());
            header_read = true;
            continue;
        }
        if (cells.size() != table.fields.size() + 1) {
            return Error{ErrorKind::Damaged,
                         place + " has " + std::to_string(cells.size()) + " cells where the first line has " +
                             std::to_string(table.fields.size() + 1) + ". Mend the table and try again."};
        }
        LabelTable::Row row;
        row.path = std::move(cells[0]);
        row.values.assign(std::make_move_iterator(cells.begin() + 1), std::make_move_iterator(cells.end()));
        table.rows.push_back(std::move(row));
    }
    if (!header_read) {
        return Error{
            ErrorKind::Usage,
            "The table \"" + file + "\" is empty. Its first line must name a path column and the fields."};
    }
    return table;
}

}  // namespace fieldmark
