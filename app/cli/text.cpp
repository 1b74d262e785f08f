// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "core/base/digest.h"

namespace fieldmark::cli {

namespace {

/// Length of the well-formed UTF-8 character at `at`, 0 where there is none (Unicode, table 3-7).
std::size_t character_length(const std::string& text, std::size_t at) {
    const auto byte = [&](std::size_t i) -> unsigned {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    const auto follows = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
    const unsigned lead = byte(at);
    if (lead < 0x80U) return 1;
    if (lead >= 0xC2U && lead <= 0xDFU) return follows(at + 1) ? 2 : 0;
    if (lead >= 0xE0U && lead <= 0xEFU) {
        const unsigned second = byte(at + 1);
        const bool fits = (lead != 0xE0U || second >= 0xA0U) && (lead != 0xEDU || second <= 0x9FU);
        return fits && follows(at + 1) && follows(at + 2) ? 3 : 0;
    }
    if (lead >= 0xF0U && lead <= 0xF4U) {
        const unsigned second = byte(at + 1);
        const bool fits = (lead != 0xF0U || second >= 0x90U) && (lead != 0xF4U || second <= 0x8FU);
        return fits && follows(at + 1) && follows(at + 2) && follows(at + 3) ? 4 : 0;
    }
    return 0;
}

std::size_t shown_width(const std::string& text) {
    // One column a character: enough for the names of files and labels in most scripts.
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

}  // namespace

bool is_utf8(const std::string& bytes) {
    for (std::size_t at = 0; at < bytes.size();) {
        const std::size_t length = character_length(bytes, at);
        if (length == 0) return false;
        at += length;
    }
    return true;
}

std::string display_text(const std::string& bytes) {
    std::string shown;
    shown.reserve(bytes.size());
    for (std::size_t at = 0; at < bytes.size();) {
        const std::size_t length = character_length(bytes, at);
        const auto lead = static_cast<unsigned char>(bytes[at]);
        if (length == 0) {
            shown += "\xEF\xBF\xBD";
            ++at;
            continue;
        }
        const bool control = lead < 0x20U || lead == 0x7FU ||
                             (lead == 0xC2U && static_cast<unsigned char>(bytes[at + 1]) < 0xA0U);
        if (control) {
            shown += '?';
        } else {
            shown.append(bytes, at, length);
        }
        at += length;
    }
    return shown;
}

void put_path(Json& object, const std::string& key, const std::string& path) {
    if (is_utf8(path)) {
        object[key] = path;
        return;
    }
    object[key] = display_text(path);
    object[key + "_bytes"] = to_hex(path);
}

Json to_json(const Error& error) {
    Json object;
    object["kind"] = to_string(error.kind);
    object["text"] = is_utf8(error.text) ? error.text : display_text(error.text);
    object["detail"] = is_utf8(error.detail) ? error.detail : display_text(error.detail);
    return object;
}

std::string format_count(std::int64_t count) {
    const std::string digits = std::to_string(count);
    const std::size_t first = count < 0 ? 1 : 0;
    std::string grouped;
    for (std::size_t at = 0; at < digits.size(); ++at) {
        if (at > first && (digits.size() - at) % 3 == 0) grouped += ',';
        grouped += digits[at];
    }
    return grouped;
}

std::string format_bytes(std::int64_t bytes) {
    static constexpr std::array units{"B", "kB", "MB", "GB", "TB"};
    auto value = static_cast<double>(bytes);
    std::size_t unit = 0;
    while (value >= 1000 && unit + 1 < units.size()) {
        value /= 1000;
        ++unit;
    }
    return format_number(value, unit == 0 || value >= 100 ? 0 : 1) + ' ' + units[unit];
}

std::string format_seconds(double seconds) {
    if (seconds < 60) return format_number(seconds, seconds < 10 ? 1 : 0) + " s";
    const auto whole = static_cast<std::int64_t>(std::llround(seconds));
    if (whole < 3600) return std::to_string(whole / 60) + " min " + std::to_string(whole % 60) + " s";
    return std::to_string(whole / 3600) + " h " + std::to_string(whole % 3600 / 60) + " min";
}

std::string format_number(double value, int decimals) {
    std::array<char, 64> buffer{};
    std::snprintf(buffer.data(), buffer.size(), "%.*f", decimals, value);
    return buffer.data();
}

Table& Table::column(const std::string& title, Align align) {
    m_titles.push_back(title);
    m_aligns.push_back(align);
    return *this;
}

void Table::row(std::vector<std::string> cells) {
    cells.resize(m_titles.size());
    m_rows.push_back(std::move(cells));
}

std::string Table::text() const {
    std::vector<std::size_t> widths;
    for (const std::string& title : m_titles) widths.push_back(shown_width(title));
    for (const auto& cells : m_rows) {
        for (std::size_t i = 0; i < cells.size(); ++i) widths[i] = std::max(widths[i], shown_width(cells[i]));
    }
    std::string out;
    const auto put = [&](const std::vector<std::string>& cells) {
        std::string line;
        for (std::size_t i = 0; i < cells.size(); ++i) {
            if (i != 0) line += "  ";
            const std::string pad(widths[i] - shown_width(cells[i]), ' ');
            line += m_aligns[i] == Align::Right ? pad + cells[i] : cells[i] + pad;
        }
        line.erase(line.find_last_not_of(' ') + 1);
        out += line + '\n';
    };
    if (std::any_of(m_titles.begin(), m_titles.end(), [](const auto& title) { return !title.empty(); }))
        put(m_titles);
    for (const auto& cells : m_rows) put(cells);
    return out;
}

}  // namespace fieldmark::cli
