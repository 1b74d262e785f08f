// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/crop.h"
#include "core/base/result.h"
#include "core/engine/pictures/embedder.h"
#include "core/image/decode.h"
#include "core/library/records.h"

namespace fieldmark {

/// A file's bytes with its identity, read once.
struct ReadPicture {
    std::vector<std::byte> bytes;
    std::string hash;  ///< SHA-256 over all of it
    std::int64_t size = 0;
    std::int64_t mtime_ns = 0;
};

/// Reads and hashes a file. NotFound, Permission, TooLarge, Io; Io also if it changed while it was read.
Result<ReadPicture> read_picture(const std::string& path, const DecodeLimits& limits);

/// What import needs of a picture: facts, model input, thumbnail.
struct PreparedPicture {
    int width = 0;  ///< upright, full size
    int height = 0;
    int orientation = 1;
    std::string taken;
    std::vector<std::uint8_t> input;      ///< (input_height, input_width, 3)
    std::vector<std::uint8_t> thumbnail;  ///< JPEG, longer side at most 256; empty if none was asked for
    std::optional<ObjectBox> object;      ///< with a model of objects: what `input` shows
};

/// Decodes at the smallest scale that covers the model's input. Import and queries both come through here, so
/// that a picture gives one vector whichever way it came. A model of objects gets the object of a picture that
/// comes without a crop of its own: `known`, unless a finder of another kind found it, else what the object
/// finder finds. Any thread.
Result<PreparedPicture> prepare_picture(std::span<const std::byte> file, const std::string& name,
                                        const Embedder& embedder, const Crop& crop,
                                        const DecodeLimits& limits, bool thumbnail,
                                        const std::optional<ObjectBox>& known = {});

}  // namespace fieldmark
