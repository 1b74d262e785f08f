// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include <CLI/CLI.hpp>

#include "app/cli/library_access.h"

namespace fieldmark::cli {

namespace {

struct Arguments {
    std::string library;
    std::string name;
};

Json to_json(const ModelInfo& info, bool current) {
    Json object;
    object["name"] = info.name;
    object["kind"] = info.kind;
    object["dimension"] = info.dimension;
    object["input"] = {info.input_width, info.input_height};
    object["hash"] = info.hash;
    object["current"] = current;
    return object;
}

/// The hash of the model that the library uses, or of the default one.
Result<std::string> current_hash(Context& context, const std::string& folder,
                                 const std::vector<ModelInfo>& installed) {
    if (folder.empty()) return installed.empty() ? std::string() : installed.front().hash;
    const auto library = open_to_read(context, folder);
    if (!library) return library.error();
    const auto reader = (*library)->reader();
    if (!reader) return reader.error();
    const auto model = choose_model(**reader, {});
    if (!model) return model.error();
    return model->hash;
}

Result<Answer> list(Context& context, const Arguments& arguments) {
    std::vector<Error> problems;
    const std::vector<ModelInfo> models = ModelRegistry().list(&problems);
    const auto current = current_hash(context, arguments.library, models);
    if (!current) return current.error();
    Answer answer;
    answer.json["models"] = Json::array();
    Table table;
    table.column("").column("name").column("kind").column("dimension", Table::Align::Right);
    table.column("input").column("hash");
    for (const ModelInfo& info : models) {
        const bool is_current = info.hash == *current;
        answer.json["models"].push_back(to_json(info, is_current));
        table.row({is_current ? "*" : "", info.name, info.kind, std::to_string(info.dimension),
                   std::to_string(info.input_width) + " x " + std::to_string(info.input_height),
                   info.hash.substr(0, 16)});
    }
    answer.json["problems"] = Json::array();
    for (const Error& problem : problems) {
        answer.json["problems"].push_back(cli::to_json(problem));
        context.console.warn(problem.text);
    }
    context.console.print(models.empty() ? "No model is installed.\n" : table.text());
    answer.status = problems.empty() ? AllDone : SomeFailed;
    return answer;
}

Result<Answer> show(Context& context, const Arguments& arguments) {
    const ModelRegistry registry;
    const auto info = registry.find(arguments.name);
    if (!info) return info.error();
    const auto current = current_hash(context, arguments.library, registry.list());
    if (!current) return current.error();
    Answer answer;
    Json& json = answer.json;
    json = to_json(*info, info->hash == *current);
    json["resize"] = info->resize == ResizeMode::Squash ? "squash" : "centre crop";
    json["mean"] = info->mean;
    json["scale"] = info->scale;
    json["feature"] = info->feature;
    json["licence"] = info->licence;
    json["source"] = info->source;
    put_path(json, "path", info->path);
    Table table;
    table.column("").column("");
    table.row({"name", info->name});
    table.row({"kind", info->kind});
    table.row({"embedding", std::to_string(info->dimension) + " numbers, " + info->feature});
    table.row({"input", std::to_string(info->input_width) + " x " + std::to_string(info->input_height) +
                            " pixels, " + json["resize"].get<std::string>()});
    table.row({"licence", info->licence});
    table.row({"source", info->source});
    table.row({"folder", display_text(info->path)});
    table.row({"hash", info->hash});
    context.console.print(table.text());
    return answer;
}

void add_library(CLI::App& command, Arguments& arguments) {
    command.add_option("-L,--library", arguments.library, "Say which model this library uses")
        ->type_name("FOLDER");
}

}  // namespace

void add_models(CLI::App& app, Action& action) {
    const auto arguments = std::make_shared<Arguments>();
    CLI::App& command = *app.add_subcommand("models", "The networks this machine has");
    command.require_subcommand(1);
    CLI::App& list_command = *command.add_subcommand("list", "All of them; the current one is marked");
    add_library(list_command, *arguments);
    list_command.callback([arguments, &action] {
        action = [arguments](Context& context) { return list(context, *arguments); };
    });
    CLI::App& info_command = *command.add_subcommand("info", "One of them; without a name the default one");
    info_command.add_option("name", arguments->name, "Name, or the beginning of its hash")->type_name("NAME");
    add_library(info_command, *arguments);
    info_command.callback([arguments, &action] {
        action = [arguments](Context& context) { return show(context, *arguments); };
    });
}

}  // namespace fieldmark::cli
