// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/pictures/thumbnail_service.h"

#include <algorithm>

#include "core/base/within_memory.h"
#include "core/engine/pictures/picture_source.h"
#include "core/engine/pictures/prepared_picture.h"
#include "core/image/decode.h"
#include "core/image/resize.h"

namespace fieldmark {

namespace {
constexpr int kThreads = 2;
constexpr int kQuality = 85;
}  // namespace

ThumbnailService::ThumbnailService(Library& library, ThumbnailCache& cache, Ready ready)
    : m_library(library), m_cache(cache), m_ready(std::move(ready)) {
    for (int i = 0; i < kThreads; ++i) {
        m_threads.emplace_back([this] { work(m_stop.get_token()); });
    }
}

ThumbnailService::~ThumbnailService() {
    request_stop();
    m_threads.clear();
}

void ThumbnailService::request_stop() {
    m_stop.request_stop();
}

void ThumbnailService::request(const std::vector<ItemId>& items, int size_class) {
    {
        const std::lock_guard lock(m_mutex);
        m_wanted.clear();
        for (const ItemId item : items) m_wanted.push_back({item, size_class > 256 ? 512 : 256});
    }
    m_changed.notify_all();
}

void ThumbnailService::work(const std::stop_token& stop) {
    auto reader = m_library.reader();
    while (true) {
        Wanted wanted;
        {
            std::unique_lock lock(m_mutex);
            m_changed.wait(lock, stop, [&] { return !m_wanted.empty(); });
            if (stop.stop_requested()) return;
            wanted = m_wanted.front();
            m_wanted.pop_front();
            if (!m_in_hand.insert(wanted).second) continue;  // another thread is at it
        }
        // What there is no memory for is shown as a picture that cannot be read, until its item changes or
        // the library is opened again.
        const auto made = within_memory("for a thumbnail", [&]() -> Result<QImage> {
            return reader ? make(**reader, wanted) : QImage();
        });
        const QImage image = made ? *made : QImage();
        {
            const std::lock_guard lock(m_mutex);
            m_in_hand.erase(wanted);
        }
        m_ready(wanted.item, wanted.size_class, image);
    }
}

QImage ThumbnailService::make(LibraryReader& reader, const Wanted& wanted) {
    const auto items = reader.items(std::span(&wanted.item, 1));
    if (!items || items->front().id == 0) return {};
    const Item& item = items->front();
    // A pending item's file may have changed: what is cached under its hash may be an old picture.
    if (!item.hash.empty() && item.state != ItemState::Pending) {
        if (const auto jpeg = m_cache.find(item.hash, wanted.size_class)) {
            if (const auto decoded = decode(std::as_bytes(std::span(*jpeg)), "thumbnail")) {
                return to_qimage(decoded->image);
            }
            m_cache.remove(item.hash);
        }
    }
    const auto path = reader.absolute_path(item);
    if (!path) return {};
    const auto file = read_picture(*path, {});
    if (file) {
        auto decoded = decode(file->bytes, *path, {wanted.size_class, {}});
        if (!decoded) return {};
        const int side = std::max(decoded->image.width, decoded->image.height);
        const Image small = side <= wanted.size_class ? std::move(decoded->image)
                                                      : fit_within(decoded->image, wanted.size_class);
        if (const auto jpeg = encode_jpeg(small, kQuality))
            m_cache.store(file->hash, wanted.size_class, *jpeg);
        return to_qimage(small);
    }
    // The drive is away: the other size is better than nothing.
    const auto other = m_cache.find(item.hash, wanted.size_class == 512 ? 256 : 512);
    if (!other) return {};
    const auto decoded = decode(std::as_bytes(std::span(*other)), "thumbnail");
    return decoded ? to_qimage(decoded->image) : QImage();
}

}  // namespace fieldmark
