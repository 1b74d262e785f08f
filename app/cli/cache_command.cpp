// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include <CLI/CLI.hpp>

#include "app/cli/library_access.h"
#include "core/engine/learning/image_packer.h"

namespace fieldmark::cli {

namespace {

struct Arguments {
    std::string library;
    std::vector<std::string> where;
    PackRequest request;
    bool no_boxes = false;
};

Result<Answer> pack(Context& context, const Arguments& arguments) {
    PackRequest request = arguments.request;
    auto filter = parse_filter(arguments.where);
    if (!filter) return std::move(filter).error();
    request.filter = std::move(*filter);
    request.boxes = !arguments.no_boxes;
    request.source = "a Fieldmark library";
    for (const std::string& condition : arguments.where) request.source += ", " + condition;
    const auto library = open_to_read(context, arguments.library);
    if (!library) return library.error();
    const auto report = pack_images(
        **library, request, context.interrupt.token(), [&](std::int64_t done, std::int64_t total) {
            context.console.progress("Packing: " + format_count(done) + " of " + format_count(total));
        });
    context.console.end_progress();
    if (!report) return report.error();
    Answer answer;
    answer.json["pictures"] = report->pictures;
    answer.json["classes"] = report->classes;
    answer.json["unlabelled"] = report->unlabelled;
    answer.json["boxes"] = report->boxes;
    answer.json["bytes"] = report->bytes;
    answer.json["failed"] = Json::array();
    put_path(answer.json, "file", request.out);
    for (const auto& [path, error] : report->failed) {
        Json failed;
        put_path(failed, "path", path);
        failed["error"] = to_json(error);
        answer.json["failed"].push_back(std::move(failed));
        context.console.warn(error.text);
    }
    context.console.print(format_count(report->pictures) + " pictures of " + format_count(report->classes) +
                          " classes in " + display_text(request.out) + " (" + format_bytes(report->bytes) +
                          ", " + format_count(report->boxes) + " with an object box)\n");
    if (report->unlabelled > 0)
        context.console.print(format_count(report->unlabelled) + " pictures left out: without this label\n");
    if (!report->failed.empty()) answer.status = SomeFailed;
    return answer;
}

}  // namespace

void add_cache(CLI::App& app, Action& action) {
    const auto arguments = std::make_shared<Arguments>();
    CLI::App& command = *app.add_subcommand(
        "cache", "Pack labelled pictures into one file, to learn from on a machine without this library");
    add_library_option(command, arguments->library);
    PackRequest& request = arguments->request;
    command.add_option("--label", request.label, "The field that names the class")
        ->type_name("FIELD")
        ->required();
    add_where_option(command, arguments->where);
    command.add_option("-o,--out", request.out, "The file to write")->type_name("FILE")->required();
    command.add_option("--size", request.size, "Pixels a side; the whole picture is squashed to it")
        ->check(CLI::Range(32, 1024))
        ->capture_default_str();
    command
        .add_option("--split", request.split_field,
                    "A field whose values name splits, kept with each picture")
        ->type_name("FIELD");
    command.add_option("--min-per-class", request.min_per_class, "Leave classes with fewer pictures out")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    command.add_flag("--no-boxes", arguments->no_boxes, "Leave stored object boxes out");
    command.callback([arguments, &action] {
        action = [arguments](Context& context) { return pack(context, *arguments); };
    });
}

}  // namespace fieldmark::cli
