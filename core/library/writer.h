// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/library/records.h"

namespace fieldmark {

/// A file the lister saw.
struct SeenFile {
    std::string path;  ///< relative, bytes
    std::int64_t size = 0;
    std::int64_t mtime_ns = 0;
};

/// What became of the files of one scan batch.
struct ScanOutcome {
    std::int64_t added = 0;
    std::int64_t changed = 0;  ///< other size or mtime: state pending, hash to be taken again
    std::int64_t unchanged = 0;
};

/// What decoding and embedding gave for one item; committed in batches.
struct ItemResult {
    ItemId item = 0;
    std::string hash;       ///< of the file as read
    std::int64_t size = 0;  ///< as read, may differ from the scan
    std::int64_t mtime_ns = 0;
    int width = 0;
    int height = 0;
    int orientation = 1;
    std::string taken;
    bool failed = false;
    Error error = {};           ///< with failed
    std::vector<float> vector;  ///< (dimension) L2-normalised; empty with failed or if only `hash` was taken
    std::string engine;
    /// With a model of objects: the box that `vector` was made of. A found one is stored with it.
    std::optional<ObjectBox> object = {};
};

/// One metadata value for one item.
struct ValueEdit {
    ItemId item = 0;
    std::string field;
    std::string value;  ///< empty: removed
};

/// All writing. Any thread; each call is one transaction, serialised by a mutex, so a user's edit waits one
/// import batch at most. Errors: DiskFull, ReadOnly, Busy, Damaged, Io: the transaction is then rolled back
/// whole.
class LibraryWriter {
  public:
    ~LibraryWriter();
    LibraryWriter(const LibraryWriter&) = delete;
    LibraryWriter& operator=(const LibraryWriter&) = delete;

    /// Finds the collection with this root or makes it. `name` empty: the folder's name.
    Result<CollectionId> ensure_collection(const std::string& root, const std::string& name = {});
    Status rename_collection(CollectionId collection, const std::string& name);
    /// Points a collection at its new place (a moved drive).
    Status relocate_collection(CollectionId collection, const std::string& root);
    /// Removes rows, never files.
    Status remove_collection(CollectionId collection);
    Status remove_items(std::span<const ItemId> items);

    /// Takes a batch of listed files in: new paths become pending items, changed ones pending again.
    Result<ScanOutcome> record_scan(CollectionId collection, std::span<const SeenFile> files,
                                    std::int64_t scan_id);
    /// Starts a scan: returns its id; record_scan marks what it saw with it.
    Result<std::int64_t> begin_scan(CollectionId collection);
    /// Only after a complete scan of a reachable root: what was not seen becomes missing. Returns how many. A
    /// file that has vanished while a new one since the last full scan has its content was moved: the old
    /// item takes the new path as in commit_results and the pair is added to `merged` ((new item id now gone,
    /// old item id)). NotFound and no row changed if the root is not reachable, or empty while items were
    /// there.
    Result<std::int64_t> finish_scan(CollectionId collection, std::int64_t scan_id,
                                     std::vector<std::pair<ItemId, ItemId>>* merged = nullptr);

    struct CommitOutcome {
        /// New rows' ids, in the order of the results that had a vector; 0 where the item was removed
        /// meanwhile.
        std::vector<EmbeddingId> embeddings;
        std::int64_t moved = 0;  ///< new items that turned out to be missing ones under a new path
        std::vector<std::pair<ItemId, ItemId>>
            merged;  ///< (new item id now gone, old item id that took its path)
    };
    /// Up to some 256 results in one transaction. An item whose hash equals that of a missing item is that
    /// item moved: the old row takes the path, labels and vectors stay.
    Result<CommitOutcome> commit_results(ModelId model, std::span<const ItemResult> results);
    /// Copies the vector of another item with the same hash, if there is one; for duplicates. True if done.
    /// False as well where `item` may be a missing item under a new path: commit_results() then tells.
    Result<bool> copy_embedding(ModelId model, ItemId item, const std::string& hash);

    /// A vector of one model computed from a stored one of another.
    struct DerivedEmbedding {
        EmbeddingId source = 0;
        std::vector<float> vector;
    };
    /// Stores vectors that were computed from others, for the same pictures and contents, in one transaction.
    /// Those whose source is gone meanwhile are passed over. Returns the new rows' ids; Internal as
    /// commit_results() for a vector that cannot be stored.
    Result<std::vector<EmbeddingId>> store_derived(ModelId model, std::span<const DerivedEmbedding> rows,
                                                   const std::string& engine);

    /// Marks failed items pending so that the next run tries them again. Empty: all failed ones.
    Result<std::int64_t> retry_failed(std::span<const ItemId> items);

    /// `object_of`: for a model that looks at objects only, the hash of the one it is made of.
    Result<ModelId> ensure_model(const std::string& hash, const std::string& name, const std::string& kind,
                                 int dimension, const std::string& object_of = {});
    Status set_current_model(ModelId model);
    Status remove_model(ModelId model);  ///< and its embeddings

    /// Makes a field of this kind unless there is one of this name. Usage for the built-in names.
    Status ensure_field(const std::string& name, FieldKind kind);
    /// Fields are made as needed (a person's as labels, an import's as numbers while every value is one, else
    /// text); edits of items that are gone are passed over. A value that a person emptied stays empty. Source
    /// Import never replaces a value set by User. User edits commit at FULL.
    Status set_values(std::span<const ValueEdit> edits, ValueSource source);
    /// Where the objects of these contents are; whole: there is none. A found box never replaces an imported
    /// one, nor either of them one that a person drew. Vectors made of another box are deleted, so that they
    /// are made again. Returns how many boxes changed. Usage for a crop that is not valid. A person's commit
    /// at FULL.
    struct BoxEdit {
        std::string hash;  ///< content hash
        ObjectBox box;
    };
    Result<std::int64_t> set_object_boxes(std::span<const BoxEdit> edits);
    /// A person's decision about one content: this box, with its source, whatever is stored; nullopt: none.
    /// So a change is undone by setting what was there. Errors and vectors as set_object_boxes(). At FULL.
    Status decide_object_box(const std::string& hash, const std::optional<ObjectBox>& box);
    /// Forgets the boxes of these contents, whoever set them: the finder looks again.
    Status forget_object_boxes(std::span<const std::string> hashes);

    /// Embeddings found damaged by a reader: deleted, so that they are made again.
    Status drop_embeddings(std::span<const EmbeddingId> ids);

    Status set_setting(const std::string& key, const std::string& value);
    /// Notes which files are being decoded, so that one that kills the process is found at the next start.
    Status set_in_flight(std::span<const ItemId> items);
    Result<std::vector<ItemId>> in_flight();

  private:
    friend class Library;
    struct Impl;
    explicit LibraryWriter(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

}  // namespace fieldmark
