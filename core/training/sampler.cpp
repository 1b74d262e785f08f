// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/training/sampler.h"

#include <algorithm>
#include <map>
#include <numeric>

namespace fieldmark {

PkSampler::PkSampler(const std::vector<std::int32_t>& labels, const Options& options, std::uint64_t seed)
    : m_per_class(std::max(1, options.per_class)), m_random(seed) {
    std::map<std::int32_t, std::vector<std::int64_t>> rows;
    for (std::size_t row = 0; row < labels.size(); ++row) {
        if (labels[row] >= 0) rows[labels[row]].push_back(static_cast<std::int64_t>(row));
    }
    for (auto& [label, of_class] : rows) {
        if (static_cast<int>(of_class.size()) >= options.min_images) m_rows.push_back(std::move(of_class));
    }
    m_classes = std::min(std::max(1, options.classes), static_cast<int>(m_rows.size()));
}

int PkSampler::batches_per_epoch() const {
    std::size_t count = 0;
    for (const auto& rows : m_rows) count += rows.size();
    const auto batch = static_cast<std::size_t>(std::max(1, m_classes * m_per_class));
    return static_cast<int>(std::max<std::size_t>(1, count / batch));
}

std::vector<std::int64_t> PkSampler::next() {
    std::vector<std::size_t> order(m_rows.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::vector<std::int64_t> batch;
    const auto per_class = static_cast<std::size_t>(m_per_class);
    batch.reserve(static_cast<std::size_t>(m_classes) * per_class);
    for (std::size_t c = 0; c < static_cast<std::size_t>(m_classes); ++c) {
        std::swap(order[c], order[c + m_random.below(order.size() - c)]);
        std::vector<std::int64_t> rows = m_rows[order[c]];
        if (rows.size() < per_class) {
            // Every picture at least once, then some again.
            for (std::size_t k = rows.size(); k < per_class; ++k)
                rows.push_back(rows[m_random.below(m_rows[order[c]].size())]);
        }
        for (std::size_t k = 0; k < per_class; ++k) {
            std::swap(rows[k], rows[k + m_random.below(rows.size() - k)]);
            batch.push_back(rows[k]);
        }
    }
    return batch;
}

std::string PkSampler::state() const {
    return m_random.state();
}

bool PkSampler::set_state(const std::string& state) {
    return m_random.set_state(state);
}

}  // namespace fieldmark
