// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/importing/import_stages.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <thread>
#include <utility>

#include "core/engine/pictures/prepared_picture.h"
#include "core/library/reader.h"
#include "core/models/self_measurement.h"

namespace fieldmark::importing {

using namespace std::chrono_literals;

// --- feeding ---

void Feeder::run() {
    if (auto status = feed_all(); !status && status.error().kind != ErrorKind::Cancelled) {
        m_context.fail(status.error());
    }
    m_lines.work.close();
}

Status Feeder::feed_all() {
    constexpr int kPage = 256;
    auto reader = m_context.library.reader();
    if (!reader) return reader.error();
    ItemId after = 0;
    bool last_round = false;
    while (!m_context.abort.stop_requested()) {
        const bool was_listing = m_lines.listing;
        auto page = (*reader)->items_to_embed(m_context.model, after, kPage);
        if (!page) return page.error();
        if (!page->empty()) {
            after = page->back().id;
            if (auto status = hand_out(**reader, *page); !status) return status;
        } else if (was_listing) {
            std::this_thread::sleep_for(20ms);
        } else if (!last_round) {
            // Files that the scan found changed have ids below those already passed.
            last_round = true;
            after = 0;
        } else {
            return {};
        }
    }
    return {};
}

Status Feeder::hand_out(LibraryReader& reader, const std::vector<ItemWork>& page) {
    constexpr std::size_t kChunk = 32;
    std::vector<Work> chunk;
    const auto push_chunk = [&]() -> Status {
        if (auto status = note_in_flight(chunk); !status) return status;
        for (Work& work : chunk) {
            if (!m_context.pass_gate() ||
                !m_lines.work.push(std::move(work), 1, m_context.abort.get_token())) {
                return Error{ErrorKind::Cancelled, "The import was cancelled."};
            }
        }
        chunk.clear();
        return {};
    };
    for (const ItemWork& item : page) {
        if (!m_handed_out.insert(item.id).second) continue;
        auto root = root_of(reader, item.collection);
        if (!root) return root.error();
        if (root->empty()) {
            ++m_offline;
            continue;
        }
        chunk.push_back(
            {item.id, item.collection, root->ends_with('/') ? *root + item.path : *root + '/' + item.path});
        if (chunk.size() < kChunk) continue;
        if (auto status = push_chunk(); !status) return status;
    }
    return chunk.empty() ? Status() : push_chunk();
}

Result<std::string> Feeder::root_of(LibraryReader& reader, CollectionId collection) {
    if (const auto known = m_roots.find(collection); known != m_roots.end()) return known->second;
    auto collections = reader.collections();
    if (!collections) return collections.error();
    for (const Collection& c : *collections) m_roots[c.id] = c.offline ? std::string() : c.root;
    return m_roots[collection];
}

Status Feeder::note_in_flight(std::span<const Work> works) {
    std::vector<ItemId> items;
    {
        const std::lock_guard lock(m_lines.in_flight_mutex);
        for (const Work& work : works) m_lines.in_flight.insert(work.item);
        items.assign(m_lines.in_flight.begin(), m_lines.in_flight.end());
    }
    return m_context.library.writer()->set_in_flight(items);
}

// --- decoding ---

namespace {

class Decoder {
  public:
    Decoder(Context& context, Lines& lines) : m_context(context), m_lines(lines) {}

    void run() {
        const auto stop = m_context.abort.get_token();
        while (auto work = m_lines.work.pop(stop)) {
            process(*work);
            const std::lock_guard lock(m_lines.in_flight_mutex);
            m_lines.in_flight.erase(work->item);
        }
    }

  private:
    void process(const Work& work) {
        Decoded picture;
        picture.path = work.path;
        picture.result.item = work.item;
        {
            const StageTime time(m_context.tally, Stage::Decode, 1);
            if (!decode(work, picture)) return;
        }
        const std::size_t bytes = picture.input.size() + picture.thumbnail.size() + sizeof(Decoded);
        (void)m_lines.decoded.push(std::move(picture), bytes, m_context.abort.get_token());
    }

