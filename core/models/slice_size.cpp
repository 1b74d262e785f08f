// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/slice_size.h"

#include <algorithm>

namespace fieldmark {

void SliceSize::begin(int count, std::optional<std::size_t> available) {
    m_count = count;
    m_available = available;
}

int SliceSize::next(int left) const {
    int slice = m_most;
    if (!m_available) {
        slice = std::min(slice, kUnknown);
    } else if (m_bytes == 0) {
        slice = std::min(slice, kFirst);
    } else {
        const double fit = kShare * static_cast<double>(*m_available) / static_cast<double>(m_bytes);
        slice = std::min(slice, static_cast<int>(std::clamp(fit, 1.0, double{kMost})));
    }
    slice = std::min(slice, std::max(kLeastPart, (m_count + kParts - 1) / kParts));
    return std::clamp(slice, 1, std::max(left, 1));
}

void SliceSize::fitted(int pictures, std::size_t bytes) {
    if (bytes > 0 && pictures >= m_measured_on) {
        const auto count = static_cast<std::size_t>(pictures);
        m_bytes = (bytes + count - 1) / count;
        m_measured_on = pictures;
    }
    constexpr int kMany = 64;  // slices
    if (m_most == kMost || (m_fitted += pictures) < kMany * m_most) return;
    m_most = std::min(kMost, 2 * m_most);
    m_fitted = 0;
}

bool SliceSize::shrink(int pictures) {
    if (pictures <= 1) return false;
    m_most = pictures / 2;
    m_fitted = 0;
    return true;
}

}  // namespace fieldmark
