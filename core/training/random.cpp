// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/training/random.h"

#include <limits>
#include <sstream>

namespace fieldmark {

std::size_t Random::below(std::size_t count) {
    const std::uint64_t size = count;
    const std::uint64_t limit = std::numeric_limits<std::uint64_t>::max() -
                                (std::numeric_limits<std::uint64_t>::max() % size + 1) % size;
    std::uint64_t value = m_engine();
    while (value > limit) value = m_engine();
    return static_cast<std::size_t>(value % size);
}

std::string Random::state() const {
    std::ostringstream text;
    text << m_engine;
    return text.str();
}

bool Random::set_state(const std::string& state) {
    std::istringstream text(state);
    std::mt19937_64 engine;
    text >> engine;
    if (!text) return false;
    m_engine = engine;
    return true;
}

}  // namespace fieldmark
