// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/mobile_kernels.h"

#include <immintrin.h>

#define FIELDMARK_LANES 16
#define FIELDMARK_TILE 14
#define FIELDMARK_DEPTHWISE_TILE 14
#include "core/models/mobile_kernels.inc"

namespace fieldmark {

extern const MobileKernels kMobileKernelsAvx512 = {
    "avx512", kLanes, &convolve<kLanes>, &convolve<6>, &depthwise, &normalise, &mean};

}  // namespace fieldmark
