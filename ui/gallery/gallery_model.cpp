// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/gallery/gallery_model.h"

#include <algorithm>

#include <QMimeData>
#include <QUrl>

#include "ui/widgets/text.h"
#include "ui/widgets/tile_roles.h"

namespace fieldmark {
namespace {

constexpr int max_row_requests = 2;
/// More changed stretches than this are shown by one layout change instead of one signal each.
constexpr std::size_t max_stretches = 128;

}  // namespace

GalleryModel::GalleryModel(Session& session, QObject* parent)
    : QAbstractListModel(parent), m_session(session) {
    m_list_timer.setSingleShot(true);
    connect(&m_list_timer, &QTimer::timeout, this, &GalleryModel::request_list);
    connect(&session, &Session::itemsListed, this, [this](RequestId id, const std::vector<ItemId>& ids) {
        if (id == m_list_request) take_list(ids);
    });
    connect(&session, &Session::rowsFetched, this, [this](RequestId id, const std::vector<ItemRow>& rows) {
        const auto request = m_row_requests.find(id);
        if (request == m_row_requests.end()) return;
        for (const ItemId item : request->second) m_row_pending.erase(item);
        m_row_requests.erase(request);
        take_rows(rows);
        // Rows that are gone, or a library that cannot be read, are not asked for again and again.
        if (std::any_of(rows.begin(), rows.end(), [](const ItemRow& row) { return row.item.id != 0; }))
            request_rows();
    });
    connect(&session, &Session::itemsChanged, this, &GalleryModel::items_changed);
    connect(&session, &Session::closed, this, &GalleryModel::clear);
}

void GalleryModel::set_query(const ItemQuery& query) {
    m_query = query;
    m_list_fresh = true;
    m_list_again = false;
    m_list_request = 0;
    request_list();
}

void GalleryModel::clear() {
    beginResetModel();
    m_ids.clear();
    m_listed.clear();
    m_hidden.clear();
    m_offline.clear();
    m_rows.clear();
    m_row_requests.clear();
    m_row_pending.clear();
    m_list_request = 0;
    m_list_again = false;
    m_list_timer.stop();
    m_first = 0;
    m_last = -1;
    endResetModel();
}

void GalleryModel::request_list() {
    m_list_timer.stop();
    m_list_again = false;
    m_list_clock.start();
    m_list_request = m_session.list_items(m_query);
}

void GalleryModel::take_list(std::vector<ItemId> ids) {
    const bool fresh = m_list_fresh;
    m_list_fresh = false;
    m_list_request = 0;
    const qint64 took = m_list_clock.elapsed();
    m_listed = std::move(ids);
    std::vector<ItemId> shown = m_listed;
    if (!m_hidden.empty()) std::erase_if(shown, [this](ItemId item) { return m_hidden.contains(item); });
    if (fresh) {
        beginResetModel();
        m_ids = std::move(shown);
        m_first = 0;
        m_last = -1;
        endResetModel();
    } else {
        replace_calmly(std::move(shown));
    }
    // During an import the list is made again at most a fifth of the time.
    if (m_list_again) m_list_timer.start(int(std::clamp<qint64>(took * 4, 300, 5000)));
    Q_EMIT listed(fresh);
}

void GalleryModel::replace_calmly(std::vector<ItemId> ids) {
    if (ids == m_ids) return;
    const std::unordered_set<ItemId> next(ids.begin(), ids.end());
    const std::unordered_set<ItemId> before(m_ids.begin(), m_ids.end());

    // What stays must keep its order for the change to be insertions and removals only.
    std::vector<ItemId> stays_before;
    std::vector<ItemId> stays_after;
    for (const ItemId item : m_ids) {
        if (next.contains(item)) stays_before.push_back(item);
    }
    for (const ItemId item : ids) {
        if (before.contains(item)) stays_after.push_back(item);
    }
    std::size_t stretches = 0;
    for (std::size_t n = 0; n < m_ids.size(); ++n) {
        if (!next.contains(m_ids[n]) && (n == 0 || next.contains(m_ids[n - 1]))) ++stretches;
    }
    for (std::size_t n = 0; n < ids.size(); ++n) {
        if (!before.contains(ids[n]) && (n == 0 || before.contains(ids[n - 1]))) ++stretches;
    }

    if (stays_before != stays_after || stretches > max_stretches) {
        Q_EMIT layoutAboutToBeChanged();
        std::unordered_map<ItemId, int> places;
        places.reserve(ids.size());
        for (std::size_t n = 0; n < ids.size(); ++n) places.emplace(ids[n], int(n));
        const QModelIndexList old_indexes = persistentIndexList();
        QModelIndexList new_indexes;
        for (const QModelIndex& old_index : old_indexes) {
            const auto place = places.find(item_at(old_index.row()));
            new_indexes.append(place == places.end() ? QModelIndex() : createIndex(place->second, 0));
        }
        m_ids = std::move(ids);
        changePersistentIndexList(old_indexes, new_indexes);
        Q_EMIT layoutChanged();
        return;
    }

    for (int end = int(m_ids.size()); end > 0;) {
        if (next.contains(m_ids[std::size_t(end - 1)])) {
            --end;
            continue;
        }
        int begin = end - 1;
        while (begin > 0 && !next.contains(m_ids[std::size_t(begin - 1)])) --begin;
        beginRemoveRows({}, begin, end - 1);
        m_ids.erase(m_ids.begin() + begin, m_ids.begin() + end);
        endRemoveRows();
        end = begin;
    }
    for (int begin = 0; begin < int(ids.size());) {
        if (before.contains(ids[std::size_t(begin)])) {
            ++begin;
            continue;
        }
        int end = begin + 1;
        while (end < int(ids.size()) && !before.contains(ids[std::size_t(end)])) ++end;
        beginInsertRows({}, begin, end - 1);
        m_ids.insert(m_ids.begin() + begin, ids.begin() + begin, ids.begin() + end);
        endInsertRows();
        begin = end;
    }
}

void GalleryModel::set_hidden(const std::unordered_set<ItemId>& items) {
    m_hidden = items;
    std::vector<ItemId> shown = m_listed;
    std::erase_if(shown, [this](ItemId item) { return m_hidden.contains(item); });
    replace_calmly(std::move(shown));
}

void GalleryModel::set_offline(const std::unordered_set<CollectionId>& collections) {
    if (m_offline == collections) return;
    m_offline = collections;
    if (!m_ids.empty()) Q_EMIT dataChanged(index(0), index(int(m_ids.size()) - 1), {OfflineRole});
}

void GalleryModel::items_changed(const std::vector<ItemId>& items) {
    if (items.empty()) {
        for (auto& [item, kept] : m_rows) kept.stale = true;
    } else {
        for (const ItemId item : items) {
            if (const auto found = m_rows.find(item); found != m_rows.end()) found->second.stale = true;
        }
    }
    request_rows();
    if (m_list_request != 0 || m_list_timer.isActive()) {
        m_list_again = true;
    } else {
        m_list_timer.start(0);
    }
}

void GalleryModel::ensure_rows(int first, int last) {
    m_first = std::max(0, first);
    m_last = std::min(int(m_ids.size()) - 1, last);
    request_rows();
}

void GalleryModel::request_rows() {
    const int last = std::min(m_last, int(m_ids.size()) - 1);
    int row = m_first;
    while (row <= last && int(m_row_requests.size()) < max_row_requests) {
        std::vector<ItemId> wanted;
        for (; row <= last && int(wanted.size()) < page; ++row) {
            const ItemId item = m_ids[std::size_t(row)];
            const auto found = m_rows.find(item);
            if (found != m_rows.end() && !found->second.stale) {
                found->second.used = ++m_clock;
            } else if (m_row_pending.insert(item).second) {
                wanted.push_back(item);
            }
        }
        if (wanted.empty()) break;
        const RequestId id = m_session.fetch_rows(wanted);
        m_row_requests.emplace(id, std::move(wanted));
    }
}

void GalleryModel::take_rows(const std::vector<ItemRow>& rows) {
    std::vector<ItemId> other_content;
    std::unordered_set<ItemId> arrived;
    for (const ItemRow& row : rows) {
        if (row.item.id == 0) continue;
        Kept& kept = m_rows[row.item.id];
        const Item& old = kept.row.item;
        const bool recovered = old.state == ItemState::Failed && row.item.state != ItemState::Failed;
        if (old.id != 0 && ((!old.hash.empty() && old.hash != row.item.hash) || recovered)) {
            other_content.push_back(row.item.id);
        }
        kept = Kept{row, false, ++m_clock};
        arrived.insert(row.item.id);
    }
    forget_old_rows();
    // Rows arrive for what is on screen: only there may a view have to draw anew.
    const int last = std::min(m_last, int(m_ids.size()) - 1);
    int from = -1;
    for (int n = m_first; n <= last + 1; ++n) {
        const bool hit = n <= last && arrived.contains(m_ids[std::size_t(n)]);
        if (hit && from < 0) from = n;
        if (!hit && from >= 0) {
            Q_EMIT dataChanged(index(from), index(n - 1));
            from = -1;
        }
    }
    if (!other_content.empty()) Q_EMIT contentChanged(other_content);
}

void GalleryModel::forget_old_rows() {
    if (int(m_rows.size()) <= max_rows_kept) return;
    std::vector<std::uint64_t> uses;
    uses.reserve(m_rows.size());
    for (const auto& [item, kept] : m_rows) uses.push_back(kept.used);
    const auto middle = uses.begin() + std::ptrdiff_t(uses.size() / 4);
    std::nth_element(uses.begin(), middle, uses.end());
    const std::uint64_t oldest = *middle;
    std::erase_if(m_rows, [oldest](const auto& entry) { return entry.second.used < oldest; });
}

ItemId GalleryModel::item_at(int row) const {
    return row >= 0 && row < int(m_ids.size()) ? m_ids[std::size_t(row)] : 0;
}

int GalleryModel::row_of(ItemId item) const {
    const auto found = std::find(m_ids.begin(), m_ids.end(), item);
    return found == m_ids.end() ? -1 : int(found - m_ids.begin());
}

const ItemRow* GalleryModel::row(ItemId item) const {
    const auto found = m_rows.find(item);
    return found == m_rows.end() ? nullptr : &found->second.row;
}

int GalleryModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int(m_ids.size());
}

