// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/methods/dva/recipe.h"

#include <cstdio>
#include <memory>
#include <utility>

#include "core/base/stopwatch.h"
#include "core/methods/dva/learner.h"
#include "core/methods/dva/scene.h"
#include "core/training/model_writer.h"
#include "core/training/option_reader.h"
#include "core/training/probe.h"
#include "core/training/refit.h"
#include "core/training/rows.h"
#include "core/training/validation_split.h"

namespace fieldmark {
namespace {

using namespace dva;

Result<Options> read_options(const TrainingSettings& settings) {
    OptionReader reader(settings.options);
    Options options;
    options.adaptation.rank = reader.integer("rank", 16, 1, 1024);
    const std::string activation = reader.choice("activation", "gelu", {"gelu", "relu", "identity"});
    options.adaptation.activation = activation == "gelu"   ? IcaActivation::Gelu
                                    : activation == "relu" ? IcaActivation::Relu
                                                           : IcaActivation::Identity;
    options.adaptation.shared = reader.flag("shared", false);
    options.adaptation.last_blocks = reader.integer("last_blocks", 0, 0, 1000);
    options.adaptation.final_norm = reader.flag("final_norm", false);
    options.views = reader.choice("views", "object", {"object", "none"}) == "object";
    options.boxes = reader.choice("boxes", "stored", {"stored", "attention", "none"});
    options.shared_proxies = reader.choice("proxies", "separate", {"separate", "shared"}) == "shared";
    options.loss.background = reader.number("background_weight", 0.5, 0, 100);
    const std::string transfer = reader.choice("transfer", "kl", {"kl", "cosine", "mse"});
    options.loss.way = transfer == "kl"       ? Transfer::Kl
                       : transfer == "cosine" ? Transfer::Cosine
                                              : Transfer::Mse;
    options.loss.transfer = reader.number("transfer_weight", 1, 0, 100);
    options.loss.temperature = reader.number("temperature", 2, 0.1, 100);
    options.loss.contrastive = reader.number("contrastive", 0, 0, 100);
    options.class_mean = reader.choice("proxy_init", "class_mean", {"random", "class_mean"}) == "class_mean";
    options.dvf_optimizer = reader.choice("optimizer", "adamw", {"adamw", "dvf"}) == "dvf";
    const bool dvf = options.dvf_optimizer;
    options.rate = reader.number("rate", dvf ? 3e-2 : 1e-3, 1e-8, 10);
    options.proxy_rate_factor = reader.number("proxy_rate_factor", dvf ? 4e2 / 3e-2 : 100, 0, 1e6);
    options.weight_decay = reader.number("weight_decay", dvf ? 0 : 1e-4, 0, 10);
    options.clip = reader.number("clip", dvf ? 10 : 1, 1e-6, 1e6);
    options.cosine =
        reader.choice("schedule", dvf ? "constant" : "cosine", {"cosine", "constant"}) == "cosine";
    options.warm_up = reader.number("warm_up", dvf ? 0 : 0.05, 0, 0.9);
    options.batch_classes = reader.integer("batch_classes", 8, 2, 1024);
    options.batch_per_class = reader.integer("batch_per_class", 4, 1, 1024);
    options.augmentation = reader.choice("augmentation", "crop", Augmentation::names());
    options.export_size = reader.integer("export_size", 0, 0, 1024);
    options.patience = reader.integer("patience", 0, 0, 100'000);
    options.refit = reader.flag("refit", true);
    if (settings.epochs > 0) options.epochs = settings.epochs;
    if (const Status status = reader.finish(); !status) return status.error();
    return options;
}

std::string grouped(std::int64_t value) {
    std::string digits = std::to_string(value);
    for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
        digits.insert(static_cast<std::size_t>(at), 1, ',');
    return digits;
}

std::string per_cent(double share) {
    char text[32];
    std::snprintf(text, sizeof text, "%.2f %%", 100 * share);
    return text;
}

void say(const TrainingObserver& observer, const std::string& text) {
    if (observer.message) observer.message(text);
}

/// Views from the boxes, and what is to be said about them before time is spent.
void prepare_views(Scene& scene, const Options& options, const std::vector<std::int64_t>& rows,
                   const TrainingObserver& observer, const std::stop_token& stop) {
    if (!options.views || options.boxes == "none") return;
    const bool attend = options.boxes == "attention";
    if (attend) say(observer, "Looking for objects where no box is stored.");
    const Scene::ViewCount count = scene.make_views(rows, attend, [&] { return stop.stop_requested(); });
    say(observer, std::to_string(count.object) + " of " + std::to_string(rows.size()) +
                      " pictures have an object box, " + std::to_string(count.background) + " a background.");
    if (count.object == 0)
        say(observer, "Without object boxes only the adapters and the class proxies learn.");
    else if (2 * count.object < rows.size())
        say(observer,
            "Fewer than half of the pictures have an object box: object and background views can teach "
            "little.");
}

void say_parameters(const TrainingObserver& observer, std::int64_t trainable, std::int64_t total) {
    say(observer, grouped(trainable) + " of " + grouped(total) + " parameters learn (" +
                      per_cent(static_cast<double>(trainable) / static_cast<double>(total)) + ").");
}

Result<Manifest> write_adapters(const TrainingTarget& target, const TrainingData& data,
                                const TrainingSettings& settings, const TrainingOutcome& outcome,
                                const Learner& learner, int input_side, bool refitted) {
    NewModel model;
    model.info = learned_info(target, data, settings, "ica");
    model.info.input_width = model.info.input_height = input_side;
    model.info.resize = ResizeMode::Squash;  // as the pictures that it learned from
    model.info.source = "learned on \"" + data.base.name + "\" by a reconstruction of DVA (arXiv 2506.16273)";
    model.weights = write_safetensors(learner.adaptation().tensors());
    model.beside["proxies.safetensors"] = write_safetensors(learner.proxy_tensors());
    model.training =
        training_json(data, settings, outcome,
                      {{"trainable_parameters", static_cast<double>(outcome.trainable_parameters)},
                       {"total_parameters", static_cast<double>(outcome.total_parameters)},
                       {"learned_from_all_classes", refitted ? 1.0 : 0.0}});
    return write_learned_model(target, model);
}

/// With everything checked that can be wrong without learning.
Result<TrainingOutcome> learn(Scene& scene, const TrainingData& data, const Options& options,
                              const TrainingSettings& settings, const TrainingTarget& target,
                              const TrainingObserver& observer, std::stop_token stop) {
    const Stopwatch clock;
    const auto split = split_by_class(data.labels, settings.validation_share, settings.seed);
    if (!split) return split.error();
    const TrainingThreads threads(settings.threads);
    say(observer, std::to_string(split->fit_classes.size() + split->validation_classes.size()) +
                      " classes: " + std::to_string(split->fit_classes.size()) + " to learn from, " +
                      std::to_string(split->validation_classes.size()) + " to check on.");
    prepare_views(scene, options, options.refit ? all_rows(data.count()) : split->fit_rows, observer, stop);
    // Every picture once, which takes as long as a good part of an epoch.
    const torch::Tensor frozen =
        scene.embed(all_rows(data.count()), nullptr, [&stop] { return stop.stop_requested(); });
    if (!frozen.defined())
        return Error{ErrorKind::Cancelled, "The training was cancelled before it had begun."};

    const auto make = [&](std::vector<std::int32_t> labels) -> Result<std::unique_ptr<Learner>> {
        return std::make_unique<Learner>(scene, options, std::move(labels), frozen, settings.seed);
    };
    auto learner = make(dense_labels(data.labels, split->fit_classes)).value();
    const std::vector<std::int64_t>& checked = split->validation_rows;
    const std::vector<std::int32_t> checked_labels = pick(data.labels, checked);
    learner->validate_on(checked, checked_labels);
    const std::int64_t trainable = learner->adaptation().parameter_count();
    const std::int64_t total = scene.parameters() + trainable;
    say_parameters(observer, trainable, total);
    const torch::Tensor before = frozen.index_select(0, torch::tensor(checked, torch::kLong));

    const TrainingSettings timed = with_time_spent(settings, clock.seconds());
    EpochLoopOptions loop = first_loop(data, timed, target, options.epochs, options.patience, options.refit);
    if (scene.embed_side() != scene.input_side()) {
        const auto figures = probe(before, checked_labels);
        if (!figures) return figures.error();
        loop.base = *figures;
    }
    auto outcome = run_epochs(*learner, loop, observer, stop);
    if (!outcome) return outcome;
    outcome->method = Method::Dva;
    outcome->trainable_parameters = trainable;
    outcome->total_parameters = total;
    auto changes = compare_queries(before, learner->embed(checked), checked_labels, items_of(data, checked));
    if (!changes) return changes.error();
    outcome->queries = std::move(*changes);
    if (stays_with_base(*outcome)) {
        if (!outcome->cancelled) remove_checkpoints(target);
        return outcome;
    }

    bool refitted = false;
    if (options.refit && !outcome->cancelled) {
        auto again = refit([&] { return make(data.labels); }, data, timed, loop, observer, stop, *outcome);
        if (!again) return again.error();
        refitted = *again != nullptr;
        if (refitted) learner = std::move(*again);
    }
    const auto written =
        write_adapters(target, data, settings, *outcome, *learner, scene.embed_side(), refitted);
    if (!written) return written.error();
    outcome->folder = written->info.path;
    return outcome;
}

}  // namespace

Status check_dva(const TrainingSettings& settings, const ModelInfo& base) {
    if (const auto options = read_options(settings); !options) return options.error();
    return check_base(base);
}

Result<TrainingOutcome> train_dva(const TrainingData& data, const TrainingSettings& settings,
                                  const TrainingTarget& target, const TrainingObserver& observer,
                                  std::stop_token stop) {
    const auto options = read_options(settings);
    if (!options) return options.error();
    if (auto status = check_training_data(data); !status) return status.error();
    if (const Status status = check_target(target); !status) return status.error();
    try {
        const Augmentation crops = *Augmentation::by_name(options->augmentation, data.base.input_width);
        auto scene = Scene::open(
            data, options->export_size > 0 ? options->export_size : learned_input_side(data.base, crops));
        if (!scene) return scene.error();
        return learn(*scene, data, *options, settings, target, observer, std::move(stop));
    } catch (const std::exception& error) {
        return training_error(error);
    }
}

}  // namespace fieldmark
