// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/library/connection.h"

#include <algorithm>

#include <sqlite3.h>
#include <QByteArray>
#include <QString>

namespace fieldmark {

namespace {

constexpr int kBusyTimeoutMs = 5000;
constexpr std::size_t kMaxCachedStatements = 96;

/// Percent-encodes every byte that is not plain, so that names with '?', '#', '%' or non-UTF-8 bytes work.
std::string file_uri(const std::string& file, bool immutable) {
    const QByteArray encoded = QByteArray(file.data(), static_cast<qsizetype>(file.size()))
                                   .toPercentEncoding(QByteArrayLiteral("/"));
    std::string uri = "file:" + encoded.toStdString();
    if (immutable) uri += "?immutable=1";
    return uri;
}

char fold(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool contains(std::string_view text, std::string_view word) {
    const bool ascii = std::all_of(word.begin(), word.end(), [](char c) { return (c & 0x80) == 0; });
    if (!ascii) {
        return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()))
            .contains(QString::fromUtf8(word.data(), static_cast<qsizetype>(word.size())),
                      Qt::CaseInsensitive);
    }
    return std::search(text.begin(), text.end(), word.begin(), word.end(),
                       [](char a, char b) { return fold(a) == fold(b); }) != text.end();
}

/// contains_text(text or blob, word): 1 where the word occurs in any case. Takes a path's bytes as they are.
void contains_text(sqlite3_context* context, int, sqlite3_value** values) {
    const auto view = [](sqlite3_value* value) {
        const void* data = sqlite3_value_blob(value);
        return data == nullptr ? std::string_view{}
                               : std::string_view(static_cast<const char*>(data),
                                                  static_cast<std::size_t>(sqlite3_value_bytes(value)));
    };
    if (sqlite3_value_type(values[0]) == SQLITE_NULL) {
        sqlite3_result_int(context, 0);
        return;
    }
    sqlite3_result_int(context, contains(view(values[0]), view(values[1])) ? 1 : 0);
}

int flags_of(Connection::Mode mode) {
    const int access = mode == Connection::Mode::Write ? SQLite::OPEN_READWRITE : SQLite::OPEN_READONLY;
    return access | SQLite::OPEN_URI | SQLite::OPEN_NOMUTEX | SQLite::OPEN_PRIVATECACHE;
}

}  // namespace

void Cursor::add(Bytes bytes) {
    // A null pointer would bind NULL instead of an empty blob.
    const char* data = bytes.view.data() == nullptr ? "" : bytes.view.data();
    m_statement->bind(m_next++, static_cast<const void*>(data), static_cast<int>(bytes.view.size()));
}

int Cursor::run() {
    const int changed = m_statement->exec();
    m_statement->reset();
    return changed;
}

std::string Cursor::text(int column) const {
    return m_statement->getColumn(column).getString();
}

std::string_view Cursor::bytes(int column) const {
    const SQLite::Column value = m_statement->getColumn(column);
    const auto* data = static_cast<const char*>(value.getBlob());
    return data == nullptr ? std::string_view{}
                           : std::string_view(data, static_cast<std::size_t>(value.getBytes()));
}

Connection::Connection(const std::string& file, Mode mode)
    : m_database(file_uri(file, mode == Mode::Immutable), flags_of(mode), kBusyTimeoutMs) {
    m_database.exec("PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000");
    m_database.createFunction("contains_text", 2, true, nullptr, contains_text);
    if (mode != Mode::Write) {
        m_database.exec("PRAGMA query_only = ON");
        return;
    }
    m_database.exec(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 67108864;"
        "PRAGMA wal_autocheckpoint = 4000");
}

Cursor Connection::prepare(const std::string& sql) {
    auto found = m_statements.find(sql);
    if (found == m_statements.end()) {
        if (m_statements.size() >= kMaxCachedStatements) {
            std::erase_if(m_statements, [](const auto& entry) { return !entry.second->in_use; });
        }
        found = m_statements.emplace(sql, std::make_unique<Cached>(SQLite::Statement(m_database, sql))).first;
    }
    Cached& cached = *found->second;
    if (cached.in_use) return Cursor(std::make_unique<SQLite::Statement>(m_database, sql));
    return Cursor(cached.statement, cached.in_use);
}

std::int64_t Connection::integer(const std::string& sql, std::int64_t fallback) {
    Cursor cursor = prepare(sql);
    return cursor.step() ? cursor.integer(0) : fallback;
}

WriteTransaction::WriteTransaction(Connection& connection, Durability durability) : m_connection(connection) {
    // The pragma takes effect only between transactions.
    m_connection.execute(durability == Durability::Full ? "PRAGMA synchronous = FULL"
                                                        : "PRAGMA synchronous = NORMAL");
    m_connection.execute("BEGIN IMMEDIATE");
}

WriteTransaction::~WriteTransaction() {
    // After some errors (full disk) SQLite has rolled back by itself and this says so; either way nothing is
    // left.
    if (m_open) m_connection.database().tryExec("ROLLBACK");
}

void WriteTransaction::commit() {
    m_connection.execute("COMMIT");
    m_open = false;
}

}  // namespace fieldmark
