// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "core/base/result.h"
#include "core/base/stopwatch.h"
#include "core/engine/pictures/query.h"
#include "core/library/reader.h"

namespace fieldmark {

/// Counts and collections of a library, kept for a second: both are counted over all items, which every query
/// and every screen of rows would otherwise pay for. Any thread.
class LibraryFacts {
  public:
    Result<LibraryCounts> counts(LibraryReader& reader);
    /// Sets the row's collection name and absolute path. Left empty where the collection is gone.
    Status locate(LibraryReader& reader, ItemRow& row);
    /// Something was changed that must show at once.
    void forget();

  private:
    struct Place {
        std::string name;
        std::string root;
    };
    std::mutex m_mutex;
    std::optional<LibraryCounts> m_counts;
    Stopwatch m_counts_age;
    std::optional<std::map<CollectionId, Place>> m_places;
    Stopwatch m_places_age;
};

}  // namespace fieldmark
