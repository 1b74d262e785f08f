// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/explain/decomposition.h"

#include "core/index/kernels.h"

namespace fieldmark {
namespace {

std::vector<double> embedding_of(const AdditiveView& view) {
    std::vector<double> sum(static_cast<std::size_t>(view.dimension));
    for (int p = 0; p < view.positions(); ++p) {
        const auto part = view.part(p);
        for (std::size_t d = 0; d < part.size(); ++d) sum[d] += part[d];
    }
    return sum;
}

}  // namespace

Result<ScoreDecomposition> decompose(const AdditiveView& query, const AdditiveView& match) {
    if (query.dimension != match.dimension || query.positions() == 0 || match.positions() == 0)
        return Error{ErrorKind::Usage, "The two pictures were embedded by different models."};
    const auto queries = static_cast<std::size_t>(query.positions());
    const auto matches = static_cast<std::size_t>(match.positions());

    ScoreDecomposition result;
    result.pairs.resize(queries * matches);
    dot_block(query.parts.data(), queries, match.parts.data(), matches,
              static_cast<std::size_t>(query.dimension), result.pairs.data(), matches);

    std::vector<double> by_query(queries), by_match(matches);
    for (std::size_t i = 0; i < queries; ++i) {
        for (std::size_t j = 0; j < matches; ++j) {
            const double pair = result.pairs[i * matches + j];
            by_query[i] += pair;
            by_match[j] += pair;
            result.sum += pair;
        }
    }
    result.query_share.assign(by_query.begin(), by_query.end());
    result.match_share.assign(by_match.begin(), by_match.end());

    const std::vector<double> u = embedding_of(query), v = embedding_of(match);
    for (std::size_t d = 0; d < u.size(); ++d) result.score += u[d] * v[d];
    return result;
}

}  // namespace fieldmark
