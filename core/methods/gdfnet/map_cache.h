// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>

#include "core/base/result.h"
#include "core/models/backbone.h"

namespace fieldmark {

/// The last maps of a frozen backbone, float16 in a file mapped into memory (125 kB a picture at 7 x 7 x
/// 1280), so that learning on top of it never runs the backbone again. One picture has `views` maps: the
/// plain one, then its mirror image where there are two. Reading from any thread; one writer.
class MapCache {
  public:
    /// A scratch file in `folder`: it has no name once it is open and is gone with the cache. DiskFull before
    /// anything is computed, Permission, Io, TooLarge.
    static Result<MapCache> create(const std::string& folder, std::int64_t pictures, std::int64_t views,
                                   std::int64_t positions, std::int64_t channels);
    ~MapCache();
    MapCache(MapCache&& other) noexcept;
    MapCache& operator=(MapCache&& other) noexcept;

    std::int64_t pictures() const { return m_pictures; }
    std::int64_t views() const { return m_views; }
    std::int64_t positions() const { return m_positions; }
    std::int64_t channels() const { return m_channels; }
    std::int64_t bytes() const { return m_pictures * m_views * m_positions * m_channels * 2; }

    /// (positions, channels) float16.
    std::uint16_t* map(std::int64_t picture, std::int64_t view) const {
        return m_data + (picture * m_views + view) * m_positions * m_channels;
    }

    /// Writes a picture's pixels as the backbone takes them, (input_height, input_width, 3).
    using PictureSource = std::function<Status(std::int64_t picture, std::span<std::uint8_t> pixels)>;
    /// Runs the backbone over all pictures and views. Its map must have the cache's size. Cancelled on
    /// `stop`; `progress` gets the share done.
    Status fill(Backbone& backbone, const PictureSource& source, const std::function<void(double)>& progress,
                const std::stop_token& stop);

  private:
    MapCache() = default;
    void close();

    std::int64_t m_pictures = 0;
    std::int64_t m_views = 0;
    std::int64_t m_positions = 0;
    std::int64_t m_channels = 0;
    std::uint16_t* m_data = nullptr;
    std::size_t m_mapped = 0;
};

}  // namespace fieldmark
