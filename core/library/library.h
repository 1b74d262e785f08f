// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/base/result.h"
#include "core/library/records.h"

namespace fieldmark {

class LibraryReader;
class LibraryWriter;

struct LibraryOptions {
    bool create = false;                  ///< make it if it is not there
    bool read_only = false;               ///< do not take the lock, never write
    std::string program = "fieldmark";    ///< named in the lock, for the other process's error text
    std::int64_t max_database_bytes = 0;  ///< growing beyond this is refused as DiskFull; 0: no limit of ours
};

/// An open NAME.fieldmark folder (docs/storage.md). Owns the lock and the one writing connection; hands out
/// reading connections. Any thread. Opening migrates an older schema inside one transaction.
///
/// Errors of open(): NotFound (with `create` false), Busy (names the other process), NewerVersion (nothing is
/// touched), Damaged (not a library, or SQLite refuses it: nothing is written), Usage (`create` in a folder
/// that holds something else), Permission, ReadOnly, DiskFull. A folder that cannot be written opens
/// read-only by itself: ask read_only().
class Library {
  public:
    static Result<std::unique_ptr<Library>> open(const std::string& folder,
                                                 const LibraryOptions& options = {});
    ~Library();  ///< checkpoints and truncates the WAL, releases the lock
    Library(const Library&) = delete;
    Library& operator=(const Library&) = delete;

    const std::string& folder() const;  ///< absolute
    std::string name() const;           ///< "Birds" of ".../Birds.fieldmark"
    bool read_only() const;
    /// False if the process that wrote last died with the library open (worth a verify; nothing is lost by
    /// it).
    bool was_closed_cleanly() const;
    const std::string& id() const;  ///< 32 hex digits, made once
    std::string index_folder() const;
    std::string thumbnail_file() const;
    std::string models_folder() const;

    /// A reading connection of the caller's own; use it on one thread at a time, keep it as long as you like.
    Result<std::unique_ptr<LibraryReader>> reader() const;

    /// The writer; its methods serialise themselves by a mutex and each is one transaction. Null if
    /// read_only().
    LibraryWriter* writer();

  private:
    struct Impl;
    explicit Library(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

}  // namespace fieldmark
