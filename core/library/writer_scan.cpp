// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdlib>
#include <string>

#include "core/library/roots.h"
#include "core/library/writer.h"
#include "core/library/writer_impl.h"

namespace fieldmark {

namespace {

/// FAT keeps even seconds only, so a file copied there and back differs by less than two seconds.
bool same_time(std::int64_t a, std::int64_t b) {
    if (a == b) return true;
    constexpr std::int64_t kFatStep = 2'000'000'000;
    return (a % kFatStep == 0 || b % kFatStep == 0) && std::llabs(a - b) < kFatStep;
}

/// Whether what kept a file from being read may be over without a trace in its size or time: a cable, access
/// rights, a program that was still writing it.
bool is_passing(ErrorKind kind) {
    return kind == ErrorKind::NotFound || kind == ErrorKind::Permission || kind == ErrorKind::Io;
}

Error no_scan(std::int64_t scan_id) {
    return {ErrorKind::Usage,
            "There is no scan " + std::to_string(scan_id) + " of this collection under way."};
}

}  // namespace

Result<std::int64_t> LibraryWriter::begin_scan(CollectionId collection) {
    const std::lock_guard guard(m_impl->mutex);
    return guarded(m_impl->folder, [&]() -> Result<std::int64_t> {
        if (!m_impl->connection.prepare("SELECT 1 FROM collection WHERE id = ?").bind(collection).step()) {
            return Error{ErrorKind::NotFound,
                         "There is no collection " + std::to_string(collection) + " in this library."};
        }
        // A scan of this collection that was broken off is forgotten with what it saw.
        std::erase_if(m_impl->scans, [&](const auto& scan) {
            if (scan.second != collection) return false;
            m_impl->connection.run("DELETE FROM temp.scan_seen WHERE scan_id = ?", scan.first);
            return true;
        });
        const std::int64_t id = m_impl->next_scan++;
        m_impl->scans.emplace(id, collection);
        return id;
    });
}

Result<ScanOutcome> LibraryWriter::record_scan(CollectionId collection, std::span<const SeenFile> files,
                                               std::int64_t scan_id) {
    return m_impl->write(kNormal, [&]() -> Result<ScanOutcome> {
        const auto scan = m_impl->scans.find(scan_id);
        if (scan == m_impl->scans.end() || scan->second != collection) return no_scan(scan_id);
        Connection& connection = m_impl->connection;
        const std::int64_t now = now_ms();
        ScanOutcome outcome;
        Cursor find = connection.prepare(
            "SELECT id, size, mtime_ns, state, COALESCE(error_kind, '') FROM item WHERE collection_id = ? "
            "AND path = ?");
        Cursor seen =
            connection.prepare("INSERT OR IGNORE INTO temp.scan_seen (scan_id, item_id) VALUES (?, ?)");
        Cursor insert = connection.prepare(
            "INSERT INTO item (collection_id, state, path, size, mtime_ns, added_at) VALUES (?, 'pending', "
            "?, ?, ?, ?)");
        for (const SeenFile& file : files) {
            std::int64_t id = 0;
            if (find.bind(collection, Bytes{file.path}).step()) {
                id = find.integer(0);
                const bool same = find.integer(1) == file.size && same_time(find.integer(2), file.mtime_ns);
                const bool was_missing = find.text(3) == "missing";
                const bool was_unreadable = is_passing(error_kind_from_string(find.text(4)));
                find.rewind();
                if (!same || was_unreadable) {
                    // The hash stays until the file is read again: that tells a change from a new file.
                    connection.run(
                        "UPDATE item SET state = 'pending', size = ?, mtime_ns = ?, error_kind = NULL, "
                        "error_text = NULL "
                        "WHERE id = ?",
                        file.size, file.mtime_ns, id);
                    ++(same ? outcome.unchanged : outcome.changed);
                } else {
                    if (was_missing) {
                        connection.run(
                            "UPDATE item SET state = CASE WHEN error_kind IS NOT NULL THEN 'failed' WHEN "
                            "hash IS NULL "
                            "THEN 'pending' ELSE 'ready' END WHERE id = ?",
                            id);
                    }
                    ++outcome.unchanged;
                }
            } else {
                find.rewind();
                insert.bind(collection, Bytes{file.path}, file.size, file.mtime_ns, now).run();
                id = connection.last_id();
                ++outcome.added;
            }
            seen.bind(scan_id, id).run();
        }
        return outcome;
    });
}

Result<std::int64_t> LibraryWriter::finish_scan(CollectionId collection, std::int64_t scan_id,
                                                std::vector<std::pair<ItemId, ItemId>>* merged) {
    std::vector<std::pair<ItemId, ItemId>> moves;
    auto finished = m_impl->write(kNormal, [&]() -> Result<std::int64_t> {
        const auto scan = m_impl->scans.find(scan_id);
        if (scan == m_impl->scans.end() || scan->second != collection) return no_scan(scan_id);
        Connection& connection = m_impl->connection;
        StoredRoot stored;
        std::int64_t last_full_scan = 0;
        {
            Cursor cursor =
                connection.prepare("SELECT root, relative_root, last_full_scan FROM collection WHERE id = ?");
            if (!cursor.bind(collection).step()) return no_scan(scan_id);
            stored = {std::string(cursor.bytes(0)), std::string(cursor.bytes(1))};
            last_full_scan = cursor.integer(2);
        }
        struct Gone {
            ItemId id;
            std::string hash;
        };
        std::vector<Gone> gone;
        {
            Cursor cursor = connection.prepare(
                "SELECT i.id, i.hash FROM item i WHERE i.collection_id = ? AND i.state <> 'missing' AND NOT "
                "EXISTS "
                "(SELECT 1 FROM temp.scan_seen s WHERE s.scan_id = ? AND s.item_id = i.id) ORDER BY i.id");
            cursor.bind(collection, scan_id);
            while (cursor.step()) gone.push_back({cursor.integer(0), std::string(cursor.bytes(1))});
        }
        const ResolvedRoot root = resolve_root(m_impl->folder, stored);
        bool saw_any = false;
        {
            Cursor cursor = connection.prepare("SELECT 1 FROM temp.scan_seen WHERE scan_id = ? LIMIT 1");
            saw_any = cursor.bind(scan_id).step();
        }
        if (!root.reachable || (!gone.empty() && (root.empty || !saw_any))) {
            return Error{
                ErrorKind::NotFound,
                "The folder " + root.path +
                    (root.reachable ? " has no pictures where there were some" : " cannot be reached") +
                    ". Its items stay as they are; connect its drive and scan again, or "
                    "remove the collection."};
        }
        std::int64_t missing = 0;
        for (const Gone& item : gone) {
            ItemId fresh = 0;
            if (!item.hash.empty()) {
                Cursor cursor = connection.prepare(
                    "SELECT id FROM item WHERE hash = ? AND id > ? AND state IN ('ready', 'failed') AND "
                    "added_at > ? "
                    "ORDER BY collection_id <> ?, id LIMIT 1");
                if (cursor.bind(Bytes{item.hash}, item.id, last_full_scan, collection).step())
                    fresh = cursor.integer(0);
            }
            // Twins that vanish together must not take each other's place.
            const auto twin = std::lower_bound(gone.begin(), gone.end(), fresh,
                                               [](const Gone& g, ItemId id) { return g.id < id; });
            const bool vanished = twin != gone.end() && twin->id == fresh;
            if (fresh != 0 && !vanished) {
                m_impl->merge(fresh, item.id);
                moves.emplace_back(fresh, item.id);
            } else {
                connection.run("UPDATE item SET state = 'missing' WHERE id = ?", item.id);
                ++missing;
            }
        }
        connection.run("UPDATE collection SET last_full_scan = ? WHERE id = ?", now_ms(), collection);
        connection.run("DELETE FROM temp.scan_seen WHERE scan_id = ?", scan_id);
        return missing;
    });
    if (finished) {
        const std::lock_guard guard(m_impl->mutex);
        m_impl->scans.erase(scan_id);
        if (merged != nullptr) merged->insert(merged->end(), moves.begin(), moves.end());
    }
    return finished;
}

}  // namespace fieldmark
