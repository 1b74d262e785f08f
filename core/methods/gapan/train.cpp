// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/methods/gapan/train.h"

#include <chrono>

#include "core/methods/gapan/density.h"
#include "core/methods/gapan/learned_density.h"
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

}  // namespace

Status check_gapan(const TrainingSettings& settings) {
    if (auto options = read_all(settings); !options) return options.error();
    return {};
}

Result<TrainingOutcome> train_gapan(const TrainingData& data, const TrainingSettings& settings,
                                    const TrainingTarget& target, const TrainingObserver& observer,
                                    std::stop_token stop) {
    const auto start = std::chrono::steady_clock::now();
    auto options = read_all(settings);
    if (!options) return options.error();
    if (auto status = check_training_data(data); !status) return status.error();
    if (options->gapan.anchors == 0) options->gapan.anchors = anchors_for(data);
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
        if (observer.message) observer.message("Fitting the class densities.");
        auto density = learn_density(outcome.cancelled ? Tensor() : learned->checked_embeddings,
                                     learned->embeddings, learned->split, data,
                                     density_options(options->gapan, options->density_epochs, settings.seed));
        if (!density) return std::move(density).error();

        const double before_writing =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        outcome.seconds = std::max(outcome.seconds, before_writing);
        outcome.folder = target.models_folder + '/' + target.name;
        std::map<std::string, std::vector<std::byte>> beside;
        beside[Density::kFile] = std::move(density->file);
        const auto manifest = write_head_model(target, data, settings, outcome, learned->head,
                                               std::move(beside), density->figures);
        if (!manifest) return manifest.error();
        return std::move(outcome);
    } catch (const std::exception& error) {
        return training_error(error);
    }
}

}  // namespace fieldmark::gapan
