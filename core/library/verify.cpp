// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/library/verify.h"

#include <algorithm>
#include <filesystem>
#include <span>

#include "core/library/connection.h"
#include "core/library/reader.h"
#include "core/library/reader_impl.h"
#include "core/library/sqlite_error.h"
#include "core/library/writer.h"

namespace fieldmark {

/// Lets verify look through a reader's connection, in whichever way the library could be opened.
struct VerifyAccess {
    static Connection& connection(LibraryReader& reader) { return reader.m_impl->connection; }
};

namespace {

constexpr int kBlock = 2000;

/// What SQLite's own checks say of a file, as sentences.
void check_structure(Connection& connection, const std::string& file, VerifyReport& report) {
    Cursor integrity = connection.prepare("PRAGMA integrity_check(50)");
    while (integrity.step()) {
        const std::string line = integrity.text(0);
        if (line != "ok") report.problems.push_back(file + " is damaged: " + line + ". Restore a backup.");
    }
    Cursor keys = connection.prepare("PRAGMA foreign_key_check");
    while (keys.step()) {
        report.problems.push_back(file + ": row " + keys.text(1) + " of table " + keys.text(0) +
                                  " belongs to a row of " + keys.text(2) + " that is not there.");
    }
}

Status check_vectors(Library& library, LibraryReader& reader, bool repair, VerifyReport& report) {
    auto models = reader.models();
    if (!models) return models.error();
    for (const ModelRecord& model : *models) {
        std::vector<EmbeddingId> bad;
        EmbeddingId after = 0;
        for (;;) {
            auto rows = reader.embeddings(model.id, after, kBlock, true, &bad);
            if (!rows) return rows.error();
            if (rows->empty()) break;
            report.embeddings += static_cast<std::int64_t>(rows->size());
            after = rows->back().id;
        }
        report.embeddings += static_cast<std::int64_t>(bad.size());
        for (const EmbeddingId id : bad) {
            report.problems.push_back("Embedding " + std::to_string(id) + " of model " + model.name +
                                      " is damaged (length, norm or checksum).");
        }
        if (!repair || bad.empty()) continue;
        if (const Status dropped = library.writer()->drop_embeddings(bad); !dropped) return dropped;
        report.repaired.push_back("Dropped " + std::to_string(bad.size()) + " damaged embeddings of model " +
                                  model.name + ". The next import makes them again.");
    }
    return {};
}

/// A cache: whatever is wrong with it, taking it away is the repair.
void check_thumbnails(const Library& library, bool repair, VerifyReport& report) {
    const std::string file = library.thumbnail_file();
    std::error_code error;
    if (!std::filesystem::exists(file, error)) return;
    VerifyReport found;
    const Status checked = guarded(library.folder(), [&]() -> Status {
        Connection connection(file, Connection::Mode::Read);
        check_structure(connection, file, found);
        return {};
    });
    if (checked && found.problems.empty()) return;
    if (!checked && checked.error().kind == ErrorKind::Busy) return;
    report.problems.push_back("The thumbnail cache " + file + " is damaged.");
    if (!repair) return;
    for (const char* suffix : {"", "-wal", "-shm", "-journal"}) std::filesystem::remove(file + suffix, error);
    report.repaired.push_back("Removed the thumbnail cache. It fills again as pictures are looked at.");
}

Status count_missing_files(LibraryReader& reader, VerifyReport& report) {
    const auto collections = reader.collections();
    if (!collections) return collections.error();
    for (const Collection& collection : *collections) {
        if (collection.offline) continue;
        ItemQuery query;
        query.collections = {collection.id};
        const auto ids = reader.item_ids(query);
        if (!ids) return ids.error();
        for (std::size_t at = 0; at < ids->size(); at += kBlock) {
            const auto block = std::span(*ids).subspan(at, std::min<std::size_t>(kBlock, ids->size() - at));
            const auto items = reader.items(block);
            if (!items) return items.error();
            for (const Item& item : *items) {
                std::error_code error;
                const auto path = collection.root + '/' + item.path;
                if (item.id != 0 && !std::filesystem::exists(path, error)) ++report.files_missing;
            }
        }
    }
    return {};
}

}  // namespace

Result<VerifyReport> verify_library(Library& library, bool repair) {
    if (repair && library.read_only()) {
        return Error{ErrorKind::ReadOnly,
                     "The library " + library.folder() +
                         " is open read-only and cannot be repaired. Close it elsewhere, or check "
                         "the permissions of its folder."};
    }
    auto reader = library.reader();
    if (!reader) return reader.error();
    VerifyReport report;
    const std::string file = library.folder() + "/library.sqlite";
    const Status structure = guarded(library.folder(), [&]() -> Status {
        check_structure(VerifyAccess::connection(**reader), file, report);
        return {};
    });
    if (!structure && structure.error().kind != ErrorKind::Damaged) return structure.error();
    if (!structure) report.problems.push_back(structure.error().text);
    // Repair reads rows; where the file itself is damaged, no row is to be trusted, let alone deleted.
    const bool sound = report.problems.empty();
    for (const Status& status :
         {check_vectors(library, **reader, repair && sound, report), count_missing_files(**reader, report)}) {
        if (status) continue;
        if (status.error().kind != ErrorKind::Damaged) return status.error();
        report.problems.push_back(status.error().text);
    }
    check_thumbnails(library, repair, report);
    return report;
}

}  // namespace fieldmark
