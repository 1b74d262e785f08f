// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/engine/pictures/embedder.h"
#include "core/engine/pictures/query.h"
#include "core/engine/pictures/source_file.h"
#include "core/library/reader.h"

namespace fieldmark {

/// Whether its vector is not stored: a file, bytes, or a part of an item.
bool needs_model(const QueryImage& image);

/// What a query's pictures come to.
struct QueryVector {
    std::vector<float> pooled;  ///< (dimension) L2-normalised
    std::set<ItemId> queried;   ///< items that are query pictures: by id, by path, or by content (for bytes)
    std::set<ItemId>
        duplicates;           ///< items with the content of a query picture, the queried ones not among them
    std::vector<Crop> crops;  ///< the part of each picture that counted
    double decode_ms = 0;
    double embed_ms = 0;
};

/// Turns a query's pictures into one vector. A picture whose content the library has embedded takes the
/// stored vector; the others are decoded and embedded as an import would. `embedder` null: Unsupported for
/// those. An anchor counts by its own vector and hides no item; of another model it is refused with Usage, as
/// vectors of two models are never compared.
class QueryEmbedding {
  public:
    /// `model`: as the library knows it; id 0, but with its hash, while nothing is embedded with it.
    /// `auto_crop`: pictures without a crop of their own are cropped to their object, the stored box of their
    /// content if there is one.
    QueryEmbedding(LibraryReader& reader, ModelRecord model, Embedder* embedder, bool auto_crop = false)
        : m_reader(reader), m_model(std::move(model)), m_embedder(embedder), m_auto_crop(auto_crop) {}

    Result<QueryVector> run(const std::vector<QueryImage>& images, std::stop_token stop);

  private:
    Result<std::vector<float>> vector_of(const QueryImage& image, QueryVector& query);
    Result<std::vector<float>> anchor_vector(const AnchorPoint& anchor, QueryVector& query) const;
    Result<std::vector<float>> item_vector(const QueryImage& image, QueryVector& query);
    Result<std::vector<float>> file_vector(const QueryImage& image, QueryVector& query);
    Result<std::vector<float>> embed(const SourceFile& source, const Crop& crop, QueryVector& query);
    /// Whether the vectors stored for this model are what a picture with this crop is searched with.
    bool stored_will_do(const Crop& crop) const;
    /// What a stored vector shows of a picture with this content and no crop of its own.
    Crop stored_part(const std::string& hash, const Crop& crop);
    Status note_duplicates(const std::string& hash, QueryVector& query);
    Result<ItemId> item_at(const std::string& path, const std::string& hash);

    LibraryReader& m_reader;
    const ModelRecord m_model;
    Embedder* m_embedder;
    const bool m_auto_crop;
    std::set<std::string> m_hashes;
};

}  // namespace fieldmark
