// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/crop.h"
#include "core/base/file_system.h"
#include "core/base/result.h"

namespace fieldmark {

// Labelled pictures, decoded and brought to one size, in a single file: what a training reads instead of a
// library. It needs neither decoders nor a database, so it can be carried to a machine that has only
// LibTorch. Layout and checks: docs/training-on-a-gpu.md.

/// What the whole file says about its pictures.
struct ImageCacheFacts {
    int size = 248;                    ///< pixels a side; every picture was squashed to size x size
    std::string field;                 ///< the metadata field the labels come from, ""
    std::string source;                ///< in words: library, filter
    std::vector<std::string> classes;  ///< names; a label is an index into them
    std::vector<std::string> splits;   ///< names of the given splits ("seen", "unseen"), may be empty
};

/// One picture's entry beside its pixels.
struct ImageCacheEntry {
    std::int32_t label = -1;       ///< index into classes
    int split = -1;                ///< index into splits; -1: none given
    std::string path = {};         ///< where the picture came from, bytes, for lists of queries
    std::optional<Crop> box = {};  ///< of the object, in ten-thousandths of the picture
};

/// A cache opened for reading, mapped into memory: pixels are paged in as they are looked at, and several
/// processes share them. Const and safe from any thread. The file must not be cut while it is open.
class ImageCache {
  public:
    /// Checks the header, the tables and the metadata against their checksums and every length against the
    /// file's; the pixels are checked by verify(). NotFound, Permission, Io; Damaged says what does not fit;
    /// NewerVersion.
    static Result<ImageCache> open(const std::string& path);
    ~ImageCache();
    ImageCache(ImageCache&&) noexcept;
    ImageCache& operator=(ImageCache&&) noexcept;

    const ImageCacheFacts& facts() const;
    int size() const { return facts().size; }
    int count() const;
    /// (size, size, 3) uint8 RGB, valid while the cache lives.
    std::span<const std::uint8_t> pixels(int picture) const;
    std::span<const std::int32_t> labels() const;
    const ImageCacheEntry& entry(int picture) const;
    const std::string& path() const;
    /// Of its tables: labels, boxes, names and every picture's own checksum. Two caches that differ in any of
    /// them differ in it.
    std::uint32_t checksum() const;

    /// Reads all pixels and compares their checksums: Damaged names the first picture that changed;
    /// Cancelled.
    Status verify(std::stop_token stop = {}) const;

  private:
    struct Impl;
    explicit ImageCache(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

/// Writes a cache picture by picture. The file appears under its name only when finish() succeeded.
class ImageCacheWriter {
  public:
    /// `fs` outlives the writer. Usage for a size outside 32..1024.
    static Result<ImageCacheWriter> create(FileSystem& fs, const std::string& path, int size);
    ~ImageCacheWriter();  ///< removes what was begun and not finished
    ImageCacheWriter(ImageCacheWriter&&) noexcept;
    ImageCacheWriter& operator=(ImageCacheWriter&&) noexcept;

    /// pixels: (size, size, 3) uint8 RGB. DiskFull, Io...
    Status append(std::span<const std::uint8_t> pixels, ImageCacheEntry entry);
    /// `facts.size` is the one given to create(). Usage where an entry's label or split names nothing.
    Status finish(ImageCacheFacts facts);

  private:
    struct Impl;
    explicit ImageCacheWriter(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

}  // namespace fieldmark
