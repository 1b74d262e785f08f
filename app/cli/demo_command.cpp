// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <memory>

#include <CLI/CLI.hpp>
#include <QDir>
#include <QFile>
#include <QTemporaryDir>

#include "app/cli/import_command.h"
#include "app/cli/match_output.h"
#include "core/engine/importing/sample_pictures.h"
#include "core/engine/search/search_service.h"

namespace fieldmark::cli {

namespace {

struct Arguments {
    std::string samples;
    std::string library;
    std::string out;
    int k = 12;
};

/// Takes the sample pictures in; quick when they are already there. Their labels come from the texts beside
/// them.
Result<ImportReport> import_samples(Context& context, Library& library, Embedder& embedder,
                                    const std::string& folder) {
    const QTemporaryDir scratch;
    if (!scratch.isValid())
        return Error{ErrorKind::Io, "No temporary folder could be made. Free some space in \"" +
                                        QDir::tempPath().toStdString() + "\"."};
    ImportRequest request;
    request.paths = {folder};
    request.collection_name = "Sample pictures";
    request.labels_csv = QFile::encodeName(scratch.filePath(QStringLiteral("labels.csv"))).toStdString();
    if (const Status written = write_sample_labels(folder, request.labels_csv); !written)
        return written.error();
    return run_import(context, library, embedder, request);
}

Result<Answer> demo(Context& context, const Arguments& arguments) {
    auto folder = arguments.samples.empty() ? sample_folder() : Result<std::string>(arguments.samples);
    if (!folder) return std::move(folder).error();
    const auto query = sample_query(*folder);
    if (!query) return query.error();
    const std::string place = arguments.library.empty() ? sample_library() : arguments.library;
    const std::string sheet = arguments.out.empty()
                                  ? std::filesystem::path(place).parent_path().string() + "/look-alikes.png"
                                  : arguments.out;

    auto library = open_to_write(context, place, true);
    // While the window shows the samples, they can still be asked.
    if (!library && library.error().kind == ErrorKind::Busy) library = open_to_read(context, place);
    if (!library) return std::move(library).error();
    auto reader = (*library)->reader();
    if (!reader) return std::move(reader).error();
    const auto model = choose_model(**reader, {});
    if (!model) return model.error();
    auto embedder = load_embedder(*model);
    if (!embedder) return std::move(embedder).error();

    Answer answer;
    put_path(answer.json, "samples", *folder);
    put_path(answer.json, "library", (*library)->folder());
    if (!(*library)->read_only()) {
        const auto report = import_samples(context, **library, **embedder, *folder);
        if (!report) return report.error();
        answer.json["import"] = to_json(*report);
        for (const FailedFile& file : report->failed) context.console.warn(file.error.text);
        if (report->cancelled)
            return Error{ErrorKind::Cancelled, "The demonstration was stopped. What is imported is kept."};
        if (!report->failed.empty()) answer.status = SomeFailed;
        context.console.print(format_count(report->added + report->unchanged) + " sample pictures in " +
                              display_text((*library)->folder()) + ", " + format_count(report->embedded) +
                              " of them embedded now in " + format_seconds(report->seconds) + "\n");
    }

    SearchRequest request;
    QueryImage image;
    image.path = *query;
    request.images.push_back(std::move(image));
    request.k = arguments.k;
    SearchService service(**library, embedder->get(), model->hash);
    const auto response = service.search(request, context.interrupt.token());
    if (!response) return response.error();
    put_path(answer.json, "query", *query);
    answer.json.update(to_json(*response));
    context.console.print("Look-alikes of " + display_text(*query) + ":\n\n");
    print(context.console, *response);
    if (const Status drawn = write_contact_sheet(**library, request, *response, sheet); !drawn)
        return drawn.error();
    put_path(answer.json, "sheet", sheet);
    context.console.print("The query and its matches as one picture: " + display_text(sheet) + "\n");
    return answer;
}

}  // namespace

void add_demo(CLI::App& app, Action& action) {
    const auto arguments = std::make_shared<Arguments>();
    CLI::App& command = *app.add_subcommand(
        "demo",
        "Import the sample pictures, ask with a bird, print its look-alikes and draw them into a PNG");
    command.add_option("--samples", arguments->samples, "A folder of pictures instead of the usual samples")
        ->type_name("FOLDER");
    command
        .add_option("-L,--library", arguments->library,
                    "The library to use; else one in the user's data folder")
        ->type_name("FOLDER");
    command.add_option("--out", arguments->out, "The PNG to write; else look-alikes.png beside the library")
        ->type_name("FILE");
    command.add_option("-k", arguments->k, "How many matches")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    command.callback([arguments, &action] {
        action = [arguments](Context& context) { return demo(context, *arguments); };
    });
}

}  // namespace fieldmark::cli
