// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/session/open_library.h"

#include <algorithm>
#include <utility>

#include <QTimer>

#include "core/base/within_memory.h"
#include "core/engine/importing/object_boxes.h"
#include "core/engine/pictures/picture_source.h"
#include "core/models/model_registry.h"

namespace fieldmark {

namespace {
/// Views refresh at most this often.
constexpr int kAnnounceMs = 500;
/// With more than this, "anything may have changed" is cheaper for everyone.
constexpr std::size_t kMostTouched = 4096;
}  // namespace

OpenLibrary::OpenLibrary(std::unique_ptr<Library> library, std::shared_ptr<ModelShelf> shelf,
                         PostToSession post)
    : m_library(std::move(library)),
      m_shelf(std::move(shelf)),
      m_post(std::move(post)),
      m_notice(notice_to(m_post)),
      m_thumbnail_cache(m_library->read_only() ? std::string() : m_library->thumbnail_file()),
      m_thumbnails(
          *m_library, m_thumbnail_cache,
          [this](ItemId item, int size_class, const QImage& image) {
              m_post([=](Session& session) { Q_EMIT session.thumbnailReady(item, size_class, image); });
          }),
      m_trainings(*m_library, m_post) {}

OpenLibrary::~OpenLibrary() {
    request_stop();
    m_edits.finish();
}

void OpenLibrary::request_stop() {
    m_closing = true;
    {
        const std::lock_guard lock(m_jobs_mutex);
        for (auto& [id, stop] : m_searches) stop.request_stop();
        m_count_stop.request_stop();
        m_folders_stop.request_stop();
        m_import_stop.request_stop();
        m_switch_stop.request_stop();
        m_whitening_stop.request_stop();
        m_explanation_stop.request_stop();
        m_mark_stop.request_stop();
        m_look_stop.request_stop();
        m_map_stop.request_stop();
        m_evaluation_stop.request_stop();
        m_anchors_stop.request_stop();
        m_anchor_marks_stop.request_stop();
        m_query_mark_stop.request_stop();
    }
    {
        const std::lock_guard lock(m_model_mutex);
        if (m_measurer) m_measurer->request_stop();
    }
    m_thumbnails.request_stop();
    m_trainings.request_stop();
    // Not the edits: what a person has changed is kept, however soon the library is closed after it.
    for (Worker* worker :
         {&m_reads, &m_pictures, &m_searching, &m_counting, &m_importer, &m_indexer, &m_explaining,
          &m_mapping, &m_placing, &m_describing, &m_marking, &m_evaluating, &m_modelling}) {
        worker->request_stop();
    }
}

// --- the gallery ---

Result<LibrarySummary> OpenLibrary::read_summary() {
    auto reader = m_library->reader();
    if (!reader) return reader.error();
    LibrarySummary summary;
    summary.folder = m_library->folder();
    summary.name = m_library->name();
    summary.read_only = m_library->read_only();
    auto counts = (*reader)->counts();
    if (!counts) return counts.error();
    summary.counts = *counts;
    auto collections = (*reader)->collections();
    if (!collections) return collections.error();
    summary.collections = std::move(*collections);
    auto fields = (*reader)->fields();
    if (!fields) return fields.error();
    summary.fields = std::move(*fields);
    return summary;
}

void OpenLibrary::refresh_summary() {
    if (m_summary_posted.exchange(true)) return;
    m_reads.post([this](std::stop_token) {
        m_summary_posted = false;
        auto summary = read_summary();
        if (!summary) {
            m_post([error = summary.error()](Session& session) { Q_EMIT session.noticed(error); });
            return;
        }
        bool changed = false;
        const std::int64_t embedded = search_service()->index_info().rows;
        {
            const std::lock_guard lock(m_model_mutex);
            changed = m_model.embedded != embedded || m_model.total != summary->counts.items;
            m_model.embedded = embedded;
            m_model.total = summary->counts.items;
        }
        if (changed) publish_model();
        m_post([summary = std::move(*summary)](Session& session) { Q_EMIT session.summaryChanged(summary); });
    });
}

void OpenLibrary::announce_interrupted_import() {
    auto reader = m_library->reader();
    if (!reader || m_library->read_only()) return;
    ItemQuery pending;
    pending.state = ItemState::Pending;
    const auto collections = (*reader)->collections();
    if (!collections || collections->empty()) return;
    for (const Collection& collection : *collections) {
        if (!collection.offline) pending.collections.push_back(collection.id);
    }
    if (pending.collections.empty()) return;  // all away: nothing could be resumed now
    const auto ids = (*reader)->item_ids(pending);
    if (!ids || ids->empty()) return;
    const auto count = static_cast<std::int64_t>(ids->size());
    m_post([count](Session& session) { Q_EMIT session.interruptedImport(count); });
}

void OpenLibrary::list_items(RequestId id, ItemQuery query) {
    m_reads.post([this, id, query = std::move(query)](std::stop_token) {
        auto reader = m_library->reader();
        auto ids = reader ? (*reader)->item_ids(query) : Result<std::vector<ItemId>>(reader.error());
        if (!ids) {
            m_post([error = ids.error()](Session& session) { Q_EMIT session.noticed(error); });
            ids = std::vector<ItemId>{};
        }
        m_post([id, ids = std::move(*ids)](Session& session) { Q_EMIT session.itemsListed(id, ids); });
    });
}

Result<std::vector<ItemRow>> OpenLibrary::rows_of(LibraryReader& reader, const std::vector<ItemId>& ids) {
    auto items = reader.items(ids);
    if (!items) return items.error();
    auto metadata = reader.metadata(ids);
    if (!metadata) return metadata.error();
    std::vector<ItemRow> rows(items->size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        rows[i].item = std::move((*items)[i]);
        rows[i].metadata = std::move((*metadata)[i]);
        if (auto status = m_facts.locate(reader, rows[i]); !status) return status.error();
    }
    return rows;
}

void OpenLibrary::fetch_rows(RequestId id, std::vector<ItemId> ids) {
    m_reads.post([this, id, ids = std::move(ids)](std::stop_token) {
        auto reader = m_library->reader();
        auto rows = reader ? rows_of(**reader, ids) : Result<std::vector<ItemRow>>(reader.error());
        if (!rows) {
            m_post([error = rows.error()](Session& session) { Q_EMIT session.noticed(error); });
            rows = std::vector<ItemRow>{};
        }
        m_post([id, rows = std::move(*rows)](Session& session) { Q_EMIT session.rowsFetched(id, rows); });
    });
}

void OpenLibrary::fetch_field_values(RequestId id, std::string field) {
    m_reads.post([this, id, field = std::move(field)](std::stop_token) {
        auto reader = m_library->reader();
        auto values =
            reader ? (*reader)->field_values(field) : Result<std::vector<ValueCount>>(reader.error());
        if (!values) {
            m_post([error = values.error()](Session& session) { Q_EMIT session.noticed(error); });
            values = std::vector<ValueCount>{};
        }
        m_post([id, field, values = std::move(*values)](Session& session) {
            Q_EMIT session.fieldValuesFetched(id, field, values);
        });
    });
}

void OpenLibrary::fetch_folder_labels(RequestId id, std::string field,
                                      std::vector<CollectionId> collections) {
    const std::stop_source newest = instead_of(m_folders_stop);
    m_reads.post(
        [this, id, field = std::move(field), collections = std::move(collections), newest](std::stop_token) {
            auto labels = within_memory("to read the folders", [&]() -> Result<FolderLabels> {
                auto reader = m_library->reader();
                if (!reader) return reader.error();
                return folder_labels(**reader, field, collections, newest.get_token());
            });
            if (labels) {
                m_post([id, labels = std::move(*labels)](Session& session) {
                    Q_EMIT session.folderLabelsFetched(id, labels);
                });
            } else if (labels.error().kind != ErrorKind::Cancelled) {
                m_post([id, error = labels.error()](Session& session) {
                    Q_EMIT session.folderLabelsFailed(id, error);
                });
            }
        });
}

void OpenLibrary::request_thumbnails(const std::vector<ItemId>& ids, int size_class) {
    m_thumbnails.request(ids, size_class);
}

void OpenLibrary::load_picture(RequestId id, QueryImage source, int max_side) {
    m_pictures.post([this, id, source = std::move(source), max_side](std::stop_token) {
        auto reader = m_library->reader();
        auto picture = reader ? load_picture_of(source, max_side, reader->get(), &m_thumbnail_cache)
                              : Result<LoadedPicture>(reader.error());
        const Error error = picture ? Error{} : picture.error();
        const LoadedPicture loaded = picture ? std::move(*picture) : LoadedPicture{};
        m_post([=](Session& session) {
            Q_EMIT session.pictureReady(id, loaded.image, loaded.source_width, loaded.source_height, error);
        });
    });
}

// --- edits and announcements ---

void OpenLibrary::edit(RequestId id, Edit change, std::vector<ItemId> touched,
                       std::function<void(Session&)> then) {
    m_edits.post([this, id, change = std::move(change), touched = std::move(touched), then](std::stop_token) {
        LibraryWriter* writer = m_library->writer();
        const Status status = within_memory("to change the library", [&]() -> Status {
            if (writer) return change(*writer);
            return Error{ErrorKind::ReadOnly, "The library \"" + m_library->folder() +
                                                  "\" is open for reading only, so it cannot be changed."};
        });
        if (!status) {
            m_post([id, error = status.error()](Session& session) { Q_EMIT session.editFailed(id, error); });
            return;
        }
        m_facts.forget();
        refresh_index_soon();
        touch(touched);
        m_post([id, then](Session& session) {
            Q_EMIT session.edited(id);
            if (then) then(session);
        });
    });
}

void OpenLibrary::fetch_object_box(RequestId id, ItemId item, bool find) {
    m_pictures.post([this, id, item, find](std::stop_token) {
        auto reader = m_library->reader();
        auto box =
            reader ? object_box_of(**reader, item, find) : Result<std::optional<ObjectBox>>(reader.error());
        const Error error = box ? Error{} : box.error();
        const std::optional<ObjectBox> found = box ? *box : std::nullopt;
        m_post([=](Session& session) { Q_EMIT session.objectBoxFetched(id, item, found, error); });
    });
}

void OpenLibrary::set_object_box(RequestId id, ItemId item, std::optional<ObjectBox> box) {
    bool of_objects = false;
    {
        const std::lock_guard lock(m_model_mutex);
        of_objects = !m_model.whole_model.empty();
    }
    const auto change = [this, item, box = std::move(box)](LibraryWriter& writer) -> Status {
        auto reader = m_library->reader();
        if (!reader) return reader.error();
        return put_object_box(writer, **reader, item, box);
    };
    // A model of objects has lost this picture's vector with the old box: it is made again at once.
    edit(id, change, {item}, [of_objects](Session& session) {
        if (of_objects) session.start_import({});
    });
}

void OpenLibrary::touch(const std::vector<ItemId>& items) {
    m_classes.forget();
    m_explanations.forget();
    const std::lock_guard lock(m_touched_mutex);
    if (items.empty() || m_touched.size() + items.size() > kMostTouched) {
        m_touched_any = true;
        m_touched.clear();
    }
    if (!m_touched_any) m_touched.insert(items.begin(), items.end());
    if (std::exchange(m_announcement_due, true)) return;
    const int wait = std::max(0, kAnnounceMs - static_cast<int>(m_since_announced.milliseconds()));
    m_post([wait, post = m_post, weak = weak_from_this()](Session& session) {
        QTimer::singleShot(wait, &session, [post, weak] {
            // Through post again, which drops it if the library was closed meanwhile: the session holds it
            // otherwise.
            post([weak](Session&) {
                if (const auto self = weak.lock()) self->announce_touched();
            });
        });
    });
}

void OpenLibrary::announce_touched() {
    std::vector<ItemId> items;
    {
        const std::lock_guard lock(m_touched_mutex);
        if (!m_touched_any) items.assign(m_touched.begin(), m_touched.end());
        m_touched.clear();
        m_touched_any = false;
        m_announcement_due = false;
        m_since_announced = {};
    }
    refresh_summary();
    m_post([items = std::move(items)](Session& session) { Q_EMIT session.itemsChanged(items); });
}

}  // namespace fieldmark
