// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "core/base/result.h"
#include "core/library/reader.h"

namespace fieldmark {

/// Tells which files need no embedding because their content has one: of the item itself (a file that was
/// only touched), of another item (a duplicate or a moved file), or of a picture on its way through this
/// import. Any thread.
class KnownContent {
  public:
    enum class Claim {
        New,        ///< embed it; the next one with this hash is Coming
        Unchanged,  ///< the item itself has the vector; `twin` is the item
        Known,      ///< `twin`, another item, has the vector
        Coming,     ///< a picture before it in this run brings the vector
    };

    KnownContent(std::unique_ptr<LibraryReader> reader, ModelId model)
        : m_reader(std::move(reader)), m_model(model) {}

    Result<Claim> claim(ItemId item, const std::string& hash, Item& twin);

    /// The object box to embed this item's new content by: that of the content, else what a person or a file
    /// said of its former content. Empty: nobody has looked.
    Result<std::optional<ObjectBox>> box(ItemId item, const std::string& hash);

    /// No vector of this content could be copied after all: forget it, so that the next claim is New.
    void forget(const std::string& hash);
    std::set<std::string> refused() const {
        const std::lock_guard lock(m_mutex);
        return m_refused;
    }

  private:
    Result<bool> has_vector(ItemId item, const std::string& hash, Item& facts);

    mutable std::mutex m_mutex;
    std::unique_ptr<LibraryReader> m_reader;
    const ModelId m_model;
    std::set<std::string> m_coming;
    std::set<std::string> m_refused;
};

}  // namespace fieldmark