    /// False if the picture needs no embedding; it is then finished.
    bool decode(const Work& work, Decoded& picture) {
        ItemResult& result = picture.result;
        auto file = read_picture(work.path, m_context.request.limits);
        if (!file) {
            finish(Finished::Kind::Failed, picture, file.error());
            return false;
        }
        result.hash = file->hash;
        result.size = file->size;
        result.mtime_ns = file->mtime_ns;
        Item twin;
        auto claim = m_lines.known.claim(work.item, file->hash, twin);
        if (!claim) {
            m_context.fail(claim.error());
            return false;
        }
        if (*claim == KnownContent::Claim::Unchanged || *claim == KnownContent::Claim::Known) {
            result.width = twin.width;
            result.height = twin.height;
            result.orientation = twin.orientation;
            result.taken = twin.taken;
            finish(
                *claim == KnownContent::Claim::Unchanged ? Finished::Kind::Unchanged : Finished::Kind::Copy,
                picture);
            return false;
        }
        std::optional<ObjectBox> box;
        if (m_context.embedder.object_finder() && *claim == KnownContent::Claim::New) {
            auto known = m_lines.known.box(work.item, file->hash);
            if (!known) {
                m_context.fail(known.error());
                return false;
            }
            box = std::move(*known);
        } else if (m_context.embedder.object_finder()) {
            box = ObjectBox{};  // its vector comes from its twin: no need to look for the object
            box->source = BoxSource::Import;
        }
        auto prepared = prepare(*file, work, box);
        if (!prepared) {
            m_lines.known.forget(result.hash);
            finish(Finished::Kind::Failed, picture, prepared.error());
            return false;
        }
        result.width = prepared->width;
        result.height = prepared->height;
        result.orientation = prepared->orientation;
        result.taken = std::move(prepared->taken);
        picture.thumbnail = std::move(prepared->thumbnail);
        if (*claim == KnownContent::Claim::Coming) {
            finish(Finished::Kind::Copy, picture);
            return false;
        }
        picture.input = std::move(prepared->input);
        result.object = std::move(prepared->object);
        return true;
    }

    /// All decoders together stay within the memory that one picture may take; who needs more than a share of
    /// it is decoded while no other such picture is, and may take all of it again. Trying twice costs little:
    /// the head of a picture says how large it is, before any memory is taken.
    Result<PreparedPicture> prepare(const ReadPicture& file, const Work& work,
                                    const std::optional<ObjectBox>& box) {
        const auto with = [&](const DecodeLimits& limits) {
            return prepare_picture(file.bytes, work.path, m_context.embedder, {}, limits,
                                   m_context.thumbnails != nullptr, box);
        };
        DecodeLimits share = m_context.request.limits;
        share.max_memory /= std::max(1, m_lines.decoders.load());
        auto prepared = with(share);
        if (prepared || prepared.error().kind != ErrorKind::TooLarge) return prepared;
        const std::lock_guard alone(m_lines.large_picture_mutex);
        return with(m_context.request.limits);
    }

    void finish(Finished::Kind kind, Decoded& picture, Error error = {}) {
        Finished finished{kind, std::move(picture.result), std::move(picture.thumbnail),
                          std::move(picture.path)};
        if (kind == Finished::Kind::Failed) {
            finished.result.failed = true;
            finished.result.error = std::move(error);
        }
        const std::size_t bytes = finished.thumbnail.size() + sizeof(Finished);
        (void)m_lines.finished.push(std::move(finished), bytes, {});
    }

    Context& m_context;
    Lines& m_lines;
};

}  // namespace

void decode_pictures(Context& context, Lines& lines) {
    Decoder(context, lines).run();
    if (lines.decoders.fetch_sub(1) == 1) lines.decoded.close();
}

// --- embedding ---

namespace {

class EmbedLoop {
  public:
    EmbedLoop(Context& context, Lines& lines) : m_context(context), m_lines(lines) {}

    void run() {
        const int asked = m_context.request.batch;
        const int full = asked > 0 ? asked : measured_batch(m_context.embedder.info());
        int wanted = 1;
        while (gather(std::min(wanted, full))) {
            embed();
            wanted = std::min(wanted * 2, full);
        }
    }

  private:
    /// Waits for the first picture as long as it takes, then a moment for a fuller batch.
    bool gather(int size) {
        constexpr auto kPatience = 50ms;
        const auto stop = m_context.abort.get_token();
        m_batch.clear();
        auto picture = m_lines.decoded.pop(stop);
        if (!picture) return false;
        m_batch.push_back(std::move(*picture));
        const auto deadline = std::chrono::steady_clock::now() + kPatience;
        while (static_cast<int>(m_batch.size()) < size) {
            picture = m_lines.decoded.pop_until(deadline, stop);
            if (!picture) break;
            m_batch.push_back(std::move(*picture));
        }
        return true;
    }

