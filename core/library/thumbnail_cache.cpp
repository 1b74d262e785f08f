// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/library/thumbnail_cache.h"

#include <algorithm>
#include <filesystem>
#include <mutex>
#include <span>
#include <unordered_map>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <sqlite3.h>

#include "core/base/digest.h"

namespace fieldmark {

namespace {

constexpr int kRecipe =
    1;  ///< another number: another size, quality or colour handling; old files are remade
constexpr std::int64_t kMemoryBytes = std::int64_t{256} << 20;
constexpr std::size_t kUsesBeforeWriting = 512;

std::int64_t crc_of(const void* data, std::size_t size) {
    return crc32c({static_cast<const std::byte*>(data), size});
}

}  // namespace

struct ThumbnailCache::Impl {
    Impl(std::string cache_file, std::int64_t limit) : file(std::move(cache_file)), max_bytes(limit) {}

    /// The open database; made, remade or replaced by one in memory as needed. Null if even that fails.
    SQLite::Database* open() {
        if (database) return database.get();
        if (!file.empty()) {
            std::error_code error;
            std::filesystem::create_directories(std::filesystem::path(file).parent_path(), error);
            for (int attempt = 0; attempt < 2; ++attempt) {
                try {
                    connect(file);
                    return database.get();
                } catch (const SQLite::Exception& exception) {
                    database.reset();
                    // Another process may be in it, which is no reason to take it away.
                    const int code = exception.getErrorCode();
                    if (code == SQLITE_BUSY || code == SQLITE_LOCKED) break;
                    delete_files();
                }
            }
        }
        try {
            connect(":memory:");
            max_bytes = std::min(max_bytes, kMemoryBytes);
            file.clear();
        } catch (const SQLite::Exception&) {
            database.reset();
        }
        return database.get();
    }

