// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/search/export.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <map>

#include <nlohmann/json.hpp>

#include "core/base/digest.h"
#include "core/engine/search/export_sink.h"
#include "core/library/known_model.h"
#include "core/library/reader.h"

namespace fieldmark {

namespace {

using Json = nlohmann::ordered_json;

static_assert(std::endian::native == std::endian::little,
              "npy files are written in this machine's byte order");

constexpr int block = 500;

Error cancelled() {
    return {ErrorKind::Cancelled, "The export was stopped. No file was written."};
}

/// A CSV cell, quoted where RFC 4180 asks for it. Bytes stay as they are.
std::string cell(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted + '"';
}

void write_row(ExportSink& sink, const std::vector<std::string>& cells) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) line.append(i == 0 ? "" : ",").append(cell(cells[i]));
    sink.write(line + '\n');
}

std::string number(float value) {
    std::array<char, 32> text{};
    const auto [end, failure] = std::to_chars(text.data(), text.data() + text.size(), value);
    return failure == std::errc() ? std::string(text.data(), end) : "0";
}

std::string dump(const Json& object) {
    return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

bool survives_json(const std::string& bytes) {
    // dump() in strict mode refuses exactly what is not UTF-8.
    try {
        (void)Json(bytes).dump();
        return true;
    } catch (const Json::exception&) {
        return false;
    }
}

void put_path(Json& object, const std::string& key, const std::string& path) {
    object[key] = path;
    if (!survives_json(path)) object[key + "_bytes"] = to_hex(path);
}

/// Writes objects as the elements of one array.
class JsonArray {
  public:
    explicit JsonArray(ExportSink& sink) : m_sink(sink) { m_sink.write("["); }
    void add(const Json& object) {
        m_sink.write(m_first ? "\n" : ",\n");
        m_sink.write(dump(object));
        m_first = false;
    }
    void end() { m_sink.write("\n]\n"); }

  private:
    ExportSink& m_sink;
    bool m_first = true;
};

/// A Python tuple.
std::string shape_of(std::initializer_list<std::int64_t> extents) {
    std::string shape = "(";
    for (const std::int64_t extent : extents) shape.append(std::to_string(extent)).append(",");
    return shape.append(")");
}

/// NumPy format 1.0: magic, version, header length, a Python dict padded with spaces to a multiple of 64
/// bytes.
void write_npy_header(ExportSink& sink, const std::string& descr, const std::string& shape) {
    std::string header = "{'descr': " + descr + ", 'fortran_order': False, 'shape': " + shape + ", }";
    const std::size_t prefix = 10;
    header.append(63 - (prefix + header.size()) % 64, ' ');
    header += '\n';
    std::string head = "\x93NUMPY";
    head += '\x01';
    head += '\0';
    head += static_cast<char>(header.size() & 0xFFU);
    head += static_cast<char>(header.size() >> 8U);
    sink.write(head + header);
}

std::string value_of(const Metadata& metadata, const std::string& field) {
    const auto found = metadata.find(field);
    return found == metadata.end() ? std::string() : found->second;
}

Json to_json(const Metadata& metadata) {
    Json object = Json::object();
    for (const auto& [field, value] : metadata) object[field] = value;
    return object;
}

/// The library's names that exports share.
struct Names {
    std::vector<std::string> fields;
    std::map<CollectionId, std::string> collections;
};

Result<Names> read_names(LibraryReader& reader) {
    Names names;
    const auto fields = reader.fields();
    if (!fields) return fields.error();
    for (const Field& field : *fields) names.fields.push_back(field.name);
    const auto collections = reader.collections();
    if (!collections) return collections.error();
    for (const Collection& collection : *collections) names.collections[collection.id] = collection.name;
    return names;
}

/// A block of items with their metadata.
struct ItemBlock {
    std::vector<Item> items;
    std::vector<Metadata> metadata;
};

Result<ItemBlock> read_items(LibraryReader& reader, std::span<const ItemId> ids) {
    auto items = reader.items(ids);
    if (!items) return std::move(items).error();
    auto metadata = reader.metadata(ids);
    if (!metadata) return std::move(metadata).error();
    return ItemBlock{std::move(*items), std::move(*metadata)};
}

std::string items_file_of(const std::string& file) {
    return file.ends_with(".npy") ? file.substr(0, file.size() - 4) + ".items.csv" : file + ".items.csv";
}

/// Calls `take` with the sound vectors of `wanted` (sorted ids), block by block, by id. Returns how many were
/// not.
Result<std::int64_t> walk_embeddings(LibraryReader& reader, ModelId model,
                                     const std::vector<EmbeddingId>& wanted, std::stop_token stop,
                                     const std::function<Status(const std::vector<EmbeddingRow>&)>& take) {
    EmbeddingId after = 0;
    std::int64_t taken = 0;
    for (std::size_t at = 0; at < wanted.size();) {
        if (stop.stop_requested()) return cancelled();
        std::vector<EmbeddingId> bad;
        after = wanted[at] - 1;
        auto rows = reader.embeddings(model, after, block, false, &bad);
        if (!rows) return std::move(rows).error();
        EmbeddingId last = after;
        for (const EmbeddingRow& row : *rows) last = std::max(last, row.id);
        for (const EmbeddingId id : bad) last = std::max(last, id);
        if (last == after) break;  // nothing is left
        std::erase_if(*rows, [&](const EmbeddingRow& row) {
            return !std::binary_search(wanted.begin(), wanted.end(), row.id);
        });
        taken += static_cast<std::int64_t>(rows->size());
        if (const Status status = take(*rows); !status) return status.error();
        while (at < wanted.size() && wanted[at] <= last) ++at;
    }
    return static_cast<std::int64_t>(wanted.size()) - taken;
}

std::vector<ItemId> items_of(const std::vector<EmbeddingRow>& rows) {
    std::vector<ItemId> ids;
    ids.reserve(rows.size());
    for (const EmbeddingRow& row : rows) ids.push_back(row.item);
    return ids;
}

/// Writes vectors in one of the three formats; one object an export.
class EmbeddingWriter {
  public:
    EmbeddingWriter(LibraryReader& reader, ExportSink& sink, ExportFormat format)
        : m_reader(reader), m_sink(sink) {
        if (format == ExportFormat::Json) m_array.emplace(sink);
    }

    void csv_header(std::size_t dimension) {
        std::vector<std::string> titles{"item", "path"};
        for (std::size_t i = 0; i < dimension; ++i)
            titles.push_back(std::string("e").append(std::to_string(i)));
        write_row(m_sink, titles);
    }

    Status add_text(const std::vector<EmbeddingRow>& rows) {
        const auto items = m_reader.items(items_of(rows));
        if (!items) return items.error();
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if (m_array) {
                Json object;
                object["item"] = rows[i].item;
                put_path(object, "path", (*items)[i].path);
                object["vector"] = rows[i].vector;
                m_array->add(object);
                continue;
            }
            if (m_first) csv_header(rows[i].vector.size());
            m_first = false;
            std::string line = std::to_string(rows[i].item) + ',' + cell((*items)[i].path);
            for (const float value : rows[i].vector) line += ',' + number(value);
            m_sink.write(line + '\n');
        }
        return {};
    }

    Status add_npy(const std::vector<EmbeddingRow>& rows, const Names& names, ExportSink& items_sink) {
        const auto block_items = read_items(m_reader, items_of(rows));
        if (!block_items) return block_items.error();
        for (std::size_t i = 0; i < rows.size(); ++i) {
            m_sink.write(std::as_bytes(std::span(rows[i].vector)));
            const Item& item = block_items->items[i];
            const auto collection = names.collections.find(item.collection);
            std::vector<std::string> cells{std::to_string(m_row++), std::to_string(item.id), item.path,
                                           collection == names.collections.end() ? "" : collection->second};
            for (const std::string& field : names.fields)
                cells.push_back(value_of(block_items->metadata[i], field));
            write_row(items_sink, cells);
        }
        return {};
    }

    void end() {
        if (m_array) m_array->end();
    }

  private:
    LibraryReader& m_reader;
    ExportSink& m_sink;
    std::optional<JsonArray> m_array;
    std::int64_t m_row = 0;
    bool m_first = true;
};

