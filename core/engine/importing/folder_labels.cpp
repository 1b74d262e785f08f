// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/importing/folder_labels.h"

#include <algorithm>
#include <set>
#include <span>

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

}  // namespace

Result<FolderLabels> folder_labels(LibraryReader& reader, const std::string& field,
                                   const std::vector<CollectionId>& collections, std::stop_token stop) {
    if (field.empty())
        return Error{ErrorKind::Usage, "Give the field that takes the names of the folders a name."};
    ItemQuery query;
    query.collections = collections;
    const auto ids = reader.item_ids(query);
    if (!ids) return ids.error();
    FolderLabels found;
    found.field = field;
    std::set<std::string> names;
    for (std::size_t begin = 0; begin < ids->size(); begin += kBlock) {
        if (stop.stop_requested()) return Error{ErrorKind::Cancelled, "Reading the folders was cancelled."};
        const auto block = std::span(*ids).subspan(begin, std::min(kBlock, ids->size() - begin));
        const auto items = reader.items(block);
        if (!items) return items.error();
        const auto metadata = reader.metadata(block);
        if (!metadata) return metadata.error();
        for (std::size_t i = 0; i < block.size(); ++i) {
            const Item& item = (*items)[i];
            if (item.id == 0) continue;
            if ((*metadata)[i].contains(field)) {
                ++found.labelled;
                continue;
            }
            std::string folder = folder_of(item.path);
            if (folder.empty()) {
                ++found.loose;
                continue;
            }
            names.insert(folder);
            found.edits.push_back({item.id, field, std::move(folder)});
        }
    }
    found.names.assign(names.begin(), names.end());
    return found;
}

}  // namespace fieldmark
