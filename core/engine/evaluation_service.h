// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/evaluation/retrieval_metrics.h"
#include "core/library/library.h"

namespace fieldmark {

struct EvaluationRequest {
    std::string label;  ///< metadata field that names the class
    ItemQuery filter;
    std::vector<int> ks{1, 2, 4, 8};
    std::string model_hash;
};

struct EvaluationReport {
    RetrievalMetrics metrics;
    std::string label;
    std::int64_t unlabelled = 0;  ///< selected items without a value in the field
    std::int64_t not_embedded = 0;
    double seconds = 0;
};

/// Leave-one-out retrieval quality over the selected items. Usage if the field is unknown (the known ones are
/// named), or no class has two embedded items.
Result<EvaluationReport> evaluate_library(Library& library, const EvaluationRequest& request,
                                          std::stop_token stop = {},
                                          const std::function<void(int, int)>& progress = {});

}  // namespace fieldmark
