// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/methods/end_to_end/train.h"

#include <optional>

#include "core/methods/gapan/density.h"
#include "core/methods/gapan/learned_density.h"
#include "core/methods/gapan/objective.h"
#include "core/methods/proxy_nca/objective.h"
#include "core/training/end_to_end.h"
#include "core/training/epoch_loop.h"
#include "core/training/model_writer.h"
#include "core/training/refit.h"
#include "core/training/trainable_network.h"

namespace fieldmark::end_to_end {

using torch::Tensor;

namespace {

struct AllOptions {
    NetworkOptions network;
    gapan::Options gapan;
    int density_epochs = 10;
    double scale = 18;
    double proxy_rate = 10;
    bool class_mean = true;  ///< proxy_init of ProxyNCA++; GAPan reads its own
};

Result<AllOptions> read_all(const TrainingSettings& settings, const ModelInfo& base) {
    OptionReader reader(settings.options);
    AllOptions all;
    // Hyp-ViT's rate for a transformer trained on ImageNet-21k.
    if (base.kind == "vit") all.network.rate = 3e-5;
    all.network = read_network_options(reader, settings, all.network);
    if (settings.method == Method::Gapan) {
        // The network's rate is twice a head's and its embedding wider: a hundredfold would throw proxies
        // about.
        all.gapan.proxy_rate = all.proxy_rate;
        // A head learns from contrasts with proxies beside them; for a whole network and its small batches
        // proxies alone were better on validation classes (docs/results.md).
        all.gapan.aux = gapan::Auxiliary::ProxyNca;
        all.gapan.proxy_weight = 1;
        // The less the alignment weighs, the nearer Recall@1 on validation classes is to that of proxies
        // alone, at the same MAP@R (docs/results.md).
        all.gapan.beta = 0.1;
        all.gapan = gapan::read_options(reader, all.gapan);
        all.density_epochs = reader.integer("density_epochs", all.density_epochs, 1, 10'000);
    } else {
        all.scale = reader.number("scale", all.scale, 0.1, 1000);
        all.proxy_rate = reader.number("proxy_rate", all.proxy_rate, 1e-6, 1e6);
        all.class_mean = reader.choice("proxy_init", "class_mean", {"class_mean", "random"}) == "class_mean";
    }
    if (auto status = reader.finish(); !status) return status.error();
    if (all.gapan.ema)
        return Error{
            ErrorKind::Usage,
            "A moving mean of the encoder (option ema) is only kept for a head on stored vectors, not for "
            "a whole network."};
    return all;
}

}  // namespace

Status check_network(const TrainingSettings& settings, const ModelInfo& base) {
    if (settings.method != Method::ProxyNca && settings.method != Method::Gapan)
        return Error{ErrorKind::Usage,
                     std::string("A whole network learns with gapan or proxy-nca++, not with ") +
                         to_string(settings.method) + "."};
    if (!can_learn_as_a_whole(base))
        return Error{ErrorKind::Usage,
                     "Only an EfficientNet-Lite or a vision transformer can learn as a whole, and \"" +
                         base.name + "\" is neither. Learn a head on its vectors, or choose another model."};
    if (auto options = read_all(settings, base); !options) return options.error();
    return {};
}

Result<TrainingOutcome> train_network(const TrainingData& data, const TrainingSettings& settings,
                                      const TrainingTarget& target, const TrainingObserver& observer,
                                      std::stop_token stop) {
    if (auto status = check_network(settings, data.base); !status) return status.error();
    auto options = read_all(settings, data.base);
    if (!options) return options.error();
    if (auto status = check_training_data(data); !status) return status.error();
    if (options->gapan.anchors == 0) options->gapan.anchors = gapan::anchors_for(data);
    if (auto status = check_target(target); !status) return status.error();
    const ObjectiveFactory factory = [&](const std::vector<int>& class_sizes, const Tensor& embeddings,
                                         const Tensor& labels,
                                         std::uint64_t seed) -> std::unique_ptr<Objective> {
        if (settings.method == Method::Gapan)
            return std::make_unique<gapan::GapanObjective>(options->gapan, class_sizes, embeddings, labels,
                                                           seed);
        return std::make_unique<proxy_nca::ProxyNcaObjective>(
            embeddings, labels, static_cast<std::int64_t>(class_sizes.size()), options->scale,
            options->proxy_rate, options->class_mean ? std::nullopt : std::optional(seed));
    };
    NetworkOptions network = options->network;
    network.embed_all = settings.method == Method::Gapan;
    auto learned = learn_network(data, settings, network, factory, target, observer, stop);
    if (!learned) return std::move(learned).error();
    TrainingOutcome& outcome = learned->outcome;
    if (learned->weights.empty()) {
        if (!outcome.cancelled) remove_checkpoints(target);
        return std::move(outcome);
    }
    try {
        std::map<std::string, std::vector<std::byte>> beside;
        std::map<std::string, double> further;
        if (settings.method == Method::Gapan) {
            const TrainingThreads threads(settings.threads);
            if (observer.message) observer.message("Fitting the class densities.");
            auto density = gapan::learn_density(
                outcome.cancelled ? Tensor() : learned->checked_embeddings, learned->embeddings,
                learned->split, data,
                gapan::density_options(options->gapan, options->density_epochs, settings.seed));
            if (density) {
                further = std::move(density->figures);
                beside[gapan::Density::kFile] = std::move(density->file);
            } else {
                // A night's network is not thrown away for what can be fitted to it anew as a head.
                add_note(outcome, "The model has no anchors: " + density.error().text);
            }
        }
        outcome.folder = target.models_folder + '/' + target.name;
        const auto manifest =
            write_network_model(target, data, settings, *learned, std::move(beside), further);
        if (!manifest) return manifest.error();
        return std::move(outcome);
    } catch (const std::exception& error) {
        return training_error(error);
    }
}

}  // namespace fieldmark::end_to_end
