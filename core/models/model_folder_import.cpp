// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/model_folder_import.h"

#include <filesystem>
#include <map>
#include <numeric>
#include <utility>

#include "core/base/digest.h"
#include "core/base/file_system.h"
#include "core/models/model_folder.h"
#include "core/models/model_registry.h"
#include "core/models/model_trial.h"

namespace fieldmark {
namespace {

namespace stdfs = std::filesystem;

constexpr std::uintmax_t kMaxFileBytes = std::uintmax_t{4} << 30;

Error refuse(ErrorKind kind, const std::string& folder, const std::string& what) {
    return {kind, "The model in \"" + folder + "\" cannot be imported: " + what};
}

bool says_more_than_a_name(const ModelImport& request) {
    return !request.kind.empty() || request.input > 0 || request.mean || request.deviation ||
           !request.feature.empty() || request.heads > 0 || !request.licence.empty();
}

Result<std::vector<std::byte>> read(const std::string& folder, const stdfs::path& path) {
    std::error_code code;
    // Not read before it is known to be a file: a pipe would wait for ever.
    if (!stdfs::is_regular_file(path, code))
        return refuse(ErrorKind::Damaged, folder,
                      "its file \"" + path.filename().string() + "\" is missing. Copy the whole folder again.");
    if (stdfs::file_size(path, code) > kMaxFileBytes)
        return refuse(ErrorKind::TooLarge, folder,
                      "its file \"" + path.filename().string() + "\" is larger than 4 GB.");
    return FileSystem::posix().read(path.string());
}

Result<std::vector<std::byte>> read_checked(const std::string& folder, const std::string& path,
                                            const std::string& hash) {
    auto bytes = read(folder, path);
    if (bytes && to_hex(sha256(*bytes)) != hash)
        return refuse(ErrorKind::Damaged, folder,
                      "its file \"" + stdfs::path(path).filename().string() +
                          "\" is not the one its manifest was made for. Copy the whole folder again.");
    return bytes;
}

/// What belongs to the model beside weights, head and manifest: densities, proxies.
Result<std::map<std::string, std::vector<std::byte>>> read_beside(const Manifest& manifest,
                                                                  const std::string& folder) {
    std::map<std::string, std::vector<std::byte>> beside;
    std::error_code code;
    for (const auto& entry : stdfs::directory_iterator(folder, code)) {
        const stdfs::path& path = entry.path();
        const std::string name = path.filename().string();
        if (name == "manifest.json" || !entry.is_regular_file(code) ||
            (path.extension() != ".safetensors" && path.extension() != ".json") ||
            name == stdfs::path(manifest.weights_path).filename() ||
            name == stdfs::path(manifest.head_path).filename())
            continue;
        auto bytes = read(folder, path);
        if (!bytes) return bytes.error();
        beside[name] = std::move(*bytes);
    }
    return beside;
}

std::int64_t numbers_in(const std::vector<std::byte>& weights) {
    const auto file = Safetensors::parse(weights, "");
    if (!file) return 0;
    std::int64_t numbers = 0;
    for (const auto& [name, tensor] : file->tensors())
        numbers += std::accumulate(tensor.shape.begin(), tensor.shape.end(), std::int64_t{1},
                                   std::multiplies<>());
    return numbers;
}

}  // namespace

std::optional<std::string> model_folder_of(const ModelImport& request) {
    std::error_code code;
    stdfs::path path(request.file);
    if (stdfs::is_directory(path, code))
        return stdfs::exists(path / "manifest.json", code) ? std::optional(request.file) : std::nullopt;
    const std::string folder = path.has_parent_path() ? path.parent_path().string() : ".";
    if (says_more_than_a_name(request) || !stdfs::exists(folder + "/manifest.json", code))
        return std::nullopt;
    const auto manifest = read_manifest(folder);
    if (!manifest || !stdfs::equivalent(manifest->weights_path, path, code)) return std::nullopt;
    return folder;
}

Result<ImportedModel> import_model_folder(const ModelImport& request, const std::string& folder) {
    if (says_more_than_a_name(request))
        return Error{ErrorKind::Usage,
                     "A model folder says itself what its model is. Only a name can be given with it."};
    auto manifest = read_manifest(folder);
    if (!manifest) return manifest.error();
    ImportedModel imported;
    imported.info = manifest->info;
    if (!request.name.empty()) imported.info.name = request.name;
    if (auto status = check_model_name(imported.info.name); !status) return status.error();

    NewModel model;
    model.info = imported.info;
    model.training = manifest->training;
    auto weights = read_checked(folder, manifest->weights_path, manifest->weights_sha256);
    if (!weights) return weights.error();
    model.weights = std::move(*weights);
    if (!manifest->head_path.empty()) {
        auto head = read_checked(folder, manifest->head_path, manifest->head_sha256);
        if (!head) return head.error();
        model.head = std::move(*head);
    }
    auto beside = read_beside(*manifest, folder);
    if (!beside) return beside.error();
    model.beside = std::move(*beside);
    imported.parameters = numbers_in(model.weights);

    const std::string target = request.folder.empty() ? ModelRegistry::user_folder() : request.folder;
    std::vector<std::string> path = ModelRegistry::default_search_path();
    if (!target.empty()) path.insert(path.begin(), target);
    const auto parent = stdfs::absolute(folder).lexically_normal();
    path.push_back((parent.has_filename() ? parent : parent.parent_path()).parent_path().string());
    auto network = ModelRegistry(std::move(path)).load(manifest->info);
    if (!network) return network.error();
    auto note = try_model(**network);
    if (!note && note.error().kind == ErrorKind::Damaged)
        return refuse(ErrorKind::Damaged, folder, note.error().text);
    if (!note) return note.error();
    if (!note->empty()) imported.notes.push_back(std::move(*note));
    imported.info.path.clear();
    if (request.dry_run) return imported;

    if (target.empty())
        return Error{ErrorKind::Usage, "There is no home folder to put the model in. Set XDG_DATA_HOME."};
    auto written = write_model_folder(FileSystem::posix(), target, model);
    if (!written) return written.error();
    imported.info = std::move(written->info);
    return imported;
}

}  // namespace fieldmark
