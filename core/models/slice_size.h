// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>

namespace fieldmark {

/// How many pictures go through a device together: as many as a share of its free memory holds, by what the
/// slices before have taken, and few enough that one is copied while another is computed. Plain arithmetic;
/// one thread at a time.
class SliceSize {
  public:
    static constexpr int kMost = 256;      ///< more do not fill a device better
    static constexpr int kFirst = 8;       ///< until it is known what a picture takes
    static constexpr int kUnknown = 64;    ///< where a device does not say what is free
    static constexpr int kParts = 4;       ///< of a large call, so that copies and computation overlap...
    static constexpr int kLeastPart = 32;  ///< ...but no smaller than this for that purpose
    static constexpr double kShare = 0.5;  ///< of the free memory: other programs draw on the screen with it

    /// A call with `count` pictures begins, `available` bytes are free; nothing where that is unknown.
    void begin(int count, std::optional<std::size_t> available);
    /// Pictures of the next slice, at least 1 and at most `left`.
    int next(int left) const;
    /// A slice went through and took `bytes` at its peak.
    void fitted(int pictures, std::size_t bytes);
    /// A slice did not fit: the next ones are half as large, until many have fitted again. False where it
    /// was a single picture.
    bool shrink(int pictures);

  private:
    int m_count = 0;
    std::optional<std::size_t> m_available;
    std::size_t m_bytes = 0;  ///< a picture; 0: not known yet
    int m_measured_on = 0;    ///< pictures: what a call takes besides counts least in the largest slice
    int m_most = kMost;
    int m_fitted = 0;  ///< pictures since m_most was changed
};

}  // namespace fieldmark
