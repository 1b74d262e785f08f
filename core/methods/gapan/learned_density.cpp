// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/methods/gapan/learned_density.h"

#include "core/training/rows.h"

namespace fieldmark::gapan {

using torch::Tensor;

namespace {

Tensor rows_of(const Tensor& embeddings, const std::vector<std::int64_t>& rows) {
    return embeddings.index_select(0, torch::tensor(rows, torch::kLong));
}

/// Which reading of novelty tells the validation classes, unknown to the checked model, from held-out
/// pictures of the classes it learned.
Result<NoveltyCheck> novelty_of(const Tensor& checked, const ValidationSplit& split, const TrainingData& data,
                                const DensityOptions& options) {
    const std::vector<std::int32_t> labels =
        pick(dense_labels(data.labels, split.fit_classes), split.fit_rows);
    const Tensor fit = rows_of(checked, split.fit_rows);
    auto density = fit_density(fit, labels, split.fit_classes.size(), options, {});
    if (!density) return density.error();
    if (density->held_out.empty()) return NoveltyCheck{0.5, 0.5};
    return check_novelty(*density, rows_of(fit, density->held_out), rows_of(checked, split.validation_rows));
}

}  // namespace

DensityOptions density_options(const Options& objective, int epochs, std::uint64_t seed) {
    DensityOptions density;
    density.blocks = objective.blocks;
    density.hidden = objective.hidden;
    density.rate = objective.flow_rate;
    density.noise = objective.noise;
    density.epochs = epochs;
    density.seed = seed;
    return density;
}

Result<LearnedDensity> learn_density(const Tensor& checked, const Tensor& embeddings,
                                     const ValidationSplit& split, const TrainingData& data,
                                     const DensityOptions& options) {
    LearnedDensity learned;
    std::string novelty_by = "density";
    if (checked.defined()) {
        // Without an answer the density is read, as where nobody was asked.
        if (const auto novelty = novelty_of(checked, split, data, options)) {
            learned.figures["novelty_auroc_density"] = novelty->by_density;
            learned.figures["novelty_auroc_centroid"] = novelty->by_centroid;
            if (novelty->by_centroid > novelty->by_density) novelty_by = "centroid";
        }
    }
    auto density = fit_density(embeddings, data.labels, data.classes.size(), options, {});
    if (!density) return density.error();
    density->novelty_by = novelty_by;
    learned.figures["density_nll"] = density->nll;
    learned.figures["density_nll_held_out"] = density->held_out_nll;
    learned.figures["own_anchors"] = density->own_anchors;
    learned.figures["inverse_error"] = density->inverse_error;
    learned.file = density_file(*density, data.classes);
    return learned;
}

}  // namespace fieldmark::gapan
