// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <set>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

#include <QImage>

#include "core/library/library.h"
#include "core/library/reader.h"
#include "core/library/thumbnail_cache.h"

namespace fieldmark {

/// Fetches the thumbnails that a view shows now: from the cache, else from the file (and into the cache). A
/// new request replaces what is left of the one before. Any thread; `ready` is called on the service's own
/// threads, once per wanted item, with a null image where there is none.
class ThumbnailService {
  public:
    using Ready = std::function<void(ItemId item, int size_class, const QImage& image)>;

    ThumbnailService(Library& library, ThumbnailCache& cache, Ready ready);
    ~ThumbnailService();
    ThumbnailService(const ThumbnailService&) = delete;
    ThumbnailService& operator=(const ThumbnailService&) = delete;

    /// Most urgent first.
    void request(const std::vector<ItemId>& items, int size_class);
    void request_stop();

  private:
    struct Wanted {
        ItemId item = 0;
        int size_class = 256;
        auto operator<=>(const Wanted&) const = default;
    };
    void work(const std::stop_token& stop);
    QImage make(LibraryReader& reader, const Wanted& wanted);

    Library& m_library;
    ThumbnailCache& m_cache;
    const Ready m_ready;
    std::mutex m_mutex;
    std::condition_variable_any m_changed;
    std::deque<Wanted> m_wanted;
    std::set<Wanted> m_in_hand;
    std::stop_source m_stop;
    std::vector<std::jthread> m_threads;
};

}  // namespace fieldmark
