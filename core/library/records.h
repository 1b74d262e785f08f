// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/crop.h"
#include "core/base/result.h"

namespace fieldmark {

using ItemId = std::int64_t;
using CollectionId = std::int64_t;
using FieldId = std::int64_t;
using ModelId = std::int64_t;
using EmbeddingId = std::int64_t;

/// A root folder whose pictures the library knows. Item paths are relative to it.
struct Collection {
    CollectionId id = 0;
    std::string name;
    std::string
        root;  ///< absolute path as resolved now (bytes); stored relative to the library where it can be
    std::int64_t items = 0;  ///< all states but missing
    std::int64_t ready = 0;
    std::int64_t failed = 0;
    std::int64_t missing = 0;
    bool offline = false;  ///< root not reachable now: shown from cache, searchable, nothing pruned
};

enum class ItemState { Pending, Ready, Failed, Missing };
const char* to_string(ItemState state);

struct Item {
    ItemId id = 0;
    CollectionId collection = 0;
    std::string path;           ///< bytes, relative to the collection's root, '/' between parts
    std::int64_t size = 0;      ///< bytes
    std::int64_t mtime_ns = 0;  ///< since 1970
    std::string hash;           ///< SHA-256 of the whole file, 32 raw bytes; empty until read
    int width = 0;              ///< upright, full size, pixels
    int height = 0;
    int orientation = 1;
    std::string taken;  ///< EXIF date or ""
    ItemState state = ItemState::Pending;
    ErrorKind error_kind = ErrorKind::Internal;  ///< only with state Failed
    std::string error_text;
};

enum class FieldKind { Text, Number, Label };
struct Field {
    FieldId id = 0;
    std::string name;
    FieldKind kind = FieldKind::Text;
};

/// Who set a value; an import never replaces what a person typed.
enum class ValueSource { Import, User };

/// One condition of `--where`: FIELD=VALUE, FIELD!=VALUE, FIELD<N, FIELD>N (numbers), FIELD~TEXT (contains,
/// any case). Conditions are joined with AND. The field may be a metadata field or one of the built-in names
/// "path", "collection", "state".
struct Condition {
    enum class Operator { Equal, NotEqual, Less, Greater, Contains };
    std::string field;
    Operator op = Operator::Equal;
    std::string value;
    bool operator==(const Condition&) const = default;
};
Result<Condition> parse_condition(const std::string& text);
std::string to_string(const Condition& condition);

/// Which items, in which order. A default-made one means every item that is not missing, by collection and
/// path.
struct ItemQuery {
    std::vector<Condition> where;
    std::vector<CollectionId> collections;  ///< empty: all
    std::string text;                       ///< free text: any path or field value that contains every word
    std::optional<ItemState> state;         ///< only this state (also how missing ones are listed)
    enum class Sort { Path, Taken, Size, Newest, Field } sort = Sort::Path;
    std::string sort_field;  ///< for Sort::Field
    bool descending = false;
};

/// A metadata field's distinct values with their number of items, most frequent first.
struct ValueCount {
    std::string value;
    std::int64_t items = 0;
};

struct ModelRecord {
    ModelId id = 0;
    std::string hash;  ///< 64 hex digits
    std::string name;
    std::string kind;
    int dimension = 0;
    bool current = false;
    std::int64_t embeddings = 0;
    std::string object_of;  ///< hash of the model that this one is, looking at objects only; "" for a plain one
};

/// A stored vector, as the index reads them in blocks.
struct EmbeddingRow {
    EmbeddingId id = 0;
    ItemId item = 0;
    Crop crop;
    std::vector<float> vector;  ///< checked: length, finite, norm, CRC
};

/// Who said where the object is. A later one in this list is never replaced by an earlier one.
enum class BoxSource { Finder, Import, User };
const char* to_string(BoxSource source);

/// Where the object of a picture is. It belongs to the content of the file: exact copies share it, a moved
/// file keeps it.
struct ObjectBox {
    Crop box;            ///< whole(): there is no single object, the whole picture counts
    float score = 0;     ///< mean saliency inside, 0..1; 1 for a box that a file or a person gave
    BoxSource source = BoxSource::Finder;
    std::string finder;  ///< hash of the object finder, with source Finder
    bool operator==(const ObjectBox&) const = default;
};

/// Field name -> value, in the order of the names.
using Metadata = std::map<std::string, std::string>;

}  // namespace fieldmark
