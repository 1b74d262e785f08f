// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

namespace fieldmark {

/// Raw bytes to be bound as a BLOB (paths, hashes, vectors), where a std::string would be bound as text.
struct Bytes {
    std::string_view view;
};

/// The same, but NULL where there are none.
struct Optional {
    std::string_view view;
};
/// Bytes that a parameter owns.
struct BlobParameter {
    std::string bytes;
};

/// One prepared statement of a Connection's cache, in use. Going out of scope resets it, so that no read
/// transaction stays open behind a forgotten cursor. Throws SQLite::Exception.
class Cursor {
  public:
    Cursor(SQLite::Statement& statement, bool& in_use) : m_statement(&statement), m_in_use(&in_use) {
        *m_in_use = true;
    }
    explicit Cursor(std::unique_ptr<SQLite::Statement> own)
        : m_own(std::move(own)), m_statement(m_own.get()) {}
    ~Cursor() {
        if (m_own == nullptr && m_statement != nullptr) {
            m_statement->tryReset();
            m_statement->clearBindings();
            *m_in_use = false;
        }
    }
    Cursor(Cursor&& other) noexcept
        : m_own(std::move(other.m_own)),
          m_statement(std::exchange(other.m_statement, nullptr)),
          m_in_use(other.m_in_use) {}
    Cursor(const Cursor&) = delete;
    Cursor& operator=(const Cursor&) = delete;
    Cursor& operator=(Cursor&&) = delete;

    /// Binds all parameters from the first one on. Text and bytes are copied by SQLite.
    template <typename... Values>
    Cursor& bind(const Values&... values) {
        m_next = 1;
        (add(values), ...);
        return *this;
    }
    void add(std::int64_t value) { m_statement->bind(m_next++, value); }
    void add(int value) { m_statement->bind(m_next++, value); }
    void add(double value) { m_statement->bind(m_next++, value); }
    void add(const std::string& text) { m_statement->bind(m_next++, text); }
    void add(const char* text) { m_statement->bind(m_next++, text); }
    void add(Bytes bytes);
    void add(Optional bytes) { bytes.view.empty() ? add(nullptr) : add(Bytes{bytes.view}); }
    void add(std::nullptr_t) { m_statement->bind(m_next++); }
    void add(const BlobParameter& parameter) { add(Bytes{parameter.bytes}); }
    template <typename... Kinds>
    void add(const std::variant<Kinds...>& value) {
        std::visit([this](const auto& inner) { add(inner); }, value);
    }

    /// Lets go of the rows, so that bind() may come again.
    void rewind() { m_statement->reset(); }
    bool step() { return m_statement->executeStep(); }
    /// Runs a statement without rows and makes it ready for the next bind(); returns the number of rows
    /// changed.
    int run();

    bool null(int column) const { return m_statement->isColumnNull(column); }
    std::int64_t integer(int column) const { return m_statement->getColumn(column).getInt64(); }
    double real(int column) const { return m_statement->getColumn(column).getDouble(); }
    std::string text(int column) const;
    std::string_view bytes(int column) const;  ///< valid until the next step()

  private:
    std::unique_ptr<SQLite::Statement> m_own;
    SQLite::Statement* m_statement = nullptr;
    bool* m_in_use = nullptr;
    int m_next = 1;
};

/// A connection to library.sqlite with the settings that every connection has, and its prepared statements.
/// One thread at a time. Everything throws SQLite::Exception; callers stand inside guarded().
class Connection {
  public:
    enum class Mode {
        Write,
        Read,       ///< beside a writer, sees its commits
        Immutable,  ///< of a folder that cannot be written and was closed cleanly: no locks, no shared memory
    };
    Connection(const std::string& file, Mode mode);

    SQLite::Database& database() { return m_database; }
    /// The prepared form of `sql`, from the cache.
    Cursor prepare(const std::string& sql);
    template <typename... Values>
    int run(const std::string& sql, const Values&... values) {
        return prepare(sql).bind(values...).run();
    }
    void execute(const char* sql) { m_database.exec(sql); }
    std::int64_t last_id() { return m_database.getLastInsertRowid(); }
    /// First column of the first row, or `fallback`.
    std::int64_t integer(const std::string& sql, std::int64_t fallback = 0);

  private:
    struct Cached {
        explicit Cached(SQLite::Statement prepared) : statement(std::move(prepared)) {}
        SQLite::Statement statement;
        bool in_use = false;
    };
    SQLite::Database m_database;  // before the statements: they must go first
    std::unordered_map<std::string, std::unique_ptr<Cached>> m_statements;
};

/// A transaction of several SELECTs, so that they see one state of the library.
class ReadTransaction {
  public:
    explicit ReadTransaction(Connection& connection) : m_connection(connection) {
        m_connection.execute("BEGIN");
    }
    ~ReadTransaction() { m_connection.database().tryExec("COMMIT"); }
    ReadTransaction(const ReadTransaction&) = delete;
    ReadTransaction& operator=(const ReadTransaction&) = delete;

  private:
    Connection& m_connection;
};

/// A transaction that is rolled back unless commit() was reached.
class WriteTransaction {
  public:
    /// Import batches commit at NORMAL: a dying program loses nothing, a power cut perhaps the last commits.
    /// What a person decided commits at FULL.
    enum class Durability { Normal, Full };
    WriteTransaction(Connection& connection, Durability durability);
    ~WriteTransaction();
    void commit();
    WriteTransaction(const WriteTransaction&) = delete;
    WriteTransaction& operator=(const WriteTransaction&) = delete;

  private:
    Connection& m_connection;
    bool m_open = true;
};

}  // namespace fieldmark
