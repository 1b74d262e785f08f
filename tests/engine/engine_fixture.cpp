// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/engine/engine_fixture.h"

#include <filesystem>
#include <fstream>

#include <QTest>

#include "core/models/model_registry.h"

namespace fieldmark::testing {

Embedder* shared_embedder() {
    static const std::unique_ptr<Embedder> embedder = []() -> std::unique_ptr<Embedder> {
        const ModelRegistry registry;
        const auto info = registry.find();
        if (!info) {
            qWarning("%s", info.error().text.c_str());
            return nullptr;
        }
        auto backbone = registry.load(*info);
        if (!backbone) {
            qWarning("%s", backbone.error().text.c_str());
            return nullptr;
        }
        return std::make_unique<Embedder>(std::move(*backbone));
    }();
    return embedder.get();
}

EngineFixture::EngineFixture() {
    open();
}

EngineFixture::~EngineFixture() {
    close();
    std::error_code code;  // QTemporaryDir cannot remove names that are not UTF-8
    std::filesystem::remove_all(m_root.path().toStdString(), code);
}

std::string EngineFixture::folder(const std::string& name) const {
    const std::string path = m_root.path().toStdString() + '/' + name;
    std::filesystem::create_directories(path);
    return path;
}

std::string EngineFixture::library_folder() const {
    return m_root.path().toStdString() + "/Test.fieldmark";
}

void EngineFixture::open(bool create) {
    auto opened = Library::open(library_folder(), {create, false, "test"});
    if (!opened) qFatal("%s", opened.error().text.c_str());
    library = std::move(*opened);
}

void EngineFixture::close() {
    m_service.reset();
    library.reset();
}

ImportReport EngineFixture::import(const std::vector<std::string>& paths, const ImportObserver& observer) {
    ImportRequest request;
    request.paths = paths;
    return import(request, observer);
}

ImportReport EngineFixture::import(const ImportRequest& request, const ImportObserver& observer,
                                   std::stop_token stop) {
    auto report =
        ImportPipeline(*library, *shared_embedder(), nullptr).run(request, observer, std::move(stop));
    if (!report) {
        QTest::qFail(report.error().text.c_str(), __FILE__, __LINE__);
        return {};
    }
    return *report;
}

std::unique_ptr<LibraryReader> EngineFixture::reader() const {
    auto reader = library->reader();
    if (!reader) qFatal("%s", reader.error().text.c_str());
    return std::move(*reader);
}

Item EngineFixture::facts(const std::string& path) const {
    const auto connection = reader();
    for (const ItemState state :
         {ItemState::Ready, ItemState::Failed, ItemState::Pending, ItemState::Missing}) {
        auto items = connection->items_in_state(state);
        for (Item& item : *items) {
            if (item.path == path) return std::move(item);
        }
    }
    return {};
}

ItemId EngineFixture::item(const std::string& path) const {
    return facts(path).id;
}

SearchService& EngineFixture::service() {
    if (!m_service) {
        m_service =
            std::make_unique<SearchService>(*library, shared_embedder(), shared_embedder()->info().hash);
    }
    return *m_service;
}

SearchResponse EngineFixture::search(const SearchRequest& request) {
    auto response = service().search(request);
    if (!response) {
        QTest::qFail(response.error().text.c_str(), __FILE__, __LINE__);
        return {};
    }
    return *response;
}

std::map<std::string, StoredRow> stored_rows(const Library& library) {
    std::map<std::string, StoredRow> rows;
    auto reader = library.reader();
    const auto models = (*reader)->models();
    for (const ItemState state :
         {ItemState::Ready, ItemState::Failed, ItemState::Pending, ItemState::Missing}) {
        const auto items = (*reader)->items_in_state(state);
        for (const Item& item : *items) {
            StoredRow& row = rows[std::to_string(item.collection) + '/' + item.path];
            row.state = item.state;
            row.hash = item.hash;
            if (models->empty()) continue;
            if (auto embedding = (*reader)->embedding_of(models->front().id, item.id))
                row.vector = embedding->vector;
        }
    }
    return rows;
}

std::string difference(const std::map<std::string, StoredRow>& a, const std::map<std::string, StoredRow>& b) {
    if (a.size() != b.size()) return std::to_string(a.size()) + " rows against " + std::to_string(b.size());
    for (auto left = a.begin(), right = b.begin(); left != a.end(); ++left, ++right) {
        if (left->first != right->first) return left->first + " against " + right->first;
        if (left->second.state != right->second.state) return left->first + ": other state";
        if (left->second.hash != right->second.hash) return left->first + ": other hash";
        if (left->second.vector.size() != right->second.vector.size())
            return left->first + ": vector missing";
        double cosine = 0;
        for (std::size_t i = 0; i < left->second.vector.size(); ++i) {
            cosine +=
                static_cast<double>(left->second.vector[i]) * static_cast<double>(right->second.vector[i]);
        }
        if (!left->second.vector.empty() && cosine < 1 - 1e-4) return left->first + ": other vector";
    }
    return {};
}

void write_text(const std::string& path, const std::string& content) {
    std::ofstream(path, std::ios::binary) << content;
}

ImportRequest import_of(const std::string& path) {
    ImportRequest request;
    request.paths = {path};
    return request;
}

SearchRequest query_item(ItemId item, int k) {
    SearchRequest request;
    request.images.resize(1);
    request.images[0].item = item;
    request.k = k;
    return request;
}

SearchRequest query_file(const std::string& path, int k) {
    SearchRequest request;
    request.images.resize(1);
    request.images[0].path = path;
    request.k = k;
    return request;
}

std::vector<std::string> paths_of(const SearchResponse& response) {
    std::vector<std::string> paths;
    for (const Match& match : response.matches) paths.push_back(match.row.item.path);
    return paths;
}

}  // namespace fieldmark::testing