    void connect(const std::string& path) {
        database =
            std::make_unique<SQLite::Database>(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, 1000);
        // A cache need not survive a power cut, and a journal beside it would only double the writing.
        database->exec(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA journal_size_limit = 16777216");
        const int version = database->execAndGet("PRAGMA user_version").getInt();
        if (version != kRecipe) {
            SQLite::Transaction transaction(*database);
            database->exec("DROP TABLE IF EXISTS thumbnail");
            database->exec(
                "CREATE TABLE thumbnail (id INTEGER PRIMARY KEY, hash BLOB NOT NULL, size INTEGER NOT NULL, "
                "used INTEGER NOT "
                "NULL, bytes INTEGER NOT NULL, crc INTEGER NOT NULL, jpeg BLOB NOT NULL, UNIQUE (hash, "
                "size)) STRICT;"
                "CREATE INDEX thumbnail_by_use ON thumbnail (used, bytes)");
            database->exec("PRAGMA user_version = " + std::to_string(kRecipe));
            transaction.commit();
        }
        used_bytes = database->execAndGet("SELECT COALESCE(SUM(bytes), 0) FROM thumbnail").getInt64();
        tick = database->execAndGet("SELECT COALESCE(MAX(used), 0) FROM thumbnail").getInt64() + 1;
        uses.clear();
    }

    void delete_files() {
        std::error_code error;
        for (const char* suffix : {"", "-wal", "-shm", "-journal"})
            std::filesystem::remove(file + suffix, error);
    }

    /// Runs `work` on the database. Damage deletes and remakes the file; a full or busy disk only skips this
    /// call.
    template <typename Work>
    void attempt(Work&& work) {
        SQLite::Database* open_database = open();
        if (open_database == nullptr) return;
        try {
            work(*open_database);
        } catch (const SQLite::Exception& exception) {
            switch (exception.getErrorCode()) {
                case SQLITE_BUSY:
                case SQLITE_LOCKED:
                    recount(*open_database);
                    return;
                case SQLITE_FULL:
                case SQLITE_NOMEM:
                    // The sum may be ahead of what was rolled back; the smaller budget leaves the disk alone.
                    recount(*open_database);
                    max_bytes = std::min(max_bytes, used_bytes);
                    return;
                default:
                    break;
            }
            database.reset();
            if (!file.empty()) delete_files();
            open();
        }
    }

    void recount(SQLite::Database& in) {
        try {
            used_bytes = in.execAndGet("SELECT COALESCE(SUM(bytes), 0) FROM thumbnail").getInt64();
        } catch (const SQLite::Exception&) {
            used_bytes = 0;
        }
    }

    void write_uses(SQLite::Database& in) {
        SQLite::Statement update(in, "UPDATE thumbnail SET used = ? WHERE id = ?");
        for (const auto& [id, when] : uses) {
            update.bind(1, when);
            update.bind(2, id);
            update.exec();
            update.reset();
        }
        uses.clear();
    }

    void drop(SQLite::Database& in, const std::string& hash, int size_class) {
        SQLite::Statement find(in, "SELECT id, bytes FROM thumbnail WHERE hash = ? AND (size = ? OR ? = 0)");
        find.bind(1, hash.data(), static_cast<int>(hash.size()));
        find.bind(2, size_class);
        find.bind(3, size_class);
        std::vector<std::int64_t> ids;
        while (find.executeStep()) {
            ids.push_back(find.getColumn(0).getInt64());
            used_bytes -= find.getColumn(1).getInt64();
        }
        find.reset();
        SQLite::Statement remove(in, "DELETE FROM thumbnail WHERE id = ?");
        for (const std::int64_t id : ids) {
            remove.bind(1, id);
            remove.exec();
            remove.reset();
            uses.erase(id);
        }
    }

    /// Over the budget: the least recently used go, down to nine tenths of it.
    void evict(SQLite::Database& in) {
        if (used_bytes <= max_bytes) return;
        const std::int64_t target = max_bytes - max_bytes / 10;
        SQLite::Statement oldest(in, "SELECT id, bytes FROM thumbnail ORDER BY used LIMIT 256");
        SQLite::Statement remove(in, "DELETE FROM thumbnail WHERE id = ?");
        while (used_bytes > target) {
            std::vector<std::pair<std::int64_t, std::int64_t>> batch;
            while (oldest.executeStep()) {
                batch.emplace_back(oldest.getColumn(0).getInt64(), oldest.getColumn(1).getInt64());
            }
            oldest.reset();
            if (batch.empty()) break;
            for (const auto& [id, bytes] : batch) {
                if (used_bytes <= target) break;
                remove.bind(1, id);
                remove.exec();
                remove.reset();
                used_bytes -= bytes;
            }
        }
    }

    mutable std::mutex mutex;
    std::string file;
    std::int64_t max_bytes;
    std::unique_ptr<SQLite::Database> database;
    std::int64_t used_bytes = 0;
    std::int64_t tick = 1;  ///< counts uses; larger is more recent
    std::unordered_map<std::int64_t, std::int64_t>
        uses;  ///< row -> tick, not yet written: looking is no write
};

ThumbnailCache::ThumbnailCache(std::string file, std::int64_t max_bytes)
    : m_impl(std::make_unique<Impl>(std::move(file), max_bytes)) {
    const std::lock_guard guard(m_impl->mutex);
    m_impl->open();
}

ThumbnailCache::~ThumbnailCache() {
    const std::lock_guard guard(m_impl->mutex);
    if (m_impl->file.empty() || m_impl->uses.empty()) return;
    m_impl->attempt([&](SQLite::Database& database) {
        SQLite::Transaction transaction(database);
        m_impl->write_uses(database);
        transaction.commit();
    });
}

std::optional<std::vector<std::uint8_t>> ThumbnailCache::find(const std::string& hash, int size_class) {
    const std::lock_guard guard(m_impl->mutex);
    std::optional<std::vector<std::uint8_t>> found;
    m_impl->attempt([&](SQLite::Database& database) {
        bool damaged = false;
        {
            SQLite::Statement select(database,
                                     "SELECT id, crc, jpeg FROM thumbnail WHERE hash = ? AND size = ?");
            select.bind(1, hash.data(), static_cast<int>(hash.size()));
            select.bind(2, size_class);
            if (!select.executeStep()) return;
            const SQLite::Column jpeg = select.getColumn(2);
            const auto* data = static_cast<const std::uint8_t*>(jpeg.getBlob());
            const auto size = static_cast<std::size_t>(jpeg.getBytes());
            damaged = size == 0 || crc_of(data, size) != select.getColumn(1).getInt64();
            if (!damaged) {
                found.emplace(data, data + size);
                m_impl->uses[select.getColumn(0).getInt64()] = m_impl->tick++;
            }
        }
        if (damaged) {
            SQLite::Transaction transaction(database);
            m_impl->drop(database, hash, size_class);
            transaction.commit();
        } else if (m_impl->uses.size() >= kUsesBeforeWriting) {
            SQLite::Transaction transaction(database);
            m_impl->write_uses(database);
            transaction.commit();
        }
    });
    return found;
}

void ThumbnailCache::store(const std::string& hash, int size_class, const std::vector<std::uint8_t>& jpeg) {
    store({Entry{hash, size_class, jpeg}});
}

void ThumbnailCache::store(const std::vector<Entry>& entries) {
    const std::lock_guard guard(m_impl->mutex);
    m_impl->attempt([&](SQLite::Database& database) {
        SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
        m_impl->write_uses(database);
        {
            SQLite::Statement insert(
                database,
                "INSERT INTO thumbnail (hash, size, used, bytes, crc, jpeg) VALUES (?, ?, ?, ?, ?, ?)");
            for (const Entry& entry : entries) {
                const auto bytes = static_cast<std::int64_t>(entry.jpeg.size());
                if (entry.jpeg.empty() || entry.hash.empty() || bytes > m_impl->max_bytes) continue;
                m_impl->drop(database, entry.hash, entry.size_class);
                insert.bind(1, entry.hash.data(), static_cast<int>(entry.hash.size()));
                insert.bind(2, entry.size_class);
                insert.bind(3, m_impl->tick++);
                insert.bind(4, bytes);
                insert.bind(5, crc_of(entry.jpeg.data(), entry.jpeg.size()));
                insert.bind(6, entry.jpeg.data(), static_cast<int>(entry.jpeg.size()));
                insert.exec();
                insert.reset();
                m_impl->used_bytes += bytes;
            }
            m_impl->evict(database);
        }
        transaction.commit();
    });
}

void ThumbnailCache::remove(const std::string& hash) {
    const std::lock_guard guard(m_impl->mutex);
    m_impl->attempt([&](SQLite::Database& database) {
        SQLite::Transaction transaction(database);
        m_impl->drop(database, hash, 0);
        transaction.commit();
    });
}

std::int64_t ThumbnailCache::bytes() const {
    const std::lock_guard guard(m_impl->mutex);
    return m_impl->used_bytes;
}

}  // namespace fieldmark
