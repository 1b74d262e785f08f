// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/import_command.h"

#include <memory>

#include <CLI/CLI.hpp>

#include "core/engine/importing/folder_labels.h"
#include "core/engine/pictures/object_service.h"
#include "core/library/reader.h"
#include "core/library/writer.h"

namespace fieldmark::cli {

namespace {

struct Arguments {
    ImportRequest request;
    std::string library;
    std::string model;
    std::string folders_as;
    bool retry_failed = false;
    bool crop_to_object = false;
    int threads = 0;
};

std::string progress_text(const ImportProgress& now) {
    if (now.phase == ImportProgress::Phase::Listing && now.total == 0) {
        return "Listing: " + format_count(now.listed) + " files";
    }
    std::string text = "Importing: " + format_count(now.done) + " of " + format_count(now.total);
    if (now.failed > 0) text += ", " + format_count(now.failed) + " failed";
    if (now.images_per_second > 0) text += ", " + format_number(now.images_per_second, 1) + " images/s";
    if (now.seconds_left >= 0) text += ", " + format_seconds(now.seconds_left) + " left";
    return text;
}

Json labels_json(const LabelReport& labels) {
    Json object;
    object["rows"] = labels.rows;
    object["matched"] = labels.matched;
    object["duplicates"] = labels.duplicates;
    object["unmatched_count"] = labels.unmatched_count;
    object["unmatched"] = Json::array();
    for (const std::string& path : labels.unmatched) object["unmatched"].push_back(display_text(path));
    object["fields"] = labels.fields;
    return object;
}

void print(Console& console, const ImportReport& report, const std::string& labels_file) {
    Table table;
    table.column("").column("", Table::Align::Right);
    const auto row = [&](const char* name, std::int64_t count, bool always) {
        if (always || count > 0) table.row({name, format_count(count)});
    };
    row("added", report.added, true);
    row("updated", report.updated, false);
    row("moved", report.moved, false);
    row("unchanged", report.unchanged, true);
    row("no longer there", report.missing, false);
    row("embedded", report.embedded, true);
    row("failed", static_cast<std::int64_t>(report.failed.size()), false);
    std::string text = table.text();
    text += "in " + format_seconds(report.seconds);
    if (report.embedded > 0) text += ", " + format_number(report.images_per_second, 1) + " images/s";
    text += '\n';
    if (!report.failed.empty()) {
        text += "\nFailed:\n";
        for (const FailedFile& file : report.failed) text += "  " + display_text(file.error.text) + '\n';
    }
    console.print(text);
    if (report.labels.duplicates > 0) {
        console.warn(labels_file + " names " + format_count(report.labels.duplicates) +
                     " pictures more than once; the last row of each counts.");
    }
    if (report.labels.unmatched_count > 0) {
        console.warn(
            labels_file + " has " + format_count(report.labels.unmatched_count) +
            " rows whose picture is not in the imported folder, the first: " +
            display_text(report.labels.unmatched.empty() ? std::string() : report.labels.unmatched.front()) +
            ". Its first column must be the path relative to the folder.");
    }
}

}  // namespace

Json to_json(const ImportReport& report) {
    Json object;
    object["added"] = report.added;
    object["updated"] = report.updated;
    object["moved"] = report.moved;
    object["unchanged"] = report.unchanged;
    object["missing"] = report.missing;
    object["embedded"] = report.embedded;
    object["failed"] = Json::array();
    for (const FailedFile& file : report.failed) {
        Json entry;
        put_path(entry, "path", file.path);
        entry.update(to_json(file.error));
        object["failed"].push_back(std::move(entry));
    }
    object["seconds"] = report.seconds;
    object["images_per_second"] = report.images_per_second;
    object["stages"] = Json::array();
    for (const StageStatus& stage : report.stages) {
        object["stages"].push_back(
            {{"name", stage.name}, {"busy_seconds", stage.busy_seconds}, {"done", stage.done}});
    }
    object["cancelled"] = report.cancelled;
    return object;
}

Result<ImportReport> run_import(Context& context, Library& library, Embedder& embedder,
                                const ImportRequest& request) {
    ThumbnailCache thumbnails(library.thumbnail_file());
    ImportPipeline pipeline(library, embedder, &thumbnails);
    ImportObserver observer;
    observer.progress = [&console = context.console](const ImportProgress& now) {
        console.progress(progress_text(now));
    };
    auto report = pipeline.run(request, observer, context.interrupt.token());
    context.console.end_progress();
    return report;
}

namespace {

/// From now on the library searches by objects, unless pictures still lack the vector for it.
Status switch_when_complete(Context& context, Library& library, LibraryReader& reader,
                            const std::string& hash) {
    const auto models = reader.models();
    if (!models) return models.error();
    for (const ModelRecord& record : *models) {
        if (record.hash != hash || record.current) continue;
        const auto left = reader.count_to_embed(record.id);
        if (!left) return left.error();
        if (*left == 0) return library.writer()->set_current_model(record.id);
        context.console.note(format_count(*left) +
                             " pictures have no vector of their object yet, so the library "
                             "still searches by whole pictures. Import again to go on.");
    }
    return {};
}

Result<FolderLabels> label_by_folders(Context& context, Library& library, LibraryReader& reader,
                                      const std::string& field, const ImportRequest& request,
                                      const ImportReport& report) {
    if (!request.paths.empty() && report.collections.empty()) return FolderLabels{field, {}, {}, 0, 0};
    auto labels = folder_labels(reader, field, report.collections, context.interrupt.token());
    if (!labels) return labels;
    if (const Status stored = store_folder_labels(*library.writer(), labels->edits); !stored)
        return stored.error();
    return labels;
}

Result<Answer> import_pictures(Context& context, const Arguments& arguments) {
    auto library = open_to_write(context, arguments.library, true);
    if (!library) return std::move(library).error();
    auto reader = (*library)->reader();
    if (!reader) return std::move(reader).error();
    if (!arguments.folders_as.empty()) {
        if (const Status sound = check_label_field_name(**reader, arguments.folders_as); !sound)
            return sound.error();
    }
    auto model = choose_model(**reader, arguments.model);
    if (!model) return model.error();
    if (arguments.crop_to_object && model->installed && model->installed->kind != "object") {
        auto objects = ensure_object_model(**library, *model->installed);
        if (!objects) return std::move(objects).error();
        model->hash = objects->hash;
        model->name = objects->name;
        model->installed = std::move(*objects);
    }
    auto embedder = load_embedder(*model, {.threads = arguments.threads});
    if (!embedder) return std::move(embedder).error();
    if (arguments.retry_failed) {
        const auto again = (*library)->writer()->retry_failed({});
        if (!again) return again.error();
    }

    const auto report = run_import(context, **library, **embedder, arguments.request);
    if (!report) return report.error();
    if (arguments.crop_to_object) {
        if (const Status status = switch_when_complete(context, **library, **reader, model->hash); !status)
            return status.error();
    }

    Answer answer;
    put_path(answer.json, "library", (*library)->folder());
    answer.json["model"] = model->name;
    answer.json["engine"] = (*embedder)->engine();
    answer.json.update(to_json(*report));
    if (!arguments.request.labels_csv.empty()) answer.json["labels"] = labels_json(report->labels);
    print(context.console, *report, arguments.request.labels_csv);
    if (!arguments.folders_as.empty() && !report->cancelled) {
        const auto labels =
            label_by_folders(context, **library, **reader, arguments.folders_as, arguments.request, *report);
        if (!labels) return labels.error();
        answer.json["folder_labels"] = {{"field", labels->field},
                                        {"labelled", labels->edits.size()},
                                        {"folders", labels->names.size()},
                                        {"had_a_label", labels->labelled},
                                        {"in_no_folder", labels->loose}};
        context.console.print("labelled by " + format_count(static_cast<std::int64_t>(labels->names.size())) +
                              " folders: " + format_count(static_cast<std::int64_t>(labels->edits.size())) +
                              " pictures\n");
    }
    const bool all_used =
        report->failed.empty() && report->labels.unmatched_count == 0 && report->labels.duplicates == 0;
    answer.status = all_used ? AllDone : SomeFailed;
    if (report->cancelled) {
        const Error error{ErrorKind::Cancelled,
                          "The import was stopped. " + format_count(report->embedded) +
                              " pictures are embedded and kept; run it again to go on."};
        context.console.warn(error.text);
        answer.json["error"] = to_json(error);
        answer.status = Failed;
    }
    return answer;
}

}  // namespace

void add_import(CLI::App& app, Action& action) {
    const auto arguments = std::make_shared<Arguments>();
    CLI::App& command = *app.add_subcommand(
        "import", "Add folders and pictures to a library and embed what is new or changed");
    command
        .add_option("paths", arguments->request.paths,
                    "Folders and pictures; none: only what is still to be embedded")
        ->type_name("PATH");
    add_library_option(command, arguments->library)->description("The library; made if it is not there");
    command
        .add_option(
            "--labels", arguments->request.labels_csv,
            "CSV whose first column is the path relative to the folder; each other column becomes a field")
        ->type_name("FILE");
    command
        .add_option("--folders-as", arguments->folders_as,
                    "Label each picture that has no value of this field by the folder it lies in")
        ->type_name("FIELD");
    command.add_option("--collection", arguments->request.collection_name, "Name for a new collection")
        ->type_name("NAME");
    add_model_option(command, arguments->model);
    command.add_flag(
        "--crop-to-object", arguments->crop_to_object,
        "Embed the object of each picture instead of the whole, also of those imported before; the "
        "library then searches by objects");
    command.add_flag("--retry-failed", arguments->retry_failed, "Try the pictures again that failed before");
    command.add_option("--batch", arguments->request.batch, "Pictures per batch")->check(CLI::Range(1, 1024));
    add_threads_option(command, arguments->threads);
    command
        .add_option("--decode-threads", arguments->request.decode_threads,
                    "Threads that decode; 0: one per core")
        ->check(CLI::Range(0, 1024));
    command.callback([arguments, &action] {
        action = [arguments](Context& context) { return import_pictures(context, *arguments); };
    });
}

}  // namespace fieldmark::cli
