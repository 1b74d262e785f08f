// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/library/records.h"

#include <array>
#include <string_view>

namespace fieldmark {

namespace {

constexpr std::array kStates{"pending", "ready", "failed", "missing"};

std::string trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return std::string(text.substr(first, text.find_last_not_of(" \t") - first + 1));
}

}  // namespace

const char* to_string(ItemState state) {
    return kStates.at(static_cast<std::size_t>(state));
}

const char* to_string(BoxSource source) {
    constexpr std::array kSources{"finder", "import", "user"};
    return kSources.at(static_cast<std::size_t>(source));
}

Result<Condition> parse_condition(const std::string& text) {
    const auto at = text.find_first_of("=!<>~");
    Condition condition;
    std::size_t length = 1;
    if (at != std::string::npos) {
        switch (text[at]) {
            case '=':
                condition.op = Condition::Operator::Equal;
                break;
            case '<':
                condition.op = Condition::Operator::Less;
                break;
            case '>':
                condition.op = Condition::Operator::Greater;
                break;
            case '~':
                condition.op = Condition::Operator::Contains;
                break;
            default:
                condition.op = Condition::Operator::NotEqual;
                length = text.compare(at, 2, "!=") == 0 ? 2 : 0;
        }
    }
    if (at != std::string::npos && length > 0)
        condition.field = trimmed(std::string_view(text).substr(0, at));
    if (condition.field.empty()) {
        return Error{ErrorKind::Usage,
                     "\"" + text +
                         "\" is not a condition. Write FIELD=VALUE, FIELD!=VALUE, FIELD<NUMBER, "
                         "FIELD>NUMBER or FIELD~TEXT."};
    }
    condition.value = trimmed(std::string_view(text).substr(at + length));
    return condition;
}

std::string to_string(const Condition& condition) {
    constexpr std::array kOperators{"=", "!=", "<", ">", "~"};
    return condition.field + kOperators.at(static_cast<std::size_t>(condition.op)) + condition.value;
}

}  // namespace fieldmark
