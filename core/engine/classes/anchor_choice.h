// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/base/result.h"
#include "core/methods/gapan/density.h"

namespace fieldmark {

/// `count` anchors that show how a class varies. A handful drawn at random would crowd in the middle of its
/// density; so 64 times as many are drawn, the likeliest of them is taken first, then always the one that is
/// least like those taken (farthest-point traversal, Gonzalez 1985). The same for the same seed. Any thread;
/// errors as Density::anchors().
Result<gapan::Density::Anchors> spread_anchors(const gapan::Density& density, int class_index, int count,
                                               double temperature, std::uint64_t seed);

}  // namespace fieldmark
