// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stop_token>
#include <string>

#include "core/engine/explain/explanation.h"

namespace fieldmark {

/// Of a transformer whose feature is no mean of its patches: the more faithful of the two, see
/// docs/results.md.
constexpr const char* kClassTokenMethod = "relevance";

struct ExplainOptions {
    int parts = 5;
    /// "decomposition" (embeddings that are sums over places, exact), "rollout" (Abnar and Zuidema, ACL
    /// 2020), "relevance" (gradient-weighted attention of the score: Chefer, Gur and Wolf, ICCV 2021); "":
    /// what suits the model.
    std::string method = {};
};

/// explain_match() with a choice. Usage for an unknown method, Unsupported where the model has no such one.
Result<Explanation> explain_match_by(const QueryImage& query, const QueryImage& match, Embedder& embedder,
                                     LibraryReader* reader, const ExplainOptions& options,
                                     std::stop_token stop = {});

}  // namespace fieldmark
