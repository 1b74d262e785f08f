// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/cli/command.h"
#include "core/engine/pictures/embedder.h"
#include "core/engine/search/search_service.h"
#include "core/library/library.h"
#include "core/library/reader.h"
#include "core/models/model_registry.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace fieldmark::cli {

/// `--library`, required unless $FIELDMARK_LIBRARY names one.
CLI::Option* add_library_option(CLI::App& command, std::string& folder);
/// `--where CONDITION`, once per condition.
void add_where_option(CLI::App& command, std::vector<std::string>& conditions);
/// `--model NAME`.
void add_model_option(CLI::App& command, std::string& model);
/// `--threads N`.
void add_threads_option(CLI::App& command, int& threads);
/// Says where the PNG lies that was asked for, in the note and in the answer.
void name_picture(Context& context, Answer& answer, const std::string& file);

/// For commands that only read: never takes the lock, so that it neither waits for the window nor keeps it
/// out. Says so when another process is writing.
Result<std::unique_ptr<Library>> open_to_read(Context& context, const std::string& folder);
/// For commands that write. ReadOnly where the folder cannot be written.
Result<std::unique_ptr<Library>> open_to_write(Context& context, const std::string& folder, bool create);

/// The model a command works with: the one asked for, else the library's current one, else the default.
struct ModelChoice {
    std::string hash;
    std::string name;
    std::optional<ModelInfo> installed;  ///< empty: known to the library, but not on this machine
    std::optional<Error> missing;        ///< why `installed` is empty
    std::string models_folder = {};      ///< the library's own
};
Result<ModelChoice> choose_model(LibraryReader& reader, const std::string& asked);

/// Loads the weights; NotFound where the model is not on this machine.
Result<std::unique_ptr<Embedder>> load_embedder(const ModelChoice& model,
                                                const BackboneOptions& options = {});

/// What a command that only asks needs: the library, read-only, and a loaded model.
struct AskedLibrary {
    std::unique_ptr<Library> library;
    std::unique_ptr<LibraryReader> reader;
    ModelChoice model;
    std::unique_ptr<Embedder> embedder;
};
Result<AskedLibrary> open_to_ask(Context& context, const std::string& folder, const std::string& model,
                                 int threads);

/// Loads the graph for a search that asks for it; NotFound where there is none yet.
Status require_graph(SearchService& service);

/// "FIELD=VALUE"... as an item query; fields are checked by the reader that runs it.
Result<ItemQuery> parse_filter(const std::vector<std::string>& conditions);
/// Metadata as a JSON object of strings.
Json to_json(const Metadata& metadata);

}  // namespace fieldmark::cli
