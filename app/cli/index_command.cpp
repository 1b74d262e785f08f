// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <memory>

#include <CLI/CLI.hpp>

#include "app/cli/library_access.h"
#include "core/engine/search/search_service.h"

namespace fieldmark::cli {

namespace {

struct Arguments {
    std::string library;
    std::string model;
};

struct Opened {
    std::unique_ptr<Library> library;
    ModelChoice model;
    std::unique_ptr<SearchService> service;  ///< after the library: it ends first
};

Result<Opened> open(Context& context, const Arguments& arguments, bool write) {
    auto library =
        write ? open_to_write(context, arguments.library, false) : open_to_read(context, arguments.library);
    if (!library) return std::move(library).error();
    auto reader = (*library)->reader();
    if (!reader) return std::move(reader).error();
    auto model = choose_model(**reader, arguments.model);
    if (!model) return std::move(model).error();
    Opened opened{std::move(*library), std::move(*model), nullptr};
    opened.service = std::make_unique<SearchService>(*opened.library, nullptr, opened.model.hash);
    context.console.progress("Reading the vectors");
    const Status status = opened.service->refresh(context.interrupt.token());
    context.console.end_progress();
    if (!status) return status.error();
    return opened;
}

Answer describe(Context& context, const Opened& opened, double seconds) {
    const IndexInfo info = opened.service->index_info();
    Answer answer;
    Json& json = answer.json;
    put_path(json, "library", opened.library->folder());
    json["model"] = opened.model.name;
    json["rows"] = info.rows;
    json["graph_rows"] = info.graph_rows;
    json["dead"] = info.dead;
    json["generation"] = info.generation;
    json["bytes"] = info.bytes;
    json["seconds"] = seconds;
    json["problem"] = opened.service->graph_problem();
    Table table;
    table.column("").column("");
    table.row({"vectors", format_count(info.rows)});
    table.row({"in the graph", info.graph_rows == 0 ? "none; searches compare with every vector"
                                                    : format_count(info.graph_rows)});
    table.row({"generation", std::to_string(info.generation)});
    table.row({"memory", format_bytes(info.bytes)});
    table.row({"took", format_seconds(seconds)});
    context.console.print(table.text());
    return answer;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

Result<Answer> build(Context& context, const Arguments& arguments) {
    const auto opened = open(context, arguments, true);
    if (!opened) return opened.error();
    const auto start = std::chrono::steady_clock::now();
    const auto tell = [&](std::int64_t done, std::int64_t total) {
        context.console.progress("Building the graph: " + format_count(done) + " of " + format_count(total));
    };
    const Status built = opened->service->build_graph(true, context.interrupt.token(), tell);
    context.console.end_progress();
    if (!built) return built.error();
    if (const Status saved = opened->service->save_graph(); !saved) return saved.error();
    return describe(context, *opened, seconds_since(start));
}

Result<Answer> show(Context& context, const Arguments& arguments) {
    const auto opened = open(context, arguments, false);
    if (!opened) return opened.error();
    const auto start = std::chrono::steady_clock::now();
    const Status loaded = opened->service->load_graph();
    Answer answer = describe(context, *opened, seconds_since(start));
    if (!loaded && loaded.error().kind != ErrorKind::NotFound) {
        context.console.warn(loaded.error().text);
        answer.json["problem"] = loaded.error().text;
        answer.status = SomeFailed;
    }
    return answer;
}

Result<Answer> drop(Context& context, const Arguments& arguments) {
    const auto opened = open(context, arguments, true);
    if (!opened) return opened.error();
    const auto start = std::chrono::steady_clock::now();
    if (const Status dropped = opened->service->drop_graph(); !dropped) return dropped.error();
    return describe(context, *opened, seconds_since(start));
}

}  // namespace

void add_index(CLI::App& app, Action& action) {
    CLI::App& command =
        *app.add_subcommand("index", "The graph that makes searches of large libraries quick");
    command.require_subcommand(1);
    using Run = Result<Answer> (*)(Context&, const Arguments&);
    const auto add = [&](const char* name, const char* description, Run run) {
        const auto arguments = std::make_shared<Arguments>();
        CLI::App& sub = *command.add_subcommand(name, description);
        add_library_option(sub, arguments->library);
        add_model_option(sub, arguments->model);
        sub.callback([arguments, run, &action] {
            action = [arguments, run](Context& context) { return run(context, *arguments); };
        });
    };
    add("build", "Build and save it now, whatever the library's size", build);
    add("info", "Say what is there", show);
    add("drop", "Remove it; searches then compare with every vector", drop);
}

}  // namespace fieldmark::cli
