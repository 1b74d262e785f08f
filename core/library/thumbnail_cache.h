// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace fieldmark {

/// JPEG thumbnails by content hash and size class (longer side 256 or 512 device pixels), in a SQLite file of
/// their own. A cache: any error deletes and remakes it, nothing is ever lost with it. Bounded by bytes;
/// beyond it the least recently used go. Any thread (an inner mutex).
class ThumbnailCache {
  public:
    /// `file` empty or not writable: a cache in memory only.
    ThumbnailCache(std::string file, std::int64_t max_bytes = std::int64_t{4} << 30);
    ~ThumbnailCache();

    std::optional<std::vector<std::uint8_t>> find(const std::string& hash, int size_class);
    void store(const std::string& hash, int size_class, const std::vector<std::uint8_t>& jpeg);
    struct Entry {
        std::string hash;
        int size_class = 256;
        std::vector<std::uint8_t> jpeg;
    };
    void store(const std::vector<Entry>& entries);  ///< one transaction
    void remove(const std::string& hash);
    std::int64_t bytes() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

}  // namespace fieldmark
