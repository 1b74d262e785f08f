// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include <QCache>
#include <QObject>
#include <QPixmap>

#include "core/engine/session/session.h"

namespace fieldmark {

/// The window's thumbnails in memory, bounded by decoded bytes. Views ask with pixmap() while painting (never
/// waits), tell with want() which items they show now, and repaint on changed(). UI thread.
class ThumbnailStore : public QObject {
    Q_OBJECT
  public:
    explicit ThumbnailStore(Session& session, QObject* parent = nullptr);

    /// Null until it is there; failed() tells whether it will ever be.
    QPixmap pixmap(ItemId item, int device_pixels) const;
    bool failed(ItemId item) const;
    /// What `view` shows now, most urgent first; views are told apart by their address, and the union is
    /// requested.
    void want(const QObject* view, const std::vector<ItemId>& items, int device_pixels);
    void forget(const std::vector<ItemId>& items);  ///< content changed; empty: all

  Q_SIGNALS:
    void changed(fieldmark::ItemId item);

  private:
    struct Impl;
    std::shared_ptr<Impl> m_impl;
};

}  // namespace fieldmark