/// One query of export_matches and what to call it.
struct NamedQuery {
    QueryImage image;
    std::string path;
};

Result<std::vector<NamedQuery>> queries_of(LibraryReader& reader, ModelId model,
                                           const SearchRequest& request) {
    std::vector<NamedQuery> queries;
    std::vector<ItemId> ids;
    for (const QueryImage& image : request.images) {
        if (image.negative) {
            return Error{ErrorKind::Usage,
                         "Matches are exported for each picture on its own. Leave out --not."};
        }
        if (image.anchor)
            return Error{ErrorKind::Usage,
                         "Matches are exported of pictures, not of anchors. Name pictures."};
        if (image.item == 0) {
            queries.push_back({image, image.path});
        } else {
            ids.push_back(image.item);
        }
    }
    if (request.images.empty()) {
        const auto embeddings = reader.embedding_ids(model, request.filter);
        if (!embeddings) return embeddings.error();
        auto items = reader.items_of_embeddings(*embeddings);
        if (!items) return std::move(items).error();
        ids = std::move(*items);
        std::erase(ids, 0);
    }
    for (std::size_t at = 0; at < ids.size(); at += block) {
        const std::span part = std::span(ids).subspan(at, std::min<std::size_t>(block, ids.size() - at));
        const auto items = reader.items(part);
        if (!items) return items.error();
        for (std::size_t i = 0; i < part.size(); ++i) {
            const Item& item = (*items)[i];
            if (item.id == 0) {
                return Error{ErrorKind::NotFound, "The library has no item " + std::to_string(part[i]) + "."};
            }
            auto path = reader.absolute_path(item);
            if (!path) return std::move(path).error();
            NamedQuery query;
            query.image.item = item.id;
            query.path = std::move(*path);
            queries.push_back(std::move(query));
        }
    }
    return queries;
}

