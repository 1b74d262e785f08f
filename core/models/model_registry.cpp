// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/model_registry.h"

#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <optional>
#include <set>

#include "core/base/digest.h"
#include "core/base/file_system.h"
#include "core/models/gdfnet_backbone.h"
#include "core/models/head_backbone.h"
#include "core/models/make_network.h"
#include "core/models/manifest.h"
#include "core/models/object_view.h"
#include "core/models/vision_transformer.h"

namespace fieldmark {
namespace {

constexpr const char* kDefaultModel = "efficientnet-lite0";
constexpr const char* kObjectFinder = "object-finder";  ///< its manifest's kind
constexpr std::size_t kMinHashDigits = 8;
constexpr std::size_t kHashDigits = 64;
// A head on adapters on a network is three; more is a mistake.
constexpr int kMaxDepth = 4;

/// The folder of the running program; empty where the system does not say.
std::string program_folder() {
    char buffer[PATH_MAX];
    const ssize_t length = ::readlink("/proc/self/exe", buffer, sizeof buffer);
    if (length <= 0) return {};
    const std::string path(buffer, static_cast<std::size_t>(length));
    return path.substr(0, path.rfind('/'));
}

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

bool starts_with_hash(const ModelInfo& info, const std::string& digits) {
    return digits.size() >= kMinHashDigits && info.hash.starts_with(digits);
}

/// All models in these folders, also those whose name an earlier one has.
std::vector<ModelInfo> all_models(const std::vector<std::string>& folders, std::vector<Error>* problems) {
    std::vector<ModelInfo> models;
    for (const std::string& folder : folders) {
        const auto entries = FileSystem::posix().list(folder);
        if (!entries) continue;  // a search folder need not exist
        for (const std::string& entry : *entries) {
            if (entry.starts_with('.')) continue;
            const std::string model_folder = folder + "/" + entry;
            if (::access((model_folder + "/manifest.json").c_str(), F_OK) != 0) continue;
            auto manifest = read_manifest(model_folder);
            if (!manifest) {
                // Lies among the models, but gives no embeddings.
                const Error& error = manifest.error();
                if (error.kind == ErrorKind::Unsupported && error.detail == kObjectFinder) continue;
                if (problems) problems->push_back(error);
            } else {
                models.push_back(std::move(manifest->info));
            }
        }
    }
    std::stable_sort(models.begin(), models.end(), [](const ModelInfo& a, const ModelInfo& b) {
        if ((a.name == kDefaultModel) != (b.name == kDefaultModel)) return a.name == kDefaultModel;
        return a.name < b.name;
    });
    return models;
}

/// "\"a\", \"b\" and 3 more", each name once.
std::string names_of(const std::vector<ModelInfo>& models) {
    constexpr std::size_t kNamed = 6;
    std::vector<std::string> names;
    for (const ModelInfo& model : models) {
        const std::string quoted = '"' + model.name + '"';
        if (std::find(names.begin(), names.end(), quoted) == names.end()) names.push_back(quoted);
    }
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), kNamed); ++i) text += (i > 0 ? ", " : "") + names[i];
    if (names.size() > kNamed) text += " and " + std::to_string(names.size() - kNamed) + " more";
    return text;
}

}  // namespace

std::vector<std::string> ModelRegistry::default_search_path() {
    std::vector<std::string> folders;
    const std::string listed = environment("FIELDMARK_MODELS");
    for (std::size_t begin = 0; begin < listed.size();) {
        const std::size_t end = std::min(listed.find(':', begin), listed.size());
        if (end > begin) folders.push_back(listed.substr(begin, end - begin));
        begin = end + 1;
    }
    if (std::string own = user_folder(); !own.empty()) folders.push_back(std::move(own));
    if (const std::string program = program_folder(); !program.empty())
        folders.push_back(program + "/../share/fieldmark/models");
    return folders;
}

