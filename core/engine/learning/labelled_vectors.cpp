// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/learning/labelled_vectors.h"

#include <algorithm>
#include <numeric>

#include "core/library/known_model.h"

namespace fieldmark {
namespace {

constexpr int kBlock = 2000;

/// Vectors lie in the order in which import threads finished, which differs from one import to the next. By
/// items, the same pictures and seed give the same training.
void sort_by_item(ItemVectors& vectors) {
    if (std::is_sorted(vectors.items.begin(), vectors.items.end())) return;
    std::vector<std::size_t> order(vectors.items.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return vectors.items[a] < vectors.items[b]; });
    const auto width = static_cast<std::size_t>(vectors.dimension);
    ItemVectors sorted;
    sorted.dimension = vectors.dimension;
    sorted.items.reserve(order.size());
    sorted.vectors.reserve(vectors.vectors.size());
    for (const std::size_t row : order) {
        sorted.items.push_back(vectors.items[row]);
        const auto begin = vectors.vectors.begin() + static_cast<std::ptrdiff_t>(row * width);
        sorted.vectors.insert(sorted.vectors.end(), begin, begin + vectors.dimension);
    }
    vectors = std::move(sorted);
}

}  // namespace

Status check_label_field(LibraryReader& reader, const std::string& label, const std::string& purpose) {
    auto fields = reader.fields();
    if (!fields) return fields.error();
    std::string known;
    for (const Field& field : *fields) {
        if (field.name == label) return {};
        known += (known.empty() ? "" : ", ") + field.name;
    }
    return Error{ErrorKind::Usage,
                 "There is no field \"" + label + "\" " + purpose + ". " +
                     (known.empty() ? "The library has no fields yet: label some pictures, or import a table "
                                      "of labels."
                                    : "Known fields: " + known + ".")};
}

Result<std::vector<ItemId>> items_with_vectors(LibraryReader& reader, const ModelInfo& model) {
    const auto record = embedded_model(reader, model.hash, model.name);
    if (!record) return record.error();
    auto embeddings = reader.embedding_ids(record->id, {});
    if (!embeddings) return embeddings.error();
    auto items = reader.items_of_embeddings(*embeddings);
    if (items) std::sort(items->begin(), items->end());
    return items;
}

Result<ItemVectors> vectors_of(LibraryReader& reader, const ModelInfo& model,
                               const std::function<bool(ItemId)>& wanted, std::stop_token stop) {
    const auto record = embedded_model(reader, model.hash, model.name);
    if (!record) return record.error();
    ItemVectors vectors;
    vectors.dimension = model.dimension;
    EmbeddingId after = 0;
    while (true) {
        if (stop.stop_requested())
            return Error{ErrorKind::Cancelled, "Reading the stored vectors was cancelled."};
        auto rows = reader.embeddings(record->id, after, kBlock);
        if (!rows) return rows.error();
        if (rows->empty()) break;
        after = rows->back().id;
        for (const EmbeddingRow& row : *rows) {
            if (!wanted(row.item)) continue;
            vectors.items.push_back(row.item);
            vectors.vectors.insert(vectors.vectors.end(), row.vector.begin(), row.vector.end());
        }
    }
    sort_by_item(vectors);
    return vectors;
}

Result<ItemVectors> vectors_of_any(LibraryReader& reader, const ModelInfo& model,
                                   const ModelRegistry& registry, const std::function<bool(ItemId)>& wanted,
                                   std::stop_token stop) {
    if (model.kind != "head") return vectors_of(reader, model, wanted, stop);
    auto models = reader.models();
    if (!models) return models.error();
    const auto base = registry.find(model.base);
    const auto count = [&](const std::string& hash) -> std::int64_t {
        const auto it = std::find_if(models->begin(), models->end(),
                                     [&](const ModelRecord& record) { return record.hash == hash; });
        return it == models->end() ? 0 : it->embeddings;
    };
    // Its own vectors, unless the model beneath has more: a change of model may have been stopped half way.
    if (count(model.hash) > 0 && (!base || count(model.hash) >= count(base->hash)))
        return vectors_of(reader, model, wanted, stop);
    if (!base) return base.error();
    const auto head = registry.load_head(model);
    if (!head) return head.error();
    auto below = vectors_of(reader, *base, wanted, stop);
    if (!below) return below.error();
    ItemVectors vectors;
    vectors.dimension = head->out;
    vectors.items = std::move(below->items);
    vectors.vectors.resize(vectors.items.size() * static_cast<std::size_t>(head->out));
    head->apply(below->vectors, vectors.items.size(), vectors.vectors, 0);
    return vectors;
}

}  // namespace fieldmark
