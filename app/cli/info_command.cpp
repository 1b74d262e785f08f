// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <memory>

#include <CLI/CLI.hpp>

#include "app/cli/library_access.h"
#include "core/base/file_system.h"
#include "core/index/hamming_kernels.h"
#include "core/index/kernels.h"

namespace fieldmark::cli {

namespace {

struct Arguments {
    std::string library;
};

std::int64_t size_of(const std::string& path) {
    std::error_code failure;
    const auto size = std::filesystem::file_size(path, failure);
    return failure ? 0 : static_cast<std::int64_t>(size);
}

Json collection_json(const Collection& collection) {
    Json object;
    object["id"] = collection.id;
    object["name"] = collection.name;
    put_path(object, "root", collection.root);
    object["items"] = collection.items;
    object["ready"] = collection.ready;
    object["failed"] = collection.failed;
    object["missing"] = collection.missing;
    object["offline"] = collection.offline;
    return object;
}

/// The graph snapshots that lie in the library; a search decides whether one fits.
Json index_json(const std::string& folder) {
    Json index;
    index["graphs"] = Json::array();
    index["bytes"] = 0;
    const auto names = FileSystem::posix().list(folder);
    if (!names) return index;
    std::int64_t bytes = 0;
    for (const std::string& name : *names) {
        if (!name.ends_with(".graph")) continue;
        const std::int64_t size = size_of(folder + '/' + name);
        bytes += size;
        index["graphs"].push_back({{"file", display_text(name)}, {"bytes", size}});
    }
    index["bytes"] = bytes;
    return index;
}

void print(Console& console, const Library& library, const LibraryCounts& counts,
           const std::vector<Collection>& collections, const std::vector<Field>& fields,
           const ModelChoice& model, std::int64_t pending, const Json& json) {
    Table facts;
    facts.column("").column("");
    facts.row({"library", display_text(library.folder())});
    facts.row({"pictures", format_count(counts.items) + " (" + format_count(counts.ready) + " ready, " +
                               format_count(counts.pending) + " pending, " + format_count(counts.failed) +
                               " failed, " + format_count(counts.missing) + " no longer there)"});
    facts.row({"model", model.name + (model.installed ? "" : " (not on this machine)")});
    if (model.installed && model.installed->bits > 0) {
        facts.row({"binary codes",
                   std::to_string(model.installed->bits) + " bits, " +
                       std::to_string(8 * hash_words(model.installed->bits)) + " bytes a picture (vector: " +
                       format_count(4 * std::int64_t{model.installed->dimension}) + "); search --hamming"});
    }
    facts.row({"to be embedded", format_count(pending)});
    std::string names;
    for (const Field& field : fields) names += (names.empty() ? "" : ", ") + display_text(field.name);
    facts.row({"fields", names.empty() ? "none" : names});
    facts.row({"database", format_bytes(counts.database_bytes)});
    facts.row({"thumbnails", format_bytes(json["thumbnail_bytes"].get<std::int64_t>())});
    const Json& graphs = json["index"]["graphs"];
    facts.row({"graph", graphs.empty() ? "none; searches compare with every vector"
                                       : format_bytes(json["index"]["bytes"].get<std::int64_t>())});
    std::string text = facts.text();
    if (!collections.empty()) {
        Table table;
        table.column("collection")
            .column("pictures", Table::Align::Right)
            .column("failed", Table::Align::Right);
        table.column("folder");
        for (const Collection& collection : collections) {
            table.row({display_text(collection.name), format_count(collection.items),
                       format_count(collection.failed),
                       display_text(collection.root) + (collection.offline ? " (offline)" : "")});
        }
        text += '\n' + table.text();
    }
    console.print(text);
}

Result<Answer> info(Context& context, const Arguments& arguments) {
    auto library = open_to_read(context, arguments.library);
    if (!library) return std::move(library).error();
    auto reader = (*library)->reader();
    if (!reader) return std::move(reader).error();
    const auto counts = (*reader)->counts();
    if (!counts) return counts.error();
    const auto collections = (*reader)->collections();
    if (!collections) return collections.error();
    const auto fields = (*reader)->fields();
    if (!fields) return fields.error();
    const auto models = (*reader)->models();
    if (!models) return models.error();
    // Counts are worth telling even where no model is installed.
    auto chosen = choose_model(**reader, {});
    const ModelChoice model =
        chosen ? std::move(*chosen) : ModelChoice{"", "none", std::nullopt, chosen.error()};
    std::int64_t pending = counts->pending + counts->ready;
    std::int64_t embeddings = 0;
    for (const ModelRecord& record : *models) {
        if (record.hash != model.hash) continue;
        const auto left = (*reader)->count_to_embed(record.id);
        if (!left) return left.error();
        pending = *left;
        embeddings = record.embeddings;
    }

    Answer answer;
    Json& json = answer.json;
    put_path(json, "library", (*library)->folder());
    json["name"] = display_text((*library)->name());
    json["id"] = (*library)->id();
    json["items"] = counts->items;
    json["ready"] = counts->ready;
    json["pending"] = counts->pending;
    json["failed"] = counts->failed;
    json["missing"] = counts->missing;
    json["to_embed"] = pending;
    json["embeddings"] = embeddings;
    json["database_bytes"] = counts->database_bytes;
    json["thumbnail_bytes"] = size_of((*library)->thumbnail_file());
    json["model"] = model.name;
    json["model_hash"] = model.hash;
    json["model_installed"] = model.installed.has_value();
    // What an item costs in memory: its vector, and its binary code where the model has one.
    if (model.installed) {
        const int bits = model.installed->bits;
        json["vector_bytes"] = 4 * model.installed->dimension;
        json["hash_bits"] = bits;
        json["code_bytes"] = static_cast<std::int64_t>(8 * hash_words(bits));
    }
    json["device"] = "cpu";
    json["kernel"] = dot_kernel_name();
    json["collections"] = Json::array();
    for (const Collection& collection : *collections)
        json["collections"].push_back(collection_json(collection));
    json["fields"] = Json::array();
    for (const Field& field : *fields) json["fields"].push_back(field.name);
    json["index"] = index_json((*library)->index_folder());
    print(context.console, **library, *counts, *collections, *fields, model, pending, json);
    return answer;
}

}  // namespace

void add_info(CLI::App& app, Action& action) {
    const auto arguments = std::make_shared<Arguments>();
    CLI::App& command =
        *app.add_subcommand("info", "Say what a library holds: counts, sizes, model, fields, graph");
    add_library_option(command, arguments->library);
    command.callback([arguments, &action] {
        action = [arguments](Context& context) { return info(context, *arguments); };
    });
}

}  // namespace fieldmark::cli