    void embed() {
        const std::size_t bytes = m_context.embedder.input_bytes();
        m_pixels.resize(bytes * m_batch.size());
        for (std::size_t i = 0; i < m_batch.size(); ++i) {
            std::copy(m_batch[i].input.begin(), m_batch[i].input.end(),
                      m_pixels.begin() + static_cast<std::ptrdiff_t>(i * bytes));
        }
        const int count = static_cast<int>(m_batch.size());
        auto vectors = m_context.embedder.embed(m_pixels, count, Embedder::Priority::Batch);
        if (vectors) {
            const auto dimension = static_cast<std::ptrdiff_t>(m_context.embedder.info().dimension);
            for (std::ptrdiff_t i = 0; i < count; ++i) {
                const auto begin = vectors->begin() + i * dimension;
                finish(m_batch[static_cast<std::size_t>(i)], std::vector<float>(begin, begin + dimension));
            }
        } else if (count == 1) {
            fail(m_batch[0], vectors.error());
        } else {
            embed_singly();  // one picture, or the size of the batch, is at fault
        }
        m_context.tally.add(Stage::Embed, 0, count);
    }

    void embed_singly() {
        for (Decoded& picture : m_batch) {
            auto vector = m_context.embedder.embed(picture.input, 1, Embedder::Priority::Batch);
            if (vector) {
                finish(picture, std::move(*vector));
            } else {
                fail(picture, vector.error());
            }
        }
    }

    void finish(Decoded& picture, std::vector<float> vector) {
        picture.result.vector = std::move(vector);
        picture.result.engine = m_context.embedder.engine();
        hand_on(Finished::Kind::Embedded, picture);
    }

    void fail(Decoded& picture, const Error& error) {
        m_lines.known.forget(picture.result.hash);
        picture.result.failed = true;
        picture.result.error = {error.kind, "\"" + picture.path + "\" could not be embedded. " + error.text,
                                error.detail};
        hand_on(Finished::Kind::Failed, picture);
    }

    void hand_on(Finished::Kind kind, Decoded& picture) {
        Finished finished{kind, std::move(picture.result), std::move(picture.thumbnail),
                          std::move(picture.path)};
        const std::size_t bytes =
            finished.thumbnail.size() + finished.result.vector.size() * sizeof(float) + sizeof(Finished);
        (void)m_lines.finished.push(std::move(finished), bytes, {});
    }

