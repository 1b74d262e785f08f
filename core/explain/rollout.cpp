// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/explain/rollout.h"

namespace fieldmark {

Result<std::vector<float>> attention_rollout(const std::vector<std::span<const float>>& layers, int heads,
                                             int tokens, int of) {
    const auto count = static_cast<std::size_t>(tokens);
    if (layers.empty() || heads <= 0 || tokens <= 0 || of < 0 || of >= tokens)
        return Error{ErrorKind::Usage, "There is no attention to follow."};
    // Only one row of the product is wanted, so it is carried from the last layer to the first.
    std::vector<double> row(count);
    row[static_cast<std::size_t>(of)] = 1;
    for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer) {
        if (layer->size() != static_cast<std::size_t>(heads) * count * count)
            return Error{ErrorKind::Usage, "An attention map does not have the size it is said to have."};
        std::vector<double> next(count);
        for (std::size_t from = 0; from < count; ++from) {
            if (row[from] == 0) continue;
            next[from] += row[from] / 2;
            const double weight = row[from] / (2.0 * heads);
            for (std::size_t head = 0; head < static_cast<std::size_t>(heads); ++head) {
                const float* attention = layer->data() + (head * count + from) * count;
                for (std::size_t to = 0; to < count; ++to) next[to] += weight * attention[to];
            }
        }
        row = std::move(next);
    }
    return std::vector<float>(row.begin(), row.end());
}

}  // namespace fieldmark
