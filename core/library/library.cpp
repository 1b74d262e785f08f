// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/library/library.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>

#include <unistd.h>

#include "core/base/file_system.h"
#include "core/library/connection.h"
#include "core/library/library_lock.h"
#include "core/library/reader.h"
#include "core/library/reader_impl.h"
#include "core/library/roots.h"
#include "core/library/schema.h"
#include "core/library/sqlite_error.h"
#include "core/library/writer.h"
#include "core/library/writer_impl.h"

namespace fieldmark {

namespace fs = std::filesystem;

struct Library::Impl {
    std::string folder;
    std::string id;
    Connection::Mode reading = Connection::Mode::Read;
    bool closed_cleanly = true;
    std::unique_ptr<LibraryLock> lock;  // before the writer: released last
    std::unique_ptr<LibraryWriter> writer;

    std::string database() const { return folder + "/library.sqlite"; }
};

namespace {

constexpr std::array kOurFolders{"index", "thumbnails", "models"};

bool exists(const std::string& path) {
    std::error_code error;
    return fs::exists(path, error);
}

std::int64_t size_of(const std::string& path) {
    std::error_code error;
    const auto size = fs::file_size(path, error);
    return error ? -1 : static_cast<std::int64_t>(size);
}

/// A folder made for something else must not become a library by a slip of the pen.
Status check_nothing_else_in(const std::string& folder) {
    const auto names = FileSystem::posix().list(folder);
    if (!names) return names.error();
    for (const std::string& name : *names) {
        const bool ours = name == "lock" || name == "owner" || name.starts_with("library.sqlite") ||
                          std::find(kOurFolders.begin(), kOurFolders.end(), name) != kOurFolders.end();
        if (!ours) {
            return Error{ErrorKind::Usage,
                         "The folder " + folder +
                             " holds other files and is not a library. Choose a new name for the "
                             "library, such as Birds.fieldmark."};
        }
    }
    return {};
}

/// What must be there before SQLite may look: the folder and a database of some size.
Status find_or_make(const std::string& folder, const std::string& database, bool create) {
    std::error_code error;
    if (exists(folder) && !fs::is_directory(folder, error)) {
        return Error{ErrorKind::Damaged,
                     folder + " is a file, not a Fieldmark library. Choose a library folder."};
    }
    if (size_of(database) > 0) return {};
    if (!create) {
        if (!exists(folder)) {
            return Error{ErrorKind::NotFound, "There is no library " + folder +
                                                  ". Check its name, or import pictures to make it."};
        }
        if (::access(folder.c_str(), R_OK | X_OK) != 0)
            return error_from_errno(errno, "open the library", folder);
        return Error{ErrorKind::Damaged,
                     folder + (exists(database) ? " has an empty database" : " has no database") +
                         ". It is not a Fieldmark library, or its library.sqlite was lost: restore "
                         "a backup."};
    }
    if (const Status made = FileSystem::posix().make_directory(folder); !made) return made;
    return check_nothing_else_in(folder);
}

/// Whether this process may write the library: the folder (for the WAL and the lock) and the database.
bool writable(const std::string& folder, const std::string& database) {
    return ::access(folder.c_str(), W_OK) == 0 &&
           (!exists(database) || ::access(database.c_str(), W_OK) == 0);
}

/// How to read a library whose folder cannot be written: without the WAL's shared memory if there is no WAL.
Result<Connection::Mode> read_only_mode(const std::string& folder, const std::string& database) {
    if (::access(folder.c_str(), W_OK) == 0) return Connection::Mode::Read;
    if (size_of(database + "-wal") <= 0) return Connection::Mode::Immutable;
    if (exists(database + "-shm")) return Connection::Mode::Read;
    return Error{ErrorKind::ReadOnly,
                 "The library " + folder +
                     " was not closed and its folder cannot be written, so that it cannot be "
                     "read here. Copy it to a folder that you can write."};
}

}  // namespace

Library::Library(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}

Library::~Library() {
    if (m_impl->writer == nullptr) return;
    Connection& connection = m_impl->writer->m_impl->connection;
    // Readers that are still open only make this do less; the next opening takes the WAL over as it is.
    connection.database().tryExec("PRAGMA optimize");
    connection.database().tryExec("PRAGMA wal_checkpoint(TRUNCATE)");
}

Result<std::unique_ptr<Library>> Library::open(const std::string& folder, const LibraryOptions& options) {
    auto impl = std::make_unique<Impl>();
    impl->folder = normalized_path(folder);
    const std::string database = impl->database();
    if (const Status found = find_or_make(impl->folder, database, options.create && !options.read_only);
        !found) {
        return found.error();
    }
    const bool may_write = !options.read_only && writable(impl->folder, database);
    if (size_of(database) > 0) {
        // Looked at through a reading connection first: nothing is written into what is not a sound library
        // of ours.
        const auto mode = read_only_mode(impl->folder, database);
        if (!mode) return mode.error();
        impl->reading = *mode;
        const Status sound = guarded(impl->folder, [&]() -> Status {
            Connection connection(database, impl->reading);
            return check_identity(connection, impl->folder);
        });
        if (!sound) return sound.error();
    }
    if (may_write) {
        auto lock = LibraryLock::take(impl->folder, options.program);
        if (!lock) return lock.error();
        impl->lock = std::move(*lock);
        impl->closed_cleanly = impl->lock->was_released();
        if (size_of(database) <= 0) {
            if (const Status made = create_database(database, impl->folder); !made) return made.error();
        }
        for (const char* name : kOurFolders) {
            const Status made = FileSystem::posix().make_directory(impl->folder + '/' + name);
            if (!made) return made.error();
        }
        impl->reading = Connection::Mode::Read;
    }
    const Status opened = guarded(impl->folder, [&]() -> Status {
        if (may_write) {
            auto writer = std::make_unique<LibraryWriter::Impl>(impl->folder, database);
            Connection& connection = writer->connection;
            if (const Status sound = check_identity(connection, impl->folder); !sound) return sound;
            if (const Status current = migrate(connection, impl->folder, migrations()); !current)
                return current;
            // An index reads what died while it ran; at the next start it is built from what lives.
            connection.run("DELETE FROM dead_embedding");
            writer->follow_moved_roots();
            if (options.max_database_bytes > 0) {
                const std::int64_t pages =
                    options.max_database_bytes / connection.integer("PRAGMA page_size");
                connection.integer("PRAGMA max_page_count = " + std::to_string(pages));
            }
            impl->writer.reset(new LibraryWriter(std::move(writer)));
        }
        Connection connection(database, impl->reading);
        Cursor cursor = connection.prepare("SELECT value FROM setting WHERE key = 'library.id'");
        if (cursor.step()) impl->id = cursor.text(0);
        return {};
    });
    if (!opened) return opened.error();
    return std::unique_ptr<Library>(new Library(std::move(impl)));
}

const std::string& Library::folder() const {
    return m_impl->folder;
}

std::string Library::name() const {
    const fs::path path = m_impl->folder;
    return path.extension() == ".fieldmark" ? path.stem().string() : path.filename().string();
}

bool Library::read_only() const {
    return m_impl->writer == nullptr;
}

bool Library::was_closed_cleanly() const {
    return m_impl->closed_cleanly;
}

const std::string& Library::id() const {
    return m_impl->id;
}

std::string Library::index_folder() const {
    return m_impl->folder + "/index";
}

std::string Library::thumbnail_file() const {
    return m_impl->folder + "/thumbnails/cache.sqlite";
}

std::string Library::models_folder() const {
    return m_impl->folder + "/models";
}

Result<std::unique_ptr<LibraryReader>> Library::reader() const {
    return guarded(m_impl->folder, [&]() -> Result<std::unique_ptr<LibraryReader>> {
        auto impl =
            std::make_unique<LibraryReader::Impl>(m_impl->folder, m_impl->database(), m_impl->reading);
        return std::unique_ptr<LibraryReader>(new LibraryReader(std::move(impl)));
    });
}

LibraryWriter* Library::writer() {
    return m_impl->writer.get();
}

}  // namespace fieldmark