/// Writes matches in one of the three formats.
class MatchWriter {
  public:
    MatchWriter(ExportSink& sink, ExportFormat format, std::vector<std::string> fields)
        : m_sink(sink), m_format(format), m_fields(std::move(fields)) {
        if (format == ExportFormat::Json) m_array.emplace(sink);
        if (format != ExportFormat::Csv) return;
        std::vector<std::string> titles{"query", "query_item", "rank",      "score",
                                        "match", "match_item", "collection"};
        titles.insert(titles.end(), m_fields.begin(), m_fields.end());
        write_row(sink, titles);
    }

    void add(const NamedQuery& query, const Match& match) {
        ++m_rows;
        const Item& item = match.row.item;
        if (m_format == ExportFormat::Npy) {
            add_record(query.image.item, item.id, match);
        } else if (m_array) {
            Json object;
            put_path(object, "query", query.path);
            object["query_item"] = query.image.item;
            object["rank"] = match.rank;
            object["score"] = match.score;
            put_path(object, "match", match.row.absolute_path);
            object["match_item"] = item.id;
            object["collection"] = match.row.collection;
            object["metadata"] = to_json(match.row.metadata);
            m_array->add(object);
        } else {
            std::vector<std::string> cells{
                query.path,          std::to_string(query.image.item), std::to_string(match.rank),
                number(match.score), match.row.absolute_path,          std::to_string(item.id),
                match.row.collection};
            for (const std::string& field : m_fields) cells.push_back(value_of(match.row.metadata, field));
            write_row(m_sink, cells);
        }
    }

    void end() {
        if (m_array) m_array->end();
        if (m_format != ExportFormat::Npy) return;
        write_npy_header(m_sink, "[('query', '<i8'), ('match', '<i8'), ('rank', '<i4'), ('score', '<f4')]",
                         shape_of({m_rows}));
        m_sink.write(m_records);
    }

    std::int64_t rows() const { return m_rows; }

