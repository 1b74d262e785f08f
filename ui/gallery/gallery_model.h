// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <QAbstractListModel>
#include <QElapsedTimer>
#include <QTimer>

#include "core/engine/session/session.h"

namespace fieldmark {

/// The library's items that an ItemQuery selects, in its order: all ids at once (8 bytes each), their rows by
/// page as views show them, the least recently shown ones forgotten. While a library changes underneath, the
/// same query is listed again at leisure and the difference comes as rows inserted and removed, so that views
/// keep their place. Roles: tile_roles.h, Qt::DisplayRole, Qt::ToolTipRole, Qt::AccessibleTextRole. UI
/// thread.
class GalleryModel : public QAbstractListModel {
    Q_OBJECT
  public:
    static constexpr int page = 128;            ///< rows fetched in one request
    static constexpr int max_rows_kept = 8192;  ///< rows in memory

    explicit GalleryModel(Session& session, QObject* parent = nullptr);

    /// Lists anew; `listed` tells when it is there. Until then the old list stays.
    void set_query(const ItemQuery& query);
    const ItemQuery& query() const { return m_query; }
    void clear();

    /// Fetches the rows from `first` to `last` that are not there, visible ones first as the caller orders
    /// them.
    void ensure_rows(int first, int last);

    ItemId item_at(int row) const;
    int row_of(ItemId item) const;  ///< -1 if it is not in the list; looks through the list
    /// Null while it is not fetched.
    const ItemRow* row(ItemId item) const;
    const std::vector<ItemId>& ids() const { return m_ids; }

    /// Items that are shown no longer though the library still has them (a removal that can be undone).
    void set_hidden(const std::unordered_set<ItemId>& items);
    /// Collections whose folder cannot be reached; their tiles say so.
    void set_offline(const std::unordered_set<CollectionId>& collections);

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    QStringList mimeTypes() const override;
    QMimeData* mimeData(const QModelIndexList& indexes) const override;

  Q_SIGNALS:
    /// The list of the query set last is there; `fresh` on the first time, false when it was only brought up
    /// to date.
    void listed(bool fresh);
    /// The files behind these items are others than before: what was drawn of them is out of date.
    void contentChanged(const std::vector<fieldmark::ItemId>& items);

  private:
    void take_list(std::vector<ItemId> ids);
    void replace_calmly(std::vector<ItemId> ids);
    void take_rows(const std::vector<ItemRow>& rows);
    void items_changed(const std::vector<ItemId>& items);
    void request_list();
    void request_rows();
    void forget_old_rows();

    struct Kept {
        ItemRow row;
        bool stale = false;
        std::uint64_t used = 0;
    };

    Session& m_session;
    ItemQuery m_query;
    std::vector<ItemId> m_listed;  ///< as the session gave it
    std::vector<ItemId> m_ids;     ///< without the hidden ones
    std::unordered_set<ItemId> m_hidden;
    std::unordered_set<CollectionId> m_offline;
    std::unordered_map<ItemId, Kept> m_rows;
    std::uint64_t m_clock = 0;
    int m_first = 0;  ///< rows wanted last
    int m_last = -1;

    RequestId m_list_request = 0;
    bool m_list_fresh = false;  ///< the request under way is for a new query
    bool m_list_again = false;  ///< something changed meanwhile
    QElapsedTimer m_list_clock;
    QTimer m_list_timer;
    std::unordered_map<RequestId, std::vector<ItemId>> m_row_requests;
    std::unordered_set<ItemId> m_row_pending;
};

/// Paths as a drag or the clipboard carries them: file URLs that keep bytes which are no UTF-8. Caller owns.
QMimeData* mime_of_paths(const std::vector<std::string>& paths);

}  // namespace fieldmark
