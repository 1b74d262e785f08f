// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include <QFile>
#include <QTemporaryDir>

#include "core/base/digest.h"
#include "core/library/library.h"
#include "core/library/reader.h"
#include "core/library/writer.h"

namespace fieldmark::testing {

constexpr int kDimension = 8;

/// The content hash of a text.
inline std::string hash_of(const std::string& content) {
    return sha256(std::as_bytes(std::span(content)));
}

/// A unit vector that differs for every seed.
inline std::vector<float> unit_vector(int seed, int dimension = kDimension) {
    std::vector<float> vector(static_cast<std::size_t>(dimension));
    double sum = 0;
    auto state = static_cast<std::uint32_t>(seed) * 2654435761u + 1u;
    for (float& value : vector) {
        state = state * 1664525u + 1013904223u;
        value = static_cast<float>(state >> 8) / 8388608.0f - 1.0f;
        sum += static_cast<double>(value) * value;
    }
    for (float& value : vector) value = static_cast<float>(value / std::sqrt(sum));
    return vector;
}

/// What decoding and embedding would give for an item with this content.
inline ItemResult result_for(ItemId item, const std::string& content, int seed, int dimension = kDimension) {
    ItemResult result;
    result.item = item;
    result.hash = hash_of(content);
    result.width = 640;
    result.height = 480;
    result.vector = unit_vector(seed, dimension);
    result.engine = "test";
    return result;
}

inline std::string path_of(const QString& path) {
    return QFile::encodeName(path).toStdString();
}

/// A library with one collection in a temporary folder. `pictures` holds a real file, so that it is not
/// offline.
struct LibraryFixture {
    QTemporaryDir directory;
    std::string base = path_of(directory.path());
    std::string folder = base + "/Birds.fieldmark";
    std::string pictures = base + "/pictures";
    std::unique_ptr<Library> library;
    std::unique_ptr<LibraryReader> reader;
    LibraryWriter* writer = nullptr;
    CollectionId collection = 0;
    ModelId model = 0;

    explicit LibraryFixture(bool with_collection = true);
    void close();
    void reopen();
    void touch(const std::string& path) const;  ///< makes a file of one byte, with its folders

    /// A whole scan that sees these files; returns the outcome of record_scan and what became missing.
    struct Scan {
        ScanOutcome outcome;
        std::int64_t missing = 0;
        std::vector<std::pair<ItemId, ItemId>> merged;
    };
    Scan scan(const std::vector<SeenFile>& files) const;
    /// Scans `files` and commits a result for each new one: its content is its path, unless given.
    void import(const std::vector<std::string>& paths) const;
    ItemId id_of(const std::string& path) const;  ///< 0: none
    Item item(ItemId id) const;
    std::string value_of(ItemId id, const std::string& field) const;
    std::vector<ItemId> ids(const std::vector<std::string>& where) const;  ///< empty on any error
    std::vector<std::string> paths(const ItemQuery& query) const;
};

}  // namespace fieldmark::testing
