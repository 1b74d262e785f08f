// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/library/schema.h"

#include <algorithm>
#include <array>
#include <random>

#include "core/base/digest.h"
#include "core/base/file_system.h"
#include "core/library/sqlite_error.h"

namespace fieldmark {

namespace {

/// Version 1. docs/storage.md explains each table. Later versions are the steps of the ladder below, which a
/// new database climbs, too: a new library and an old one brought up to date are the same by construction.
constexpr const char* kSchema = R"sql(
CREATE TABLE collection (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    name           TEXT NOT NULL,
    root           BLOB NOT NULL,
    relative_root  BLOB,
    last_full_scan INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE item (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    collection_id INTEGER NOT NULL REFERENCES collection (id) ON DELETE CASCADE,
    state         TEXT NOT NULL CHECK (state IN ('pending', 'ready', 'failed', 'missing')),
    path          BLOB NOT NULL,
    size          INTEGER NOT NULL,
    mtime_ns      INTEGER NOT NULL,
    hash          BLOB,
    width         INTEGER NOT NULL DEFAULT 0,
    height        INTEGER NOT NULL DEFAULT 0,
    orientation   INTEGER NOT NULL DEFAULT 1,
    taken         TEXT NOT NULL DEFAULT '',
    error_kind    TEXT,
    error_text    TEXT,
    added_at      INTEGER NOT NULL,
    UNIQUE (collection_id, path)
) STRICT;
CREATE INDEX item_by_state ON item (collection_id, state);
CREATE INDEX item_by_hash ON item (hash) WHERE hash IS NOT NULL;

CREATE TABLE field (
    id   INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('text', 'number', 'label'))
) STRICT;

CREATE TABLE value (
    item_id  INTEGER NOT NULL REFERENCES item (id) ON DELETE CASCADE,
    field_id INTEGER NOT NULL REFERENCES field (id) ON DELETE CASCADE,
    text     TEXT,
    number   REAL,
    source   TEXT NOT NULL CHECK (source IN ('import', 'user')),
    set_at   INTEGER NOT NULL,
    PRIMARY KEY (item_id, field_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX value_by_text ON value (field_id, text, item_id);

CREATE TABLE model (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    hash       TEXT NOT NULL UNIQUE,
    name       TEXT NOT NULL,
    kind       TEXT NOT NULL,
    dimension  INTEGER NOT NULL CHECK (dimension > 0),
    is_current INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE embedding (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    item_id  INTEGER NOT NULL REFERENCES item (id) ON DELETE CASCADE,
    model_id INTEGER NOT NULL REFERENCES model (id) ON DELETE CASCADE,
    crop     TEXT NOT NULL DEFAULT '',
    hash     BLOB NOT NULL,
    engine   TEXT NOT NULL DEFAULT '',
    crc      INTEGER NOT NULL,
    vector   BLOB NOT NULL,
    UNIQUE (item_id, model_id, crop)
) STRICT;
CREATE INDEX embedding_by_model ON embedding (model_id);
CREATE INDEX embedding_whole ON embedding (model_id, item_id, hash) WHERE crop = '';

CREATE TABLE dead_embedding (
    seq          INTEGER PRIMARY KEY AUTOINCREMENT,
    embedding_id INTEGER NOT NULL
) STRICT;
CREATE TRIGGER embedding_deleted AFTER DELETE ON embedding BEGIN
    INSERT INTO dead_embedding (embedding_id) VALUES (old.id);
END;

CREATE TABLE in_flight (
    item_id INTEGER PRIMARY KEY REFERENCES item (id) ON DELETE CASCADE
) STRICT;

CREATE TABLE setting (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
)sql";

/// Version 2: where the object of a picture is, and models that look at objects only.
constexpr const char* kObjects = R"sql(
CREATE TABLE object_box (
    hash   BLOB PRIMARY KEY,
    crop   TEXT NOT NULL,
    score  REAL NOT NULL CHECK (score BETWEEN 0 AND 1),
    source TEXT NOT NULL CHECK (source IN ('finder', 'import', 'user')),
    finder TEXT NOT NULL DEFAULT '',
    set_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE object_view (
    model_id INTEGER PRIMARY KEY REFERENCES model (id) ON DELETE CASCADE,
    base     TEXT NOT NULL
) STRICT;
)sql";

std::string random_id() {
    std::random_device device;
    std::string bytes;
    for (int i = 0; i < 16; ++i) bytes += static_cast<char>(device() & 0xff);
    return to_hex(bytes);
}

void set_version(Connection& connection, std::int64_t version) {
    connection.execute(("PRAGMA user_version = " + std::to_string(version)).c_str());
}

}  // namespace

std::span<const Migration> migrations() {
    // A step is never changed once it was released; a new one is added below it.
    static const std::array ladder{
        Migration{1, [](Connection& connection) { connection.execute(kObjects); }},
    };
    return ladder;
}

Status create_database(const std::string& file, const std::string& folder) {
    FileSystem& fs = FileSystem::posix();
    const std::string fresh = file + ".new";
    for (const char* suffix : {"", "-journal", "-wal", "-shm"}) {
        if (const Status removed = fs.remove(fresh + suffix); !removed) return removed;
    }
    // SQLite makes the file itself with OPEN_CREATE; an empty one made here does the same for Connection.
    auto empty = fs.create(fresh);
    if (!empty) return empty.error();
    if (const Status closed = (*empty)->close(); !closed) return closed;
    const Status made = guarded(folder, [&]() -> Status {
        Connection connection(fresh, Connection::Mode::Write);
        WriteTransaction transaction(connection, WriteTransaction::Durability::Full);
        connection.execute(kSchema);
        for (const Migration& step : migrations()) step.apply(connection);
        connection.execute(("PRAGMA application_id = " + std::to_string(kApplicationId)).c_str());
        set_version(connection, kSchemaVersion);
        connection.run("INSERT INTO setting (key, value) VALUES ('library.id', ?)", random_id());
        transaction.commit();
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)");
        return {};
    });
    if (!made) return made;
    if (const Status renamed = fs.rename(fresh, file); !renamed) return renamed;
    return fs.sync_directory(folder);
}

Status check_identity(Connection& connection, const std::string& folder) {
    if (connection.integer("PRAGMA application_id") != kApplicationId) {
        return Error{ErrorKind::Damaged,
                     "The file library.sqlite in " + folder +
                         " is not the database of a Fieldmark library. Choose another folder or "
                         "restore a backup."};
    }
    const std::int64_t version = connection.integer("PRAGMA user_version");
    if (version > kSchemaVersion) {
        return Error{ErrorKind::NewerVersion, "The library " + folder +
                                                  " was written by a newer Fieldmark (library version " +
                                                  std::to_string(version) + ", this program knows up to " +
                                                  std::to_string(kSchemaVersion) +
                                                  "). Update Fieldmark to open it; nothing was changed."};
    }
    if (version < 1) {
        return Error{ErrorKind::Damaged,
                     "The database of the library " + folder +
                         " has no valid version number. Restore a backup of library.sqlite."};
    }
    // Reads the whole schema, so that a damaged first page shows here and not in the middle of an import.
    connection.integer("SELECT COUNT(*) FROM sqlite_schema");
    connection.integer("SELECT id FROM item LIMIT 1");
    return {};
}

Status migrate(Connection& connection, const std::string& folder, std::span<const Migration> ladder,
               std::int64_t target) {
    return guarded(folder, [&]() -> Status {
        if (connection.integer("PRAGMA user_version") >= target) return {};
        // Rebuilding a table drops the old one, which must not cascade; off only works outside a transaction.
        connection.execute("PRAGMA foreign_keys = OFF");
        struct KeysOnAgain {
            Connection& of;
            ~KeysOnAgain() { of.database().tryExec("PRAGMA foreign_keys = ON"); }
        } keys_on_again{connection};
        WriteTransaction transaction(connection, WriteTransaction::Durability::Full);
        for (std::int64_t version = connection.integer("PRAGMA user_version"); version < target; ++version) {
            const auto step =
                std::find_if(ladder.begin(), ladder.end(),
                             [version](const Migration& migration) { return migration.from == version; });
            if (step == ladder.end()) {
                return Error{ErrorKind::Unsupported, "The library " + folder + " has version " +
                                                         std::to_string(version) +
                                                         ", which this program cannot bring up to date."};
            }
            step->apply(connection);
            set_version(connection, version + 1);
        }
        if (connection.prepare("PRAGMA foreign_key_check").step()) {
            return Error{ErrorKind::Damaged,
                         "The library " + folder +
                             " could not be brought up to date: rows would be left without their "
                             "owner. It was left as it is; restore a backup or report this."};
        }
        transaction.commit();
        return {};
    });
}

}  // namespace fieldmark
