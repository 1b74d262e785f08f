// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace fieldmark {

/// Seeded random numbers that are the same with every standard library (its distributions are not), and whose
/// state can be kept in a checkpoint. One thread at a time.
class Random {
  public:
    explicit Random(std::uint64_t seed) : m_engine(seed) {}

    std::uint64_t bits() { return m_engine(); }
    /// Uniform in 0 .. count - 1, without the modulo's bias; count at least 1.
    std::size_t below(std::size_t count);
    /// Uniform in [0, 1).
    double uniform() { return static_cast<double>(m_engine() >> 11) * 0x1.0p-53; }

    /// Fisher-Yates.
    template <typename T>
    void shuffle(std::vector<T>& values) {
        for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[below(i)]);
    }

    std::string state() const;
    bool set_state(const std::string& state);  ///< false, and unchanged, where it is not one

  private:
    std::mt19937_64 m_engine;
};

}  // namespace fieldmark
