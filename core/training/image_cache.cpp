// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/training/image_cache.h"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include "core/base/digest.h"

namespace fieldmark {

namespace {

static_assert(std::endian::native == std::endian::little,
              "The file is little-endian, as is all we build for.");

constexpr char kMagic[8] = {'F', 'M', 'K', 'I', 'M', 'A', 'G', 'E'};
constexpr char kEndMagic[8] = {'F', 'M', 'K', 'I', 'M', 'E', 'N', 'D'};
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kHeaderBytes = 4096;  // a page, so that pixels begin on one
constexpr int kMinSize = 32;
constexpr int kMaxSize = 1024;
constexpr std::uint64_t kMaxCount = 100'000'000;

struct Header {
    char magic[8];
    std::uint32_t version;
    std::uint32_t size;
    std::uint32_t reserved[3];
    std::uint32_t crc;  ///< of everything before
};
static_assert(sizeof(Header) == 32);

struct Trailer {
    std::uint64_t count;
    std::uint64_t path_bytes;
    std::uint64_t fact_bytes;
    std::uint32_t tables_crc;  ///< of tables, paths and facts together
    std::uint32_t reserved;
    char magic[8];
    std::uint32_t padding;
    std::uint32_t crc;  ///< of everything before
};
static_assert(sizeof(Trailer) == 48);

/// One picture's row in the tables.
struct Row {
    std::int32_t label;
    std::int32_t split;
    std::uint16_t box[4];  ///< x, y, width, height; all 0: none
    std::uint32_t pixel_crc;
    std::uint32_t path_bytes;
};
static_assert(sizeof(Row) == 24);

template <typename T>
std::span<const std::byte> bytes_of(const T& value) {
    return std::as_bytes(std::span(&value, 1));
}

template <typename T>
std::uint32_t own_crc(const T& value) {
    return crc32c(bytes_of(value).first(offsetof(T, crc)));
}

Error damaged(const std::string& path, const std::string& what) {
    return {ErrorKind::Damaged, "The image cache \"" + path + "\" is damaged: " + what + ". Make it anew."};
}

std::string text_of(const nlohmann::json& json) {
    return json.is_string() ? json.get<std::string>() : std::string();
}

std::vector<std::string> texts_of(const nlohmann::json& json) {
    std::vector<std::string> texts;
    if (json.is_array())
        for (const auto& text : json) texts.push_back(text_of(text));
    return texts;
}

}  // namespace

struct ImageCache::Impl {
    std::string path;
    ImageCacheFacts facts;
    std::vector<ImageCacheEntry> entries;
    std::vector<std::int32_t> labels;
    std::vector<std::uint32_t> pixel_crcs;
    void* map = MAP_FAILED;
    std::size_t map_bytes = 0;
    std::size_t picture_bytes = 0;
    std::uint32_t checksum = 0;

    ~Impl() {
        if (map != MAP_FAILED) ::munmap(map, map_bytes);
    }

    std::span<const std::byte> bytes(std::size_t offset, std::size_t count) const {
        return {static_cast<const std::byte*>(map) + offset, count};
    }

