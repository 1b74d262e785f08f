// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/library/reader.h"
#include "core/library/reader_impl.h"
#include "core/library/vector_blob.h"
#include "core/library/writer.h"
#include "core/library/writer_impl.h"

namespace fieldmark {

std::string LibraryReader::models_folder() const {
    return m_impl->folder + "/models";
}

Result<std::vector<EmbeddingRow>> LibraryReader::embeddings_to_derive(ModelId model, ModelId base,
                                                                      EmbeddingId after, int limit) {
    return guarded(m_impl->folder, [&]() -> Result<std::vector<EmbeddingRow>> {
        std::vector<EmbeddingRow> rows;
        // Bad rows do not count towards the limit: an empty answer always means the end.
        Cursor cursor = m_impl->connection.prepare(
            "SELECT e.id, e.item_id, e.crc, e.vector, m.dimension FROM embedding e JOIN model m ON m.id = "
            "e.model_id JOIN item i ON i.id = e.item_id WHERE e.model_id = ? AND e.id > ? AND e.crop = '' "
            "AND "
            "e.hash = i.hash AND NOT EXISTS (SELECT 1 FROM embedding d WHERE d.model_id = ? AND d.item_id = "
            "e.item_id AND d.crop = '' AND d.hash = i.hash) ORDER BY e.id");
        cursor.bind(base, after, model);
        while (static_cast<int>(rows.size()) < limit && cursor.step()) {
            EmbeddingRow row;
            row.id = cursor.integer(0);
            row.item = cursor.integer(1);
            if (!decode_vector(cursor.bytes(3), static_cast<std::uint32_t>(cursor.integer(2)),
                               static_cast<int>(cursor.integer(4)), row.vector)) {
                continue;
            }
            rows.push_back(std::move(row));
        }
        return rows;
    });
}

Result<std::vector<EmbeddingId>> LibraryWriter::store_derived(ModelId model,
                                                              std::span<const DerivedEmbedding> rows,
                                                              const std::string& engine) {
    return m_impl->write(kNormal, [&]() -> Result<std::vector<EmbeddingId>> {
        Connection& connection = m_impl->connection;
        std::int64_t dimension = 0;
        {
            Cursor cursor = connection.prepare("SELECT dimension FROM model WHERE id = ?");
            if (cursor.bind(model).step()) dimension = cursor.integer(0);
        }
        if (dimension == 0) {
            return Error{ErrorKind::NotFound,
                         "There is no model " + std::to_string(model) + " in this library any more."};
        }
        std::vector<EmbeddingId> ids;
        for (const DerivedEmbedding& row : rows) {
            if (row.vector.size() != static_cast<std::size_t>(dimension) || !vector_is_unit(row.vector)) {
                return Error{ErrorKind::Internal,
                             "The model gave a vector that cannot be stored. Please report it.",
                             "from embedding " + std::to_string(row.source) + ": length " +
                                 std::to_string(row.vector.size()) + " of " + std::to_string(dimension) +
                                 ", or not finite, or not of norm 1"};
            }
            // A new row even where there is one: an id stands for one vector and is never used again.
            connection.run(
                "DELETE FROM embedding WHERE model_id = ? AND (item_id, crop) = (SELECT item_id, crop FROM "
                "embedding WHERE id = ?)",
                model, row.source);
            const int stored = connection.run(
                "INSERT INTO embedding (item_id, model_id, crop, hash, engine, crc, vector) SELECT item_id, "
                "?, "
                "crop, hash, ?, ?, ? FROM embedding WHERE id = ?",
                model, engine, std::int64_t{vector_crc(row.vector)}, Bytes{vector_bytes(row.vector)},
                row.source);
            if (stored > 0) ids.push_back(connection.last_id());
        }
        return ids;
    });
}

}  // namespace fieldmark
