// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace fieldmark::testing {

/// The database of version 1 as it was released. Never changed: it stands for the libraries people have.
constexpr const char* kSchemaVersion1 = R"sql(
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

}  // namespace fieldmark::testing
