// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include <CLI/CLI.hpp>

#include "app/cli/anchor_query.h"
#include "app/cli/library_access.h"
#include "app/cli/match_output.h"
#include "app/cli/query_arguments.h"
#include "core/engine/classes/anchor_point.h"
#include "core/engine/search/search_service.h"

namespace fieldmark::cli {

namespace {

struct Arguments {
    QueryArguments query;
    AnchorArguments anchors;
    std::string library;
    std::string model;
    std::string sheet;
    int threads = 0;
};

Result<Answer> search(Context& context, const Arguments& arguments) {
    auto request = arguments.query.request(!arguments.anchors.anchors.empty());
    if (!request) return std::move(request).error();
    auto library = open_to_read(context, arguments.library);
    if (!library) return std::move(library).error();
    auto reader = (*library)->reader();
    if (!reader) return std::move(reader).error();
    const auto model = choose_model(**reader, arguments.model);
    if (!model) return model.error();
    auto anchors = anchor_queries(arguments.anchors, **reader, *model, context.interrupt.token());
    if (!anchors) return std::move(anchors).error();
    request->images.insert(request->images.begin(), anchors->begin(), anchors->end());
    std::unique_ptr<Embedder> embedder;
    if (arguments.query.needs_model()) {
        auto loaded = load_embedder(*model, {.threads = arguments.threads});
        if (!loaded) return std::move(loaded).error();
        embedder = std::move(*loaded);
    }

    SearchService service(**library, embedder.get(), model->hash);
    if (request->way == SearchWay::Graph) {
        if (const Status status = require_graph(service); !status) return status.error();
    }
    const auto response = service.search(*request, context.interrupt.token());
    if (!response) return response.error();

    Answer answer;
    answer.json = to_json(*response);
    if (!anchors->empty()) {
        auto asked = anchors_to_json(*anchors, **reader);
        if (!asked) return std::move(asked).error();
        answer.json["anchors"] = std::move(*asked);
    }
    for (const QueryImage& image : *anchors)
        context.console.note("Searched by " + display_text(name_of(*image.anchor)) + '.');
    print(context.console, *response);
    if (!arguments.sheet.empty()) {
        const Status drawn = write_contact_sheet(**library, *request, *response, arguments.sheet);
        if (!drawn) return drawn.error();
        put_path(answer.json, "sheet", arguments.sheet);
        context.console.note("The contact sheet is " + arguments.sheet);
    }
    return answer;
}

}  // namespace

void add_search(CLI::App& app, Action& action) {
    const auto arguments = std::make_shared<Arguments>();
    CLI::App& command =
        *app.add_subcommand("search", "Rank a library's pictures by likeness to one or several images");
    add_query_options(command, arguments->query);
    add_anchor_options(command, arguments->anchors);
    add_library_option(command, arguments->library);
    add_model_option(command, arguments->model);
    command.add_option("--sheet", arguments->sheet, "Also draw the query and its matches into this PNG")
        ->type_name("FILE");
    add_threads_option(command, arguments->threads);
    command.callback([arguments, &action] {
        action = [arguments](Context& context) { return search(context, *arguments); };
    });
}

}  // namespace fieldmark::cli
