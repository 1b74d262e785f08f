// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <QTemporaryDir>

#include "core/engine/importing/import_pipeline.h"
#include "core/engine/search/search_service.h"
#include "core/library/library.h"
#include "core/library/reader.h"
#include "core/library/writer.h"
#include "tests/support/specimens.h"

namespace fieldmark::testing {

/// The real model, loaded once a process. Null (with a message) if it is not set up.
Embedder* shared_embedder();

/// A temporary folder with pictures and a library beside them.
class EngineFixture {
  public:
    EngineFixture();
    ~EngineFixture();
    std::string folder(const std::string& name) const;  ///< made if need be
    std::string library_folder() const;
    void open(bool create = true);
    void close();

    /// Imports and expects success.
    ImportReport import(const std::vector<std::string>& paths, const ImportObserver& observer = {});
    ImportReport import(const ImportRequest& request, const ImportObserver& observer = {},
                        std::stop_token stop = {});
    std::unique_ptr<LibraryReader> reader() const;
    ItemId item(const std::string& path) const;  ///< by its relative path; 0 if there is none
    Item facts(const std::string& path) const;
    SearchResponse search(const SearchRequest& request);
    SearchService& service();
    std::string graph_folder() const { return library->index_folder(); }

  private:
    QTemporaryDir m_root;  ///< first, so that it goes last

  public:
    std::unique_ptr<Library> library;

  private:
    std::unique_ptr<SearchService> m_service;
};

/// What a library holds, by path: state and vector. Two imports of the same pictures must agree in it.
struct StoredRow {
    ItemState state = ItemState::Pending;
    std::string hash;
    std::vector<float> vector;
};
std::map<std::string, StoredRow> stored_rows(const Library& library);
/// Empty if equal (vectors to 1e-4 in cosine), else what differs first.
std::string difference(const std::map<std::string, StoredRow>& a, const std::map<std::string, StoredRow>& b);

void write_text(const std::string& path, const std::string& content);
ImportRequest import_of(const std::string& path);
SearchRequest query_item(ItemId item, int k = 10);
SearchRequest query_file(const std::string& path, int k = 10);
std::vector<std::string> paths_of(const SearchResponse& response);

}  // namespace fieldmark::testing
