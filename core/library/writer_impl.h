// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "core/library/connection.h"
#include "core/library/sqlite_error.h"
#include "core/library/writer.h"

namespace fieldmark {

/// What the writer's methods share: the one writing connection, its mutex, and what it knows of running
/// scans. What a scan saw stays in a temporary table of this connection: rescanning an unchanged library
/// writes nothing.
struct LibraryWriter::Impl {
    Impl(std::string library_folder, const std::string& database);

    /// Runs `work` as one transaction under the mutex; committed if its Result is a success, else rolled
    /// back.
    template <typename Work>
    auto write(WriteTransaction::Durability durability, Work&& work) -> decltype(work()) {
        const std::lock_guard guard(mutex);
        return guarded(folder, [&]() -> decltype(work()) {
            WriteTransaction transaction(connection, durability);
            auto result = work();
            if (result) transaction.commit();
            return result;
        });
    }

    /// The never-read item `fresh` is the file of `old` under a new path: `old` takes its place and what was
    /// set on it, `fresh` goes. Inside a transaction.
    void merge(ItemId fresh, ItemId old);

    /// Stores a box unless a better source has set one; with a change goes what was made of the old box.
    /// Inside a transaction. True if the box is another one now.
    bool store_box(const std::string& hash, const ObjectBox& box);
    /// What people said of the content `old` holds for `fresh`, too: a file that was edited in place. Inside a
    /// transaction.
    void inherit_box(const std::string& old, const std::string& fresh);

    /// Stores the roots anew where the library has moved, with its pictures or without them.
    void follow_moved_roots();

    struct KnownField {
        std::int64_t id = 0;
        bool number = false;  ///< every value so far is a number
    };
    /// Usage for the names of built-in fields. Inside a transaction.
    Result<KnownField> find_or_make_field(const std::string& name, const char* kind);

    std::string folder;
    std::mutex mutex;
    Connection connection;
    std::int64_t next_scan = 1;
    std::map<std::int64_t, CollectionId> scans;  ///< begun and not finished
};

constexpr auto kNormal = WriteTransaction::Durability::Normal;
constexpr auto kFull = WriteTransaction::Durability::Full;

std::int64_t now_ms();  ///< since 1970

}  // namespace fieldmark
