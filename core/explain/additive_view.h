// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "core/base/result.h"
#include "core/models/head.h"

namespace fieldmark {

/// A picture's embedding taken apart: one vector for each position of the feature map, which add up to the
/// L2-normalised embedding itself. Value type.
///
/// A mean-pooled feature is u = (1/P) sum_p m_p / |(1/P) sum_p m_p|, so position p holds
/// a_p = m_p / (P |mean|) and sum_p a_p = u exactly.
struct AdditiveView {
    int rows = 0;     ///< of the map
    int columns = 0;  ///< of the map
    int dimension = 0;
    std::vector<float> parts;  ///< (rows * columns, dimension): their sum is the embedding

    int positions() const { return rows * columns; }
    std::span<const float> part(int position) const {
        return std::span(parts).subspan(
            static_cast<std::size_t>(position) * static_cast<std::size_t>(dimension),
            static_cast<std::size_t>(dimension));
    }
};

/// Takes a mean-pooled map apart. map: (rows, columns, channels) row-major, as Backbone::look_inside gives
/// it. Usage where the sizes do not fit; Unsupported where the mean is zero and no direction is left.
Result<AdditiveView> additive_view(std::span<const float> map, int rows, int columns, int channels);

/// The view through a head on the embedding. The linear part is additive as it is; what does not depend on
/// the picture (b - W mean) is shared out evenly. The bottleneck's gelu(z) = z Phi(z) is additive once its
/// gates Phi(z) are those of the whole picture, which is what is used: the sum is still exact.
Result<AdditiveView> through_head(const AdditiveView& view, const Head& head);

}  // namespace fieldmark
