// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/library/records.h"

namespace fieldmark {

struct LibraryCounts {
    std::int64_t items = 0;
    std::int64_t ready = 0;
    std::int64_t pending = 0;
    std::int64_t failed = 0;
    std::int64_t missing = 0;
    std::int64_t database_bytes = 0;
};

/// An item's identity as the scan and the embedder need it.
struct ItemWork {
    ItemId id = 0;
    CollectionId collection = 0;
    std::string path;  ///< relative, bytes
    std::string hash;  ///< empty until read
};

/// All reading of a library. One thread at a time; short read transactions, none left open between calls.
/// Every method may give Damaged or Io.
class LibraryReader {
  public:
    ~LibraryReader();
    LibraryReader(const LibraryReader&) = delete;
    LibraryReader& operator=(const LibraryReader&) = delete;

    Result<LibraryCounts> counts();
    Result<std::vector<Collection>> collections();
    Result<std::vector<Field>> fields();
    Result<std::vector<ValueCount>> field_values(const std::string& field, int limit = 1000);

    /// Ids in order; 100,000 of them are read in some 50 ms. Usage for an unknown field.
    Result<std::vector<ItemId>> item_ids(const ItemQuery& query);
    /// In the order of `ids`; an id that is gone gives an Item with id 0.
    Result<std::vector<Item>> items(std::span<const ItemId> ids);
    Result<std::vector<Metadata>> metadata(std::span<const ItemId> ids);
    /// Items with this content hash (exact duplicates).
    Result<std::vector<ItemId>> items_with_hash(const std::string& hash);
    /// The absolute path of an item now.
    Result<std::string> absolute_path(const Item& item);
    Result<std::vector<Item>> items_in_state(ItemState state, int limit = 100'000);

    Result<std::vector<ModelRecord>> models();
    /// "Needs embedding" is this query: items pending or ready without an embedding of this model, this crop
    /// and their present hash; `after` and `limit` page by id.
    Result<std::vector<ItemWork>> items_to_embed(ModelId model, ItemId after, int limit);
    Result<std::int64_t> count_to_embed(ModelId model);

    /// Rows with id > after, by id, whole-image crops only unless `crops`. Bad rows (length, norm, CRC) are
    /// left out and reported in `bad`.
    Result<std::vector<EmbeddingRow>> embeddings(ModelId model, EmbeddingId after, int limit,
                                                 bool crops = false, std::vector<EmbeddingId>* bad = nullptr);
    /// Embedding ids deleted since `sequence` (0: all that are still noted); `sequence` moves on.
    Result<std::vector<EmbeddingId>> dead_embeddings(std::int64_t& sequence);
    /// Embedding ids of the items a query selects, sorted ascending: the admitted list of an index search.
    Result<std::vector<EmbeddingId>> embedding_ids(ModelId model, const ItemQuery& query);
    /// Item of each embedding id, 0 where it is gone; same order.
    Result<std::vector<ItemId>> items_of_embeddings(std::span<const EmbeddingId> ids);
    /// The whole-image embedding of an item; NotFound if it has none of this model.
    Result<EmbeddingRow> embedding_of(ModelId model, ItemId item);

    /// The box of a content; empty where nobody has looked yet.
    Result<std::optional<ObjectBox>> object_box(const std::string& hash);
    /// Of items, in the order of `ids`. Empty as well for items that were never read.
    Result<std::vector<std::optional<ObjectBox>>> object_boxes(std::span<const ItemId> ids);
    /// Ready items that have no box, or one that another finder than this found; `after` and `limit` page by
    /// id.
    Result<std::vector<ItemWork>> items_without_box(const std::string& finder, ItemId after, int limit);

    /// Stored vectors of `base` (by id, after `after`) of whose pictures `model` has none yet: what a model that
    /// is computed from another's embeddings still lacks. Bad rows are left out.
    Result<std::vector<EmbeddingRow>> embeddings_to_derive(ModelId model, ModelId base, EmbeddingId after,
                                                           int limit);

    Result<std::string> setting(const std::string& key, const std::string& fallback = {});
    /// As Library::models_folder().
    std::string models_folder() const;

  private:
    friend class Library;
    friend struct VerifyAccess;
    struct Impl;
    explicit LibraryReader(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

}  // namespace fieldmark
