// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/importing/folder_labels.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "core/library/built_in_fields.h"

namespace fieldmark {

namespace {

constexpr std::size_t kBlock = 2000;

/// Name of the folder that a relative path lies in; "" for none.
std::string folder_of(const std::string& path) {
    const std::size_t end = path.rfind('/');
    if (end == std::string::npos || end == 0) return {};
    const std::size_t begin = path.rfind('/', end - 1);
    return path.substr(begin == std::string::npos ? 0 : begin + 1,
                       end - (begin == std::string::npos ? 0 : begin + 1));
}

/// What was seen of the collections on the way through their pictures.
struct Walk {
    FolderLabels found;
    std::set<CollectionId> with_folders;
    std::vector<std::pair<ItemId, CollectionId>> loose;  ///< without a label

    void take(const Item& item, bool labelled) {
        std::string folder = folder_of(item.path);
        if (!folder.empty()) with_folders.insert(item.collection);
        if (labelled) {
            ++found.labelled;
        } else if (folder.empty()) {
            loose.emplace_back(item.id, item.collection);
        } else {
            found.edits.push_back({item.id, found.field, std::move(folder)});
        }
    }

    /// Several folders of one kind each, imported together, are collections without folders.
    void name_by_collection(const std::vector<Collection>& collections) {
        std::map<CollectionId, std::string> names;
        for (const Collection& collection : collections)
            if (!with_folders.contains(collection.id))
                names[collection.id] = folder_of(collection.root + "/.");
        for (const auto& [item, collection] : loose) {
            const auto name = names.find(collection);
            if (names.size() < 2 || name == names.end() || name->second.empty())
                ++found.loose;
            else
                found.edits.push_back({item, found.field, name->second});
        }
    }
};

}  // namespace

Status check_label_field_name(LibraryReader& reader, const std::string& field) {
    if (field.empty())
        return Error{ErrorKind::Usage, "Give the field that takes the names of the folders a name."};
    if (is_built_in_field(field))
        return Error{ErrorKind::Usage, "A field cannot be named \"" + field +
                                           "\": path, collection and state are built in. Give another name."};
    const auto fields = reader.fields();
    if (!fields) return fields.error();
    for (const Field& known : *fields) {
        if (known.name == field && known.kind == FieldKind::Number)
            return Error{ErrorKind::Usage,
                         "The field \"" + field + "\" holds numbers. Give another name for the labels."};
    }
    return {};
}

Result<FolderLabels> folder_labels(LibraryReader& reader, const std::string& field,
                                   const std::vector<CollectionId>& collections, std::stop_token stop) {
    if (auto status = check_label_field_name(reader, field); !status) return status.error();
    auto scope = reader.collections();
    if (!scope) return scope.error();
    if (!collections.empty()) {
        std::erase_if(*scope, [&](const Collection& one) {
            return std::find(collections.begin(), collections.end(), one.id) == collections.end();
        });
    }
    ItemQuery query;
    query.collections = collections;
    const auto ids = reader.item_ids(query);
    if (!ids) return ids.error();
    Walk walk;
    walk.found.field = field;
    for (std::size_t begin = 0; begin < ids->size(); begin += kBlock) {
        if (stop.stop_requested()) return Error{ErrorKind::Cancelled, "Reading the folders was cancelled."};
        const auto block = std::span(*ids).subspan(begin, std::min(kBlock, ids->size() - begin));
        const auto items = reader.items(block);
        if (!items) return items.error();
        const auto metadata = reader.metadata(block);
        if (!metadata) return metadata.error();
        for (std::size_t i = 0; i < block.size(); ++i)
            if ((*items)[i].id != 0) walk.take((*items)[i], (*metadata)[i].contains(field));
    }
    walk.name_by_collection(*scope);
    FolderLabels found = std::move(walk.found);
    std::sort(found.edits.begin(), found.edits.end(),
              [](const ValueEdit& a, const ValueEdit& b) { return a.item < b.item; });
    std::set<std::string> names;
    for (const ValueEdit& edit : found.edits) names.insert(edit.value);
    found.names.assign(names.begin(), names.end());
    return found;
}

Status store_folder_labels(LibraryWriter& writer, std::span<const ValueEdit> values) {
    if (values.empty()) return {};
    if (auto status = writer.ensure_field(values.front().field, FieldKind::Label); !status) return status;
    return writer.set_values(values, ValueSource::Import);
}

}  // namespace fieldmark
