// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/training/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace fieldmark {
namespace {

/// From 1 at 0 to 0 at 1.
double half_cosine(double share) {
    return 0.5 * (1 + std::cos(std::numbers::pi * std::clamp(share, 0.0, 1.0)));
}

}  // namespace

double cosine_rate(std::int64_t step, std::int64_t steps, std::int64_t warm_up) {
    if (step < warm_up) return static_cast<double>(step + 1) / static_cast<double>(warm_up + 1);
    if (steps <= warm_up) return 1;
    return half_cosine(static_cast<double>(step - warm_up) / static_cast<double>(steps - warm_up));
}

double one_cycle_rate(std::int64_t step, std::int64_t steps, double warm_share) {
    constexpr double kFirst = 1.0 / 25, kLast = 1e-4;
    if (steps <= 1) return 1;
    const double at = static_cast<double>(step) / static_cast<double>(steps - 1);
    if (at < warm_share) return kFirst + (1 - kFirst) * (1 - half_cosine(at / warm_share));
    return kLast + (1 - kLast) * half_cosine((at - warm_share) / (1 - warm_share));
}

}  // namespace fieldmark