    Status read() {
        if (map_bytes < kHeaderBytes + sizeof(Trailer)) return damaged(path, "it is too short");
        Header header;
        std::memcpy(&header, map, sizeof header);
        if (std::memcmp(header.magic, kMagic, sizeof kMagic) != 0)
            return Error{ErrorKind::Damaged, "\"" + path + "\" is not an image cache of Fieldmark."};
        if (header.version > kVersion)
            return Error{ErrorKind::NewerVersion,
                         "The image cache \"" + path + "\" was made by a newer Fieldmark. Use that one."};
        if (header.version != kVersion || header.crc != own_crc(header))
            return damaged(path, "its header does not hold");
        facts.size = static_cast<int>(header.size);
        if (facts.size < kMinSize || facts.size > kMaxSize)
            return damaged(path, "its pictures have an impossible size");
        picture_bytes = std::size_t{header.size} * header.size * 3;

        Trailer trailer;
        std::memcpy(&trailer, bytes(map_bytes - sizeof trailer, sizeof trailer).data(), sizeof trailer);
        if (std::memcmp(trailer.magic, kEndMagic, sizeof kEndMagic) != 0 || trailer.crc != own_crc(trailer))
            return damaged(path, "its end is missing or changed");
        // Each summand is bounded by the file's own length before it is added, so the sum cannot overflow.
        if (trailer.count > kMaxCount || trailer.path_bytes > map_bytes || trailer.fact_bytes > map_bytes ||
            trailer.count > map_bytes / (picture_bytes + sizeof(Row)))
            return damaged(path, "it promises more than it holds");
        checksum = trailer.tables_crc;
        const auto count = static_cast<std::size_t>(trailer.count);
        const std::size_t rows_at = kHeaderBytes + count * picture_bytes;
        const std::size_t paths_at = rows_at + count * sizeof(Row);
        const std::size_t facts_at = paths_at + trailer.path_bytes;
        if (facts_at + trailer.fact_bytes + sizeof trailer != map_bytes)
            return damaged(path, "its length is not what its parts add up to");
        if (crc32c(bytes(rows_at, map_bytes - sizeof trailer - rows_at)) != trailer.tables_crc)
            return damaged(path, "its tables do not match their checksum");

        const auto text = bytes(facts_at, trailer.fact_bytes);
        const auto json =
            nlohmann::json::parse(reinterpret_cast<const char*>(text.data()),
                                  reinterpret_cast<const char*>(text.data()) + text.size(), nullptr,
                                  /*allow_exceptions=*/false);
        if (!json.is_object()) return damaged(path, "its facts cannot be read");
        facts.field = text_of(json.value("field", nlohmann::json()));
        facts.source = text_of(json.value("source", nlohmann::json()));
        facts.classes = texts_of(json.value("classes", nlohmann::json()));
        facts.splits = texts_of(json.value("splits", nlohmann::json()));

        entries.resize(count);
        labels.resize(count);
        pixel_crcs.resize(count);
        std::size_t path_at = paths_at;
        for (std::size_t i = 0; i < count; ++i) {
            Row row;
            std::memcpy(&row, bytes(rows_at + i * sizeof row, sizeof row).data(), sizeof row);
            if (row.label < -1 || row.label >= static_cast<std::int64_t>(facts.classes.size()) ||
                row.split < -1 || row.split >= static_cast<std::int64_t>(facts.splits.size()))
                return damaged(path, "picture " + std::to_string(i) + " is of a class that is not there");
            if (row.path_bytes > facts_at - path_at)
                return damaged(path, "picture " + std::to_string(i) + " has too long a path");
            ImageCacheEntry& entry = entries[i];
            entry.label = labels[i] = row.label;
            entry.split = row.split;
            entry.path.assign(reinterpret_cast<const char*>(bytes(path_at, 0).data()), row.path_bytes);
            path_at += row.path_bytes;
            const Crop box{row.box[0], row.box[1], row.box[2], row.box[3]};
            if (box.width != 0 || box.height != 0) {
                if (!box.valid())
                    return damaged(path, "picture " + std::to_string(i) + " has an impossible box");
                entry.box = box;
            }
            pixel_crcs[i] = row.pixel_crc;
        }
        if (path_at != facts_at) return damaged(path, "its paths do not add up");
        return {};
    }
};

ImageCache::ImageCache(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
ImageCache::~ImageCache() = default;
ImageCache::ImageCache(ImageCache&&) noexcept = default;
ImageCache& ImageCache::operator=(ImageCache&&) noexcept = default;

Result<ImageCache> ImageCache::open(const std::string& path) {
    auto impl = std::make_unique<Impl>();
    impl->path = path;
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return error_from_errno(errno, "read", path);
    struct stat info {};
    if (::fstat(descriptor, &info) != 0 || !S_ISREG(info.st_mode) || info.st_size <= 0) {
        ::close(descriptor);
        return Error{ErrorKind::Damaged, "\"" + path + "\" is not an image cache of Fieldmark."};
    }
    impl->map_bytes = static_cast<std::size_t>(info.st_size);
    impl->map = ::mmap(nullptr, impl->map_bytes, PROT_READ, MAP_SHARED, descriptor, 0);
    const int failure = errno;
    ::close(descriptor);
    if (impl->map == MAP_FAILED) return error_from_errno(failure, "read", path);
    if (const Status status = impl->read(); !status) return status.error();
    return ImageCache(std::move(impl));
}

const ImageCacheFacts& ImageCache::facts() const {
    return m_impl->facts;
}

int ImageCache::count() const {
    return static_cast<int>(m_impl->entries.size());
}

std::span<const std::uint8_t> ImageCache::pixels(int picture) const {
    const auto bytes = m_impl->bytes(kHeaderBytes + static_cast<std::size_t>(picture) * m_impl->picture_bytes,
                                     m_impl->picture_bytes);
    return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}

std::span<const std::int32_t> ImageCache::labels() const {
    return m_impl->labels;
}

const ImageCacheEntry& ImageCache::entry(int picture) const {
    return m_impl->entries[static_cast<std::size_t>(picture)];
}

const std::string& ImageCache::path() const {
    return m_impl->path;
}

std::uint32_t ImageCache::checksum() const {
    return m_impl->checksum;
}

Status ImageCache::verify(std::stop_token stop) const {
    for (int i = 0; i < count(); ++i) {
        if (stop.stop_requested())
            return Error{ErrorKind::Cancelled, "Checking the image cache was cancelled."};
        if (crc32c(std::as_bytes(pixels(i))) != m_impl->pixel_crcs[static_cast<std::size_t>(i)])
            return damaged(m_impl->path, "the pixels of picture " + std::to_string(i) + " (" + entry(i).path +
                                             ") do not match their checksum");
    }
    return {};
}

struct ImageCacheWriter::Impl {
    FileSystem& fs;
    std::string path;
    std::string temporary;
    int size = 0;
    std::unique_ptr<WritableFile> file;
    std::vector<Row> rows;
    std::string paths;

    Impl(FileSystem& file_system, std::string to, int side)
        : fs(file_system), path(std::move(to)), temporary(path + ".part"), size(side) {}

    ~Impl() {
        if (!file) return;
        file.reset();
        (void)fs.remove(temporary);
    }
};

ImageCacheWriter::ImageCacheWriter(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
ImageCacheWriter::~ImageCacheWriter() = default;
ImageCacheWriter::ImageCacheWriter(ImageCacheWriter&&) noexcept = default;
ImageCacheWriter& ImageCacheWriter::operator=(ImageCacheWriter&&) noexcept = default;

Result<ImageCacheWriter> ImageCacheWriter::create(FileSystem& fs, const std::string& path, int size) {
    if (size < kMinSize || size > kMaxSize)
        return Error{ErrorKind::Usage, "An image cache keeps pictures of " + std::to_string(kMinSize) +
                                           " to " + std::to_string(kMaxSize) + " pixels a side, not " +
                                           std::to_string(size) + "."};
    auto impl = std::make_unique<Impl>(fs, path, size);
    auto file = fs.create(impl->temporary);
    if (!file) return std::move(file).error();
    impl->file = std::move(*file);
    std::vector<std::byte> page(kHeaderBytes);
    Header header{};
    std::memcpy(header.magic, kMagic, sizeof kMagic);
    header.version = kVersion;
    header.size = static_cast<std::uint32_t>(size);
    header.crc = own_crc(header);
    std::memcpy(page.data(), &header, sizeof header);
    if (const Status status = impl->file->append(page); !status) return status.error();
    return ImageCacheWriter(std::move(impl));
}

Status ImageCacheWriter::append(std::span<const std::uint8_t> pixels, ImageCacheEntry entry) {
    Impl& impl = *m_impl;
    if (pixels.size() != static_cast<std::size_t>(impl.size) * static_cast<std::size_t>(impl.size) * 3)
        return Error{ErrorKind::Internal, "The image cache was given a picture of another size."};
    if (entry.box && !entry.box->valid())
        return Error{ErrorKind::Usage,
                     "The object box of \"" + entry.path + "\" lies outside of its picture."};
    Row row{};
    row.label = entry.label;
    row.split = entry.split;
    if (entry.box) {
        row.box[0] = static_cast<std::uint16_t>(entry.box->x);
        row.box[1] = static_cast<std::uint16_t>(entry.box->y);
        row.box[2] = static_cast<std::uint16_t>(entry.box->width);
        row.box[3] = static_cast<std::uint16_t>(entry.box->height);
    }
    row.pixel_crc = crc32c(std::as_bytes(pixels));
    row.path_bytes = static_cast<std::uint32_t>(entry.path.size());
    if (const Status status = impl.file->append(std::as_bytes(pixels)); !status) return status;
    impl.rows.push_back(row);
    impl.paths += entry.path;
    return {};
}

Status ImageCacheWriter::finish(ImageCacheFacts facts) {
    Impl& impl = *m_impl;
    for (const Row& row : impl.rows) {
        if (row.label < -1 || row.label >= static_cast<std::int64_t>(facts.classes.size()) ||
            row.split < -1 || row.split >= static_cast<std::int64_t>(facts.splits.size()))
            return Error{ErrorKind::Usage,
                         "A picture of the image cache is of a class or split without a name."};
    }
    nlohmann::json json;
    json["field"] = facts.field;
    json["source"] = facts.source;
    json["classes"] = facts.classes;
    json["splits"] = facts.splits;
    // Names that are not UTF-8 are shown with replacement characters; only their order matters.
    const std::string text = json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);

    Trailer trailer{};
    trailer.count = impl.rows.size();
    trailer.path_bytes = impl.paths.size();
    trailer.fact_bytes = text.size();
    std::memcpy(trailer.magic, kEndMagic, sizeof kEndMagic);
    for (const auto part : {std::as_bytes(std::span(impl.rows)), std::as_bytes(std::span(impl.paths)),
                            std::as_bytes(std::span(text))}) {
        trailer.tables_crc = crc32c(part, trailer.tables_crc);
        if (const Status status = impl.file->append(part); !status) return status;
    }
    trailer.crc = own_crc(trailer);
    if (const Status status = impl.file->append(bytes_of(trailer)); !status) return status;
    if (const Status status = impl.file->sync(); !status) return status;
    if (const Status status = impl.file->close(); !status) return status;
    if (const Status status = impl.fs.rename(impl.temporary, impl.path); !status) return status;
    impl.file.reset();
    return {};
}

}  // namespace fieldmark
