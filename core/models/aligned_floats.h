// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

namespace fieldmark {

/// Numbers aligned for any vector load, zero at first. Throws std::bad_alloc.
template <typename Number>
class AlignedValues {
  public:
    AlignedValues() = default;
    explicit AlignedValues(std::size_t count) {
        const std::size_t bytes = (count * sizeof(Number) + 63) / 64 * 64;
        m_values.reset(static_cast<Number*>(std::aligned_alloc(64, std::max<std::size_t>(bytes, 64))));
        if (!m_values) throw std::bad_alloc();
        std::memset(m_values.get(), 0, bytes);
    }
    Number* get() const { return m_values.get(); }

  private:
    struct Free {
        void operator()(Number* values) const { std::free(values); }
    };
    std::unique_ptr<Number, Free> m_values;
};

using AlignedFloats = AlignedValues<float>;

}  // namespace fieldmark