  private:
    void add_record(std::int64_t query, std::int64_t match_item, const Match& match) {
        const std::int32_t rank = match.rank;
        const auto put = [&](const auto& value) {
            m_records.append(reinterpret_cast<const char*>(&value), sizeof value);
        };
        put(query);
        put(match_item);
        put(rank);
        put(match.score);
    }

    ExportSink& m_sink;
    ExportFormat m_format;
    std::vector<std::string> m_fields;
    std::optional<JsonArray> m_array;
    std::string m_records;  ///< 24 bytes a match; their number goes before them
    std::int64_t m_rows = 0;
};

}  // namespace

Result<ExportFormat> export_format_of(const std::string& file) {
    if (file.ends_with(".csv")) return ExportFormat::Csv;
    if (file.ends_with(".json")) return ExportFormat::Json;
    if (file.ends_with(".npy")) return ExportFormat::Npy;
    return Error{ErrorKind::Usage,
                 "The format of \"" + file +
                     "\" is not clear. Let its name end in .csv, .json or .npy, or give --format."};
}

Result<ExportOutcome> export_embeddings(Library& library, const std::string& model_hash,
                                        const ItemQuery& filter, ExportFormat format, const std::string& file,
                                        std::stop_token stop, const ExportProgress& progress) {
    auto reader = library.reader();
    if (!reader) return std::move(reader).error();
    const auto model = embedded_model(**reader, model_hash);
    if (!model) return model.error();
    const auto wanted = (*reader)->embedding_ids(model->id, filter);
    if (!wanted) return wanted.error();
    ExportOutcome outcome;
    outcome.file = file;
    ExportSink sink(file);
    EmbeddingWriter writer(**reader, sink, format);
    const auto total = static_cast<std::int64_t>(wanted->size());
    const auto count = [&](std::size_t rows) {
        outcome.rows += static_cast<std::int64_t>(rows);
        if (progress) progress(outcome.rows, total);
    };

    if (format != ExportFormat::Npy) {
        const auto damaged =
            walk_embeddings(**reader, model->id, *wanted, stop, [&](const auto& rows) -> Status {
                count(rows.size());
                return writer.add_text(rows);
            });
        if (!damaged) return damaged.error();
        outcome.damaged = *damaged;
        writer.end();
        if (const Status status = sink.finish(); !status) return status.error();
        outcome.bytes = sink.bytes();
        return outcome;
    }

    // The header comes first and says how many rows follow, so the sound ones are counted before.
    if (file == "-") {
        return Error{ErrorKind::Usage,
                     "NumPy embeddings come with a second file and cannot go to standard output."};
    }
    const auto names = read_names(**reader);
    if (!names) return names.error();
    std::size_t dimension = 0;
    std::vector<EmbeddingId> sound;
    const auto damaged = walk_embeddings(**reader, model->id, *wanted, stop, [&](const auto& rows) -> Status {
        for (const EmbeddingRow& row : rows) {
            sound.push_back(row.id);
            dimension = row.vector.size();
        }
        return {};
    });
    if (!damaged) return damaged.error();
    outcome.damaged = *damaged;
    write_npy_header(sink, "'<f4'", shape_of({std::ssize(sound), static_cast<std::int64_t>(dimension)}));
    outcome.items_file = items_file_of(file);
    ExportSink items_sink(outcome.items_file);
    std::vector<std::string> titles{"row", "item", "path", "collection"};
    titles.insert(titles.end(), names->fields.begin(), names->fields.end());
    write_row(items_sink, titles);
    const auto lost = walk_embeddings(**reader, model->id, sound, stop, [&](const auto& rows) -> Status {
        count(rows.size());
        return writer.add_npy(rows, *names, items_sink);
    });
    if (!lost) return lost.error();
    if (*lost != 0) {
        return Error{ErrorKind::Busy,
                     "The library changed while it was exported. Try again when no import runs."};
    }
    if (const Status status = items_sink.finish(); !status) return status.error();
    if (const Status status = sink.finish(); !status) return status.error();
    outcome.bytes = sink.bytes() + items_sink.bytes();
    return outcome;
}

