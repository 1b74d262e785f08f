// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/methods/gapan/train.h"

#include <chrono>

#include "core/methods/gapan/density.h"
#include "core/methods/gapan/density_fit.h"
#include "core/methods/gapan/objective.h"
#include "core/training/epoch_loop.h"
#include "core/training/head_learner.h"
#include "core/training/model_writer.h"

namespace fieldmark::gapan {

using torch::Tensor;

namespace {

struct AllOptions {
    HeadOptions head;
    Options gapan;
    int density_epochs = 10;
};

Result<AllOptions> read_all(const TrainingSettings& settings) {
    OptionReader reader(settings.options);
    AllOptions all;
    // On cached features: a head has few weights, and proxies beside the contrastive loss steady it.
    all.gapan.proxy_weight = 1;
    all.gapan.proxy_rate = 10;
    all.head = read_head_options(reader, settings, all.head);
    all.gapan = read_options(reader, all.gapan);
    all.density_epochs = reader.integer("density_epochs", all.density_epochs, 1, 10'000);
    if (auto status = reader.finish(); !status) return status.error();
    return all;
}

DensityOptions density_options(const AllOptions& options, std::uint64_t seed) {
    DensityOptions density;
    density.blocks = options.gapan.blocks;
    density.hidden = options.gapan.hidden;
    density.rate = options.gapan.flow_rate;
    density.noise = options.gapan.noise;
    density.epochs = options.density_epochs;
    density.seed = seed;
    return density;
}

Tensor rows_of(const Tensor& embeddings, const std::vector<std::int64_t>& rows) {
    return embeddings.index_select(0, torch::tensor(rows, torch::kLong));
}

/// Which reading of novelty tells the validation classes, unknown to the checked head, from held-out pictures
/// of the classes it learned.
Result<NoveltyCheck> novelty_of(const LearnedHead& learned, const TrainingData& data,
                                const DensityOptions& options, std::stop_token stop) {
    const std::vector<std::int32_t> dense = dense_labels(data.labels, learned.split.fit_classes);
    std::vector<std::int32_t> labels;
    for (const std::int64_t row : learned.split.fit_rows)
        labels.push_back(dense[static_cast<std::size_t>(row)]);
    const Tensor fit = rows_of(learned.checked_embeddings, learned.split.fit_rows);
    auto density = fit_density(fit, labels, learned.split.fit_classes.size(), options, stop);
    if (!density) return density.error();
    if (density->held_out.empty()) return NoveltyCheck{0.5, 0.5};
    return check_novelty(*density, rows_of(fit, density->held_out),
                         rows_of(learned.checked_embeddings, learned.split.validation_rows));
}

}  // namespace

Status check_gapan(const TrainingSettings& settings) {
    if (auto options = read_all(settings); !options) return options.error();
    return {};
}

Result<TrainingOutcome> train_gapan(const TrainingData& data, const TrainingSettings& settings,
                                    const TrainingTarget& target, const TrainingObserver& observer,
                                    std::stop_token stop) {
    const auto start = std::chrono::steady_clock::now();
    const auto options = read_all(settings);
    if (!options) return options.error();
    if (auto status = check_training_data(data); !status) return status.error();
    if (auto status = check_target(target); !status) return status.error();
    const ObjectiveFactory factory = [&](const std::vector<int>& class_sizes, const Tensor& embeddings,
                                         const Tensor& labels, std::uint64_t seed) {
        return std::make_unique<GapanObjective>(options->gapan, class_sizes, embeddings, labels, seed);
    };
    auto learned = learn_head(data, settings, options->head, factory, target, observer, stop);
    if (!learned) return learned.error();
    TrainingOutcome& outcome = learned->outcome;
    try {
        const TrainingThreads threads(settings.threads);
        // A cancelled training keeps its head and gets its densities all the same: they take a few seconds,
        // and the anchors view needs them.
        if (observer.message) observer.message("Fitting the class densities.");
        const DensityOptions density_settings = density_options(*options, settings.seed);
        const std::stop_token never;
        std::map<std::string, double> further;
        std::string novelty_by = "density";
        if (!outcome.cancelled) {
            const auto novelty = novelty_of(*learned, data, density_settings, never);
            if (!novelty) return novelty.error();
            further["novelty_auroc_density"] = novelty->by_density;
            further["novelty_auroc_centroid"] = novelty->by_centroid;
            if (novelty->by_centroid > novelty->by_density) novelty_by = "centroid";
        }
        auto density =
            fit_density(learned->embeddings, data.labels, data.classes.size(), density_settings, never);
        if (!density) return density.error();
        density->novelty_by = novelty_by;
        further["density_nll"] = density->nll;
        further["density_nll_held_out"] = density->held_out_nll;
        further["own_anchors"] = density->own_anchors;
        further["inverse_error"] = density->inverse_error;

        const double before_writing =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        outcome.seconds = std::max(outcome.seconds, before_writing);
        outcome.folder = target.models_folder + '/' + target.name;
        std::map<std::string, std::vector<std::byte>> beside;
        beside[Density::kFile] = density_file(*density, data.classes);
        const auto manifest =
            write_head_model(target, data, settings, outcome, learned->head, std::move(beside), further);
        if (!manifest) return manifest.error();
        return std::move(outcome);
    } catch (const std::exception& error) {
        return training_error(error);
    }
}

}  // namespace fieldmark::gapan
