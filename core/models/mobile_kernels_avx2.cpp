// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/mobile_kernels.h"

#include <immintrin.h>

#define FIELDMARK_LANES 8
#include "core/models/dense_kernels.inc"
#include "core/models/mobile_kernels.inc"

namespace fieldmark {

extern const MobileKernels kMobileKernelsAvx2 = {
    "avx2", kLanes, kPanelGroups, &convolve<kLanes>, &convolve<6>, &depthwise, &normalise, &mean};

}  // namespace fieldmark
