// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/model_folder.h"

#include <unistd.h>

#include <algorithm>

#include "core/base/digest.h"

namespace fieldmark {
namespace {

constexpr std::size_t kMaxName = 100;
constexpr const char* kManifest = "manifest.json";

Status write_file(FileSystem& fs, const std::string& path, std::span<const std::byte> bytes) {
    auto file = fs.create(path);
    if (!file) return file.error();
    if (auto status = (*file)->append(bytes); !status) return status;
    if (auto status = (*file)->sync(); !status) return status;
    return (*file)->close();
}

bool belongs_to_a_model(const std::string& name) {
    return name.ends_with(".safetensors") || name.ends_with(".json");
}

/// The model files of a folder, the manifest first, then the folder itself if it is empty.
Status remove_files(FileSystem& fs, const std::string& folder) {
    auto names = fs.list(folder);
    if (!names) return names.error().kind == ErrorKind::NotFound ? Status() : Status(names.error());
    std::stable_partition(names->begin(), names->end(),
                          [](const std::string& name) { return name == kManifest; });
    for (const std::string& name : *names) {
        if (!belongs_to_a_model(name)) continue;
        if (auto status = fs.remove(folder + '/' + name); !status) return status;
    }
    ::rmdir(folder.c_str());  // stays where it holds something of somebody else's
    return {};
}

}  // namespace

Status check_model_name(const std::string& name) {
    const auto refuse = [&name](const std::string& why) {
        return Error{ErrorKind::Usage,
                     "A model cannot be called \"" + name + "\": " + why + ". Give it another name."};
    };
    if (name.empty()) return refuse("the name is empty");
    if (name.size() > kMaxName) return refuse("the name is too long");
    if (name.front() == '.' || name.front() == ' ') return refuse("it begins with a dot or a blank");
    const bool bad = std::any_of(name.begin(), name.end(), [](char c) {
        return c == '/' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    });
    if (bad) return refuse("it holds a slash or a control character");
    return {};
}

Result<Manifest> write_model_folder(FileSystem& fs, const std::string& models_folder, const NewModel& model) {
    const std::string& name = model.info.name;
    if (auto status = check_model_name(name); !status) return status.error();
    const std::string folder = models_folder + '/' + name;
    const std::string fresh = models_folder + "/." + name + ".new";
    if (auto status = fs.make_directory(models_folder); !status) return status.error();
    if (::access(folder.c_str(), F_OK) == 0)
        return Error{ErrorKind::Usage,
                     "There is a model called \"" + name + "\" in \"" + models_folder +
                         "\" already. Give the new one another name, or remove the old one."};

    Manifest manifest;
    manifest.info = model.info;
    manifest.info.path = folder;
    manifest.weights_path = folder + "/weights.safetensors";
    manifest.weights_sha256 = to_hex(sha256(model.weights));
    if (!model.head.empty()) {
        manifest.head_path = folder + "/head.safetensors";
        manifest.head_sha256 = to_hex(sha256(model.head));
    }
    manifest.training = model.training;
    auto text = manifest_text(manifest);
    if (!text) return text.error();

    const auto write = [&]() -> Status {
        if (auto status = remove_files(fs, fresh); !status) return status;
        if (auto status = fs.make_directory(fresh); !status) return status;
        if (auto status = write_file(fs, fresh + "/weights.safetensors", model.weights); !status)
            return status;
        if (!model.head.empty()) {
            if (auto status = write_file(fs, fresh + "/head.safetensors", model.head); !status) return status;
        }
        for (const auto& [file, content] : model.beside) {
            if (auto status = write_file(fs, fresh + '/' + file, content); !status) return status;
        }
        const auto bytes = std::as_bytes(std::span<const char>(text->data(), text->size()));
        if (auto status = write_file(fs, fresh + '/' + kManifest, bytes); !status) return status;
        if (auto status = fs.sync_directory(fresh); !status) return status;
        // What was written must read back as a model before it becomes one.
        if (auto read = read_manifest(fresh); !read) return read.error();
        if (auto status = fs.rename(fresh, folder); !status) return status;
        Status synced = fs.sync_directory(models_folder);
        if (!synced) static_cast<void>(remove_files(fs, folder));
        return synced;
    };
    if (auto status = write(); !status) {
        static_cast<void>(remove_files(fs, fresh));  // best effort: the first error is the one to tell
        return status.error();
    }
    return read_manifest(folder);
}

Status remove_model_folder(FileSystem& fs, const std::string& folder) {
    const auto names = fs.list(folder);
    if (!names) return names.error();
    if (std::find(names->begin(), names->end(), kManifest) == names->end())
        return Error{ErrorKind::NotFound,
                     "The folder \"" + folder + "\" holds no model, so nothing was removed."};
    if (auto status = remove_files(fs, folder); !status) return status;
    const std::string parent = folder.substr(0, folder.rfind('/'));
    return fs.sync_directory(parent.empty() ? "/" : parent);
}

}  // namespace fieldmark
