// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/library/reader.h"

#include <algorithm>

#include "core/library/item_sql.h"
#include "core/library/reader_impl.h"
#include "core/library/roots.h"
#include "core/library/sqlite_error.h"
#include "core/library/vector_blob.h"

namespace fieldmark {

namespace {

template <typename Values>
void bind_all(Cursor& cursor, const Values& values) {
    for (const auto& value : values) cursor.add(value);
}

FieldKind field_kind(const std::string& name) {
    if (name == "number") return FieldKind::Number;
    return name == "label" ? FieldKind::Label : FieldKind::Text;
}

/// Needs embedding: never read or changed (pending), or without a vector of this model made from its content.
constexpr const char* kToEmbed =
    " FROM item i WHERE i.id > ? AND (i.state = 'pending' OR (i.state = 'ready' AND NOT EXISTS (SELECT 1 "
    "FROM "
    "embedding e WHERE e.crop = '' AND e.model_id = ? AND e.item_id = i.id AND e.hash = i.hash)))";

}  // namespace

LibraryReader::LibraryReader(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
LibraryReader::~LibraryReader() = default;

Result<LibraryCounts> LibraryReader::counts() {
    return guarded(m_impl->folder, [&]() -> Result<LibraryCounts> {
        LibraryCounts counts;
        Connection& connection = m_impl->connection;
        // By collection first, as the index is, though only the states matter here.
        Cursor cursor = connection.prepare("SELECT state, COUNT(*) FROM item GROUP BY collection_id, state");
        while (cursor.step()) {
            const std::string state = cursor.text(0);
            const std::int64_t count = cursor.integer(1);
            if (state == "ready") counts.ready += count;
            if (state == "pending") counts.pending += count;
            if (state == "failed") counts.failed += count;
            if (state == "missing") counts.missing += count;
        }
        counts.items = counts.ready + counts.pending + counts.failed;
        counts.database_bytes =
            connection.integer("PRAGMA page_count") * connection.integer("PRAGMA page_size");
        return counts;
    });
}

Result<std::vector<Collection>> LibraryReader::collections() {
    return guarded(m_impl->folder, [&]() -> Result<std::vector<Collection>> {
        std::vector<Collection> collections;
        Cursor cursor = m_impl->connection.prepare(
            "SELECT c.id, c.name, c.root, c.relative_root,"
            " (SELECT COUNT(*) FROM item WHERE collection_id = c.id),"
            " (SELECT COUNT(*) FROM item WHERE collection_id = c.id AND state = 'ready'),"
            " (SELECT COUNT(*) FROM item WHERE collection_id = c.id AND state = 'failed'),"
            " (SELECT COUNT(*) FROM item WHERE collection_id = c.id AND state = 'missing')"
            " FROM collection c ORDER BY c.id");
        while (cursor.step()) {
            Collection collection;
            collection.id = cursor.integer(0);
            collection.name = cursor.text(1);
            const ResolvedRoot root =
                resolve_root(m_impl->folder, {std::string(cursor.bytes(2)), std::string(cursor.bytes(3))});
            collection.root = root.path;
            collection.ready = cursor.integer(5);
            collection.failed = cursor.integer(6);
            collection.missing = cursor.integer(7);
            collection.items = cursor.integer(4) - collection.missing;
            // An empty folder where pictures were is a mount point without its drive, until someone says
            // otherwise.
            collection.offline = !root.reachable || (root.empty && collection.items > 0);
            collections.push_back(std::move(collection));
        }
        return collections;
    });
}

Result<std::vector<Field>> LibraryReader::fields() {
    return guarded(m_impl->folder, [&]() -> Result<std::vector<Field>> {
        std::vector<Field> fields;
        Cursor cursor = m_impl->connection.prepare("SELECT id, name, kind FROM field ORDER BY name");
        while (cursor.step())
            fields.push_back({cursor.integer(0), cursor.text(1), field_kind(cursor.text(2))});
        return fields;
    });
}

Result<std::vector<ValueCount>> LibraryReader::field_values(const std::string& field, int limit) {
    return guarded(m_impl->folder, [&]() -> Result<std::vector<ValueCount>> {
        ItemQuery known;  // the same check, and the same text, as for a filter
        known.sort = ItemQuery::Sort::Field;
        known.sort_field = field;
        if (const auto checked = item_sql(m_impl->connection, known); !checked) return checked.error();
        std::vector<ValueCount> values;
        Cursor cursor = m_impl->connection.prepare(
            "SELECT v.text, COUNT(*) FROM field f JOIN value v ON v.field_id = f.id JOIN item i ON i.id = "
            "v.item_id "
            "WHERE f.name = ? AND v.text IS NOT NULL AND i.state <> 'missing' GROUP BY v.text "
            "ORDER BY COUNT(*) DESC, v.text LIMIT ?");
        cursor.bind(field, limit);
        while (cursor.step()) values.push_back({cursor.text(0), cursor.integer(1)});
        return values;
    });
}

Result<std::vector<ItemId>> LibraryReader::item_ids(const ItemQuery& query) {
    return guarded(m_impl->folder, [&]() -> Result<std::vector<ItemId>> {
        const auto sql = item_sql(m_impl->connection, query);
        if (!sql) return sql.error();
        Cursor cursor = m_impl->connection.prepare("SELECT i.id FROM item i" + sql->join + " WHERE " +
                                                   sql->where + " ORDER BY " + sql->order);
        cursor.bind();
        bind_all(cursor, sql->join_values);
        bind_all(cursor, sql->where_values);
        std::vector<ItemId> ids;
        while (cursor.step()) ids.push_back(cursor.integer(0));
        return ids;
    });
}

Result<std::vector<Item>> LibraryReader::items(std::span<const ItemId> ids) {
    return guarded(m_impl->folder, [&]() -> Result<std::vector<Item>> {
        std::vector<Item> items;
        items.reserve(ids.size());
        const ReadTransaction transaction(m_impl->connection);
        const std::string sql = std::string("SELECT ") + kItemColumns + " FROM item i WHERE i.id = ?";
        for (const ItemId id : ids) {
            Cursor cursor = m_impl->connection.prepare(sql);
            items.push_back(cursor.bind(id).step() ? read_item(cursor) : Item{});
        }
        return items;
    });
}

Result<std::vector<Metadata>> LibraryReader::metadata(std::span<const ItemId> ids) {
    return guarded(m_impl->folder, [&]() -> Result<std::vector<Metadata>> {
        std::vector<Metadata> all(ids.size());
        const ReadTransaction transaction(m_impl->connection);
        for (std::size_t i = 0; i < ids.size(); ++i) {
            Cursor cursor = m_impl->connection.prepare(
                "SELECT f.name, v.text FROM value v JOIN field f ON f.id = v.field_id WHERE v.item_id = ? "
                "AND v.text IS "
                "NOT NULL");
            cursor.bind(ids[i]);
            while (cursor.step()) all[i].emplace(cursor.text(0), cursor.text(1));
        }
        return all;
    });
}

Result<std::vector<ItemId>> LibraryReader::items_with_hash(const std::string& hash) {
    return guarded(m_impl->folder, [&]() -> Result<std::vector<ItemId>> {
        std::vector<ItemId> ids;
        if (hash.empty()) return ids;
        // A pending item's hash is that of content it may no longer have.
        Cursor cursor = m_impl->connection.prepare(
            "SELECT id FROM item WHERE hash = ? AND state <> 'pending' ORDER BY id");
        cursor.bind(Bytes{hash});
        while (cursor.step()) ids.push_back(cursor.integer(0));
        return ids;
    });
}

Result<std::string> LibraryReader::absolute_path(const Item& item) {
    return guarded(m_impl->folder, [&]() -> Result<std::string> {
        Cursor cursor = m_impl->connection.prepare("SELECT root, relative_root FROM collection WHERE id = ?");
        if (!cursor.bind(item.collection).step()) {
            return Error{ErrorKind::NotFound,
                         "The collection of " + item.path + " was removed from the library."};
        }
        const ResolvedRoot root =
            resolve_root(m_impl->folder, {std::string(cursor.bytes(0)), std::string(cursor.bytes(1))});
        return (root.path == "/" ? std::string() : root.path) + '/' + item.path;
    });
}

Result<std::vector<Item>> LibraryReader::items_in_state(ItemState state, int limit) {
    return guarded(m_impl->folder, [&]() -> Result<std::vector<Item>> {
        std::vector<Item> items;
        Cursor cursor = m_impl->connection.prepare(
            std::string("SELECT ") + kItemColumns +
            " FROM item i WHERE i.state = ? ORDER BY i.collection_id, i.path LIMIT ?");
        cursor.bind(to_string(state), limit);
        while (cursor.step()) items.push_back(read_item(cursor));
        return items;
    });
}

Result<std::vector<ModelRecord>> LibraryReader::models() {
    return guarded(m_impl->folder, [&]() -> Result<std::vector<ModelRecord>> {
        std::vector<ModelRecord> models;
        Cursor cursor = m_impl->connection.prepare(
            std::string("SELECT id, hash, name, kind, dimension, is_current, (SELECT COUNT(*) FROM embedding "
                        "e WHERE e.model_id = model.id), ") +
            (m_impl->knows_objects() ? "COALESCE((SELECT base FROM object_view WHERE model_id = model.id), '')"
                                     : "''") +
            " FROM model ORDER BY id");
        while (cursor.step()) {
            models.push_back({cursor.integer(0), cursor.text(1), cursor.text(2), cursor.text(3),
                              static_cast<int>(cursor.integer(4)), cursor.integer(5) != 0,
                              cursor.integer(6), cursor.text(7)});
        }
        return models;
    });
}

Result<std::vector<ItemWork>> LibraryReader::items_to_embed(ModelId model, ItemId after, int limit) {
    return guarded(m_impl->folder, [&]() -> Result<std::vector<ItemWork>> {
        std::vector<ItemWork> work;
        Cursor cursor = m_impl->connection.prepare(
            std::string("SELECT i.id, i.collection_id, i.path, CASE i.state WHEN 'ready' THEN i.hash END") +
            kToEmbed + " ORDER BY i.id LIMIT ?");
        cursor.bind(after, model, limit);
        while (cursor.step()) {
            work.push_back({cursor.integer(0), cursor.integer(1), std::string(cursor.bytes(2)),
                            std::string(cursor.bytes(3))});
        }
        return work;
    });
}

Result<std::int64_t> LibraryReader::count_to_embed(ModelId model) {
    return guarded(m_impl->folder, [&]() -> Result<std::int64_t> {
        Cursor cursor = m_impl->connection.prepare(std::string("SELECT COUNT(*)") + kToEmbed);
        cursor.bind(std::int64_t{0}, model).step();
        return cursor.integer(0);
    });
}

Result<std::vector<EmbeddingRow>> LibraryReader::embeddings(ModelId model, EmbeddingId after, int limit,
                                                            bool crops, std::vector<EmbeddingId>* bad) {
    return guarded(m_impl->folder, [&]() -> Result<std::vector<EmbeddingRow>> {
        std::vector<EmbeddingRow> rows;
        // Bad rows do not count towards the limit: an empty answer always means the end.
        Cursor cursor =
            m_impl->connection.prepare(std::string("SELECT e.id, e.item_id, e.crop, e.crc, e.vector, "
                                                   "m.dimension FROM embedding e JOIN model m ON "
                                                   "m.id = e.model_id WHERE e.model_id = ? AND e.id > ?") +
                                       (crops ? "" : " AND e.crop = ''") + " ORDER BY e.id");
        cursor.bind(model, after);
        while (static_cast<int>(rows.size()) < limit && cursor.step()) {
            EmbeddingRow row;
            row.id = cursor.integer(0);
            row.item = cursor.integer(1);
            const auto crop = crop_from_key(cursor.text(2));
            const bool good =
                crop && decode_vector(cursor.bytes(4), static_cast<std::uint32_t>(cursor.integer(3)),
                                      static_cast<int>(cursor.integer(5)), row.vector);
            if (!good) {
                if (bad != nullptr) bad->push_back(row.id);
                continue;
            }
            row.crop = *crop;
            rows.push_back(std::move(row));
        }
        return rows;
    });
}

Result<std::vector<EmbeddingId>> LibraryReader::dead_embeddings(std::int64_t& sequence) {
    return guarded(m_impl->folder, [&]() -> Result<std::vector<EmbeddingId>> {
        std::vector<EmbeddingId> ids;
        Cursor cursor = m_impl->connection.prepare(
            "SELECT seq, embedding_id FROM dead_embedding WHERE seq > ? ORDER BY seq");
        cursor.bind(sequence);
        while (cursor.step()) {
            sequence = cursor.integer(0);
            ids.push_back(cursor.integer(1));
        }
        return ids;
    });
}

Result<std::vector<EmbeddingId>> LibraryReader::embedding_ids(ModelId model, const ItemQuery& query) {
    return guarded(m_impl->folder, [&]() -> Result<std::vector<EmbeddingId>> {
        const auto sql = item_sql(m_impl->connection, query);
        if (!sql) return sql.error();
        Cursor cursor = m_impl->connection.prepare(
            "SELECT e.id FROM embedding e JOIN item i ON i.id = e.item_id WHERE e.crop = '' AND e.model_id = "
            "? AND " +
            sql->where);
        cursor.bind(model);
        bind_all(cursor, sql->where_values);
        std::vector<EmbeddingId> ids;
        while (cursor.step()) ids.push_back(cursor.integer(0));
        std::sort(ids.begin(), ids.end());
        return ids;
    });
}

Result<std::vector<ItemId>> LibraryReader::items_of_embeddings(std::span<const EmbeddingId> ids) {
    return guarded(m_impl->folder, [&]() -> Result<std::vector<ItemId>> {
        std::vector<ItemId> items;
        items.reserve(ids.size());
        const ReadTransaction transaction(m_impl->connection);
        for (const EmbeddingId id : ids) {
            Cursor cursor = m_impl->connection.prepare("SELECT item_id FROM embedding WHERE id = ?");
            items.push_back(cursor.bind(id).step() ? cursor.integer(0) : 0);
        }
        return items;
    });
}

Result<EmbeddingRow> LibraryReader::embedding_of(ModelId model, ItemId item) {
    return guarded(m_impl->folder, [&]() -> Result<EmbeddingRow> {
        Cursor cursor = m_impl->connection.prepare(
            "SELECT e.id, e.crc, e.vector, m.dimension FROM embedding e JOIN model m ON m.id = e.model_id "
            "WHERE "
            "e.item_id = ? AND e.model_id = ? AND e.crop = ''");
        if (!cursor.bind(item, model).step()) {
            return Error{ErrorKind::NotFound,
                         "Item " + std::to_string(item) +
                             " has no embedding of this model yet. Import its collection again."};
        }
        EmbeddingRow row;
        row.id = cursor.integer(0);
        row.item = item;
        if (!decode_vector(cursor.bytes(2), static_cast<std::uint32_t>(cursor.integer(1)),
                           static_cast<int>(cursor.integer(3)), row.vector)) {
            return Error{ErrorKind::Damaged,
                         "The embedding of item " + std::to_string(item) + " in " + m_impl->folder +
                             " is damaged. Verify the library with repair to have it made again."};
        }
        return row;
    });
}

Result<std::string> LibraryReader::setting(const std::string& key, const std::string& fallback) {
    return guarded(m_impl->folder, [&]() -> Result<std::string> {
        Cursor cursor = m_impl->connection.prepare("SELECT value FROM setting WHERE key = ?");
        return cursor.bind(key).step() ? cursor.text(0) : fallback;
    });
}

}  // namespace fieldmark
