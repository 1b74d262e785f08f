// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/widgets/thumbnail_store.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include <QTimer>

namespace fieldmark {
namespace {

constexpr int cache_kilobytes = 160 * 1024;  // decoded pixels: some 800 tiles of 256 x 192

int size_class_for(int device_pixels) {
    return device_pixels <= 256 ? 256 : 512;
}

struct Key {
    ItemId item = 0;
    int size_class = 256;
    bool operator==(const Key&) const = default;
};

size_t qHash(const Key& key, size_t seed) {
    return ::qHashMulti(seed, qint64(key.item), key.size_class);
}

struct Wish {
    std::vector<ItemId> items;
    int size_class = 256;
};

}  // namespace

struct ThumbnailStore::Impl {
    explicit Impl(Session& the_session) : session(the_session), pixmaps(cache_kilobytes) {}

    Session& session;
    mutable QCache<Key, QPixmap> pixmaps;
    std::unordered_set<ItemId> failed;
    std::unordered_map<const QObject*, Wish> wishes;
    QTimer send;
    std::vector<ItemId> last_sent;
    int last_class = 0;

    /// One request for all views: the most urgent of each in turn, without what is there already.
    void request() {
        int size_class = 256;
        std::size_t longest = 0;
        for (const auto& [view, wish] : wishes) {
            size_class = std::max(size_class, wish.size_class);
            longest = std::max(longest, wish.items.size());
        }
        std::vector<ItemId> wanted;
        std::unordered_set<ItemId> seen;
        for (std::size_t n = 0; n < longest; ++n) {
            for (const auto& [view, wish] : wishes) {
                if (n >= wish.items.size()) continue;
                const ItemId item = wish.items[n];
                if (item == 0 || failed.contains(item) || pixmaps.contains(Key{item, wish.size_class}))
                    continue;
                if (pixmaps.contains(Key{item, size_class}) || !seen.insert(item).second) continue;
                wanted.push_back(item);
            }
        }
        if (wanted == last_sent && size_class == last_class) return;
        last_sent = wanted;
        last_class = size_class;
        session.request_thumbnails(wanted, size_class);
    }
};

ThumbnailStore::ThumbnailStore(Session& session, QObject* parent)
    : QObject(parent), m_impl(std::make_shared<Impl>(session)) {
    // Views tell their wishes in bursts (layout, scroll, resize in one turn of the event loop): one request
    // each.
    m_impl->send.setSingleShot(true);
    m_impl->send.setInterval(0);
    connect(&m_impl->send, &QTimer::timeout, this, [this] { m_impl->request(); });
    connect(&session, &Session::thumbnailReady, this,
            [this](ItemId item, int size_class, const QImage& image) {
                std::erase(m_impl->last_sent, item);
                if (image.isNull()) {
                    m_impl->failed.insert(item);
                } else {
                    m_impl->failed.erase(item);
                    auto* pixmap = new QPixmap(QPixmap::fromImage(image));
                    const auto bytes = qint64(pixmap->width()) * pixmap->height() * 4;
                    m_impl->pixmaps.insert(Key{item, size_class}, pixmap, std::max<qint64>(1, bytes / 1024));
                }
                Q_EMIT changed(item);
            });
    connect(&session, &Session::closed, this, [this] { forget({}); });
}

QPixmap ThumbnailStore::pixmap(ItemId item, int device_pixels) const {
    const int wanted = size_class_for(device_pixels);
    if (const QPixmap* found = m_impl->pixmaps.object(Key{item, wanted})) return *found;
    // The other size is better than nothing while the right one is on its way.
    if (const QPixmap* found = m_impl->pixmaps.object(Key{item, wanted == 256 ? 512 : 256})) return *found;
    return {};
}

bool ThumbnailStore::failed(ItemId item) const {
    return m_impl->failed.contains(item);
}

void ThumbnailStore::want(const QObject* view, const std::vector<ItemId>& items, int device_pixels) {
    if (!m_impl->wishes.contains(view)) {
        connect(view, &QObject::destroyed, this, [this](QObject* gone) { m_impl->wishes.erase(gone); });
    }
    m_impl->wishes[view] = Wish{items, size_class_for(device_pixels)};
    m_impl->send.start();
}

void ThumbnailStore::forget(const std::vector<ItemId>& items) {
    m_impl->last_sent.clear();
    if (items.empty()) {
        m_impl->pixmaps.clear();
        m_impl->failed.clear();
        m_impl->wishes.clear();
        return;
    }
    for (const ItemId item : items) {
        m_impl->pixmaps.remove(Key{item, 256});
        m_impl->pixmaps.remove(Key{item, 512});
        m_impl->failed.erase(item);
    }
    m_impl->send.start();
}

}  // namespace fieldmark
