// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/library_access.h"

#include <cerrno>
#include <csignal>

#include <QFile>
#include <QLockFile>

#include <CLI/CLI.hpp>

#include "core/models/self_measurement.h"

namespace fieldmark::cli {

namespace {

LibraryOptions options_of(bool create, bool read_only) {
    LibraryOptions options;
    options.create = create;
    options.read_only = read_only;
    options.program = "fieldmark-cli";
    return options;
}

/// "process N" of the program that has the library open for writing; "" if there is none. Only looks.
std::string writing_process(const std::string& folder) {
    const QLockFile lock(QFile::decodeName((folder + "/lock").c_str()));
    qint64 process = 0;
    QString host;
    QString program;
    if (!lock.getLockInfo(&process, &host, &program)) return {};
    const bool gone = kill(static_cast<pid_t>(process), 0) != 0 && errno == ESRCH;
    return gone ? std::string() : "process " + std::to_string(process);
}

}  // namespace

CLI::Option* add_library_option(CLI::App& command, std::string& folder) {
    return command.add_option("-L,--library", folder, "The library, a NAME.fieldmark folder")
        ->envname("FIELDMARK_LIBRARY")
        ->type_name("FOLDER")
        ->required();
}

void add_where_option(CLI::App& command, std::vector<std::string>& conditions) {
    command
        .add_option(
            "--where", conditions,
            "Only items for which this holds: FIELD=VALUE, FIELD!=VALUE, FIELD<N, FIELD>N or FIELD~TEXT; "
            "repeat it to ask for several conditions at once")
        ->type_name("CONDITION")
        ->allow_extra_args(false);
}

void add_model_option(CLI::App& command, std::string& model) {
    command.add_option("--model", model, "A model's name or the beginning of its hash (see: models list)")
        ->type_name("NAME");
}

void add_threads_option(CLI::App& command, int& threads) {
    command.add_option("--threads", threads, "Threads of the model; 0: one per core")
        ->check(CLI::Range(0, 1024));
}

void name_picture(Context& context, Answer& answer, const std::string& file) {
    put_path(answer.json, "picture", file);
    context.console.note("The picture is " + file);
}

Result<std::unique_ptr<Library>> open_to_read(Context& context, const std::string& folder) {
    auto library = Library::open(folder, options_of(false, true));
    if (library) {
        if (const std::string owner = writing_process(folder); !owner.empty()) {
            context.console.note(folder + " is open in another program (" + owner +
                                 "). Reading what is stored so far, without writing.");
        }
    }
    return library;
}

Result<std::unique_ptr<Library>> open_to_write(Context&, const std::string& folder, bool create) {
    auto library = Library::open(folder, options_of(create, false));
    if (library && (*library)->read_only()) {
        return Error{ErrorKind::ReadOnly,
                     "The library " + folder +
                         " cannot be written: its folder is read-only. Change its permissions, or "
                         "copy it to a place that can be written."};
    }
    return library;
}

Result<ModelChoice> choose_model(LibraryReader& reader, const std::string& asked) {
    const std::string folder = reader.models_folder();
    const ModelRegistry registry = ModelRegistry::for_library(folder);
    auto known = reader.models();
    if (!known) return std::move(known).error();
    if (asked.empty()) {
        for (const ModelRecord& record : *known) {
            if (!record.current) continue;
            auto info = registry.find(record.hash);
            if (info) return ModelChoice{info->hash, info->name, *info, std::nullopt, folder};
            return ModelChoice{record.hash, record.name, std::nullopt, info.error(), folder};
        }
    }
    auto info = registry.find(asked);
    if (info) return ModelChoice{info->hash, info->name, *info, std::nullopt, folder};
    for (const ModelRecord& record : *known) {
        if (!asked.empty() && (record.name == asked || record.hash == asked)) {
            return ModelChoice{record.hash, record.name, std::nullopt, info.error(), folder};
        }
    }
    return std::move(info).error();
}

Result<std::unique_ptr<Embedder>> load_embedder(const ModelChoice& model, const BackboneOptions& options) {
    if (!model.installed) return *model.missing;
    auto backbone = load_measured(ModelRegistry::for_library(model.models_folder), *model.installed, options);
    if (!backbone) return std::move(backbone).error();
    return std::make_unique<Embedder>(std::move(*backbone));
}

Result<AskedLibrary> open_to_ask(Context& context, const std::string& folder, const std::string& model,
                                 int threads) {
    auto library = open_to_read(context, folder);
    if (!library) return std::move(library).error();
    auto reader = (*library)->reader();
    if (!reader) return std::move(reader).error();
    auto choice = choose_model(**reader, model);
    if (!choice) return std::move(choice).error();
    auto embedder = load_embedder(*choice, {.threads = threads});
    if (!embedder) return std::move(embedder).error();
    return AskedLibrary{std::move(*library), std::move(*reader), std::move(*choice), std::move(*embedder)};
}

Status require_graph(SearchService& service) {
    if (Status loaded = service.load_graph(); !loaded) return loaded;
    if (service.index_info().graph_rows > 0) return {};
    return Error{ErrorKind::NotFound,
                 "The library has no graph. Make it with \"index build\", or leave out --graph."};
}

Result<ItemQuery> parse_filter(const std::vector<std::string>& conditions) {
    ItemQuery query;
    for (const std::string& text : conditions) {
        auto condition = parse_condition(text);
        if (!condition) return std::move(condition).error();
        query.where.push_back(std::move(*condition));
    }
    return query;
}

Json to_json(const Metadata& metadata) {
    Json object = Json::object();
    for (const auto& [field, value] : metadata) object[field] = value;
    return object;
}

}  // namespace fieldmark::cli
