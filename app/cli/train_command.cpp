// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include <CLI/CLI.hpp>

#include "app/cli/library_access.h"
#include "core/engine/learning/query_changes.h"
#include "core/engine/learning/training_job.h"
#include "core/index/hamming_kernels.h"

namespace fieldmark::cli {

namespace {

struct Arguments {
    std::string library;
    std::string method = "gapan";
    std::vector<std::string> where;
    std::vector<std::string> options;
    double budget_minutes = 0;
    TrainingRequest request;
};

std::string percent(double fraction) {
    return format_number(100 * fraction, 1);
}

Json to_json(const ValidationFigures& figures) {
    Json object;
    object["recall_at_1"] = figures.recall_at_1;
    object["map_at_r"] = figures.map_at_r;
    object["queries"] = figures.queries;
    object["classes"] = figures.classes;
    return object;
}

Json to_json(const EpochReport& report) {
    Json object;
    object["epoch"] = report.epoch;
    object["losses"] = Json(report.losses);
    object["recall_at_1"] = report.validation.recall_at_1;
    object["map_at_r"] = report.validation.map_at_r;
    object["best"] = report.best;
    object["seconds"] = report.seconds;
    return object;
}

std::string line_of(const EpochReport& report, Method method) {
    std::string text = "Epoch " + std::to_string(report.epoch) + " of " + std::to_string(report.epochs);
    const auto total = report.losses.find("total");
    if (total != report.losses.end()) text += ", loss " + format_number(total->second, 3);
    text += method == Method::GdfNet ? ", codes" : ", unseen classes";
    text += " Recall@1 " + percent(report.validation.recall_at_1) + " %, MAP@R " +
            percent(report.validation.map_at_r) + " %";
    if (report.best) text += " (best)";
    // Which the learning does not begin with: a head has a start of its own.
    if (report.epoch == 0 && report.base)
        text += "; the model it stands on " + percent(report.base->recall_at_1) + " % and " +
                percent(report.base->map_at_r) + " %";
    if (report.seconds_left >= 0) text += ", " + format_seconds(report.seconds_left) + " left";
    return text;
}

Json to_json(const Interval& interval) {
    return {{"mean", interval.value}, {"low", interval.low}, {"high", interval.high}};
}

/// What the change says: a figure without its interval is no answer. Of MAP@R, on classes it has not seen.
std::string verdict(const Interval& change, bool kept) {
    if (!kept) return {};
    std::string text = "MAP@R changed by " + percent(change.value) + " points (95 % interval " +
                       percent(change.low) + " to " + percent(change.high) + ")";
    if (change.high < 0) return text + ": the new model is worse on them. Better leave it.\n";
    if (change.low <= 0)
        return text +
               ": within what chance alone can do. More classes to check on would tell (--validation).\n";
    return text + ".\n";
}

/// Pictures that took no part because they cannot be read: each in the answer and on standard error.
void list_failed(const TrainingResult& result, Console& console, Answer& answer) {
    answer.json["failed"] = Json::array();
    for (const auto& [path, error] : result.failed) {
        Json failed;
        put_path(failed, "path", path);
        failed.update(cli::to_json(error));
        answer.json["failed"].push_back(std::move(failed));
        console.warn(error.text);
    }
    if (!result.failed.empty()) answer.status = SomeFailed;
}

/// "NAME=VALUE".
Status read_options(const std::vector<std::string>& texts, std::map<std::string, std::string>& options) {
    for (const std::string& text : texts) {
        const auto equals = text.find('=');
        if (equals == std::string::npos || equals == 0)
            return Error{ErrorKind::Usage, "--set wants OPTION=VALUE, not \"" + text + "\"."};
        options[text.substr(0, equals)] = text.substr(equals + 1);
    }
    return {};
}

Result<Answer> train(Context& context, const Arguments& arguments) {
    TrainingRequest request = arguments.request;
    const auto method = method_from_name(arguments.method);
    if (!method) return method.error();
    request.settings.method = *method;
    request.settings.budget_seconds = 60 * arguments.budget_minutes;
    if (auto status = read_options(arguments.options, request.settings.options); !status)
        return status.error();
    auto filter = parse_filter(arguments.where);
    if (!filter) return std::move(filter).error();
    request.filter = std::move(*filter);
    auto library = open_to_write(context, arguments.library, false);
    if (!library) return std::move(library).error();
    const ModelRegistry registry = ModelRegistry::for_library((*library)->models_folder());

    Console& console = context.console;
    TrainingObserver observer;
    observer.message = [&](const std::string& text) { console.note(text); };
    observer.epoch = [&](const EpochReport& report) {
        console.note(line_of(report, request.settings.method));
    };
    observer.progress = [&](double share, double seconds_left) {
        std::string text = "Learning: " + format_number(100 * share, 0) + " %";
        if (seconds_left >= 0) text += ", " + format_seconds(seconds_left) + " left";
        console.progress(text);
    };
    auto result = train_on_library(**library, request, registry, observer, context.interrupt.token());
    console.end_progress();
    if (!result) return std::move(result).error();

    const TrainingOutcome& outcome = result->outcome;
    Answer answer;
    Json& json = answer.json;
    json["name"] = result->preview.model_name;
    json["method"] = to_string(outcome.method);
    json["model_hash"] = result->model_hash;
    json["base"] = result->preview.base_name;
    put_path(json, "folder", outcome.folder);
    json["pictures"] = result->preview.pictures;
    json["classes"] = result->preview.classes;
    json["fit_classes"] = result->preview.fit_classes;
    json["learned_classes"] = result->preview.learned_classes;
    json["left_out"] = {{"unlabelled", result->preview.unlabelled},
                        {"not_embedded", result->preview.not_embedded},
                        {"unreadable", result->preview.unreadable},
                        {"single_classes", result->preview.single_classes}};
    list_failed(*result, console, answer);
    json["epochs"] = outcome.epochs;
    json["best_epoch"] = outcome.best_epoch;
    json["before"] = to_json(outcome.before);
    json["validation"] = to_json(outcome.after);
    json["trainable_parameters"] = outcome.trainable_parameters;
    json["total_parameters"] = outcome.total_parameters;
    json["seconds"] = outcome.seconds;
    json["cancelled"] = outcome.cancelled;
    json["note"] = outcome.note;
    json["history"] = Json::array();
    for (const EpochReport& report : outcome.history) json["history"].push_back(to_json(report));

    const Interval change = precision_gain(outcome.queries);
    json["change"] = {{"recall_at_1", to_json(recall_gain(outcome.queries))}, {"map_at_r", to_json(change)}};

    Table table;
    table.column("classes it has not seen")
        .column("before", Table::Align::Right)
        .column("after", Table::Align::Right);
    table.row({"Recall@1, %", percent(outcome.before.recall_at_1), percent(outcome.after.recall_at_1)});
    table.row({"MAP@R, %", percent(outcome.before.map_at_r), percent(outcome.after.map_at_r)});
    std::string text =
        (outcome.folder.empty() ? "No model was kept"
                                : "Model \"" + display_text(result->preview.model_name) + "\"") +
        ", epoch " + std::to_string(outcome.best_epoch) + " of " + std::to_string(outcome.epochs) + ", " +
        format_seconds(outcome.seconds) + "\n" + table.text();
    if (!outcome.note.empty()) text += outcome.note + '\n';
    if (!result->failed.empty())
        text += format_count(static_cast<std::int64_t>(result->failed.size())) +
                " pictures left out: they cannot be read\n";
    if (result->preview.learned_classes > 0)
        text += display_text(result->preview.base_name) + " was learned from " +
                format_count(result->preview.learned_classes) + " of the " +
                format_count(result->preview.validation_classes) +
                " classes to check on already, which flatters both figures\n";
    text += verdict(change, !outcome.folder.empty());
    if (!outcome.folder.empty() && change.high >= 0)
        text += "Use it with: fieldmark-cli models use \"" + display_text(result->preview.model_name) +
                "\" --library \"" + display_text(arguments.library) + "\"\n";
    console.print(text);
    return answer;
}

}  // namespace

void add_train(CLI::App& app, Action& action) {
    const auto arguments = std::make_shared<Arguments>();
    TrainingRequest& request = arguments->request;
    TrainingSettings& settings = request.settings;
    CLI::App& command = *app.add_subcommand("train",
                                            "Learn a better embedding from labels; a part of the classes is "
                                            "kept apart to check on. The methods are "
                                            "reconstructions of the papers. Ctrl-C keeps the best epoch");
    add_library_option(command, arguments->library);
    command.add_option("--method", arguments->method, "gapan, dva, gdfnet or proxy-nca++")
        ->type_name("METHOD")
        ->capture_default_str();
    command.add_option("--label", request.label, "The field that names the class")
        ->type_name("FIELD")
        ->required();
    add_where_option(command, arguments->where);
    command.add_option("--name", request.model_name, "What the new model is called; else METHOD-FIELD")
        ->type_name("NAME");
    command
        .add_option(
            "--model", request.base,
            "The model to start from, by name or hash; else the library's current one or, if that was "
            "learned, the network beneath it")
        ->type_name("NAME");
    command.add_option("--bits", settings.bits, "Length of gdfnet's codes")
        ->check(CLI::Range(1, kMaxHashBits))
        ->capture_default_str();
    command.add_option("--epochs", settings.epochs, "0: the method's own number")
        ->check(CLI::Range(0, 100'000))
        ->capture_default_str();
    command
        .add_option("--budget", arguments->budget_minutes,
                    "Learn for so many minutes (1.5: ninety seconds), reading the pictures included: as many "
                    "epochs as fit; 0: no limit")
        ->type_name("MIN")
        ->check(CLI::Range(0.0, 1e6));
    command.add_option("--seed", settings.seed, "The same seed and threads give the same model")
        ->capture_default_str();
    command.add_option("--threads", settings.threads, "0: as many as there are cores")
        ->check(CLI::Range(0, 4096));
    command.add_option("--validation", settings.validation_share, "Share of the classes to check on")
        ->check(CLI::Range(0.05, 0.5))
        ->capture_default_str();
    command.add_option("--set", arguments->options, "An option of the method; repeat it for several")
        ->type_name("OPTION=VALUE")
        ->allow_extra_args(false);
    command.add_flag("--end-to-end", settings.end_to_end,
                     "All of the network learns, not a head on stored vectors");
    command.add_flag("--resume", request.resume, "Go on where a killed training of this name stopped");
    command.callback([arguments, &action] {
        action = [arguments](Context& context) { return train(context, *arguments); };
    });
}

}  // namespace fieldmark::cli
