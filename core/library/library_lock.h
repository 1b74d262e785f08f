// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "core/base/result.h"

namespace fieldmark {

/// The lock of a library folder: one process writes. A QLockFile with stale time 0, so that age alone never
/// takes it from a living owner; that of a dead process on this host is taken over. Beside it the file
/// `owner` names the program for the other process's error text; found without a lock it tells that the last
/// close was not clean.
class LibraryLock {
  public:
    /// Busy naming the owner, Permission if the folder cannot be written, DiskFull.
    static Result<std::unique_ptr<LibraryLock>> take(const std::string& folder, const std::string& program);
    ~LibraryLock();
    LibraryLock(const LibraryLock&) = delete;
    LibraryLock& operator=(const LibraryLock&) = delete;

    /// False if the owner before us never released it.
    bool was_released() const;

  private:
    struct Impl;
    explicit LibraryLock(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

}  // namespace fieldmark
