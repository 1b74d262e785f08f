// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

// Includes LibTorch: for source files of training and methods only.
#include <torch/torch.h>

#include "core/base/result.h"
#include "core/training/training.h"

namespace fieldmark {

/// Leave-one-out Recall@1 and MAP@R of embeddings (N, D) of any length and device, through core/evaluation.
/// labels: (N). Classes of one picture are left out of the queries.
Result<ValidationFigures> probe(const torch::Tensor& embeddings, const std::vector<std::int32_t>& labels);

/// Query by query, what two embeddings of the same pictures find: for the card "before and after". `items`:
/// (N) ids to report; empty: row numbers. Rows alone in their class are left out.
Result<std::vector<QueryChange>> compare_queries(const torch::Tensor& before, const torch::Tensor& after,
                                                 const std::vector<std::int32_t>& labels,
                                                 const std::vector<std::int64_t>& items);

}  // namespace fieldmark
