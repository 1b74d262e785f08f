// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/library_mapper.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <system_error>
#include <thread>
#include <unordered_set>
#include <utility>

#include "core/engine/cpu_clock.h"
#include "core/index/neighbour_lists.h"
#include "core/index/principal_plane.h"
#include "core/index/umap.h"

namespace fieldmark {
namespace {

constexpr int kBlock = 2000;
constexpr double kPictureEvery = 0.5;     // seconds between two pictures
constexpr double kNeighboursShare = 0.3;  // of the whole work
constexpr std::size_t kExactRows = 20'000;

Error cancelled() {
    return {ErrorKind::Cancelled, "The map was cancelled."};
}

struct Cloud {
    std::size_t dimension = 0;
    std::vector<ItemId> items;
    std::vector<EmbeddingId> embeddings;  ///< rising
    std::vector<float> vectors;           ///< (items, dimension)
    bool filtered = false;

    std::size_t rows() const { return items.size(); }
};

Result<Cloud> read_cloud(LibraryReader& reader, const ModelInfo& model, const ItemQuery& filter,
                         const std::stop_token& stop) {
    Cloud cloud;
    auto models = reader.models();
    if (!models) return models.error();
    const auto record = std::find_if(models->begin(), models->end(),
                                     [&](const ModelRecord& one) { return one.hash == model.hash; });
    if (record == models->end()) return cloud;
    cloud.dimension = static_cast<std::size_t>(record->dimension);
    cloud.filtered =
        !filter.where.empty() || !filter.collections.empty() || !filter.text.empty() || filter.state;
    std::unordered_set<ItemId> wanted;
    if (cloud.filtered) {
        auto ids = reader.item_ids(filter);
        if (!ids) return ids.error();
        wanted.insert(ids->begin(), ids->end());
    } else {
        cloud.vectors.reserve(static_cast<std::size_t>(record->embeddings) * cloud.dimension);
    }
    EmbeddingId after = 0;
    while (true) {
        if (stop.stop_requested()) return cancelled();
        auto rows = reader.embeddings(record->id, after, kBlock);
        if (!rows) return rows.error();
        if (rows->empty()) return cloud;
        after = rows->back().id;
        for (const EmbeddingRow& row : *rows) {
            if (cloud.filtered && !wanted.contains(row.item)) continue;
            if (row.vector.size() != cloud.dimension) continue;
            cloud.items.push_back(row.item);
            cloud.embeddings.push_back(row.id);
            cloud.vectors.insert(cloud.vectors.end(), row.vector.begin(), row.vector.end());
        }
    }
}

/// Centred, the larger extent -1 to 1; the second axis grows downwards.
std::vector<float> framed(std::span<const float> places) {
    float least[2] = {std::numeric_limits<float>::max(), std::numeric_limits<float>::max()};
    float most[2] = {std::numeric_limits<float>::lowest(), std::numeric_limits<float>::lowest()};
    for (std::size_t i = 0; i < places.size(); ++i) {
        least[i % 2] = std::min(least[i % 2], places[i]);
        most[i % 2] = std::max(most[i % 2], places[i]);
    }
    const float extent = std::max(most[0] - least[0], most[1] - least[1]) / 2;
    std::vector<float> result(places.size(), 0.0F);
    if (!(extent > 0)) return result;
    for (std::size_t i = 0; i < places.size(); ++i) {
        const float value = (places[i] - (least[i % 2] + most[i % 2]) / 2) / extent;
        result[i] = i % 2 == 0 ? value : -value;
    }
    return result;
}

NeighbourLists neighbours_by_graph(const Cloud& cloud, const VectorIndex& index, std::size_t k, int threads,
                                   const std::stop_token& stop, const std::function<void(double)>& progress) {
    NeighbourLists lists;
    lists.rows = cloud.rows();
    lists.k = std::min(k, cloud.rows() - 1);
    lists.row.resize(lists.rows * lists.k);
    lists.distance.resize(lists.rows * lists.k);
    std::atomic<std::size_t> next{0};
    const auto work = [&](bool tells) {
        while (!stop.stop_requested()) {
            const std::size_t i = next.fetch_add(1);
            if (i >= lists.rows) return;
            if (tells) progress(double(i) / double(lists.rows));
            VectorQuery query;
            query.vector = {cloud.vectors.data() + i * cloud.dimension, cloud.dimension};
            query.k = static_cast<int>(lists.k) + 1;
            query.way = SearchWay::Graph;
            if (cloud.filtered) query.admitted = &cloud.embeddings;
            std::size_t filled = 0;
            if (const auto found = index.search(query)) {
                for (const Neighbor& neighbour : found->neighbors) {
                    const auto at =
                        std::lower_bound(cloud.embeddings.begin(), cloud.embeddings.end(), neighbour.id);
                    if (at == cloud.embeddings.end() || *at != neighbour.id) continue;  // embedded meanwhile
                    const auto row = static_cast<std::size_t>(at - cloud.embeddings.begin());
                    if (row == i || filled == lists.k) continue;
                    lists.row[i * lists.k + filled] = static_cast<std::uint32_t>(row);
                    lists.distance[i * lists.k + filled] = distance_of_cosine(neighbour.score);
                    ++filled;
                }
            }
            // Pictures that were taken out meanwhile leave a gap: the last neighbour stands in.
            for (; filled < lists.k; ++filled) {
                const std::size_t at = i * lists.k + filled;
                lists.row[at] =
                    filled > 0 ? lists.row[at - 1] : static_cast<std::uint32_t>((i + 1) % lists.rows);
                lists.distance[at] = filled > 0 ? lists.distance[at - 1] : 2.0F;
            }
        }
    };
    {
        std::vector<std::jthread> helpers;
        for (int i = 1; i < threads; ++i) {
            try {
                helpers.emplace_back([&work] { work(false); });
            } catch (const std::system_error&) {
                break;
            }
        }
        work(true);
    }
    return lists;
}

}  // namespace

Status map_library(LibraryReader& reader, const ModelInfo& model, const VectorIndex* index,
                   const MapRequest& request, const MapTaker& take, std::stop_token stop) {
    const Stopwatch clock;
    Stopwatch told;
    auto cloud = read_cloud(reader, model, request.filter, stop);
    if (!cloud) return cloud.error();
    const std::size_t rows = cloud->rows();

    LibraryMap map;
    map.method = MapMethod::Pca;
    map.items = cloud->items;
    map.model = model.name;
    map.model_hash = model.hash;
    const PrincipalPlane plane = principal_plane(cloud->vectors, rows, cloud->dimension, stop);
    if (stop.stop_requested()) return cancelled();
    map.places = framed(plane.places);
    map.seconds = clock.seconds();
    const bool flat = request.method == MapMethod::Pca || rows < 3;
    map.final = flat;
    map.progress = flat ? 1 : 0;
    take(map);
    if (flat) return {};

    told = {};
    const auto tell = [&](double progress, std::span<const float> places) {
        if (told.seconds() < kPictureEvery) return;
        told = {};
        if (!places.empty()) {
            map.method = MapMethod::Umap;
            map.places = framed(places);
        }
        map.progress = progress;
        map.seconds = clock.seconds();
        take(map);
    };
    const auto near = static_cast<std::size_t>(std::clamp(request.neighbours, 2, 200));
    const int threads = static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1U, 4U));
    const auto searched = [&](double share) { tell(share * kNeighboursShare, {}); };
    const bool by_graph = rows > kExactRows && index != nullptr && index->info().graph_rows > 0;
    const NeighbourLists lists =
        by_graph ? neighbours_by_graph(*cloud, *index, near, threads, stop, searched)
                 : exact_neighbours(cloud->vectors, rows, cloud->dimension, near, threads, stop, searched);
    if (stop.stop_requested()) return cancelled();
    cloud->vectors = {};

    UmapSettings settings;
    settings.min_dist = std::clamp(request.spread, 0.0, 1.0);
    settings.seed = request.seed;
    const auto places = umap_places(
        lists, plane.places, settings,
        [&](int epoch, int epochs, std::span<const float> now) {
            tell(kNeighboursShare + (1 - kNeighboursShare) * epoch / epochs, now);
        },
        stop);
    if (stop.stop_requested()) return cancelled();
    map.method = MapMethod::Umap;
    map.places = framed(places);
    map.final = true;
    map.progress = 1;
    map.seconds = clock.seconds();
    take(std::move(map));
    return {};
}

}  // namespace fieldmark
