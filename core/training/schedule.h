// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace fieldmark {

/// Share of the peak learning rate (0 to 1) at step `step` (from 0) of `steps`.
/// Linear from 0 over `warm_up` steps, then half a cosine down to 0 after the last.
double cosine_rate(std::int64_t step, std::int64_t steps, std::int64_t warm_up = 0);

/// One-cycle (Smith and Topin 2019): half a cosine up from 1/25 over `warm_share` of the steps, half a cosine
/// down to 1/10,000.
double one_cycle_rate(std::int64_t step, std::int64_t steps, double warm_share = 0.3);

}  // namespace fieldmark