Result<ExportOutcome> export_labels(Library& library, const ItemQuery& filter, ExportFormat format,
                                    const std::string& file, std::stop_token stop,
                                    const ExportProgress& progress) {
    if (format == ExportFormat::Npy) {
        return Error{ErrorKind::Usage,
                     "Labels are text and do not fit a NumPy array. Export them as .csv or .json."};
    }
    auto reader = library.reader();
    if (!reader) return std::move(reader).error();
    const auto names = read_names(**reader);
    if (!names) return names.error();
    const auto ids = (*reader)->item_ids(filter);
    if (!ids) return ids.error();
    const bool one_asked =
        filter.collections.size() == 1 ||
        std::any_of(filter.where.begin(), filter.where.end(), [](const Condition& condition) {
            return condition.field == "collection" && condition.op == Condition::Operator::Equal;
        });
    const bool several = names->collections.size() > 1 && !one_asked;

    ExportOutcome outcome;
    outcome.file = file;
    ExportSink sink(file);
    std::optional<JsonArray> array;
    if (format == ExportFormat::Json) {
        array.emplace(sink);
    } else {
        std::vector<std::string> titles{"path"};
        if (several) titles.emplace_back("collection");
        titles.insert(titles.end(), names->fields.begin(), names->fields.end());
        write_row(sink, titles);
    }
    for (std::size_t at = 0; at < ids->size() && !sink.failed(); at += block) {
        if (stop.stop_requested()) return cancelled();
        const std::span part = std::span(*ids).subspan(at, std::min<std::size_t>(block, ids->size() - at));
        const auto items = read_items(**reader, part);
        if (!items) return items.error();
        for (std::size_t i = 0; i < part.size(); ++i) {
            const Item& item = items->items[i];
            if (item.id == 0) continue;  // removed meanwhile
            ++outcome.rows;
            const auto collection = names->collections.find(item.collection);
            const std::string where = collection == names->collections.end() ? "" : collection->second;
            if (array) {
                Json object;
                object["item"] = item.id;
                put_path(object, "path", item.path);
                object["collection"] = where;
                object["metadata"] = to_json(items->metadata[i]);
                array->add(object);
                continue;
            }
            std::vector<std::string> cells{item.path};
            if (several) cells.push_back(where);
            for (const std::string& field : names->fields)
                cells.push_back(value_of(items->metadata[i], field));
            write_row(sink, cells);
        }
        if (progress) progress(outcome.rows, static_cast<std::int64_t>(ids->size()));
    }
    if (array) array->end();
    if (const Status status = sink.finish(); !status) return status.error();
    outcome.bytes = sink.bytes();
    return outcome;
}

Result<ExportOutcome> export_matches(Library& library, SearchService& search, const std::string& model_hash,
                                     const SearchRequest& request, ExportFormat format,
                                     const std::string& file, std::stop_token stop,
                                     const ExportProgress& progress) {
    auto reader = library.reader();
    if (!reader) return std::move(reader).error();
    const auto model = embedded_model(**reader, model_hash);
    if (!model) return model.error();
    const auto names = read_names(**reader);
    if (!names) return names.error();
    const auto queries = queries_of(**reader, model->id, request);
    if (!queries) return queries.error();

    ExportOutcome outcome;
    outcome.file = file;
    ExportSink sink(file);
    MatchWriter writer(sink, format, names->fields);
    SearchRequest one = request;
    for (std::size_t i = 0; i < queries->size() && !sink.failed(); ++i) {
        if (stop.stop_requested()) return cancelled();
        one.images = {(*queries)[i].image};
        const auto response = search.search(one, stop);
        if (!response) return response.error();
        for (const Match& match : response->matches) writer.add((*queries)[i], match);
        if (progress) progress(static_cast<std::int64_t>(i + 1), static_cast<std::int64_t>(queries->size()));
    }
    writer.end();
    if (const Status status = sink.finish(); !status) return status.error();
    outcome.rows = writer.rows();
    outcome.bytes = sink.bytes();
    return outcome;
}

}  // namespace fieldmark
