// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cstdio>
#include <memory>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/train/command.h"
#include "app/train/selection.h"
#include "core/index/hamming_kernels.h"
#include "core/methods/train.h"

namespace fieldmark::train_program {

namespace {

using Json = nlohmann::json;

struct Arguments {
    Selection selection;
    std::string method = "gapan";
    TrainingSettings settings;
    double budget_minutes = 0;
    std::vector<std::string> options;
    TrainingTarget target;
};

Json to_json(const ValidationFigures& figures) {
    return {{"recall_at_1", figures.recall_at_1},
            {"map_at_r", figures.map_at_r},
            {"queries", figures.queries},
            {"classes", figures.classes}};
}

std::string percent(double share) {
    char text[32];
    std::snprintf(text, sizeof text, "%.2f %%", 100 * share);
    return text;
}

std::string minutes(double seconds) {
    char text[32];
    if (seconds < 0) return "?";
    std::snprintf(text, sizeof text, "%.1f min", seconds / 60);
    return text;
}

TrainingObserver observer_of(const Context& context) {
    TrainingObserver observer;
    observer.message = [&context](const std::string& line) { context.note(line); };
    observer.epoch = [&context](const EpochReport& report) {
        std::string line = "epoch " + std::to_string(report.epoch) + " of " + std::to_string(report.epochs) +
                           ": Recall@1 " + percent(report.validation.recall_at_1) + ", MAP@R " +
                           percent(report.validation.map_at_r) + (report.best ? " (best)" : "");
        for (const auto& [name, value] : report.losses) {
            char text[64];
            std::snprintf(text, sizeof text, ", %s %.4g", name.c_str(), value);
            line += text;
        }
        context.note(line + "; " + minutes(report.seconds) + " so far, " + minutes(report.seconds_left) +
                     " left");
    };
    observer.progress = [&context, last = std::chrono::steady_clock::now()](double share,
                                                                            double left) mutable {
        const auto now = std::chrono::steady_clock::now();
        if (now - last < std::chrono::seconds(30)) return;
        last = now;
        context.note(percent(share) + ", " + minutes(left) + " left");
    };
    return observer;
}

Result<Json> learn(const Context& context, Arguments arguments) {
    TrainingSettings& settings = arguments.settings;
    const auto method = method_from_name(arguments.method);
    if (!method) return method.error();
    settings.method = *method;
    settings.budget_seconds = 60 * arguments.budget_minutes;
    for (const std::string& option : arguments.options) {
        const std::size_t equals = option.find('=');
        if (equals == std::string::npos || equals == 0)
            return Error{ErrorKind::Usage, "\"" + option + "\" is not an option. Write NAME=VALUE."};
        settings.options[option.substr(0, equals)] = option.substr(equals + 1);
    }
    // This program reads pictures; a head on vectors is learned where the vectors are.
    settings.end_to_end = settings.method == Method::ProxyNca || settings.method == Method::Gapan;
    const auto found = find_model(arguments.selection);
    if (!found) return found.error();
    if (const Status status = check_method(settings, found->info); !status) return status.error();
    const auto cache = ImageCache::open(arguments.selection.cache);
    if (!cache) return cache.error();
    auto selected = select(*cache, arguments.selection);
    if (!selected) return std::move(selected).error();

    TrainingData data;
    data.label_field = cache->facts().field;
    data.classes = selected->classes;
    data.labels = selected->labels;
    data.items = selected->pictures;
    data.image_cache = arguments.selection.cache;
    data.pictures = std::move(selected->pictures);
    data.base = found->info;
    data.base_name = found->info.name;
    const auto outcome = train(data, settings, arguments.target, observer_of(context), context.stop);
    if (!outcome) return outcome.error();

    Json answer;
    answer["method"] = to_string(outcome->method);
    answer["model"] = outcome->folder;
    answer["epochs"] = outcome->epochs;
    answer["best_epoch"] = outcome->best_epoch;
    answer["seconds"] = outcome->seconds;
    answer["before"] = to_json(outcome->before);
    answer["after"] = to_json(outcome->after);
    answer["trainable_parameters"] = outcome->trainable_parameters;
    answer["total_parameters"] = outcome->total_parameters;
    answer["cancelled"] = outcome->cancelled;
    if (!outcome->note.empty()) answer["note"] = outcome->note;
    if (!context.json) {
        std::printf("On classes it has not learned: Recall@1 %s -> %s, MAP@R %s -> %s (epoch %d of %d, %s)\n",
                    percent(outcome->before.recall_at_1).c_str(), percent(outcome->after.recall_at_1).c_str(),
                    percent(outcome->before.map_at_r).c_str(), percent(outcome->after.map_at_r).c_str(),
                    outcome->best_epoch, outcome->epochs, minutes(outcome->seconds).c_str());
        if (!outcome->folder.empty()) std::printf("%s\n", outcome->folder.c_str());
        if (!outcome->note.empty()) context.note(outcome->note);
    }
    return answer;
}

}  // namespace

void add_learn(CLI::App& app, Action& action) {
    const auto arguments = std::make_shared<Arguments>();
    CLI::App& command = *app.add_subcommand("learn", "Learn from the labelled pictures of a cache");
    arguments->selection.add_to(command);
    TrainingSettings& settings = arguments->settings;
    command.add_option("--method", arguments->method, "gapan, proxy-nca++, dva or gdfnet")
        ->capture_default_str();
    command.add_option("--name", arguments->target.name, "Of the new model")->type_name("NAME")->required();
    command
        .add_option("-o,--out", arguments->target.models_folder,
                    "The folder of models that the new one is put into")
        ->type_name("FOLDER")
        ->required();
    command.add_option("--epochs", settings.epochs, "0: the method's own number")->capture_default_str();
    command.add_option("--seed", settings.seed)->capture_default_str();
    command.add_option("--threads", settings.threads, "0: as many as there are cores")->capture_default_str();
    command
        .add_option("--budget", arguments->budget_minutes,
                    "Learn for so many minutes (1.5: ninety seconds): as many epochs as fit; 0: no limit")
        ->type_name("MIN")
        ->check(CLI::Range(0.0, 1e6));
    command.add_option("--validation-share", settings.validation_share, "Of the classes, to check on")
        ->capture_default_str();
    command.add_option("--bits", settings.bits, "Length of gdfnet's codes")
        ->check(CLI::Range(1, kMaxHashBits))
        ->capture_default_str();
    command
        .add_option("--option", arguments->options, "A further option of the method, NAME=VALUE; repeatable")
        ->type_name("NAME=VALUE")
        ->allow_extra_args(false);
    command.add_option("--checkpoint", arguments->target.checkpoint, "Written after every epoch")
        ->type_name("FILE");
    command.add_flag("--resume", arguments->target.resume, "Go on from the checkpoint where there is one");
    command.callback([arguments, &action] {
        action = [arguments](const Context& context) { return learn(context, *arguments); };
    });
}

}  // namespace fieldmark::train_program
