// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/search/library_facts.h"

#include <utility>

namespace fieldmark {

namespace {
constexpr double kFreshSeconds = 1.0;
}

Result<LibraryCounts> LibraryFacts::counts(LibraryReader& reader) {
    const std::lock_guard lock(m_mutex);
    if (!m_counts || m_counts_age.seconds() > kFreshSeconds) {
        auto counts = reader.counts();
        if (!counts) return counts.error();
        m_counts = *counts;
        m_counts_age = {};
    }
    return *m_counts;
}

Status LibraryFacts::locate(LibraryReader& reader, ItemRow& row) {
    if (row.item.id == 0) return {};
    const std::lock_guard lock(m_mutex);
    // A collection made since is not among those kept.
    if (!m_places || m_places_age.seconds() > kFreshSeconds || !m_places->contains(row.item.collection)) {
        auto collections = reader.collections();
        if (!collections) return collections.error();
        m_places.emplace();
        for (Collection& c : *collections)
            m_places->emplace(c.id, Place{std::move(c.name), std::move(c.root)});
        m_places_age = {};
    }
    const auto place = m_places->find(row.item.collection);
    if (place == m_places->end()) return {};
    row.collection = place->second.name;
    const std::string& root = place->second.root;
    row.absolute_path = root.ends_with('/') ? root + row.item.path : root + '/' + row.item.path;
    return {};
}

void LibraryFacts::forget() {
    const std::lock_guard lock(m_mutex);
    m_counts.reset();
    m_places.reset();
}

}  // namespace fieldmark
