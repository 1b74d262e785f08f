// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/models/model_catalog.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/base/file_system.h"
#include "core/engine/models/model_switch.h"
#include "core/library/writer.h"
#include "core/models/model_folder.h"
#include "core/models/model_registry.h"

namespace fieldmark {

namespace {

ModelRegistry registry_of(const Library* library) {
    return library ? ModelRegistry::for_library(library->models_folder()) : ModelRegistry();
}

bool lies_in(const ModelInfo& info, const std::string& folder) {
    return !folder.empty() && info.path.starts_with(folder + '/');
}

std::string base_name(const std::vector<ModelEntry>& entries, const ModelInfo& info) {
    if (info.base.empty()) return {};
    const auto base = std::find_if(entries.begin(), entries.end(),
                                   [&](const ModelEntry& entry) { return entry.info.hash == info.base; });
    return base == entries.end() ? info.base.substr(0, 16) : base->info.name;
}

Status remove_graphs(const Library& library, const std::string& hash) {
    FileSystem& fs = FileSystem::posix();
    const auto names = fs.list(library.index_folder());
    if (!names) return names.error().kind == ErrorKind::NotFound ? Status() : Status(names.error());
    for (const std::string& name : *names) {
        if (!name.starts_with(hash)) continue;
        if (auto status = fs.remove(library.index_folder() + '/' + name); !status) return status;
    }
    return {};
}

/// The model of this very name that is not in `entries`, because another one there gives the same vectors,
/// and whose folder may go; none for any other name.
std::optional<ModelInfo> hidden_twin(const Library* library, const std::vector<ModelEntry>& entries,
                                     const std::string& name) {
    for (ModelInfo& info : registry_of(library).list()) {
        if (info.name != name) continue;
        const bool listed = std::any_of(entries.begin(), entries.end(), [&](const ModelEntry& entry) {
            return entry.info.path == info.path;
        });
        const bool own = (library && lies_in(info, library->models_folder())) ||
                         lies_in(info, ModelRegistry::user_folder());
        if (!listed && own) return std::move(info);
    }
    return std::nullopt;
}

}  // namespace

Result<std::vector<ModelEntry>> list_models(Library* library, std::vector<Error>* problems) {
    std::vector<ModelEntry> entries;
    const std::string user = ModelRegistry::user_folder();
    for (ModelInfo& info : registry_of(library).list(problems)) {
        // By its hash a model is one, however many copies of its folder there are.
        const bool known = std::any_of(entries.begin(), entries.end(),
                                       [&](const ModelEntry& entry) { return entry.info.hash == info.hash; });
        if (known) continue;
        ModelEntry entry;
        entry.installed = true;
        entry.of_library = library && lies_in(info, library->models_folder());
        entry.of_user = lies_in(info, user);
        entry.info = std::move(info);
        entries.push_back(std::move(entry));
    }
    bool any_current = false;
    if (library) {
        auto reader = library->reader();
        if (!reader) return reader.error();
        const auto records = (*reader)->models();
        if (!records) return records.error();
        const auto former = (*reader)->setting(kFormerModelSetting);
        if (!former) return former.error();
        for (const ModelRecord& record : *records) {
            auto entry = std::find_if(entries.begin(), entries.end(), [&](const ModelEntry& candidate) {
                return candidate.info.hash == record.hash;
            });
            if (entry == entries.end()) {
                ModelEntry gone;
                gone.info.hash = record.hash;
                gone.info.name = record.name;
                gone.info.kind = record.kind;
                gone.info.dimension = record.dimension;
                entry = entries.insert(entries.end(), std::move(gone));
            }
            entry->embeddings = record.embeddings;
            entry->current = record.current;
            entry->former = record.hash == *former && !record.current;
            any_current = any_current || record.current;
        }
    }
    if (!any_current) {
        if (const auto standard = registry_of(library).find()) {
            for (ModelEntry& entry : entries) entry.current = entry.info.hash == standard->hash;
        }
    }
    for (ModelEntry& entry : entries) entry.base_name = base_name(entries, entry.info);
    std::stable_sort(entries.begin(), entries.end(), [](const ModelEntry& a, const ModelEntry& b) {
        if (a.current != b.current) return a.current;
        return a.info.name < b.info.name;
    });
    return entries;
}

Result<ModelInfo> model_of_library(const Library& library, LibraryReader& reader,
                                   const std::string& name_or_hash) {
    const ModelRegistry registry = registry_of(&library);
    if (!name_or_hash.empty()) return registry.find(name_or_hash);
    const auto records = reader.models();
    if (!records) return records.error();
    for (const ModelRecord& record : *records) {
        if (record.current) return registry.find(record.hash);
    }
    return registry.find();
}

Result<ModelRemoval> remove_model(Library* library, const std::string& name_or_hash) {
    if (library && library->read_only())
        return Error{ErrorKind::ReadOnly,
                     "The library \"" + library->folder() +
                         "\" is open for reading only, so no model can be removed from it."};
    const auto entries = list_models(library);
    if (!entries) return entries.error();
    if (const auto twin = hidden_twin(library, *entries, name_or_hash)) {
        if (auto status = remove_model_folder(FileSystem::posix(), twin->path); !status)
            return status.error();
        ModelRemoval removal;
        removal.name = twin->name;
        removal.folder = twin->path;
        return removal;  // its vectors are those of the other one, too
    }
    const auto entry = std::find_if(entries->begin(), entries->end(), [&](const ModelEntry& candidate) {
        return candidate.info.name == name_or_hash || candidate.info.hash == name_or_hash ||
               (name_or_hash.size() >= 8 && candidate.info.hash.starts_with(name_or_hash));
    });
    if (entry == entries->end())
        return Error{ErrorKind::NotFound, "There is no model \"" + name_or_hash + "\". See: models list."};
    const ModelInfo& info = entry->info;
    if (library && entry->current)
        return Error{ErrorKind::Usage, "The library searches with the model \"" + info.name +
                                           "\". Use another model first, then remove this one."};
    if (library) {
        const auto next = interrupted_switch(*library);
        if (next && !next->empty() && *next == info.hash)
            return Error{ErrorKind::Usage,
                         "The library is being embedded with the model \"" + info.name +
                             "\". Let that end, or give it up, before this model is removed."};
    }
    const bool deletes_files = entry->of_library || entry->of_user;
    if (deletes_files) {
        const auto above = std::find_if(entries->begin(), entries->end(), [&](const ModelEntry& candidate) {
            return candidate.installed && candidate.info.base == info.hash;
        });
        if (above != entries->end())
            return Error{ErrorKind::Usage, "The model \"" + above->info.name + "\" stands on \"" + info.name +
                                               "\". Remove that one first."};
    }
    if (!deletes_files && entry->embeddings == 0)
        return Error{ErrorKind::Usage, "The model \"" + info.name +
                                           "\" came with the program, so its files stay where they are."};

    ModelRemoval removal;
    removal.name = info.name;
    if (library) {
        auto reader = library->reader();
        if (!reader) return reader.error();
        const auto records = (*reader)->models();
        if (!records) return records.error();
        const auto goes = [&info](const ModelRecord& record) {
            return record.hash == info.hash || record.object_of == info.hash;
        };
        for (const ModelRecord& record : *records) {
            if (goes(record) && record.current)
                return Error{ErrorKind::Usage, "The library searches with \"" + record.name +
                                                   "\", which stands on the model \"" + info.name +
                                                   "\". Use another model first, then remove this one."};
        }
        for (const ModelRecord& record : *records) {
            if (!goes(record)) continue;
            if (auto status = library->writer()->remove_model(record.id); !status) return status.error();
            if (auto status = remove_graphs(*library, record.hash); !status) return status.error();
            removal.embeddings += record.embeddings;
        }
        if (entry->former) {
            if (auto status = library->writer()->set_setting(kFormerModelSetting, {}); !status)
                return status.error();
        }
    }
    if (deletes_files) {
        if (auto status = remove_model_folder(FileSystem::posix(), info.path); !status) return status.error();
        removal.folder = info.path;
    }
    return removal;
}

}  // namespace fieldmark
