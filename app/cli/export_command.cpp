// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include <CLI/CLI.hpp>

#include "app/cli/library_access.h"
#include "app/cli/query_arguments.h"
#include "core/engine/search/export.h"

namespace fieldmark::cli {

namespace {

struct Arguments {
    std::string library;
    std::string out;
    std::string format;
    std::string model;
    QueryArguments query;  ///< of matches; the others use `where` only
};

struct Opened {
    std::unique_ptr<Library> library;
    ModelChoice model;
    ExportFormat format = ExportFormat::Csv;
};

Result<ExportFormat> format_of(const Arguments& arguments) {
    return export_format_of(arguments.format.empty() ? arguments.out : '.' + arguments.format);
}

Result<Opened> open(Context& context, const Arguments& arguments) {
    const auto format = format_of(arguments);
    if (!format) return format.error();
    if (arguments.out == "-" && context.console.json()) {
        return Error{ErrorKind::Usage, "With --json standard output carries the answer. Give --out a file."};
    }
    auto library = open_to_read(context, arguments.library);
    if (!library) return std::move(library).error();
    auto reader = (*library)->reader();
    if (!reader) return std::move(reader).error();
    auto model = choose_model(**reader, arguments.model);
    if (!model) return std::move(model).error();
    return Opened{std::move(*library), std::move(*model), *format};
}

ExportProgress progress(Context& context) {
    return [&console = context.console](std::int64_t done, std::int64_t total) {
        console.progress("Exporting: " + format_count(done) + " of " + format_count(total));
    };
}

Result<Answer> answer(Context& context, const Result<ExportOutcome>& outcome) {
    context.console.end_progress();
    if (!outcome) return outcome.error();
    Answer answer;
    answer.json["rows"] = outcome->rows;
    put_path(answer.json, "file", outcome->file);
    if (!outcome->items_file.empty()) put_path(answer.json, "items_file", outcome->items_file);
    answer.json["bytes"] = outcome->bytes;
    answer.json["damaged"] = outcome->damaged;
    if (outcome->file != "-") {
        context.console.print(
            format_count(outcome->rows) + " rows in " + display_text(outcome->file) +
            (outcome->items_file.empty() ? "" : " and " + display_text(outcome->items_file)) + " (" +
            format_bytes(outcome->bytes) + ")\n");
    }
    if (outcome->damaged > 0) {
        context.console.warn(
            format_count(outcome->damaged) +
            " damaged vectors were left out. \"verify --repair\" and an import make them anew.");
        answer.status = SomeFailed;
    }
    return answer;
}

Result<Answer> embeddings(Context& context, const Arguments& arguments) {
    const auto filter = parse_filter(arguments.query.where);
    if (!filter) return filter.error();
    const auto opened = open(context, arguments);
    if (!opened) return opened.error();
    return answer(context, export_embeddings(*opened->library, opened->model.hash, *filter, opened->format,
                                             arguments.out, context.interrupt.token(), progress(context)));
}

Result<Answer> labels(Context& context, const Arguments& arguments) {
    const auto filter = parse_filter(arguments.query.where);
    if (!filter) return filter.error();
    const auto opened = open(context, arguments);
    if (!opened) return opened.error();
    return answer(context, export_labels(*opened->library, *filter, opened->format, arguments.out,
                                         context.interrupt.token(), progress(context)));
}

Result<Answer> matches(Context& context, const Arguments& arguments) {
    SearchRequest request;
    if (arguments.query.images.empty() && arguments.query.items.empty()) {
        // Every picture asks: let the arguments pass with one, then take it out again.
        QueryArguments all = arguments.query;
        all.items = {0};
        auto parsed = all.request();
        if (!parsed) return std::move(parsed).error();
        request = std::move(*parsed);
        std::erase_if(request.images, [](const QueryImage& image) { return image.path.empty(); });
    } else {
        auto parsed = arguments.query.request();
        if (!parsed) return std::move(parsed).error();
        request = std::move(*parsed);
    }
    const auto opened = open(context, arguments);
    if (!opened) return opened.error();
    std::unique_ptr<Embedder> embedder;
    if (arguments.query.needs_model()) {
        auto loaded = load_embedder(opened->model);
        if (!loaded) return std::move(loaded).error();
        embedder = std::move(*loaded);
    }
    SearchService service(*opened->library, embedder.get(), opened->model.hash);
    if (request.way == SearchWay::Graph) {
        if (const Status status = require_graph(service); !status) return status.error();
    } else if (request.way == SearchWay::Auto) {
        // Many queries: a graph pays where there is one, and is not missed where there is none.
        if (const Status status = service.load_graph(); !status) context.console.note(status.error().text);
    }
    return answer(context,
                  export_matches(*opened->library, service, opened->model.hash, request, opened->format,
                                 arguments.out, context.interrupt.token(), progress(context)));
}

void add_output(CLI::App& command, Arguments& arguments) {
    add_library_option(command, arguments.library);
    command.add_option("-o,--out", arguments.out, "The file to write; - for standard output")
        ->type_name("FILE")
        ->required();
    command.add_option("--format", arguments.format, "csv, json or npy; else by the file's name")
        ->check(CLI::IsMember({"csv", "json", "npy"}));
}

}  // namespace

void add_export(CLI::App& app, Action& action) {
    CLI::App& command =
        *app.add_subcommand("export", "Write matches, embeddings or labels as CSV, JSON or NumPy array");
    command.require_subcommand(1);
    using Run = Result<Answer> (*)(Context&, const Arguments&);
    const auto set_action = [&action](CLI::App& sub, const std::shared_ptr<Arguments>& arguments, Run run) {
        sub.callback([arguments, run, &action] {
            action = [arguments, run](Context& context) { return run(context, *arguments); };
        });
    };

    const auto of_matches = std::make_shared<Arguments>();
    CLI::App& matches_command = *command.add_subcommand(
        "matches", "The best matches of each image; without an image, of each picture of the library");
    add_query_options(matches_command, of_matches->query);
    add_output(matches_command, *of_matches);
    add_model_option(matches_command, of_matches->model);
    set_action(matches_command, of_matches, matches);

    const auto of_embeddings = std::make_shared<Arguments>();
    CLI::App& embeddings_command = *command.add_subcommand(
        "embeddings", "The pictures' vectors; with .npy a second file names the picture of each row");
    add_where_option(embeddings_command, of_embeddings->query.where);
    add_output(embeddings_command, *of_embeddings);
    add_model_option(embeddings_command, of_embeddings->model);
    set_action(embeddings_command, of_embeddings, embeddings);

    const auto of_labels = std::make_shared<Arguments>();
    CLI::App& labels_command =
        *command.add_subcommand("labels", "Paths and fields, as \"import --labels\" reads them");
    add_where_option(labels_command, of_labels->query.where);
    add_output(labels_command, *of_labels);
    set_action(labels_command, of_labels, labels);
}

}  // namespace fieldmark::cli
