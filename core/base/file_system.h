// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace fieldmark {

/// A file being written. Every call reports its own failure; close() must be called and checked (a destructor
/// closes too, but has no one to tell).
class WritableFile {
  public:
    virtual ~WritableFile() = default;
    virtual Status append(std::span<const std::byte> bytes) = 0;
    virtual Status sync() = 0;  ///< fsync
    virtual Status close() = 0;
};

/// The seam through which index snapshots, models and backups touch the disk, so that tests can fail the n-th
/// operation, write short, run out of space or lose what was not synced (tests/support/fault_file_system.h).
/// Paths are bytes as the system gives them. Any thread.
class FileSystem {
  public:
    virtual ~FileSystem() = default;
    virtual Result<std::unique_ptr<WritableFile>> create(const std::string& path) = 0;  ///< truncates
    virtual Result<std::vector<std::byte>> read(const std::string& path) = 0;
    virtual Status rename(const std::string& from, const std::string& to) = 0;  ///< replaces `to`
    virtual Status remove(const std::string& path) = 0;                         ///< ok if it was not there
    virtual Status make_directory(const std::string& path) = 0;                 ///< with parents; ok if there
    virtual Status sync_directory(const std::string& path) = 0;
    virtual Result<std::vector<std::string>> list(const std::string& directory) = 0;  ///< names, sorted

    /// The real one.
    static FileSystem& posix();
};

/// Writes `bytes` to a sibling temporary file, syncs, closes, renames over `path` and syncs the folder: after a
/// crash at any point `path` holds the old content or the new, never a third thing.
Status write_atomically(FileSystem& fs, const std::string& path, std::span<const std::byte> bytes);

/// An Error from `errno`, its text naming the file: "Cannot ACTION PATH: no space left on the device. ..."
Error error_from_errno(int number, const std::string& action, const std::string& path);

}  // namespace fieldmark
