// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "core/base/result.h"
#include "core/models/head.h"

namespace fieldmark {

struct WhiteningSettings {
    /// Shrinkage: a direction with the singular value s is scaled by s^-power. 0 turns only, 1 whitens fully
    /// and lets noise count as much as what matters; half way between is what serves retrieval.
    double power = 0.5;
    int dimension = 512;  ///< of the new embedding; at most the rank of what was added
};

/// What a fit came to.
struct Whitening {
    Head head;  ///< out = normalise(W (x - mean)), no bias
    std::int64_t rows = 0;
    int rank = 0;          ///< directions in which the rows differ at all
    double explained = 0;  ///< share of the variance that the kept directions hold, 0..1
};

/// Whitening of embeddings without labels: the mean and the singular vectors of the centred rows,
///     W = diag(s_1^-power ... s_D^-power) V',      x - mean = U diag(s) V'
/// by the eigenvectors of the rows' scatter matrix, which is summed up block by block in double precision: a
/// library of any size takes two matrices of dimension x dimension. Not thread-safe.
class WhiteningFit {
  public:
    explicit WhiteningFit(int dimension);
    ~WhiteningFit();
    WhiteningFit(const WhiteningFit&) = delete;
    WhiteningFit& operator=(const WhiteningFit&) = delete;

    /// rows: (count, dimension) row-major. Errors: Internal or TooLarge, as LibTorch says.
    Status add(std::span<const float> rows, std::size_t count);

    /// Usage: fewer than two directions, a power outside 0..1, a dimension below 2. The same rows give the
    /// same head (a singular vector's largest part is made positive).
    Result<Whitening> finish(const WhiteningSettings& settings) const;

  private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

}  // namespace fieldmark
