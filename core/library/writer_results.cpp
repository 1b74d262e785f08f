// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/library/vector_blob.h"
#include "core/library/writer.h"
#include "core/library/writer_impl.h"

namespace fieldmark {

namespace {

/// What commit_results() needs to know of an item before it changes it.
struct Known {
    bool there = false;
    bool never_read = false;
    CollectionId collection = 0;
    std::string hash;
};

Known look_up(Connection& connection, ItemId item) {
    Cursor cursor = connection.prepare("SELECT hash IS NULL, collection_id, hash FROM item WHERE id = ?");
    if (!cursor.bind(item).step()) return {};
    return {true, cursor.integer(0) != 0, cursor.integer(1), std::string(cursor.bytes(2))};
}

/// The missing item whose file this is, its own collection's first; 0: none.
ItemId missing_with_hash(Connection& connection, const std::string& hash, CollectionId collection) {
    Cursor cursor = connection.prepare(
        "SELECT id FROM item WHERE hash = ? AND state = 'missing' ORDER BY collection_id <> ?, id LIMIT 1");
    return cursor.bind(Bytes{hash}, collection).step() ? cursor.integer(0) : 0;
}

std::optional<Crop> stored_crop(Connection& connection, const std::string& hash) {
    Cursor cursor = connection.prepare("SELECT crop FROM object_box WHERE hash = ?");
    if (!cursor.bind(Bytes{hash}).step()) return {};
    return crop_from_key(cursor.text(0));
}

EmbeddingId insert_embedding(Connection& connection, ModelId model, ItemId item, const std::string& hash,
                             const std::string& engine, std::int64_t crc, std::string_view vector) {
    // A new row even where there is one: an id stands for one vector and is never used again.
    connection.run("DELETE FROM embedding WHERE item_id = ? AND model_id = ? AND crop = ''", item, model);
    connection.run(
        "INSERT INTO embedding (item_id, model_id, crop, hash, engine, crc, vector) VALUES (?, ?, '', ?, ?, "
        "?, ?)",
        item, model, Bytes{hash}, engine, crc, Bytes{vector});
    return connection.last_id();
}

}  // namespace

void LibraryWriter::Impl::merge(ItemId fresh, ItemId old) {
    // What was set on the new item meanwhile goes along, but replaces only what an import had set on the old
    // one.
    connection.run(
        "INSERT INTO value (item_id, field_id, text, number, source, set_at) SELECT ?, field_id, text, "
        "number, source, "
        "set_at FROM value WHERE item_id = ? ON CONFLICT (item_id, field_id) DO UPDATE SET text = "
        "excluded.text, number "
        "= excluded.number, source = excluded.source, set_at = excluded.set_at WHERE excluded.source = "
        "'user' OR "
        "value.source = 'import'",
        old, fresh);
    connection.run(
        "INSERT OR IGNORE INTO temp.scan_seen (scan_id, item_id) SELECT scan_id, ? FROM temp.scan_seen WHERE "
        "item_id = ?",
        old, fresh);
    CollectionId collection = 0;
    std::string path;
    std::int64_t size = 0;
    std::int64_t mtime = 0;
    {
        Cursor cursor =
            connection.prepare("SELECT collection_id, path, size, mtime_ns FROM item WHERE id = ?");
        cursor.bind(fresh).step();
        collection = cursor.integer(0);
        path = cursor.bytes(1);
        size = cursor.integer(2);
        mtime = cursor.integer(3);
    }
    connection.run("DELETE FROM item WHERE id = ?", fresh);  // its path is free for the old one then
    connection.run(
        "UPDATE item SET collection_id = ?, path = ?, size = ?, mtime_ns = ?, state = CASE WHEN error_kind "
        "IS NULL THEN "
        "'ready' ELSE 'failed' END WHERE id = ?",
        collection, Bytes{path}, size, mtime, old);
}

Result<LibraryWriter::CommitOutcome> LibraryWriter::commit_results(ModelId model,
                                                                   std::span<const ItemResult> results) {
    return m_impl->write(kNormal, [&]() -> Result<CommitOutcome> {
        Connection& connection = m_impl->connection;
        CommitOutcome outcome;
        int dimension = 0;
        {
            Cursor cursor = connection.prepare("SELECT dimension FROM model WHERE id = ?");
            if (cursor.bind(model).step()) dimension = static_cast<int>(cursor.integer(0));
        }
        for (const ItemResult& result : results) {
            if (!result.vector.empty()) {
                if (dimension == 0) {
                    return Error{ErrorKind::NotFound,
                                 "There is no model " + std::to_string(model) + " in this library any more."};
                }
                if (result.failed || result.hash.empty() ||
                    result.vector.size() != static_cast<std::size_t>(dimension) ||
                    !vector_is_unit(result.vector)) {
                    return Error{ErrorKind::Internal,
                                 "The model gave a vector that cannot be stored. Please report it.",
                                 "item " + std::to_string(result.item) + ": length " +
                                     std::to_string(result.vector.size()) + " of " +
                                     std::to_string(dimension) +
                                     ", or not finite, or not of norm 1, or without a content hash"};
                }
            }
            const Known known = look_up(connection, result.item);
            if (!known.there) {
                if (!result.vector.empty()) outcome.embeddings.push_back(0);
                continue;
            }
            ItemId item = result.item;
            if (known.never_read && !result.hash.empty()) {
                if (const ItemId old = missing_with_hash(connection, result.hash, known.collection);
                    old != 0) {
                    m_impl->merge(item, old);
                    outcome.merged.emplace_back(item, old);
                    ++outcome.moved;
                    item = old;
                }
            }
            if (result.failed) {
                connection.run(
                    "UPDATE item SET state = 'failed', error_kind = ?, error_text = ?, hash = COALESCE(?, "
                    "hash) WHERE id = ?",
                    to_string(result.error.kind), result.error.text, Optional{result.hash}, item);
            } else {
                connection.run(
                    "UPDATE item SET state = 'ready', error_kind = NULL, error_text = NULL, hash = "
                    "COALESCE(?, hash), "
                    "taken = ? WHERE id = ?",
                    Optional{result.hash}, result.taken, item);
            }
            if (result.width > 0 && result.height > 0) {
                connection.run("UPDATE item SET width = ?, height = ?, orientation = ? WHERE id = ?",
                               result.width, result.height, result.orientation, item);
            }
            if (result.size > 0 || result.mtime_ns != 0) {
                connection.run("UPDATE item SET size = ?, mtime_ns = ? WHERE id = ?", result.size,
                               result.mtime_ns, item);
            }
            if (!result.hash.empty()) {
                // Vectors of content that is no more, of any model and crop.
                connection.run("DELETE FROM embedding WHERE item_id = ? AND hash <> ?", item,
                               Bytes{result.hash});
            }
            // An edited picture keeps the box that a person or a table gave it, whatever model is in use.
            if (!known.hash.empty() && !result.hash.empty() && known.hash != result.hash) {
                m_impl->inherit_box(known.hash, result.hash);
            }
            if (result.object) {
                m_impl->store_box(result.hash, *result.object);
                if (stored_crop(connection, result.hash) != result.object->box) {
                    // A person drew another box meanwhile: this vector is not of it, the next one will be.
                    outcome.embeddings.push_back(0);
                    continue;
                }
            }
            if (!result.vector.empty()) {
                outcome.embeddings.push_back(insert_embedding(connection, model, item, result.hash,
                                                              result.engine, vector_crc(result.vector),
                                                              vector_bytes(result.vector)));
            }
        }
        return outcome;
    });
}

Result<bool> LibraryWriter::copy_embedding(ModelId model, ItemId item, const std::string& hash) {
    return m_impl->write(kNormal, [&]() -> Result<bool> {
        Connection& connection = m_impl->connection;
        const Known known = look_up(connection, item);
        if (!known.there || hash.empty()) return false;
        if (known.never_read && missing_with_hash(connection, hash, known.collection) != 0) return false;
        ItemId donor = 0;
        std::int64_t crc = 0;
        std::string engine;
        std::string vector;
        {
            Cursor cursor = connection.prepare(
                "SELECT i.id, e.crc, e.engine, e.vector FROM item i JOIN embedding e ON e.item_id = i.id AND "
                "e.model_id = ? "
                "AND e.crop = '' AND e.hash = i.hash WHERE i.hash = ? AND i.id <> ? ORDER BY i.id LIMIT 1");
            if (!cursor.bind(model, Bytes{hash}, item).step()) return false;
            donor = cursor.integer(0);
            crc = cursor.integer(1);
            engine = cursor.text(2);
            vector = cursor.bytes(3);
        }
        connection.run(
            "UPDATE item SET state = 'ready', error_kind = NULL, error_text = NULL, hash = ?, (width, "
            "height, orientation, "
            "taken) = (SELECT width, height, orientation, taken FROM item WHERE id = ?) WHERE id = ?",
            Bytes{hash}, donor, item);
        connection.run("DELETE FROM embedding WHERE item_id = ? AND hash <> ?", item, Bytes{hash});
        insert_embedding(connection, model, item, hash, engine, crc, vector);
        return true;
    });
}

Result<std::int64_t> LibraryWriter::retry_failed(std::span<const ItemId> items) {
    return m_impl->write(kNormal, [&]() -> Result<std::int64_t> {
        const std::string again =
            "UPDATE item SET state = 'pending', error_kind = NULL, error_text = NULL WHERE state = 'failed'";
        if (items.empty()) return std::int64_t{m_impl->connection.run(again)};
        std::int64_t count = 0;
        for (const ItemId item : items) count += m_impl->connection.run(again + " AND id = ?", item);
        return count;
    });
}

}  // namespace fieldmark
