// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/importing/label_import.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "core/engine/pictures/lister.h"
#include "core/library/reader.h"
#include "core/library/writer.h"

namespace fieldmark {

namespace {

constexpr std::size_t kBlock = 2000;
constexpr std::size_t kUnmatchedKept = 1000;

/// Items by every path that a table may call them.
class PathIndex {
  public:
    Status fill(LibraryReader& reader, const std::vector<LabelScope>& scopes) {
        for (const LabelScope& scope : scopes) {
            ItemQuery query;
            query.collections = {scope.collection};
            auto ids = reader.item_ids(query);
            if (!ids) return ids.error();
            for (std::size_t begin = 0; begin < ids->size(); begin += kBlock) {
                const auto block = std::span(*ids).subspan(begin, std::min(kBlock, ids->size() - begin));
                auto items = reader.items(block);
                if (!items) return items.error();
                for (const Item& item : *items) add(scope, item);
            }
        }
        return {};
    }

    ItemId find(const std::string& written) const {
        std::string path = written;
        while (path.starts_with("./")) path.erase(0, 2);
        if (const ItemId id = lookup(path)) return id;
        if (path.find('\\') == std::string::npos) return 0;
        std::replace(path.begin(), path.end(), '\\', '/');
        while (path.starts_with("./")) path.erase(0, 2);
        return lookup(path);
    }

  private:
    void add(const LabelScope& scope, const Item& item) {
        std::string relative = item.path;
        if (item.id == 0 || (!scope.prefix.empty() && !is_within(item.path, scope.prefix, &relative))) return;
        m_relative.emplace(std::move(relative), item.id);  // the first folder's file wins
        m_absolute.emplace(scope.root + '/' + item.path, item.id);
    }

    ItemId lookup(const std::string& path) const {
        if (path.starts_with('/')) {
            const auto found = m_absolute.find(absolute_folder(path));
            return found == m_absolute.end() ? 0 : found->second;
        }
        const auto found = m_relative.find(path);
        return found == m_relative.end() ? 0 : found->second;
    }

    std::unordered_map<std::string, ItemId> m_relative;
    std::unordered_map<std::string, ItemId> m_absolute;
};

}  // namespace

Result<LabelReport> import_labels(Library& library, const LabelTable& table, std::vector<LabelScope> scopes,
                                  std::stop_token stop) {
    auto reader = library.reader();
    if (!reader) return reader.error();
    if (scopes.empty()) {
        auto collections = (*reader)->collections();
        if (!collections) return collections.error();
        for (const Collection& collection : *collections)
            scopes.push_back({collection.id, collection.root, {}});
    }
    PathIndex index;
    if (auto status = index.fill(**reader, scopes); !status) return status.error();

    LabelReport report;
    report.fields = table.fields;
    report.rows = static_cast<std::int64_t>(table.rows.size());
    std::unordered_map<ItemId, const LabelTable::Row*> last_row;
    std::vector<ItemId> order;
    for (const LabelTable::Row& row : table.rows) {
        const ItemId item = index.find(row.path);
        if (item == 0) {
            ++report.unmatched_count;
            if (report.unmatched.size() < kUnmatchedKept) report.unmatched.push_back(row.path);
            continue;
        }
        const auto [place, first] = last_row.insert_or_assign(item, &row);
        if (first) {
            order.push_back(item);
        } else {
            ++report.duplicates;
        }
    }
    report.matched = static_cast<std::int64_t>(order.size());

    std::vector<ValueEdit> edits;
    for (std::size_t i = 0; i < order.size(); ++i) {
        if (stop.stop_requested()) break;
        const LabelTable::Row& row = *last_row[order[i]];
        for (std::size_t f = 0; f < table.fields.size(); ++f) {
            edits.push_back({order[i], table.fields[f], row.values[f]});
        }
        if (edits.size() >= kBlock || i + 1 == order.size()) {
            if (auto status = library.writer()->set_values(edits, ValueSource::Import); !status)
                return status.error();
            edits.clear();
        }
    }
    return report;
}

}  // namespace fieldmark
