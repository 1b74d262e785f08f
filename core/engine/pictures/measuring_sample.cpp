// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/pictures/measuring_sample.h"

#include <algorithm>
#include <optional>

#include "core/engine/pictures/prepared_picture.h"

namespace fieldmark {

std::vector<std::uint8_t> measuring_sample(LibraryReader& reader, const Embedder& embedder, std::size_t most,
                                           const std::function<bool()>& stop) {
    ItemQuery ready;
    ready.state = ItemState::Ready;
    const auto ids = reader.item_ids(ready);
    if (!ids || ids->empty() || most == 0) return {};
    std::vector<ItemId> chosen;
    const std::size_t count = std::min(most, ids->size());
    for (std::size_t i = 0; i < count; ++i) chosen.push_back((*ids)[i * ids->size() / count]);
    const auto items = reader.items(chosen);
    if (!items) return {};
    // A model of objects sees the whole picture here: which part makes no difference to how it computes.
    ObjectBox whole;
    whole.source = BoxSource::Import;
    std::vector<std::uint8_t> pixels;
    for (const Item& item : *items) {
        if (stop && stop()) break;
        const auto path = reader.absolute_path(item);
        if (!path) continue;
        const auto file = read_picture(*path, {});
        if (!file) continue;
        const auto picture = prepare_picture(file->bytes, *path, embedder, {}, {}, false, whole);
        if (picture) pixels.insert(pixels.end(), picture->input.begin(), picture->input.end());
    }
    return pixels;
}

}  // namespace fieldmark
