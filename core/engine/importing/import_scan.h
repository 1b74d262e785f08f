// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/base/stopwatch.h"
#include "core/engine/importing/import_context.h"
#include "core/engine/importing/label_import.h"

namespace fieldmark::importing {

/// The listing stage: brings the library up to date with the requested folders and files. One thread.
class Scan {
  public:
    explicit Scan(Context& context) : m_context(context) {}

    /// Lists everything; errors go to the context.
    void run();

    std::int64_t added() const { return m_added; }
    std::int64_t changed() const { return m_changed; }
    std::int64_t unchanged() const { return m_unchanged; }
    std::int64_t missing() const { return m_missing; }
    /// Files whose new path was stored before their old one was found to be gone.
    std::int64_t moved() const { return m_moved; }
    const std::vector<LabelScope>& scopes() const { return m_scopes; }

  private:
    Status scan_folder(const std::string& folder);
    Status scan_file(const std::string& path);
    Status record(CollectionId collection, std::vector<SeenFile> files, std::int64_t scan_id);
    /// The collection that holds `folder` already (the innermost one), with `folder` relative to its root.
    Result<LabelScope> enclosing(const std::string& folder);
    Result<LabelScope> collection_of(const std::string& folder, bool for_file);
    void announce();

    Context& m_context;
    std::vector<LabelScope> m_scopes;
    std::map<std::string, LabelScope> m_file_scopes;  ///< by folder, for files given one by one
    std::int64_t m_added = 0;
    std::int64_t m_changed = 0;
    std::int64_t m_unchanged = 0;
    std::int64_t m_missing = 0;
    std::int64_t m_moved = 0;
    Stopwatch m_since_announced;
    bool m_announced = false;
};

}  // namespace fieldmark::importing
