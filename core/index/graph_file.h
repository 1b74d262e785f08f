// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/index/graph.h"
#include "core/index/vector_index.h"

namespace fieldmark {

/// A row that a node of the graph stands for.
struct GraphFileRow {
    std::int64_t id = 0;     ///< embedding id
    std::uint32_t crc = 0;   ///< CRC32C over its vector's bytes
    std::uint32_t node = 0;  ///< twins share one
    bool operator==(const GraphFileRow&) const = default;
};

/// What a FMKGRAPH file says (docs/index.md has the layout).
struct GraphFile {
    SnapshotKey key;
    std::uint32_t dimension = 0;
    std::int64_t generation = 0;     ///< largest embedding id the graph was built over
    std::vector<GraphFileRow> rows;  ///< by rising id; a node without a row has lost its vector
    GraphLinks links;
    bool operator==(const GraphFile&) const = default;
};

/// Both parts of the key as the format wants them: 32 and 64 lower-case hexadecimal digits. Usage otherwise.
Status check_key(const SnapshotKey& key);

/// The bytes of the file. `file.key` has passed check_key().
std::vector<std::byte> encode_graph_file(const GraphFile& file);

/// Reads any bytes: every length, checksum, id, level and link is checked before it is used. Damaged,
/// NewerVersion, or Usage where the file is sound but of another model, library or dimension. `path` is for
/// the text of the error.
Result<GraphFile> decode_graph_file(std::span<const std::byte> bytes, const std::string& path,
                                    const SnapshotKey& key, std::uint32_t dimension);

}  // namespace fieldmark
