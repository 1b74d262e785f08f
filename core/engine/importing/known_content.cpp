// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/importing/known_content.h"

#include <utility>

namespace fieldmark {

Result<KnownContent::Claim> KnownContent::claim(ItemId item, const std::string& hash, Item& twin) {
    const std::lock_guard lock(m_mutex);
    if (m_coming.contains(hash)) return Claim::Coming;
    if (!m_refused.contains(hash)) {
        auto own = has_vector(item, hash, twin);
        if (!own) return own.error();
        if (*own) return Claim::Unchanged;
        auto ids = m_reader->items_with_hash(hash);
        if (!ids) return ids.error();
        for (const ItemId id : *ids) {
            auto other = has_vector(id, hash, twin);
            if (!other) return other.error();
            if (*other) return Claim::Known;
        }
    }
    m_coming.insert(hash);
    return Claim::New;
}

Result<bool> KnownContent::has_vector(ItemId item, const std::string& hash, Item& facts) {
    auto items = m_reader->items(std::span(&item, 1));
    if (!items) return items.error();
    if (items->empty() || items->front().hash != hash || items->front().width == 0) return false;
    const auto embedding = m_reader->embedding_of(m_model, item);
    if (!embedding && embedding.error().kind == ErrorKind::Io) return embedding.error();
    if (!embedding) return false;  // none, or a damaged one
    facts = std::move(items->front());
    return true;
}

Result<std::optional<ObjectBox>> KnownContent::box(ItemId item, const std::string& hash) {
    const std::lock_guard lock(m_mutex);
    auto box = m_reader->object_box(hash);
    if (!box || *box) return box;
    auto former = m_reader->object_boxes(std::span(&item, 1));
    if (!former) return former.error();
    if (former->front() && former->front()->source != BoxSource::Finder) return former->front();
    return std::optional<ObjectBox>{};
}

void KnownContent::forget(const std::string& hash) {
    const std::lock_guard lock(m_mutex);
    m_coming.erase(hash);
    m_refused.insert(hash);
}

}  // namespace fieldmark
