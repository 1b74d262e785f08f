// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/pause_gate.h"
#include "core/base/result.h"
#include "core/engine/pictures/embedder.h"
#include "core/image/decode.h"
#include "core/library/library.h"
#include "core/library/thumbnail_cache.h"

namespace fieldmark {

struct ImportRequest {
    /// Folders and picture files. A folder becomes (or updates) a collection; single files go to the
    /// collection that already holds their folder, else to one made of it. Empty: embed what is pending,
    /// nothing is scanned.
    std::vector<std::string> paths;
    std::string labels_csv;  ///< optional; first column the path relative to the folder, the others fields
    std::string collection_name;  ///< for a new collection; empty: the folder's name
    int decode_threads = 0;       ///< 0: as many as there are cores
    int batch = 0;                ///< pictures the model takes together; 0: what was measured to be best
    std::size_t queue_bytes = std::size_t{256} << 20;  ///< per queue
    DecodeLimits limits = {};
};

/// One stage's share of the work, for the progress display and the honest "slowest stage".
struct StageStatus {
    std::string name;         ///< "list", "decode", "embed", "store"
    double busy_seconds = 0;  ///< CPU or wall time spent working, summed over its threads
    std::int64_t done = 0;
    std::size_t queue_depth = 0;
    std::size_t queue_bytes = 0;
};

struct ImportProgress {
    enum class Phase { Listing, Embedding, Finishing } phase = Phase::Listing;
    std::int64_t listed = 0;  ///< files seen so far
    std::int64_t total = 0;   ///< items to embed, known so far
    std::int64_t done = 0;    ///< embedded or failed
    std::int64_t failed = 0;
    double images_per_second = 0;  ///< over the last seconds
    double seconds_left = -1;      ///< -1: not known yet
    bool paused = false;
    std::vector<StageStatus> stages;
};

struct FailedFile {
    std::int64_t item = 0;  ///< 0 where there is none (a path that could not be listed)
    std::string path;       ///< absolute, bytes
    Error error;
};

/// How a CSV's rows met the library.
struct LabelReport {
    std::int64_t rows = 0;
    std::int64_t matched = 0;
    std::int64_t duplicates = 0;         ///< rows of a path named before; the last one counts
    std::vector<std::string> unmatched;  ///< paths that no item has (at most 1,000 kept)
    std::int64_t unmatched_count = 0;
    std::vector<std::string> fields;
};

struct ImportReport {
    std::int64_t added = 0;
    std::int64_t updated = 0;
    std::int64_t moved = 0;
    std::int64_t unchanged = 0;
    std::int64_t missing = 0;
    std::int64_t embedded = 0;
    std::vector<FailedFile> failed;
    LabelReport labels;
    std::vector<CollectionId> collections;  ///< that the request's paths belong to
    double seconds = 0;
    double images_per_second = 0;  ///< embedded / time of the embedding phase
    std::vector<StageStatus> stages;
    bool cancelled = false;  ///< what was committed is kept
};

struct ImportObserver {
    /// At most some ten times a second, on a pipeline thread.
    std::function<void(const ImportProgress&)> progress;
    /// After each commit, on the writer thread: these embeddings can be searched, these items changed.
    std::function<void(const std::vector<std::int64_t>& embedding_ids,
                       const std::vector<std::int64_t>& item_ids)>
        committed;
    /// After items were listed (shown in the gallery before they are embedded).
    std::function<void()> listed;
};

/// Lister -> decoders -> one embedder -> one writer, joined by queues bounded in bytes. Runs on the calling
/// thread and its own workers; returns when all is committed, cancelled or failed. A file that cannot be read
/// becomes a failed item with its reason and the rest goes on. Errors end the import: DiskFull, Busy,
/// ReadOnly, NotFound (no path exists), Usage (a CSV that cannot be read: nothing is imported before it is).
class ImportPipeline {
  public:
    ImportPipeline(Library& library, Embedder& embedder, ThumbnailCache* thumbnails);
    Result<ImportReport> run(const ImportRequest& request, const ImportObserver& observer = {},
                             std::stop_token stop = {}, PauseGate* gate = nullptr);

  private:
    Library& m_library;
    Embedder& m_embedder;
    ThumbnailCache* m_thumbnails;
};

/// Counts the pictures under these paths without touching the library ("Import 2,431 pictures"). Stops at
/// `limit`.
std::int64_t count_pictures(const std::vector<std::string>& paths, std::int64_t limit,
                            std::stop_token stop = {});

}  // namespace fieldmark
