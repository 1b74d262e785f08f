// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/library/writer.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <string_view>
#include <unordered_map>

#include "core/library/built_in_fields.h"
#include "core/library/item_sql.h"
#include "core/library/roots.h"
#include "core/library/writer_impl.h"

namespace fieldmark {

namespace {

Error no_collection(CollectionId id) {
    return {ErrorKind::NotFound, "There is no collection " + std::to_string(id) + " in this library."};
}

/// "Birds", or "Birds (2)" where there is one already.
std::string free_name(Connection& connection, const std::string& wanted) {
    std::string name = wanted;
    for (int i = 2;; ++i) {
        if (!connection.prepare("SELECT 1 FROM collection WHERE name = ?").bind(name).step()) return name;
        name = wanted + " (" + std::to_string(i) + ")";
    }
}

Status check_root(const std::string& root) {
    std::error_code error;
    if (std::filesystem::is_directory(root, error)) return {};
    if (std::filesystem::exists(root, error)) {
        return Error{ErrorKind::Usage, root + " is not a folder. Choose the folder that holds the pictures."};
    }
    return Error{ErrorKind::NotFound,
                 "The folder " + root + " is not there. Check its name, or connect its drive."};
}

}  // namespace

std::int64_t now_ms() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

LibraryWriter::Impl::Impl(std::string library_folder, const std::string& database)
    : folder(std::move(library_folder)), connection(database, Connection::Mode::Write) {
    connection.execute(
        "CREATE TEMP TABLE scan_seen (scan_id INTEGER, item_id INTEGER, PRIMARY KEY (scan_id, item_id)) "
        "WITHOUT ROWID");
}

void LibraryWriter::Impl::follow_moved_roots() {
    std::vector<std::pair<CollectionId, StoredRoot>> moved;
    {
        Cursor cursor = connection.prepare("SELECT id, root, relative_root FROM collection");
        while (cursor.step()) {
            const StoredRoot stored{std::string(cursor.bytes(1)), std::string(cursor.bytes(2))};
            const ResolvedRoot found = resolve_root(folder, stored);
            if (!found.reachable || found.empty) continue;
            const StoredRoot now = make_stored_root(folder, found.path);
            if (now.absolute != stored.absolute || now.relative != stored.relative) {
                moved.emplace_back(cursor.integer(0), now);
            }
        }
    }
    for (const auto& [id, root] : moved) {
        connection.run("UPDATE collection SET root = ?, relative_root = ? WHERE id = ?", Bytes{root.absolute},
                       Bytes{root.relative}, id);
    }
}

Result<LibraryWriter::Impl::KnownField> LibraryWriter::Impl::find_or_make_field(const std::string& name,
                                                                                const char* kind) {
    {
        Cursor cursor = connection.prepare("SELECT id, kind FROM field WHERE name = ?");
        if (cursor.bind(name).step()) return KnownField{cursor.integer(0), cursor.text(1) == "number"};
    }
    if (name.empty() || is_built_in_field(name)) {
        return Error{ErrorKind::Usage, "A field cannot be named \"" + name +
                                           "\": path, collection and state are built in. Rename the column."};
    }
    connection.run("INSERT INTO field (name, kind) VALUES (?, ?)", name, kind);
    return KnownField{connection.last_id(), std::string_view(kind) == "number"};
}

LibraryWriter::LibraryWriter(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
LibraryWriter::~LibraryWriter() = default;

Result<CollectionId> LibraryWriter::ensure_collection(const std::string& root, const std::string& name) {
    const std::string path = normalized_path(root);
    if (const Status checked = check_root(path); !checked) return checked.error();
    Connection& connection = m_impl->connection;
    return m_impl->write(kFull, [&]() -> Result<CollectionId> {
        {
            Cursor cursor = connection.prepare("SELECT id, root, relative_root FROM collection ORDER BY id");
            while (cursor.step()) {
                const ResolvedRoot known = resolve_root(
                    m_impl->folder, {std::string(cursor.bytes(1)), std::string(cursor.bytes(2))});
                if (same_folder(known.path, path)) return cursor.integer(0);
            }
        }
        const StoredRoot stored = make_stored_root(m_impl->folder, path);
        const std::string wanted = !name.empty() ? name : std::filesystem::path(path).filename().string();
        Cursor cursor =
            connection.prepare("INSERT INTO collection (name, root, relative_root) VALUES (?, ?, ?)");
        cursor.bind(free_name(connection, wanted.empty() ? path : wanted), Bytes{stored.absolute},
                    Bytes{stored.relative});
        cursor.run();
        return connection.last_id();
    });
}

Status LibraryWriter::rename_collection(CollectionId collection, const std::string& name) {
    return m_impl->write(kFull, [&]() -> Status {
        Connection& connection = m_impl->connection;
        if (name.empty()) return Error{ErrorKind::Usage, "A collection needs a name."};
        if (connection.prepare("SELECT 1 FROM collection WHERE name = ? AND id <> ?")
                .bind(name, collection)
                .step()) {
            return Error{ErrorKind::Usage,
                         "There is a collection \"" + name + "\" already. Choose another name."};
        }
        if (connection.run("UPDATE collection SET name = ? WHERE id = ?", name, collection) == 0) {
            return no_collection(collection);
        }
        return {};
    });
}

Status LibraryWriter::relocate_collection(CollectionId collection, const std::string& root) {
    const std::string path = normalized_path(root);
    if (const Status checked = check_root(path); !checked) return checked;
    return m_impl->write(kFull, [&]() -> Status {
        const StoredRoot stored = make_stored_root(m_impl->folder, path);
        if (m_impl->connection.run("UPDATE collection SET root = ?, relative_root = ? WHERE id = ?",
                                   Bytes{stored.absolute}, Bytes{stored.relative}, collection) == 0) {
            return no_collection(collection);
        }
        return {};
    });
}

Status LibraryWriter::remove_collection(CollectionId collection) {
    return m_impl->write(kFull, [&]() -> Status {
        if (m_impl->connection.run("DELETE FROM collection WHERE id = ?", collection) == 0) {
            return no_collection(collection);
        }
        return {};
    });
}

Status LibraryWriter::remove_items(std::span<const ItemId> items) {
    return m_impl->write(kFull, [&]() -> Status {
        for (const ItemId item : items) m_impl->connection.run("DELETE FROM item WHERE id = ?", item);
        return {};
    });
}

Result<ModelId> LibraryWriter::ensure_model(const std::string& hash, const std::string& name,
                                            const std::string& kind, int dimension,
                                            const std::string& object_of) {
    return m_impl->write(kNormal, [&]() -> Result<ModelId> {
        Connection& connection = m_impl->connection;
        {
            Cursor cursor = connection.prepare("SELECT id, dimension FROM model WHERE hash = ?");
            if (cursor.bind(hash).step()) {
                if (cursor.integer(1) == dimension) {
                    const ModelId known = cursor.integer(0);
                    // One stored before it was known to look at objects is known from now on.
                    if (!object_of.empty())
                        connection.run("INSERT OR IGNORE INTO object_view (model_id, base) VALUES (?, ?)", known,
                                       object_of);
                    return known;
                }
                return Error{ErrorKind::Damaged, "The library " + m_impl->folder + " knows the model " +
                                                     name +
                                                     " with another dimension. Verify the model's file."};
            }
        }
        if (dimension < 1) return Error{ErrorKind::Usage, "The model " + name + " states no dimension."};
        connection.run(
            "INSERT INTO model (hash, name, kind, dimension, is_current) VALUES (?, ?, ?, ?, NOT EXISTS "
            "(SELECT 1 FROM "
            "model WHERE is_current))",
            hash, name, kind, dimension);
        const ModelId model = connection.last_id();
        if (!object_of.empty()) {
            connection.run("INSERT INTO object_view (model_id, base) VALUES (?, ?)", model, object_of);
        }
        return model;
    });
}

Status LibraryWriter::set_current_model(ModelId model) {
    return m_impl->write(kFull, [&]() -> Status {
        Connection& connection = m_impl->connection;
        if (!connection.prepare("SELECT 1 FROM model WHERE id = ?").bind(model).step()) {
            return Error{ErrorKind::NotFound,
                         "There is no model " + std::to_string(model) + " in this library."};
        }
        connection.run("UPDATE model SET is_current = (id = ?)", model);
        return {};
    });
}

Status LibraryWriter::remove_model(ModelId model) {
    return m_impl->write(kFull, [&]() -> Status {
        if (m_impl->connection.run("DELETE FROM model WHERE id = ?", model) == 0) {
            return Error{ErrorKind::NotFound,
                         "There is no model " + std::to_string(model) + " in this library."};
        }
        return {};
    });
}

Status LibraryWriter::ensure_field(const std::string& name, FieldKind kind) {
    constexpr std::array kKinds{"text", "number", "label"};
    return m_impl->write(kNormal, [&]() -> Status {
        const auto field = m_impl->find_or_make_field(name, kKinds.at(static_cast<std::size_t>(kind)));
        return field ? Status{} : Status{field.error()};
    });
}

Status LibraryWriter::set_values(std::span<const ValueEdit> edits, ValueSource source) {
    const bool user = source == ValueSource::User;
    return m_impl->write(user ? kFull : kNormal, [&]() -> Status {
        Connection& connection = m_impl->connection;
        std::unordered_map<std::string, Impl::KnownField> fields;
        const std::int64_t now = now_ms();
        for (const ValueEdit& edit : edits) {
            double number = 0;
            const bool numeric = parse_number(edit.value, number);
            auto known = fields.find(edit.field);
            if (known == fields.end()) {
                // A person's own field is a label; an imported column is numbers until something else shows
                // up.
                const char* kind = user ? "label" : (numeric || edit.value.empty()) ? "number" : "text";
                const auto field = m_impl->find_or_make_field(edit.field, kind);
                if (!field) return field.error();
                known = fields.emplace(edit.field, *field).first;
            }
            Impl::KnownField& field = known->second;
            if (edit.value.empty() && !user) {
                connection.run("DELETE FROM value WHERE item_id = ? AND field_id = ? AND source = 'import'",
                               edit.item, field.id);
                continue;
            }
            if (field.number && !numeric && !edit.value.empty()) {
                connection.run("UPDATE field SET kind = 'text' WHERE id = ?", field.id);
                field.number = false;
            }
            // An emptied value stays as a row without text, so that the next import does not bring it back.
            Cursor cursor = connection.prepare(
                "INSERT INTO value (item_id, field_id, text, number, source, set_at) SELECT id, ?, ?, ?, ?, "
                "? FROM item "
                "WHERE id = ? ON CONFLICT (item_id, field_id) DO UPDATE SET text = excluded.text, number = "
                "excluded.number, source = excluded.source, set_at = excluded.set_at WHERE excluded.source = "
                "'user' OR "
                "value.source = 'import'");
            cursor.bind(field.id);
            if (edit.value.empty())
                cursor.add(nullptr);
            else
                cursor.add(edit.value);
            if (numeric)
                cursor.add(number);
            else
                cursor.add(nullptr);
            cursor.add(user ? "user" : "import");
            cursor.add(now);
            cursor.add(edit.item);
            cursor.run();
        }
        return {};
    });
}

Status LibraryWriter::drop_embeddings(std::span<const EmbeddingId> ids) {
    return m_impl->write(kNormal, [&]() -> Status {
        for (const EmbeddingId id : ids) m_impl->connection.run("DELETE FROM embedding WHERE id = ?", id);
        return {};
    });
}

Status LibraryWriter::set_setting(const std::string& key, const std::string& value) {
    return m_impl->write(kNormal, [&]() -> Status {
        m_impl->connection.run("INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)", key, value);
        return {};
    });
}

Status LibraryWriter::set_in_flight(std::span<const ItemId> items) {
    return m_impl->write(kNormal, [&]() -> Status {
        Connection& connection = m_impl->connection;
        connection.run("DELETE FROM in_flight");
        for (const ItemId item : items) {
            connection.run("INSERT OR IGNORE INTO in_flight (item_id) SELECT id FROM item WHERE id = ?",
                           item);
        }
        return {};
    });
}

Result<std::vector<ItemId>> LibraryWriter::in_flight() {
    const std::lock_guard guard(m_impl->mutex);
    return guarded(m_impl->folder, [&]() -> Result<std::vector<ItemId>> {
        std::vector<ItemId> items;
        Cursor cursor = m_impl->connection.prepare("SELECT item_id FROM in_flight ORDER BY item_id");
        while (cursor.step()) items.push_back(cursor.integer(0));
        return items;
    });
}

}  // namespace fieldmark
