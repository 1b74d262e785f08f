// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/model_registry.h"

#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <set>

#include "core/base/digest.h"
#include "core/base/file_system.h"
#include "core/models/efficientnet_lite.h"
#include "core/models/manifest.h"
#include "core/models/safetensors.h"

namespace fieldmark {
namespace {

constexpr const char* kDefaultModel = "efficientnet-lite0";
constexpr std::size_t kMinHashDigits = 8;

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

}  // namespace

std::vector<std::string> ModelRegistry::default_search_path() {
    std::vector<std::string> folders;
    const std::string listed = environment("FIELDMARK_MODELS");
    for (std::size_t begin = 0; begin < listed.size();) {
        const std::size_t end = std::min(listed.find(':', begin), listed.size());
        if (end > begin) folders.push_back(listed.substr(begin, end - begin));
        begin = end + 1;
    }
    // The specification ignores a relative XDG_DATA_HOME.
    if (const std::string data = environment("XDG_DATA_HOME"); data.starts_with('/')) {
        folders.push_back(data + "/fieldmark/models");
    } else if (const std::string home = environment("HOME"); !home.empty()) {
        folders.push_back(home + "/.local/share/fieldmark/models");
    }
    if (const std::string program = program_folder(); !program.empty())
        folders.push_back(program + "/../share/fieldmark/models");
    return folders;
}

ModelRegistry::ModelRegistry(std::vector<std::string> search_path) : m_search_path(std::move(search_path)) {}

std::vector<ModelInfo> ModelRegistry::list(std::vector<Error>* problems) const {
    std::vector<ModelInfo> models;
    std::set<std::string> names;
    for (const std::string& folder : m_search_path) {
        const auto entries = FileSystem::posix().list(folder);
        if (!entries) continue;  // a search folder need not exist
        for (const std::string& entry : *entries) {
            const std::string model_folder = folder + "/" + entry;
            if (::access((model_folder + "/manifest.json").c_str(), F_OK) != 0) continue;
            auto manifest = read_manifest(model_folder);
            if (!manifest) {
                if (problems) problems->push_back(manifest.error());
            } else if (names.insert(manifest->info.name).second) {
                // A model found earlier on the path hides one of the same name further on.
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

Result<ModelInfo> ModelRegistry::find(const std::string& name_or_hash) const {
    std::vector<Error> problems;
    const std::vector<ModelInfo> models = list(&problems);
    std::string searched;
    for (const std::string& folder : m_search_path)
        searched += (searched.empty() ? "\"" : ", \"") + folder + "\"";
    if (searched.empty()) searched = "no folder at all";

    if (name_or_hash.empty()) {
        if (!models.empty()) return models.front();
    } else {
        for (const ModelInfo& model : models)
            if (model.name == name_or_hash) return model;
        const ModelInfo* found = nullptr;
        for (const ModelInfo& model : models) {
            if (!starts_with_hash(model, name_or_hash)) continue;
            if (found)
                return Error{ErrorKind::Usage, "More than one model's hash begins with \"" + name_or_hash +
                                                   "\". Give more digits or the model's name."};
            found = &model;
        }
        if (found) return *found;
    }
    // A broken manifest is the likelier cause than an absent one, so it goes first.
    if (!problems.empty()) return problems.front();
    const std::string what = name_or_hash.empty() ? "No model" : "No model \"" + name_or_hash + "\"";
    return Error{ErrorKind::NotFound, what + " was found in " + searched +
                                          ". Run packaging/setup.sh, or put a model folder there."};
}

Result<std::unique_ptr<Backbone>> ModelRegistry::load(const ModelInfo& info,
                                                      const BackboneOptions& options) const {
    const auto manifest = read_manifest(info.path);
    if (!manifest) return manifest.error();
    if (manifest->info.hash != info.hash)
        return Error{ErrorKind::Damaged,
                     "The model \"" + info.name + "\" in \"" + info.path + "\" has changed. Start again."};
    auto bytes = FileSystem::posix().read(manifest->weights_path);
    if (!bytes) return bytes.error();
    if (to_hex(sha256(*bytes)) != to_hex(from_hex(manifest->weights_sha256)))
        return Error{ErrorKind::Damaged,
                     "The weights file \"" + manifest->weights_path +
                         "\" is not the one its manifest was made for. Set the model up again."};
    const auto weights = Safetensors::parse(std::move(*bytes), manifest->weights_path);
    if (!weights) return weights.error();
    return make_efficientnet_lite(manifest->info, *weights, options);
}

}  // namespace fieldmark