Qt::ItemFlags GalleryModel::flags(const QModelIndex& index) const {
    if (!index.isValid()) return Qt::NoItemFlags;
    return Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsDragEnabled | Qt::ItemNeverHasChildren;
}

QVariant GalleryModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const ItemId item = item_at(index.row());
    if (role == ItemIdRole) return qint64(item);
    if (role == RankRole) return 0;
    const ItemRow* found = row(item);
    if (role == LoadedRole) return found != nullptr;
    if (found == nullptr) {
        if (role == Qt::AccessibleTextRole) return tr("picture %1").arg(Text::count(index.row() + 1));
        if (role == StateRole) return int(ItemState::Ready);
        if (role == OfflineRole) return false;
        return {};
    }
    switch (role) {
        case Qt::DisplayRole:
        case TitleRole:
            return Text::title(*found);
        case SubtitleRole:
            return tr("%1, %2", "file name, collection")
                .arg(Text::file_name(found->item.path), QString::fromStdString(found->collection));
        case Qt::AccessibleTextRole: {
            QString text = found->collection.empty()
                               ? Text::title(*found)
                               : tr("%1, from %2", "a picture's label, its collection")
                                     .arg(Text::title(*found), QString::fromStdString(found->collection));
            if (found->item.state != ItemState::Ready) {
                text += QStringLiteral(", ") + Text::state(found->item.state);
            }
            return text;
        }
        case Qt::ToolTipRole: {
            QString text = Text::display_name(found->absolute_path);
            if (found->item.state == ItemState::Failed) {
                text += QLatin1Char('\n') + QString::fromStdString(found->item.error_text);
            }
            return text;
        }
        case StateRole:
            return int(found->item.state);
        case ErrorTextRole:
            return QString::fromStdString(found->item.error_text);
        case OfflineRole:
            return m_offline.contains(found->item.collection);
        case AbsolutePathRole:
            return QByteArray::fromStdString(found->absolute_path);
        case RowRole:
            return QVariant::fromValue(*found);
        default:
            return {};
    }
}

QStringList GalleryModel::mimeTypes() const {
    return {QStringLiteral("text/uri-list")};
}

QMimeData* GalleryModel::mimeData(const QModelIndexList& indexes) const {
    std::vector<std::string> paths;
    for (const QModelIndex& one : indexes) {
        if (const ItemRow* found = row(item_at(one.row()))) paths.push_back(found->absolute_path);
    }
    return paths.empty() ? nullptr : mime_of_paths(paths);
}

QMimeData* mime_of_paths(const std::vector<std::string>& paths) {
    auto* mime = new QMimeData;
    QList<QUrl> urls;
    QStringList texts;
    for (const std::string& path : paths) {
        urls.append(Text::url_of(path));
        texts.append(QString::fromLocal8Bit(path.data(), qsizetype(path.size())));
    }
    mime->setUrls(urls);
    mime->setText(texts.join(QLatin1Char('\n')));
    return mime;
}

}  // namespace fieldmark
