// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/methods/proxy_nca/train.h"

#include "core/methods/proxy_nca/objective.h"
#include "core/training/head_learner.h"
#include "core/training/model_writer.h"

namespace fieldmark::proxy_nca {

namespace {

struct AllOptions {
    HeadOptions head;
    double scale = 18;
    double proxy_rate = 10;
    bool class_mean = true;  ///< proxy_init: class_mean or random
};

Result<AllOptions> read_all(const TrainingSettings& settings) {
    OptionReader reader(settings.options);
    AllOptions all;
    all.head = read_head_options(reader, settings, all.head);
    all.scale = reader.number("scale", all.scale, 0.1, 1000);
    all.proxy_rate = reader.number("proxy_rate", all.proxy_rate, 1e-6, 1e6);
    all.class_mean = reader.choice("proxy_init", "class_mean", {"class_mean", "random"}) == "class_mean";
    if (auto status = reader.finish(); !status) return status.error();
    return all;
}

}  // namespace

Status check_proxy_nca(const TrainingSettings& settings) {
    if (auto options = read_all(settings); !options) return options.error();
    return {};
}

Result<TrainingOutcome> train_proxy_nca(const TrainingData& data, const TrainingSettings& settings,
                                        const TrainingTarget& target, const TrainingObserver& observer,
                                        std::stop_token stop) {
    const auto options = read_all(settings);
    if (!options) return options.error();
    if (auto status = check_training_data(data); !status) return status.error();
    if (auto status = check_target(target); !status) return status.error();
    const ObjectiveFactory factory = [&](const std::vector<int>& class_sizes, const torch::Tensor& embeddings,
                                         const torch::Tensor& labels, std::uint64_t seed) {
        return std::make_unique<ProxyNcaObjective>(
            embeddings, labels, static_cast<std::int64_t>(class_sizes.size()), options->scale,
            options->proxy_rate, options->class_mean ? std::nullopt : std::optional(seed));
    };
    auto learned = learn_head(data, settings, options->head, factory, target, observer, stop);
    if (!learned) return learned.error();
    learned->outcome.folder = target.models_folder + '/' + target.name;
    const auto manifest = write_head_model(target, data, settings, learned->outcome, learned->head);
    if (!manifest) return manifest.error();
    return std::move(learned->outcome);
}

}  // namespace fieldmark::proxy_nca
