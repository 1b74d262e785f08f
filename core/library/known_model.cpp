// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/library/known_model.h"

#include <utility>
#include <vector>

namespace fieldmark {

Result<ModelRecord> known_model(LibraryReader& reader, const std::string& hash) {
    auto models = reader.models();
    if (!models) return models.error();
    for (ModelRecord& record : *models) {
        if (record.hash == hash) return std::move(record);
    }
    ModelRecord unknown;
    unknown.hash = hash;
    return unknown;
}

Result<ModelRecord> embedded_model(LibraryReader& reader, const std::string& hash, const std::string& name) {
    auto record = known_model(reader, hash);
    if (!record || record->id != 0) return record;
    return Error{ErrorKind::Usage,
                 "No picture of this library is embedded with " +
                     (name.empty() ? "this model" : "the model \"" + name + "\"") +
                     " yet. Take it into use once, and it embeds them (in the window, or with "
                     "\"fieldmark-cli models use\")."};
}

}  // namespace fieldmark
