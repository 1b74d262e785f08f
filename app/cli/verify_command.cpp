// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include <CLI/CLI.hpp>

#include "app/cli/library_access.h"
#include "core/engine/search/search_service.h"
#include "core/library/verify.h"

namespace fieldmark::cli {

namespace {

struct Arguments {
    std::string library;
    bool repair = false;
};

/// Whether the saved graph fits the vectors; a graph that is not there is no problem. With `repair` a bad one
/// goes: it is made of the vectors and can be made again.
Status check_graph(Context& context, Library& library, VerifyReport& report, bool repair) {
    auto reader = library.reader();
    if (!reader) return std::move(reader).error();
    const auto models = (*reader)->models();
    if (!models) return models.error();
    for (const ModelRecord& model : *models) {
        SearchService service(library, nullptr, model.hash);
        if (const Status status = service.refresh(context.interrupt.token()); !status) return status.error();
        const Status loaded = service.load_graph();
        if (loaded || loaded.error().kind == ErrorKind::NotFound) continue;
        report.problems.push_back(loaded.error().text);
        if (!repair) continue;
        if (const Status dropped = service.drop_graph(); !dropped) return dropped.error();
        report.repaired.push_back("The damaged graph of " + model.name +
                                  " was removed; \"index build\" makes a new one.");
    }
    return {};
}

Result<VerifyReport> check(Context& context, Library& library, bool repair) {
    auto report = verify_library(library, repair);
    if (!report) return report;
    if (const Status status = check_graph(context, library, *report, repair); !status) return status.error();
    return report;
}

Json strings(const std::vector<std::string>& texts) {
    Json array = Json::array();
    for (const std::string& text : texts) array.push_back(display_text(text));
    return array;
}

Result<Answer> verify(Context& context, const Arguments& arguments) {
    auto library = arguments.repair ? open_to_write(context, arguments.library, false)
                                    : open_to_read(context, arguments.library);
    if (!library) return std::move(library).error();
    context.console.progress("Checking database, vectors, thumbnails and files");
    const auto report = check(context, **library, arguments.repair);
    if (!report) return report.error();
    std::vector<std::string> remaining = report->problems;
    if (arguments.repair && !report->problems.empty()) {
        const auto again = check(context, **library, false);
        if (!again) return again.error();
        remaining = again->problems;
    }
    context.console.end_progress();

    Answer answer;
    answer.json["problems"] = strings(report->problems);
    answer.json["repaired"] = strings(report->repaired);
    answer.json["remaining"] = strings(remaining);
    answer.json["embeddings"] = report->embeddings;
    answer.json["files_missing"] = report->files_missing;
    std::string text;
    for (const std::string& problem : report->problems) text += "problem: " + display_text(problem) + '\n';
    for (const std::string& repaired : report->repaired) text += "repaired: " + display_text(repaired) + '\n';
    if (arguments.repair) {
        for (const std::string& problem : remaining) text += "remains: " + display_text(problem) + '\n';
    }
    text += format_count(report->embeddings) + " vectors checked, " + format_count(report->files_missing) +
            " files missing, " +
            (remaining.empty() ? "all is well" : format_count(std::ssize(remaining)) + " problems") + '\n';
    context.console.print(text);
    answer.status = remaining.empty() ? AllDone : SomeFailed;
    return answer;
}

}  // namespace

void add_verify(CLI::App& app, Action& action) {
    const auto arguments = std::make_shared<Arguments>();
    CLI::App& command =
        *app.add_subcommand("verify", "Check a library: database, vectors, graph, thumbnails, files");
    add_library_option(command, arguments->library);
    command.add_flag("--repair", arguments->repair, "Remove what is damaged and can be made again");
    command.callback([arguments, &action] {
        action = [arguments](Context& context) { return verify(context, *arguments); };
    });
}

}  // namespace fieldmark::cli
