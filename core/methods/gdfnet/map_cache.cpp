// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/methods/gdfnet/map_cache.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <torch/torch.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

namespace fieldmark {

namespace {

constexpr std::int64_t kSlice = 16;  // pictures that go through the backbone together

Error no_room(const std::string& folder, std::int64_t bytes, int code) {
    const auto megabytes = std::to_string(bytes / 1'000'000 + 1);
    if (code == ENOSPC || code == EDQUOT || code == EFBIG) {
        return {ErrorKind::DiskFull,
                "The feature maps of this training need " + megabytes + " MB in \"" + folder +
                    "\", and there is less room. Free some, or learn from fewer pictures."};
    }
    if (code == EACCES || code == EPERM || code == EROFS)
        return {ErrorKind::Permission, "Nothing can be written in \"" + folder + "\". Choose another place."};
    return {ErrorKind::Io, "The feature maps of this training could not be kept in \"" + folder + "\".",
            std::strerror(code)};
}

}  // namespace

Result<MapCache> MapCache::create(const std::string& folder, std::int64_t pictures, std::int64_t views,
                                  std::int64_t positions, std::int64_t channels) {
    if (pictures < 1 || views < 1 || positions < 1 || channels < 1)
        return Error{ErrorKind::Usage, "There are no pictures to make feature maps of."};
    MapCache cache;
    cache.m_pictures = pictures;
    cache.m_views = views;
    cache.m_positions = positions;
    cache.m_channels = channels;
    std::string name = folder + "/.maps-XXXXXX";
    const int file = ::mkstemp(name.data());
    if (file < 0) return no_room(folder, cache.bytes(), errno);
    ::unlink(name.c_str());
    // Reserved, not only extended: a full disk is told now, not as a bus error in an hour.
    const int failed = ::posix_fallocate(file, 0, static_cast<off_t>(cache.bytes()));
    void* memory = MAP_FAILED;
    int code = failed;
    if (failed == 0) {
        cache.m_mapped = static_cast<std::size_t>(cache.bytes());
        memory = ::mmap(nullptr, cache.m_mapped, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        code = errno;
    }
    ::close(file);
    if (memory == MAP_FAILED) {
        cache.m_mapped = 0;
        return no_room(folder, cache.bytes(), code);
    }
    cache.m_data = static_cast<std::uint16_t*>(memory);
    return cache;
}

void MapCache::close() {
    if (m_data != nullptr) ::munmap(m_data, m_mapped);
    m_data = nullptr;
}

MapCache::~MapCache() {
    close();
}

MapCache::MapCache(MapCache&& other) noexcept {
    *this = std::move(other);
}

MapCache& MapCache::operator=(MapCache&& other) noexcept {
    if (this == &other) return *this;
    close();
    m_pictures = other.m_pictures;
    m_views = other.m_views;
    m_positions = other.m_positions;
    m_channels = other.m_channels;
    m_mapped = other.m_mapped;
    m_data = std::exchange(other.m_data, nullptr);
    return *this;
}

Status MapCache::fill(Backbone& backbone, const PictureSource& source,
                      const std::function<void(double)>& progress, const std::stop_token& stop) {
    const auto height = static_cast<std::size_t>(backbone.info().input_height);
    const auto width = static_cast<std::size_t>(backbone.info().input_width);
    const std::size_t picture_bytes = height * width * 3;
    const auto floats = static_cast<std::size_t>(m_positions * m_channels);
    std::vector<std::uint8_t> pixels;
    for (std::int64_t first = 0; first < m_pictures; first += kSlice) {
        if (stop.stop_requested()) return Error{ErrorKind::Cancelled, "The training was cancelled."};
        const std::int64_t now = std::min(kSlice, m_pictures - first);
        pixels.resize(static_cast<std::size_t>(now) * picture_bytes);
        for (std::int64_t i = 0; i < now; ++i) {
            const auto place =
                std::span(pixels).subspan(static_cast<std::size_t>(i) * picture_bytes, picture_bytes);
            if (auto status = source(first + i, place); !status) return status;
        }
        for (std::int64_t view = 0; view < m_views; ++view) {
            if (view == 1) {  // mirrored, in place
                for (std::size_t row = 0; row < static_cast<std::size_t>(now) * height; ++row) {
                    std::uint8_t* line = pixels.data() + row * width * 3;
                    for (std::size_t x = 0; x < width / 2; ++x)
                        std::swap_ranges(line + 3 * x, line + 3 * x + 3, line + 3 * (width - 1 - x));
                }
            }
            const auto seen = backbone.look_inside(pixels, static_cast<int>(now));
            if (!seen) return seen.error();
            if (seen->map.size() != floats * static_cast<std::size_t>(now)) {
                return Error{ErrorKind::Internal, "The model \"" + backbone.info().name +
                                                      "\" gave a feature map of another size than it said."};
            }
            for (std::int64_t i = 0; i < now; ++i) {
                const float* from = seen->map.data() + static_cast<std::size_t>(i) * floats;
                std::uint16_t* to = map(first + i, view);
                for (std::size_t j = 0; j < floats; ++j) to[j] = c10::Half(from[j]).x;
            }
        }
        if (progress) progress(static_cast<double>(first + now) / static_cast<double>(m_pictures));
    }
    return {};
}

}  // namespace fieldmark
