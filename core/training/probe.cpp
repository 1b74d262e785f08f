// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/training/probe.h"

#include <map>
#include <span>

#include "core/evaluation/retrieval_metrics.h"
#include "core/training/losses.h"

namespace fieldmark {
namespace {

torch::Tensor on_cpu(const torch::Tensor& embeddings) {
    const torch::NoGradGuard no_grad;
    return losses::unit(embeddings.detach().to(torch::kCPU, torch::kFloat)).contiguous();
}

/// Rank 1 and the query's part of MAP@R, by query.
struct Finds {
    std::vector<std::int64_t> nearest;  ///< row
    std::vector<double> precision;
};

Finds finds_of(const torch::Tensor& embeddings, const std::vector<std::int32_t>& labels,
               const std::map<std::int32_t, int>& sizes) {
    const torch::NoGradGuard no_grad;
    const auto count = static_cast<std::int64_t>(labels.size());
    int largest = 2;
    for (const auto& [label, size] : sizes) largest = std::max(largest, size);
    const std::int64_t depth = std::min<std::int64_t>(largest - 1, count - 1);
    Finds finds;
    constexpr std::int64_t kBlock = 256;
    for (std::int64_t begin = 0; begin < count; begin += kBlock) {
        const std::int64_t rows = std::min(kBlock, count - begin);
        torch::Tensor scores = embeddings.slice(0, begin, begin + rows).mm(embeddings.t());
        for (std::int64_t i = 0; i < rows; ++i) scores[i][begin + i] = -2;
        const torch::Tensor best = std::get<1>(scores.topk(depth, 1)).contiguous();
        const auto* ranked = best.data_ptr<std::int64_t>();
        for (std::int64_t i = 0; i < rows; ++i) {
            const std::int32_t label = labels[static_cast<std::size_t>(begin + i)];
            const int relevant = sizes.at(label) - 1;
            double sum = 0;
            int hits = 0;
            for (int rank = 0; rank < std::min<std::int64_t>(relevant, depth); ++rank) {
                if (labels[static_cast<std::size_t>(ranked[i * depth + rank])] != label) continue;
                sum += static_cast<double>(++hits) / (rank + 1);
            }
            finds.nearest.push_back(ranked[i * depth]);
            finds.precision.push_back(relevant > 0 ? sum / relevant : 0);
        }
    }
    return finds;
}

}  // namespace

Result<ValidationFigures> probe(const torch::Tensor& embeddings, const std::vector<std::int32_t>& labels) {
    try {
        const torch::Tensor rows = on_cpu(embeddings);
        const int ks[] = {1};
        const auto metrics =
            evaluate_retrieval(std::span(rows.data_ptr<float>(), static_cast<std::size_t>(rows.numel())),
                               static_cast<int>(rows.size(1)), labels, ks);
        if (!metrics) return metrics.error();
        ValidationFigures figures;
        figures.recall_at_1 = metrics->recall_at.at(1);
        figures.map_at_r = metrics->map_at_r;
        figures.queries = metrics->queries;
        figures.classes = metrics->classes;
        return figures;
    } catch (const std::exception& error) {
        return Error{ErrorKind::Internal, "Measuring the embeddings failed.", error.what()};
    }
}

Result<std::vector<QueryChange>> compare_queries(const torch::Tensor& before, const torch::Tensor& after,
                                                 const std::vector<std::int32_t>& labels,
                                                 const std::vector<std::int64_t>& items) {
    try {
        std::map<std::int32_t, int> sizes;
        for (const std::int32_t label : labels) ++sizes[label];
        std::vector<QueryChange> changes;
        if (labels.size() < 2) return changes;
        const Finds old_finds = finds_of(on_cpu(before), labels, sizes);
        const Finds new_finds = finds_of(on_cpu(after), labels, sizes);
        const auto item = [&](std::int64_t row) {
            return items.empty() ? row : items[static_cast<std::size_t>(row)];
        };
        for (std::size_t row = 0; row < labels.size(); ++row) {
            if (sizes[labels[row]] < 2) continue;
            QueryChange change;
            change.item = item(static_cast<std::int64_t>(row));
            change.nearest_before = item(old_finds.nearest[row]);
            change.nearest_after = item(new_finds.nearest[row]);
            change.hit_before = labels[static_cast<std::size_t>(old_finds.nearest[row])] == labels[row];
            change.hit_after = labels[static_cast<std::size_t>(new_finds.nearest[row])] == labels[row];
            change.precision_before = old_finds.precision[row];
            change.precision_after = new_finds.precision[row];
            changes.push_back(change);
        }
        return changes;
    } catch (const std::exception& error) {
        return Error{ErrorKind::Internal, "Comparing the embeddings failed.", error.what()};
    }
}

}  // namespace fieldmark
