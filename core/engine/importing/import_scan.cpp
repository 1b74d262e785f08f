// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/importing/import_scan.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "core/engine/pictures/lister.h"
#include "core/library/reader.h"

namespace fieldmark::importing {

namespace {
constexpr int kBatch = 500;
}

void Scan::run() {
    m_context.tally.listing = true;
    const double start = thread_cpu_seconds();
    for (const std::string& path : m_context.request.paths) {
        if (m_context.abort.stop_requested()) break;
        const std::string absolute = absolute_folder(path);
        std::error_code code;
        const auto status =
            std::filesystem::is_directory(absolute, code) ? scan_folder(absolute) : scan_file(absolute);
        if (!status && status.error().kind == ErrorKind::Cancelled) break;
        if (!status) {
            m_context.fail(status.error());
            break;
        }
    }
    m_context.tally.add(List, thread_cpu_seconds() - start, m_context.tally.listed);
    m_context.tally.listing = false;
    if (m_context.observer.listed) m_context.observer.listed();
}

Result<LabelScope> Scan::enclosing(const std::string& folder) {
    auto reader = m_context.library.reader();
    if (!reader) return reader.error();
    auto collections = (*reader)->collections();
    if (!collections) return collections.error();
    LabelScope best;
    for (const Collection& collection : *collections) {
        std::string relative;
        if (!is_within(folder, collection.root, &relative)) continue;
        if (best.collection != 0 && collection.root.size() <= best.root.size()) continue;
        best = {collection.id, collection.root, relative};
    }
    return best;
}

Result<LabelScope> Scan::collection_of(const std::string& folder, bool for_file) {
    // A folder inside a known collection belongs to it, unless the user asked for a collection by name.
    if (for_file || m_context.request.collection_name.empty()) {
        auto known = enclosing(folder);
        if (!known || known->collection != 0) return known;
    }
    auto made = m_context.library.writer()->ensure_collection(folder, m_context.request.collection_name);
    if (!made) return made.error();
    return LabelScope{*made, folder, {}};
}

Status Scan::scan_folder(const std::string& folder) {
    auto scope = collection_of(folder, false);
    if (!scope) return scope.error();
    m_scopes.push_back(*scope);
    LibraryWriter& writer = *m_context.library.writer();
    auto scan_id = writer.begin_scan(scope->collection);
    if (!scan_id) return scan_id.error();

    Status failure;
    const auto take = [&](std::vector<SeenFile>&& files) {
        if (m_context.gate && !m_context.gate->wait(m_context.abort.get_token())) return false;
        if (!scope->prefix.empty()) {
            for (SeenFile& file : files) file.path = scope->prefix + '/' + file.path;
        }
        failure = record(scope->collection, std::move(files), *scan_id);
        return failure.ok();
    };
    Listing listing = list_pictures(folder, kBatch, take, m_context.abort.get_token());
    if (!failure) return failure;
    for (Listing::Problem& problem : listing.problems) {
        m_context.add_failed({0, std::move(problem.path), std::move(problem.error)});
    }
    // Only a whole walk over the whole collection tells what is gone, and an empty root may be an empty mount
    // point.
    if (!listing.complete || !scope->prefix.empty()) return {};
    std::vector<std::pair<ItemId, ItemId>> merged;
    auto missing = writer.finish_scan(scope->collection, *scan_id, &merged);
    if (!missing && missing.error().kind == ErrorKind::NotFound) {  // an empty root where pictures were
        m_context.add_failed({0, folder, missing.error()});
        return {};
    }
    if (!missing) return missing.error();
    m_moved += static_cast<std::int64_t>(merged.size());
    m_missing += *missing;
    return {};
}

Status Scan::scan_file(const std::string& path) {
    auto file = stat_file(path);
    if (!file) {
        m_context.add_failed({0, path, file.error()});
        return {};
    }
    const std::filesystem::path whole(path);
    const std::string parent = whole.parent_path().string();
    auto known = m_file_scopes.find(parent);
    if (known == m_file_scopes.end()) {
        auto scope = collection_of(parent, true);
        if (!scope) return scope.error();
        m_scopes.push_back(*scope);
        known = m_file_scopes.emplace(parent, *scope).first;
    }
    const LabelScope& scope = known->second;
    // Another folder of the same collection may have begun a scan since.
    auto scan_id = m_context.library.writer()->begin_scan(scope.collection);
    if (!scan_id) return scan_id.error();
    const std::string name = whole.filename().string();
    file->path = scope.prefix.empty() ? name : scope.prefix + '/' + name;
    return record(scope.collection, {std::move(*file)}, *scan_id);
}

Status Scan::record(CollectionId collection, std::vector<SeenFile> files, std::int64_t scan_id) {
    auto outcome = m_context.library.writer()->record_scan(collection, files, scan_id);
    if (!outcome) return outcome.error();
    m_added += outcome->added;
    m_changed += outcome->changed;
    m_unchanged += outcome->unchanged;
    m_context.tally.listed.fetch_add(static_cast<std::int64_t>(files.size()));
    m_context.tally.total.fetch_add(outcome->added + outcome->changed);
    announce();
    return {};
}

void Scan::announce() {
    if (m_announced && m_since_announced.seconds() < 0.5) return;
    m_announced = true;
    m_since_announced = {};
    if (m_context.observer.listed) m_context.observer.listed();
}

}  // namespace fieldmark::importing
