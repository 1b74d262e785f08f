// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "core/base/stopwatch.h"
#include "core/engine/importing/import_context.h"
#include "core/engine/importing/known_content.h"

namespace fieldmark::importing {

/// A file to read.
struct Work {
    ItemId item = 0;
    CollectionId collection = 0;
    std::string path;  ///< absolute
};

/// A decoded picture on its way to the embedder.
struct Decoded {
    ItemResult result;
    std::vector<std::uint8_t> input;
    std::vector<std::uint8_t> thumbnail;
    std::string path;
};

/// A picture on its way to the library.
struct Finished {
    enum class Kind { Embedded, Unchanged, Copy, Failed } kind = Kind::Embedded;
    ItemResult result;
    std::vector<std::uint8_t> thumbnail;
    std::string path;
};

/// What the stages of one pass share: the queues between them and what is known about contents.
struct Lines {
    Lines(std::size_t queue_bytes, std::unique_ptr<LibraryReader> reader, ModelId model)
        : work(kMaxWaiting), decoded(queue_bytes), finished(queue_bytes), known(std::move(reader), model) {}

    static constexpr std::size_t kMaxWaiting = 64;  ///< files; each counts as one "byte"
    BoundedQueue<Work> work;
    BoundedQueue<Decoded> decoded;
    BoundedQueue<Finished> finished;
    KnownContent known;
    std::atomic<bool> listing{false};  ///< the scan may still find that a file of the library is gone
    std::atomic<int> decoders{0};
    /// Held while a picture is decoded that takes more memory than a decoder's share of the limit, so that
    /// folders of huge pictures take no more with more cores.
    std::mutex large_picture_mutex;

    /// Items handed out and not decoded yet, noted in the library for the case that one of them kills the
    /// process.
    std::mutex in_flight_mutex;
    std::set<ItemId> in_flight;
};

/// Asks the library what needs embedding and hands it out, until nothing is left and the scan has ended.
class Feeder {
  public:
    Feeder(Context& context, Lines& lines) : m_context(context), m_lines(lines) {}
    void run();  ///< closes lines.work
    /// Items left out because their drive is not there now.
    std::int64_t offline() const { return m_offline; }

  private:
    Status feed_all();
    Status hand_out(LibraryReader& reader, const std::vector<ItemWork>& page);
    Result<std::string> root_of(LibraryReader& reader, CollectionId collection);
    Status note_in_flight(std::span<const Work> works);

    Context& m_context;
    Lines& m_lines;
    std::map<CollectionId, std::string> m_roots;  ///< "" where offline
    std::unordered_set<ItemId> m_handed_out;
    std::int64_t m_offline = 0;
};

/// One decoding thread: reads, hashes, decodes, shrinks.
void decode_pictures(Context& context, Lines& lines);

/// The embedding thread: batches that grow from 1, so that the first results are there at once.
void embed_pictures(Context& context, Lines& lines);

/// The writing stage; runs on the caller of the import. Groups results into transactions of up to 256 rows or
/// one second, and copies vectors for duplicates once the scan has told what moved.
class StoreLoop {
  public:
    StoreLoop(Context& context, Lines& lines) : m_context(context), m_lines(lines) {}
    void run();

    std::int64_t embedded() const { return m_embedded; }
    std::int64_t moved() const { return m_moved; }
    std::int64_t untouched() const { return m_untouched; }  ///< listed as changed, but with the old content

  private:
    Status flush();
    Status copy_vectors(std::size_t most);
    bool due() const;
    Error with_space_needed(Error error) const;
    void report_progress(bool always);

    Context& m_context;
    Lines& m_lines;
    std::vector<Finished> m_batch;
    Stopwatch m_since_flush;
    Stopwatch m_since_progress;
    int m_flushes = 0;
    struct Copy {
        ItemId item = 0;
        std::string hash;
    };
    std::vector<Finished> m_waiting_for_scan;
    std::deque<Copy> m_copies;
    std::int64_t m_embedded = 0;
    std::int64_t m_moved = 0;
    std::int64_t m_untouched = 0;
};

}  // namespace fieldmark::importing
