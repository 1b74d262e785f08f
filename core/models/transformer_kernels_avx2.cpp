// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/transformer_kernels.h"

#include <immintrin.h>

#define FIELDMARK_LANES 8
#include "core/models/dense_kernels.inc"
#include "core/models/transformer_kernels.inc"

namespace fieldmark {

extern const TransformerKernels kTransformerKernelsAvx2 = {
    "avx2", kLanes, kPanelGroups, &convolve<kLanes>, &layer_norm, &softmax, &transpose, &normalise, &sum};

}  // namespace fieldmark
