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

/// Floats aligned for any vector load, zero at first. Throws std::bad_alloc.
class AlignedFloats {
  public:
    AlignedFloats() = default;
    explicit AlignedFloats(std::size_t count) {
        const std::size_t bytes = (count * sizeof(float) + 63) / 64 * 64;
        m_values.reset(static_cast<float*>(std::aligned_alloc(64, std::max<std::size_t>(bytes, 64))));
        if (!m_values) throw std::bad_alloc();
        std::memset(m_values.get(), 0, bytes);
    }
    float* get() const { return m_values.get(); }

  private:
    struct Free {
        void operator()(float* values) const { std::free(values); }
    };
    std::unique_ptr<float, Free> m_values;
};

}  // namespace fieldmark
