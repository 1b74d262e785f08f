// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "core/base/result.h"
#include "core/engine/pictures/prepared_picture.h"
#include "core/engine/pictures/query.h"
#include "core/library/records.h"

namespace fieldmark {

class Embedder;
class LibraryReader;

/// Usage where a crop does not lie within its picture.
Status check_crop(const Crop& crop);

/// The item. NotFound where it is no longer in the library.
Result<Item> find_item(LibraryReader& reader, ItemId id);

/// The picture that a QueryImage names, read but not decoded. Value type; `pasted` is the QueryImage's and
/// must not outlive it.
struct SourceFile {
    std::string name;  ///< its path, or words for a pasted picture
    ReadPicture file;  ///< with empty bytes for a pasted picture
    std::span<const std::byte> pasted = {};

    std::span<const std::byte> bytes() const {
        return pasted.empty() ? std::span<const std::byte>(file.bytes) : pasted;
    }
};

/// Reads a file, bytes or an item (with `reader`); one way for all, so that everything that is said about a
/// picture is about the same bytes. Any thread. Usage for a crop that is none, for no picture at all, and for
/// an item without a reader; NotFound for an item that has gone; Io where the file changes while it is read;
/// the errors of reading it.
Result<SourceFile> read_source(const QueryImage& source, LibraryReader* reader);

/// The box stored for this content, where `embedder` looks at objects and `crop` leaves the choice to it. A
/// library that cannot be read is an error and not "no box": the finder may see another object than the one
/// that the stored vector, and so the score, is of.
Result<std::optional<ObjectBox>> known_box(const SourceFile& source, const Crop& crop,
                                           const Embedder& embedder, LibraryReader* reader);

}  // namespace fieldmark
