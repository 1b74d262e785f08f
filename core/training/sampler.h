// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/training/random.h"

namespace fieldmark {

/// Batches of exactly P classes with exactly K pictures each: classes without replacement, pictures without
/// replacement unless the class has fewer than K. Deterministic by seed; its state goes into checkpoints.
/// One thread at a time.
class PkSampler {
  public:
    struct Options {
        int classes = 16;   ///< P; lowered to the number of usable classes
        int per_class = 8;  ///< K
        /// Classes with fewer pictures are left out: 2 for losses over pairs (a single picture has no
        /// partner), 1 for losses over proxies alone.
        int min_images = 2;
    };

    /// labels: (count) class of each row, any numbers; rows with a negative label are left out.
    PkSampler(const std::vector<std::int32_t>& labels, const Options& options, std::uint64_t seed);

    int classes() const { return m_classes; }  ///< P as used; 0 where no class is usable
    int per_class() const { return m_per_class; }
    /// floor(count / (P K)) over the rows that take part, at least 1.
    int batches_per_epoch() const;

    /// Rows of the next batch, class by class: rows [c K, (c + 1) K) are of one class. Empty without classes.
    std::vector<std::int64_t> next();

    std::string state() const;
    bool set_state(const std::string& state);

  private:
    std::vector<std::vector<std::int64_t>> m_rows;  ///< of each usable class
    int m_classes = 0;
    int m_per_class = 0;
    Random m_random;
};

}  // namespace fieldmark