std::string ModelRegistry::user_folder() {
    // The specification ignores a relative XDG_DATA_HOME.
    if (const std::string data = environment("XDG_DATA_HOME"); data.starts_with('/'))
        return data + "/fieldmark/models";
    const std::string home = environment("HOME");
    return home.empty() ? home : home + "/.local/share/fieldmark/models";
}

ModelRegistry::ModelRegistry(std::vector<std::string> search_path) : m_search_path(std::move(search_path)) {}

ModelRegistry ModelRegistry::for_library(const std::string& models_folder) {
    std::vector<std::string> folders = default_search_path();
    folders.insert(folders.begin(), models_folder);
    return ModelRegistry(std::move(folders));
}

std::vector<ModelInfo> ModelRegistry::list(std::vector<Error>* problems) const {
    std::vector<ModelInfo> models = all_models(m_search_path, problems);
    // A model found earlier on the path hides one of the same name further on.
    std::set<std::string> names;
    std::erase_if(models, [&names](const ModelInfo& model) { return !names.insert(model.name).second; });
    return models;
}

Result<ModelInfo> ModelRegistry::find(const std::string& name_or_hash) const {
    std::vector<Error> problems;
    // By its hash a model is found even where another one hides its name.
    std::vector<ModelInfo> models = all_models(m_search_path, &problems);
    std::string searched;
    for (const std::string& folder : m_search_path)
        searched += (searched.empty() ? "\"" : ", \"") + folder + "\"";
    if (searched.empty()) searched = "no folder at all";

    if (name_or_hash.empty()) {
        for (const ModelInfo& model : models)
            if (model.base.empty()) return model;
    } else {
        for (const ModelInfo& model : models)
            if (model.name == name_or_hash) return model;
        const ModelInfo* found = nullptr;
        for (const ModelInfo& model : models) {
            if (!starts_with_hash(model, name_or_hash)) continue;
            if (found && found->hash != model.hash)
                return Error{ErrorKind::Usage, "More than one model's hash begins with \"" + name_or_hash +
                                                   "\". Give more digits or the model's name."};
            if (!found) found = &model;
        }
        if (found) return *found;
    }
    // A broken manifest is the likelier cause than an absent one, so it goes first.
    if (!problems.empty() && name_or_hash.size() != kHashDigits) return problems.front();
    const std::string what = name_or_hash.empty() ? "No model" : "No model \"" + name_or_hash + "\"";
    const bool mistyped = !models.empty() && !name_or_hash.empty() && name_or_hash.size() != kHashDigits;
    const std::string advice = mistyped ? "Those there are " + names_of(models) + '.'
                                        : "Run packaging/setup.sh, or put a model folder there.";
    return Error{ErrorKind::NotFound, what + " was found in " + searched + ". " + advice};
}

Result<Safetensors> ModelRegistry::read_weights(const std::string& path, const std::string& sha256_hex) {
    auto bytes = FileSystem::posix().read(path);
    if (!bytes) return bytes.error();
    if (to_hex(sha256(*bytes)) != to_hex(from_hex(sha256_hex)))
        return Error{ErrorKind::Damaged, "The weights file \"" + path +
                                             "\" is not the one its manifest was made for. Set the model up "
                                             "again, or remove it and import it again."};
    return Safetensors::parse(std::move(*bytes), path);
}

Result<ModelInfo> ModelRegistry::find_base(const ModelInfo& info) const {
    auto base = find(info.base);
    if (base && base->hash == info.base) return base;
    return Error{ErrorKind::NotFound,
                 "The model \"" + info.name +
                     "\" stands on another one that is not on this machine (its hash begins with " +
                     info.base.substr(0, 16) + "). Import that model, or use another one.",
                 base ? std::string() : base.error().text};
}

namespace {

/// The manifest as it is now, which must be the one that `info` was read from.
Result<Manifest> unchanged_manifest(const ModelInfo& info) {
    auto manifest = read_manifest(info.path);
    if (manifest && manifest->info.hash != info.hash)
        return Error{ErrorKind::Damaged,
                     "The model \"" + info.name + "\" in \"" + info.path + "\" has changed. Start again."};
    return manifest;
}

Error wrong_dimension(const ModelInfo& info, int given) {
    return {ErrorKind::Damaged, "The model description in \"" + info.path + "\" says " +
                                    std::to_string(info.dimension) + " dimensions, but its head gives " +
                                    std::to_string(given) + ". Correct the description."};
}

}  // namespace

