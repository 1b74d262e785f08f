// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "library_fixture.h"

#include <filesystem>
#include <fstream>

#include <QtTest>

namespace fieldmark::testing {

LibraryFixture::LibraryFixture(bool with_collection) {
    std::filesystem::create_directories(pictures);
    touch("kept.jpg");
    LibraryOptions options;
    options.create = true;
    auto opened = Library::open(folder, options);
    if (!opened) qFatal("%s", opened.error().text.c_str());
    library = std::move(*opened);
    writer = library->writer();
    reader = std::move(*library->reader());
    if (!with_collection) return;
    collection = *writer->ensure_collection(pictures);
    model = *writer->ensure_model(std::string(64, 'a'), "Test net", "test", kDimension);
}

void LibraryFixture::close() {
    reader.reset();
    library.reset();
    writer = nullptr;
}

void LibraryFixture::reopen() {
    close();
    auto opened = Library::open(folder);
    if (!opened) qFatal("%s", opened.error().text.c_str());
    library = std::move(*opened);
    writer = library->writer();
    reader = std::move(*library->reader());
}

void LibraryFixture::touch(const std::string& path) const {
    const std::filesystem::path file = pictures + '/' + path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << 'x';
}

LibraryFixture::Scan LibraryFixture::scan(const std::vector<SeenFile>& files) const {
    Scan scan;
    const std::int64_t id = *writer->begin_scan(collection);
    scan.outcome = *writer->record_scan(collection, files, id);
    scan.missing = *writer->finish_scan(collection, id, &scan.merged);
    return scan;
}

void LibraryFixture::import(const std::vector<std::string>& paths) const {
    std::vector<SeenFile> files;
    for (const std::string& path : paths) files.push_back({path, 100, 1'000});
    const std::int64_t id = *writer->begin_scan(collection);
    (void)*writer->record_scan(collection, files, id);
    std::vector<ItemResult> results;
    int seed = 1;
    for (const std::string& path : paths) results.push_back(result_for(id_of(path), path, seed++));
    (void)*writer->commit_results(model, results);
}

ItemId LibraryFixture::id_of(const std::string& path) const {
    ItemQuery query;
    query.where = {{"path", Condition::Operator::Equal, path}};
    const auto ids = reader->item_ids(query);
    if (ids && !ids->empty()) return ids->front();
    query.state = ItemState::Missing;
    const auto missing = reader->item_ids(query);
    return missing && !missing->empty() ? missing->front() : 0;
}

Item LibraryFixture::item(ItemId id) const {
    return reader->items(std::span(&id, 1))->front();
}

std::string LibraryFixture::value_of(ItemId id, const std::string& field) const {
    const Metadata metadata = reader->metadata(std::span(&id, 1))->front();
    const auto found = metadata.find(field);
    return found == metadata.end() ? std::string() : found->second;
}

std::vector<ItemId> LibraryFixture::ids(const std::vector<std::string>& where) const {
    ItemQuery query;
    for (const std::string& text : where) query.where.push_back(*parse_condition(text));
    const auto found = reader->item_ids(query);
    return found ? *found : std::vector<ItemId>{};
}

std::vector<std::string> LibraryFixture::paths(const ItemQuery& query) const {
    std::vector<std::string> paths;
    const auto ids = reader->item_ids(query);
    if (!ids) return paths;
    const auto items = reader->items(*ids);
    for (const Item& found : *items) paths.push_back(found.path);
    return paths;
}

}  // namespace fieldmark::testing
