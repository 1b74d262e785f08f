// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include <CLI/CLI.hpp>

#include "app/cli/library_access.h"
#include "core/engine/evaluation_service.h"

namespace fieldmark::cli {

namespace {

struct Arguments {
    std::string library;
    std::string label;
    std::vector<std::string> where;
    std::vector<int> ks{1, 2, 4, 8};
    std::string model;
};

std::string percent(double fraction) {
    return format_number(100 * fraction, 2) + " %";
}

Result<Answer> evaluate(Context& context, const Arguments& arguments) {
    auto filter = parse_filter(arguments.where);
    if (!filter) return std::move(filter).error();
    auto library = open_to_read(context, arguments.library);
    if (!library) return std::move(library).error();
    auto reader = (*library)->reader();
    if (!reader) return std::move(reader).error();
    const auto model = choose_model(**reader, arguments.model);
    if (!model) return model.error();

    EvaluationRequest request;
    request.label = arguments.label;
    request.filter = std::move(*filter);
    request.ks = arguments.ks;
    request.model_hash = model->hash;
    const auto report =
        evaluate_library(**library, request, context.interrupt.token(), [&](int done, int total) {
            context.console.progress("Evaluating: " + format_count(done) + " of " + format_count(total));
        });
    context.console.end_progress();
    if (!report) return report.error();

    const RetrievalMetrics& metrics = report->metrics;
    Answer answer;
    Json& json = answer.json;
    json["model"] = model->name;
    json["model_hash"] = model->hash;
    json["label"] = report->label;
    json["queries"] = metrics.queries;
    json["classes"] = metrics.classes;
    json["skipped"] = metrics.skipped;
    json["unlabelled"] = report->unlabelled;
    json["not_embedded"] = report->not_embedded;
    json["recall_at"] = Json::object();
    Table table;
    table.column("").column("", Table::Align::Right);
    for (const auto& [k, recall] : metrics.recall_at) {
        json["recall_at"][std::to_string(k)] = recall;
        table.row({"Recall@" + std::to_string(k), percent(recall)});
    }
    json["map_at_r"] = metrics.map_at_r;
    json["mean_average_precision"] = metrics.mean_average_precision;
    json["seconds"] = report->seconds;
    table.row({"MAP@R", percent(metrics.map_at_r)});
    table.row({"mean average precision", percent(metrics.mean_average_precision)});
    std::string text = format_count(metrics.queries) + " queries of " + format_count(metrics.classes) +
                       " classes (" + report->label + ", " + model->name + ")\n" + table.text();
    const auto left_out = [&](std::int64_t count, const char* why) {
        if (count > 0) text += format_count(count) + " pictures left out: " + why + '\n';
    };
    left_out(metrics.skipped, "alone in their class");
    left_out(report->unlabelled, "without this label");
    left_out(report->not_embedded, "not embedded with this model");
    context.console.print(text);
    return answer;
}

}  // namespace

void add_evaluate(CLI::App& app, Action& action) {
    const auto arguments = std::make_shared<Arguments>();
    CLI::App& command = *app.add_subcommand(
        "evaluate",
        "Measure retrieval on labelled pictures, leave-one-out: Recall@K, MAP@R, mean average precision");
    add_library_option(command, arguments->library);
    command.add_option("--label", arguments->label, "The field that names the class")
        ->type_name("FIELD")
        ->required();
    add_where_option(command, arguments->where);
    command.add_option("--ks", arguments->ks, "The K of Recall@K, with commas between")
        ->type_name("K,K...")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    add_model_option(command, arguments->model);
    command.callback([arguments, &action] {
        action = [arguments](Context& context) { return evaluate(context, *arguments); };
    });
}

}  // namespace fieldmark::cli
