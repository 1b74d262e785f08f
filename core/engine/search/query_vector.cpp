// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/search/query_vector.h"

#include <cmath>
#include <filesystem>
#include <optional>
#include <utility>

#include "core/base/stopwatch.h"
#include "core/engine/classes/anchor_point.h"
#include "core/engine/pictures/object_service.h"
#include "core/engine/pictures/prepared_picture.h"

namespace fieldmark {

namespace {

constexpr float kNegativeWeight = 0.5F;
/// From 1, of the squared length of an anchor.
constexpr double kMostOffUnit = 1e-3;

void normalise(std::vector<float>& vector) {
    double square = 0;
    for (const float value : vector) square += static_cast<double>(value) * static_cast<double>(value);
    const double norm = std::sqrt(square);
    for (float& value : vector) value = static_cast<float>(static_cast<double>(value) / norm);
}

void add(std::vector<float>& sum, const std::vector<float>& vector, float weight) {
    if (sum.empty()) sum.resize(vector.size());
    for (std::size_t i = 0; i < vector.size(); ++i) sum[i] += weight * vector[i];
}

}  // namespace

bool needs_model(const QueryImage& image) {
    return !image.anchor && (image.item == 0 || !image.crop.whole());
}

Result<QueryVector> QueryEmbedding::run(const std::vector<QueryImage>& images, std::stop_token stop) {
    QueryVector query;
    int positives = 0;
    for (const QueryImage& image : images) positives += image.negative ? 0 : 1;
    if (positives == 0) {
        return Error{ErrorKind::Usage,
                     "A query needs at least one picture to look for, not only ones to avoid."};
    }
    const int negatives = static_cast<int>(images.size()) - positives;
    for (const QueryImage& image : images) {
        if (stop.stop_requested()) return Error{ErrorKind::Cancelled, "The search was cancelled."};
        if (auto status = check_crop(image.crop); !status) return status.error();
        auto vector = vector_of(image, query);
        if (!vector) return vector.error();
        if (images.size() == 1) {  // as stored, bit for bit
            query.pooled = std::move(*vector);
            continue;
        }
        const float weight = image.negative ? -kNegativeWeight / static_cast<float>(negatives)
                                            : 1.0F / static_cast<float>(positives);
        add(query.pooled, *vector, weight);
    }
    if (images.size() > 1) normalise(query.pooled);
    for (const std::string& hash : m_hashes) {
        if (auto status = note_duplicates(hash, query); !status) return status.error();
    }
    for (const float value : query.pooled) {
        if (std::isfinite(value)) continue;
        return Error{ErrorKind::Usage, "The query's pictures cancel each other out. Take one of them away."};
    }
    return query;
}

Result<std::vector<float>> QueryEmbedding::vector_of(const QueryImage& image, QueryVector& query) {
    if (image.anchor) return anchor_vector(*image.anchor, query);
    return image.item != 0 ? item_vector(image, query) : file_vector(image, query);
}

Result<std::vector<float>> QueryEmbedding::anchor_vector(const AnchorPoint& anchor,
                                                         QueryVector& query) const {
    if (m_model.hash != anchor.model_hash ||
        (m_model.id != 0 && anchor.vector.size() != static_cast<std::size_t>(m_model.dimension))) {
        const bool other = !m_model.name.empty() && m_model.name != anchor.model;
        return Error{ErrorKind::Usage, name_of(anchor) + " belongs to the model \"" + anchor.model + '"' +
                                           (other ? ", but the search is by \"" + m_model.name + '"' : "") +
                                           ". Open Anchors again and choose one of the model in use."};
    }
    double square = 0;
    for (const float value : anchor.vector) square += static_cast<double>(value) * static_cast<double>(value);
    if (!(std::abs(square - 1) < kMostOffUnit))
        return Error{ErrorKind::Usage,
                     name_of(anchor) + " is no direction to search in. Open Anchors again."};
    query.crops.emplace_back();
    return anchor.vector;
}

Result<std::vector<float>> QueryEmbedding::item_vector(const QueryImage& image, QueryVector& query) {
    const auto item = find_item(m_reader, image.item);
    if (!item) return item.error();
    query.queried.insert(item->id);
    if (!item->hash.empty()) m_hashes.insert(item->hash);
    if (stored_will_do(image.crop) && item->state != ItemState::Pending) {
        auto stored = m_reader.embedding_of(m_model.id, item->id);
        if (stored) {
            query.crops.push_back(stored_part(item->hash, image.crop));
            return std::move(stored->vector);
        }
    }
    const auto source = read_source(image, &m_reader);
    if (!source) return source.error();
    m_hashes.insert(source->file.hash);
    return embed(*source, image.crop, query);
}

Result<std::vector<float>> QueryEmbedding::file_vector(const QueryImage& image, QueryVector& query) {
    const Stopwatch clock;
    const auto source = read_source(image, &m_reader);
    if (!source) return source.error();
    const std::string& hash = source->file.hash;
    m_hashes.insert(hash);
    auto self = item_at(image.path, hash);
    if (!self) return self.error();
    if (*self != 0) query.queried.insert(*self);
    if (stored_will_do(image.crop)) {
        auto twins = m_reader.items_with_hash(hash);
        if (!twins) return twins.error();
        for (const ItemId twin : *twins) {
            auto stored = m_reader.embedding_of(m_model.id, twin);
            if (!stored) continue;
            query.decode_ms += clock.milliseconds();
            query.crops.push_back(stored_part(hash, image.crop));
            return std::move(stored->vector);
        }
    }
    query.decode_ms += clock.milliseconds();
    return embed(*source, image.crop, query);
}

Result<std::vector<float>> QueryEmbedding::embed(const SourceFile& source, const Crop& crop,
                                                 QueryVector& query) {
    if (!m_embedder) {
        return Error{
            ErrorKind::Unsupported,
            "The model of this library is not installed, so only pictures of the library can be queried. "
            "Set the model up to query with other files."};
    }
    const Stopwatch decoding;
    Crop part = crop;
    std::optional<ObjectBox> known;
    const bool of_objects = m_embedder->object_finder().has_value();
    if (crop.whole() && (m_auto_crop || of_objects)) {
        auto stored = m_reader.object_box(source.file.hash);
        if (!stored) return stored.error();
        known = std::move(*stored);
        if (!of_objects) {
            auto object = object_for(source.bytes(), source.name, {}, {}, known);
            if (!object) return object.error();
            part = object->box;
        }
    }
    auto prepared = prepare_picture(source.bytes(), source.name, *m_embedder, part, {}, false, known);
    query.crops.push_back(prepared && prepared->object ? prepared->object->box : part);
    query.decode_ms += decoding.milliseconds();
    if (!prepared) return prepared.error();
    const Stopwatch embedding;
    auto vector = m_embedder->embed(prepared->input, 1, Embedder::Priority::Query);
    query.embed_ms += embedding.milliseconds();
    return vector;
}

bool QueryEmbedding::stored_will_do(const Crop& crop) const {
    // Of a model of objects they show the object, which is what auto_crop asks for.
    const bool of_objects = m_embedder && m_embedder->object_finder();
    return crop.whole() && (!m_auto_crop || of_objects);
}

Crop QueryEmbedding::stored_part(const std::string& hash, const Crop& crop) {
    if (!m_embedder || !m_embedder->object_finder()) return crop;
    const auto box = m_reader.object_box(hash);
    return box && *box ? (*box)->box : crop;
}

Status QueryEmbedding::note_duplicates(const std::string& hash, QueryVector& query) {
    auto ids = m_reader.items_with_hash(hash);
    if (!ids) return ids.error();
    for (const ItemId id : *ids) {
        if (!query.queried.contains(id)) query.duplicates.insert(id);
    }
    return {};
}

Result<ItemId> QueryEmbedding::item_at(const std::string& path, const std::string& hash) {
    auto ids = m_reader.items_with_hash(hash);
    if (!ids) return ids.error();
    // Pasted bytes have no path: the first item with their content is the picture that was copied.
    if (path.empty()) return ids->empty() ? ItemId{0} : ids->front();
    auto items = m_reader.items(*ids);
    if (!items) return items.error();
    for (const Item& item : *items) {
        auto known = m_reader.absolute_path(item);
        std::error_code code;
        if (known && std::filesystem::equivalent(*known, path, code)) return item.id;
    }
    return ItemId{0};
}

}  // namespace fieldmark