    Context& m_context;
    Lines& m_lines;
    std::vector<Decoded> m_batch;
    std::vector<std::uint8_t> m_pixels;
};

}  // namespace

void embed_pictures(Context& context, Lines& lines) {
    EmbedLoop(context, lines).run();
}

// --- storing ---

void StoreLoop::run() {
    constexpr std::size_t kRows = 256;
    while (true) {
        auto finished = m_lines.finished.pop_until(std::chrono::steady_clock::now() + 50ms, {});
        if (finished) {
            m_batch.push_back(std::move(*finished));
        } else if (m_lines.finished.ended()) {
            break;
        }
        report_progress(false);
        if (m_batch.size() < kRows && !due()) continue;
        if (auto status = flush(); !status) {
            m_context.fail(with_space_needed(status.error()));
            m_lines.finished.close();
            return;
        }
    }
    if (!m_context.abort.stop_requested()) m_context.tally.finishing = true;
    auto status = flush();
    if (status) status = copy_vectors(m_copies.size());
    if (!status) m_context.fail(with_space_needed(status.error()));
    for (const Copy& copy : m_copies) m_lines.known.forget(copy.hash);
    report_progress(true);
}

bool StoreLoop::due() const {
    // The first results should be searchable at once; later commits gather for a second.
    const double patience = std::min(1.0, 0.1 * static_cast<double>(1 << std::min(m_flushes, 4)));
    return (!m_batch.empty() || (!m_lines.listing && (!m_waiting_for_scan.empty() || !m_copies.empty()))) &&
           m_since_flush.seconds() >= patience;
}

Status StoreLoop::flush() {
    m_since_flush = {};
    // A known content under a new path is a moved file or a copy; only a finished scan can tell.
    const bool scan_ended = !m_lines.listing;
    if (scan_ended) {
        m_batch.insert(m_batch.end(), std::make_move_iterator(m_waiting_for_scan.begin()),
                       std::make_move_iterator(m_waiting_for_scan.end()));
        m_waiting_for_scan.clear();
    } else {
        const auto copies = std::stable_partition(
            m_batch.begin(), m_batch.end(),
            [](const Finished& finished) { return finished.kind != Finished::Kind::Copy; });
        m_waiting_for_scan.insert(m_waiting_for_scan.end(), std::make_move_iterator(copies),
                                  std::make_move_iterator(m_batch.end()));
        m_batch.erase(copies, m_batch.end());
    }
    if (m_batch.empty()) return scan_ended ? copy_vectors(256) : Status();
    ++m_flushes;

    const double start = thread_cpu_seconds();
    std::vector<ItemResult> results;
    std::vector<ThumbnailCache::Entry> thumbnails;
    for (Finished& finished : m_batch) {
        if (!finished.thumbnail.empty()) {
            thumbnails.push_back({finished.result.hash, 256, std::move(finished.thumbnail)});
        }
        results.push_back(std::move(finished.result));
    }
    if (m_context.thumbnails && !thumbnails.empty()) m_context.thumbnails->store(thumbnails);
    auto outcome = m_context.library.writer()->commit_results(m_context.model, results);
    if (!outcome) return outcome.error();

    m_moved += outcome->moved;
    std::map<ItemId, ItemId> merged(outcome->merged.begin(), outcome->merged.end());
    std::vector<ItemId> items;
    for (std::size_t i = 0; i < m_batch.size(); ++i) {
        const Finished& finished = m_batch[i];
        ItemResult& result = results[i];
        const auto place = merged.find(result.item);
        items.push_back(place == merged.end() ? result.item : place->second);
        switch (finished.kind) {
            case Finished::Kind::Embedded:
                ++m_embedded;
                break;
            case Finished::Kind::Unchanged:
                ++m_untouched;
                break;
            case Finished::Kind::Copy:
                if (place == merged.end()) m_copies.push_back({result.item, result.hash});
                break;
            case Finished::Kind::Failed:
                m_context.add_failed({result.item, finished.path, result.error});
                break;
        }
    }
    const auto count = static_cast<std::int64_t>(m_batch.size());
    m_context.tally.done.fetch_add(count);
    m_context.tally.add(Stage::Store, thread_cpu_seconds() - start, count);
    m_batch.clear();
    if (m_context.observer.committed) m_context.observer.committed(outcome->embeddings, items);
    return scan_ended ? copy_vectors(256) : Status();
}

Status StoreLoop::copy_vectors(std::size_t most) {
    const StageTime time(m_context.tally, Stage::Store, 0);
    std::vector<ItemId> copied;
    for (std::size_t i = std::min(most, m_copies.size()); i > 0; --i) {
        Copy copy = std::move(m_copies.front());
        m_copies.pop_front();
        auto done = m_context.library.writer()->copy_embedding(m_context.model, copy.item, copy.hash);
        if (!done) return done.error();
        if (*done) {
            copied.push_back(copy.item);
        } else {
            m_copies.push_back(std::move(copy));  // its twin is still on the way
        }
    }
    if (!copied.empty() && m_context.observer.committed) m_context.observer.committed({}, copied);
    return {};
}

Error StoreLoop::with_space_needed(Error error) const {
    if (error.kind != ErrorKind::DiskFull) return error;
    const Tally& tally = m_context.tally;
    constexpr std::int64_t kRow = 200;
    const std::int64_t kThumbnail = m_context.thumbnails ? 12'000 : 0;
    const std::int64_t left = std::max<std::int64_t>(tally.total - tally.done, 1);
    const std::int64_t need = left * (4 * m_context.embedder.info().dimension + kRow + kThumbnail);
    std::error_code code;
    const auto space = std::filesystem::space(m_context.library.folder(), code);
    const auto megabytes = [](double bytes) {
        return std::to_string(static_cast<std::int64_t>(bytes / 1e6) + 1) + " MB";
    };
    error.text = "The disk that holds the library \"" + m_context.library.folder() +
                 "\" is full: " + std::to_string(left) + " more pictures need about " +
                 megabytes(static_cast<double>(need));
    if (!code) error.text += ", less than " + megabytes(static_cast<double>(space.available)) + " are free";
    error.text += ". What was stored so far is kept; free some space and import again.";
    return error;
}

void StoreLoop::report_progress(bool always) {
    if (!m_context.observer.progress || (!always && m_since_progress.seconds() < 0.1)) return;
    m_since_progress = {};
    ImportProgress progress = m_context.tally.progress(m_context.gate && m_context.gate->paused());
    const auto depth = [&](Stage stage, const auto& queue) {
        progress.stages[stage].queue_depth = queue.depth();
        progress.stages[stage].queue_bytes = queue.bytes();
    };
    depth(Stage::Decode, m_lines.work);
    depth(Stage::Embed, m_lines.decoded);
    depth(Stage::Store, m_lines.finished);
    progress.stages[Stage::Decode].queue_bytes = 0;  // paths only
    m_context.observer.progress(progress);
}

}  // namespace fieldmark::importing
