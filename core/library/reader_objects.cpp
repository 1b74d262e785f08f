// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/library/reader.h"
#include "core/library/reader_impl.h"
#include "core/library/sqlite_error.h"

namespace fieldmark {

namespace {

constexpr const char* kBoxColumns = "b.crop, b.score, b.source, b.finder";

/// Empty for a row that no program of ours wrote.
std::optional<ObjectBox> read_box(const Cursor& cursor) {
    const auto crop = crop_from_key(cursor.text(0));
    if (!crop) return {};
    ObjectBox box;
    box.box = *crop;
    box.score = static_cast<float>(cursor.real(1));
    const std::string source = cursor.text(2);
    if (source == "user") box.source = BoxSource::User;
    if (source == "import") box.source = BoxSource::Import;
    box.finder = cursor.text(3);
    return box;
}

}  // namespace

Result<std::optional<ObjectBox>> LibraryReader::object_box(const std::string& hash) {
    return guarded(m_impl->folder, [&]() -> Result<std::optional<ObjectBox>> {
        if (hash.empty() || !m_impl->knows_objects()) return std::optional<ObjectBox>{};
        Cursor cursor = m_impl->connection.prepare(std::string("SELECT ") + kBoxColumns +
                                                   " FROM object_box b WHERE b.hash = ?");
        return cursor.bind(Bytes{hash}).step() ? read_box(cursor) : std::optional<ObjectBox>{};
    });
}

Result<std::vector<std::optional<ObjectBox>>> LibraryReader::object_boxes(std::span<const ItemId> ids) {
    return guarded(m_impl->folder, [&]() -> Result<std::vector<std::optional<ObjectBox>>> {
        std::vector<std::optional<ObjectBox>> boxes(ids.size());
        if (!m_impl->knows_objects()) return boxes;
        const ReadTransaction transaction(m_impl->connection);
        for (std::size_t i = 0; i < ids.size(); ++i) {
            Cursor cursor = m_impl->connection.prepare(
                std::string("SELECT ") + kBoxColumns +
                " FROM item i JOIN object_box b ON b.hash = i.hash WHERE i.id = ?");
            if (cursor.bind(ids[i]).step()) boxes[i] = read_box(cursor);
        }
        return boxes;
    });
}

Result<std::vector<ItemWork>> LibraryReader::items_without_box(const std::string& finder, ItemId after,
                                                               int limit) {
    return guarded(m_impl->folder, [&]() -> Result<std::vector<ItemWork>> {
        std::vector<ItemWork> work;
        Cursor cursor = m_impl->connection.prepare(
            std::string(
                "SELECT i.id, i.collection_id, i.path, i.hash FROM item i WHERE i.id > ? AND i.state = "
                "'ready' AND i.hash IS NOT NULL") +
            (m_impl->knows_objects()
                 ? " AND NOT EXISTS (SELECT 1 FROM object_box b WHERE b.hash = i.hash AND "
                   "(b.source <> 'finder' OR b.finder = ?))"
                 : " AND ? = ''") +
            " ORDER BY i.id LIMIT ?");
        cursor.bind(after, finder, limit);
        while (cursor.step()) {
            work.push_back({cursor.integer(0), cursor.integer(1), std::string(cursor.bytes(2)),
                            std::string(cursor.bytes(3))});
        }
        return work;
    });
}

}  // namespace fieldmark
