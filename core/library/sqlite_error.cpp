// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/library/sqlite_error.h"

#include <sqlite3.h>
#include <sys/statvfs.h>

namespace fieldmark {

namespace {

/// A full disk does not always come back as SQLITE_FULL: growing the WAL's shared memory fails with an I/O
/// error.
bool disk_is_full(const std::string& folder) {
    struct statvfs info {};
    if (::statvfs(folder.c_str(), &info) != 0) return false;
    constexpr unsigned long long kAlmostNothing = 256 * 1024;
    return static_cast<unsigned long long>(info.f_bavail) * info.f_frsize < kAlmostNothing;
}

Error disk_full(const std::string& folder, std::string detail) {
    return {ErrorKind::DiskFull,
            "There is no space left for the library " + folder +
                ". What was saved before is safe; free some space and try again.",
            std::move(detail)};
}

}  // namespace

Error error_from_sqlite(const SQLite::Exception& exception, const std::string& folder) {
    const std::string detail =
        std::string(exception.what()) + " (SQLite " + std::to_string(exception.getExtendedErrorCode()) + ")";
    switch (exception.getErrorCode() & 0xff) {
        case SQLITE_FULL:
            return disk_full(folder, detail);
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return {ErrorKind::Busy,
                    "The library " + folder + " is being changed by another process. Try again in a moment.",
                    detail};
        case SQLITE_READONLY:
            if (disk_is_full(folder)) return disk_full(folder, detail);
            return {
                ErrorKind::ReadOnly,
                "The library " + folder + " cannot be written. Check its permissions or copy it elsewhere.",
                detail};
        case SQLITE_CANTOPEN:
        case SQLITE_PERM:
        case SQLITE_AUTH:
            if (disk_is_full(folder)) return disk_full(folder, detail);
            return {
                ErrorKind::Permission,
                "The library " + folder + " cannot be opened. Check that you may read and write its files.",
                detail};
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return {ErrorKind::Damaged,
                    "The database of the library " + folder +
                        " is damaged. Nothing was written to it; restore a backup of library.sqlite.",
                    detail};
        case SQLITE_IOERR:
            if (disk_is_full(folder)) return disk_full(folder, detail);
            return {ErrorKind::Io,
                    "Reading or writing the library " + folder +
                        " failed. Check that its drive is connected and healthy.",
                    detail};
        case SQLITE_NOMEM:
            return {ErrorKind::TooLarge,
                    "There is not enough memory to work on the library " + folder +
                        ". Close other programs and try again.",
                    detail};
        default:
            return {ErrorKind::Internal,
                    "Something went wrong inside Fieldmark while it used the library " + folder +
                        ". Please report it.",
                    detail};
    }
}

}  // namespace fieldmark