Result<std::unique_ptr<Backbone>> ModelRegistry::load(const ModelInfo& info,
                                                      const BackboneOptions& options) const {
    return load(info, options, 0);
}

Result<std::unique_ptr<Backbone>> ModelRegistry::load(const ModelInfo& info, const BackboneOptions& options,
                                                      int depth) const {
    if (depth >= kMaxDepth)
        return Error{ErrorKind::Damaged, "The model \"" + info.name + "\" stands on too many others."};
    auto manifest = unchanged_manifest(info);
    if (!manifest) return manifest.error();
    if (info.kind == "head") {
        auto head = load_head(info);
        if (!head) return head.error();
        const auto base = find_base(info);
        if (!base) return base.error();
        auto backbone = load(*base, options, depth + 1);
        if (!backbone) return backbone.error();
        return make_head_backbone(manifest->info, std::move(*backbone), std::move(*head));
    }

    const auto weights = read_weights(manifest->weights_path, manifest->weights_sha256);
    if (!weights) return weights.error();
    if (info.kind == "object") {
        auto finder = read_object_view(*weights);
        if (!finder) return finder.error();
        const auto base = find_base(info);
        if (!base) return base.error();
        auto backbone = load(*base, options, depth + 1);
        if (!backbone) return backbone.error();
        return make_object_view(manifest->info, std::move(*backbone), std::move(*finder));
    }
    ModelInfo network = manifest->info;
    std::optional<Head> head;
    if (!manifest->head_path.empty()) {
        const auto file = read_weights(manifest->head_path, manifest->head_sha256);
        if (!file) return file.error();
        auto read = Head::read(*file);
        if (!read) return read.error();
        if (read->out != info.dimension) return wrong_dimension(info, read->out);
        network.dimension = read->in;
        head = std::move(*read);
    }
    auto backbone = load_network(network, *weights, options, depth);
    if (!backbone || !head) return backbone;
    return make_head_backbone(manifest->info, std::move(*backbone), std::move(*head));
}

/// The network of a model without its head: alone, as adapters in another, or on another's map.
Result<std::unique_ptr<Backbone>> ModelRegistry::load_network(const ModelInfo& info,
                                                              const Safetensors& weights,
                                                              const BackboneOptions& options,
                                                              int depth) const {
    if (info.kind != "ica" && info.kind != "gdfnet") return make_network(info, weights, options);
    const auto base = find_base(info);
    if (!base) return base.error();
    if (info.kind == "gdfnet") {
        auto beneath = load(*base, options, depth + 1);
        if (!beneath) return beneath.error();
        return make_gdfnet(info, weights, std::move(*beneath), options);
    }
    if (base->kind != "vit")
        return Error{ErrorKind::Damaged, "The model \"" + info.name +
                                             "\" holds adapters of a vision transformer, but \"" +
                                             base->name + "\", on which it stands, is none. Remove it."};
    const auto manifest = read_manifest(base->path);
    if (!manifest) return manifest.error();
    const auto frozen = read_weights(manifest->weights_path, manifest->weights_sha256);
    if (!frozen) return frozen.error();
    return make_vision_transformer(info, *frozen, &weights, options);
}

Result<Head> ModelRegistry::load_head(const ModelInfo& info) const {
    if (info.kind != "head")
        return Error{ErrorKind::Usage, "The model \"" + info.name + "\" is no head on another model."};
    const auto manifest = unchanged_manifest(info);
    if (!manifest) return manifest.error();
    const auto weights = read_weights(manifest->weights_path, manifest->weights_sha256);
    if (!weights) return weights.error();
    auto head = Head::read(*weights);
    if (head && head->out != info.dimension) return wrong_dimension(info, head->out);
    return head;
}

}  // namespace fieldmark
