// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/index/graph_file.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "core/base/digest.h"

namespace fieldmark {

namespace {

static_assert(std::endian::native == std::endian::little, "FMKGRAPH is little-endian");

constexpr std::array<char, 8> kMagic{'F', 'M', 'K', 'G', 'R', 'A', 'P', 'H'};
constexpr std::array<char, 8> kEndMagic{'H', 'P', 'A', 'R', 'G', 'K', 'M', 'F'};
constexpr std::uint32_t kVersion = 1;
constexpr std::uint32_t kByteOrder = 0x01020304;
constexpr std::uint32_t kCosine = 1;
constexpr std::size_t kSections = 4;  // rows, levels, counts, targets

struct Header {
    std::array<char, 8> magic;
    std::uint32_t version;
    std::uint32_t byte_order;
    std::uint32_t header_size;
    std::uint32_t metric;
    std::uint32_t dimension;
    std::uint32_t m;
    std::uint32_t ef_construction;
    std::uint32_t entry;
    std::uint32_t top_level;
    std::uint32_t nodes;
    std::int64_t generation;
    std::uint64_t rows;
    std::array<std::uint64_t, kSections> section_bytes;
    std::array<char, 64> model_hash;
    std::array<char, 32> library_id;
    std::array<char, 60> reserved;  ///< zero
    std::uint32_t crc;              ///< of all that is before
};
static_assert(sizeof(Header) == 256 && std::has_unique_object_representations_v<Header>);

struct Footer {
    std::array<std::uint32_t, kSections> section_crc;
    std::uint64_t total_bytes;
    std::array<char, 8> magic;
};
static_assert(sizeof(Footer) == 32 && std::has_unique_object_representations_v<Footer>);

static_assert(sizeof(GraphFileRow) == 16);

template <typename T>
std::span<const std::byte> bytes_of(const std::vector<T>& values) {
    return std::as_bytes(std::span(values));
}

bool is_hex(const std::string& text, std::size_t length) {
    return text.size() == length && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace

Status check_key(const SnapshotKey& key) {
    if (is_hex(key.library_id, 32) && is_hex(key.model_hash, 64)) return {};
    return Error{ErrorKind::Usage,
                 "A search graph belongs to a library id of 32 and a model hash of 64 hexadecimal digits.",
                 key.library_id + " " + key.model_hash};
}

std::vector<std::byte> encode_graph_file(const GraphFile& file) {
    const std::array<std::span<const std::byte>, kSections> sections{
        bytes_of(file.rows), bytes_of(file.links.levels), bytes_of(file.links.counts),
        bytes_of(file.links.targets)};
    Header header{};
    Footer footer{};
    header.magic = kMagic;
    header.version = kVersion;
    header.byte_order = kByteOrder;
    header.header_size = sizeof(Header);
    header.metric = kCosine;
    header.dimension = file.dimension;
    header.m = file.links.m;
    header.ef_construction = file.links.ef_construction;
    header.entry = file.links.entry;
    header.top_level = file.links.levels[file.links.entry];
    header.nodes = static_cast<std::uint32_t>(file.links.levels.size());
    header.generation = file.generation;
    header.rows = file.rows.size();
    std::copy_n(file.key.model_hash.begin(), header.model_hash.size(), header.model_hash.begin());
    std::copy_n(file.key.library_id.begin(), header.library_id.size(), header.library_id.begin());
    footer.total_bytes = sizeof(Header) + sizeof(Footer);
    for (std::size_t i = 0; i < kSections; ++i) {
        header.section_bytes[i] = sections[i].size();
        footer.section_crc[i] = crc32c(sections[i]);
        footer.total_bytes += sections[i].size();
    }
    footer.magic = kEndMagic;
    const auto header_bytes = std::as_bytes(std::span(&header, 1));
    header.crc = crc32c(header_bytes.first(sizeof(Header) - sizeof header.crc));

    std::vector<std::byte> bytes(footer.total_bytes);
    std::size_t at = 0;
    const auto put = [&](std::span<const std::byte> part) {
        if (!part.empty()) std::memcpy(bytes.data() + at, part.data(), part.size());
        at += part.size();
    };
    put(header_bytes);
    for (const auto& section : sections) put(section);
    put(std::as_bytes(std::span(&footer, 1)));
    return bytes;
}

Result<GraphFile> decode_graph_file(std::span<const std::byte> bytes, const std::string& path,
                                    const SnapshotKey& key, std::uint32_t dimension) {
    const auto damaged = [&](const std::string& why) {
        return Error{ErrorKind::Damaged, "The search graph \"" + path + "\" is damaged and will be rebuilt.",
                     why};
    };
    Header header{};
    Footer footer{};
    if (bytes.size() < sizeof header + sizeof footer) return damaged("shorter than its header and footer");
    std::memcpy(&header, bytes.data(), sizeof header);
    std::memcpy(&footer, bytes.data() + bytes.size() - sizeof footer, sizeof footer);
    if (header.magic != kMagic) return damaged("not a FMKGRAPH file");
    if (header.byte_order != kByteOrder) return damaged("another byte order");
    if (header.version > kVersion) {
        return Error{ErrorKind::NewerVersion,
                     "The search graph \"" + path + "\" was written by a newer Fieldmark " + "(format " +
                         std::to_string(header.version) + "). It is left alone; searches go on without it."};
    }
    if (header.version != kVersion || header.header_size != sizeof header) return damaged("no such format");
    if (header.crc != crc32c(bytes.first(sizeof header - sizeof header.crc)))
        return damaged("header checksum");
    if (footer.magic != kEndMagic || footer.total_bytes != bytes.size()) return damaged("cut or grown");

    // Each length is at most the file's before it is added to another: no sum can wrap.
    std::array<std::span<const std::byte>, kSections> sections;
    std::size_t at = sizeof header;
    for (std::size_t i = 0; i < kSections; ++i) {
        if (header.section_bytes[i] > bytes.size() - sizeof footer - at)
            return damaged("a section is too long");
        sections[i] = bytes.subspan(at, header.section_bytes[i]);
        at += sections[i].size();
        if (footer.section_crc[i] != crc32c(sections[i]))
            return damaged("checksum of section " + std::to_string(i));
    }
    if (at != bytes.size() - sizeof footer) return damaged("bytes are left over");
    if (sections[0].size() % sizeof(GraphFileRow) != 0 ||
        sections[0].size() / sizeof(GraphFileRow) != header.rows || sections[1].size() != header.nodes ||
        sections[3].size() % sizeof(std::uint32_t) != 0) {
        return damaged("section lengths and counts differ");
    }

    const auto other = [&](const std::string& what) {
        return Error{ErrorKind::Usage,
                     "The search graph \"" + path + "\" belongs to another " + what + "; it is not used."};
    };
    if (header.metric != kCosine) return other("metric");
    if (header.dimension != dimension) return other("dimension");
    if (std::string_view(header.model_hash.data(), header.model_hash.size()) != key.model_hash)
        return other("model");
    if (std::string_view(header.library_id.data(), header.library_id.size()) != key.library_id) {
        return other("library");
    }

    GraphFile file;
    file.key = key;
    file.dimension = dimension;
    file.generation = header.generation;
    file.links.m = header.m;
    file.links.ef_construction = header.ef_construction;
    file.links.entry = header.entry;
    const auto take = [](auto& values, std::span<const std::byte> section) {
        values.resize(section.size() / sizeof values[0]);
        if (!section.empty()) std::memcpy(values.data(), section.data(), section.size());
    };
    take(file.rows, sections[0]);
    take(file.links.levels, sections[1]);
    take(file.links.counts, sections[2]);
    take(file.links.targets, sections[3]);
    if (auto status = check_links(file.links); !status) return damaged(status.error().detail);
    if (file.links.ef_construction < 1 || file.links.ef_construction > 100'000)
        return damaged("efConstruction");
    if (header.top_level != file.links.levels[file.links.entry]) return damaged("top level");
    for (std::size_t i = 0; i < file.rows.size(); ++i) {
        if (file.rows[i].node >= header.nodes) return damaged("a row without a node");
        if (file.rows[i].id > file.generation) return damaged("an id above the generation");
        if (i > 0 && file.rows[i].id <= file.rows[i - 1].id) return damaged("ids do not rise");
    }
    return file;
}

}  // namespace fieldmark
