// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/classes/library_mapper.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <limits>
#include <span>
#include <thread>
#include <unordered_set>
#include <utility>

#include "core/base/side_by_side.h"
#include "core/base/stopwatch.h"
#include "core/index/kernels.h"
#include "core/index/neighbour_lists.h"
#include "core/index/principal_plane.h"
#include "core/index/umap.h"
#include "core/library/known_model.h"

namespace fieldmark {
namespace {

constexpr int kBlock = 2000;
constexpr double kPictureEvery = 0.5;     // seconds between two pictures
constexpr double kNeighboursShare = 0.3;  // of the whole work

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
    const auto record = known_model(reader, model.hash);
    if (!record) return record.error();
    if (record->id == 0) return cloud;
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
struct Frame {
    std::array<float, 2> middle = {0, 0};
    std::array<float, 2> scale = {0, 0};  ///< 0 where all places are one

    explicit Frame(std::span<const float> places) {
        constexpr float kMost = std::numeric_limits<float>::max();
        std::array<float, 2> least = {kMost, kMost};
        std::array<float, 2> most = {-kMost, -kMost};
        for (std::size_t i = 0; i < places.size(); ++i) {
            least[i % 2] = std::min(least[i % 2], places[i]);
            most[i % 2] = std::max(most[i % 2], places[i]);
        }
        const float extent = std::max(most[0] - least[0], most[1] - least[1]) / 2;
        if (!(extent > 0)) return;
        middle = {(least[0] + most[0]) / 2, (least[1] + most[1]) / 2};
        scale = {1 / extent, -1 / extent};
    }
    std::vector<float> of(std::span<const float> places) const {
        std::vector<float> result(places.size());
        for (std::size_t i = 0; i < places.size(); ++i)
            result[i] = (places[i] - middle[i % 2]) * scale[i % 2];
        return result;
    }
};

std::vector<float> framed(std::span<const float> places) {
    return Frame(places).of(places);
}

/// The plane as it is shown: framed as its places are.
MapPlane framed(const PrincipalPlane& plane, const Frame& frame) {
    MapPlane result;
    for (std::size_t axis = 0; axis < 2; ++axis) {
        for (const float value : plane.axes[axis]) result.axes.push_back(value * frame.scale[axis]);
        result.shift[axis] = (plane.centre[axis] + frame.middle[axis]) * frame.scale[axis];
    }
    return result;
}

/// Fills the lists of row `i` with what the index found.
void take_neighbours(const Cloud& cloud, const VectorResult& found, std::size_t i, NeighbourLists& lists) {
    std::size_t filled = 0;
    for (const Neighbor& neighbour : found.neighbors) {
        const auto at = std::lower_bound(cloud.embeddings.begin(), cloud.embeddings.end(), neighbour.id);
        if (at == cloud.embeddings.end() || *at != neighbour.id) continue;  // embedded meanwhile
        const auto row = static_cast<std::size_t>(at - cloud.embeddings.begin());
        if (row == i || filled == lists.k) continue;
        lists.row[i * lists.k + filled] = static_cast<std::uint32_t>(row);
        lists.distance[i * lists.k + filled] = distance_of_cosine(neighbour.score);
        ++filled;
    }
    // Pictures that were taken out meanwhile leave a gap: the last neighbour stands in.
    for (; filled < lists.k; ++filled) {
        const std::size_t at = i * lists.k + filled;
        lists.row[at] = filled > 0 ? lists.row[at - 1] : static_cast<std::uint32_t>((i + 1) % lists.rows);
        lists.distance[at] = filled > 0 ? lists.distance[at - 1] : 2.0F;
    }
}

Result<NeighbourLists> neighbours_by_graph(const Cloud& cloud, const VectorIndex& index, std::size_t k,
                                           int threads, const std::stop_token& stop,
                                           const std::function<void(double)>& progress) {
    NeighbourLists lists;
    lists.rows = cloud.rows();
    lists.k = std::min(k, cloud.rows() - 1);
    lists.row.resize(lists.rows * lists.k);
    lists.distance.resize(lists.rows * lists.k);
    std::atomic<std::size_t> next{0};
    const auto work = [&](bool tells, const std::atomic<bool>& failed) -> Status {
        while (!stop.stop_requested() && !failed) {
            const std::size_t i = next.fetch_add(1);
            if (i >= lists.rows) break;
            if (tells) progress(double(i) / double(lists.rows));
            VectorQuery query;
            query.vector = {cloud.vectors.data() + i * cloud.dimension, cloud.dimension};
            query.k = static_cast<int>(lists.k) + 1;
            query.way = SearchWay::Graph;
            if (cloud.filtered) query.admitted = &cloud.embeddings;
            const auto found = index.search(query);
            if (!found) return found.error();
            take_neighbours(cloud, *found, i, lists);
        }
        return {};
    };
    if (auto status = side_by_side(threads, "to find the neighbours on the map", work); !status)
        return status.error();
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
    const Frame frame(plane.places);
    map.places = frame.of(plane.places);
    map.plane = framed(plane, frame);
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
            map.plane = {};
        }
        map.progress = progress;
        map.seconds = clock.seconds();
        take(map);
    };
    const auto near = static_cast<std::size_t>(std::clamp(request.neighbours, 2, 200));
    const int threads = static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1U, 4U));
    const auto searched = [&](double share) { tell(share * kNeighboursShare, {}); };
    const bool by_graph = rows > request.exact_up_to && index != nullptr && index->info().graph_rows > 0;
    const Result<NeighbourLists> lists =
        by_graph ? neighbours_by_graph(*cloud, *index, near, threads, stop, searched)
                 : exact_neighbours(cloud->vectors, rows, cloud->dimension, near, threads, stop, searched);
    if (stop.stop_requested()) return cancelled();
    if (!lists) return lists.error();
    cloud->vectors = {};

    UmapSettings settings;
    settings.min_dist = std::clamp(request.spread, 0.0, 1.0);
    settings.seed = request.seed;
    const auto places = umap_places(
        *lists, plane.places, settings,
        [&](int epoch, int epochs, std::span<const float> now) {
            tell(kNeighboursShare + (1 - kNeighboursShare) * epoch / epochs, now);
        },
        stop);
    if (stop.stop_requested()) return cancelled();
    map.method = MapMethod::Umap;
    map.places = framed(places);
    map.plane = {};
    map.final = true;
    map.progress = 1;
    map.seconds = clock.seconds();
    take(std::move(map));
    return {};
}

Status find_neighbours(std::vector<MapLandmark>& landmarks, int neighbours, LibraryReader& reader,
                       const VectorIndex& index, const std::string& model_hash, std::stop_token stop) {
    for (MapLandmark& landmark : landmarks) {
        if (stop.stop_requested()) return cancelled();
        landmark.model_hash = model_hash;
        if (!landmark.nearest.empty()) continue;
        VectorQuery query;
        query.vector = landmark.vector;
        query.k = std::clamp(neighbours, 1, 200);
        const auto found = index.search(query);
        if (!found) return found.error();
        std::vector<EmbeddingId> ids;
        std::vector<float> distances;
        for (const Neighbor& neighbour : found->neighbors) {
            ids.push_back(neighbour.id);
            distances.push_back(distance_of_cosine(neighbour.score));
        }
        const auto items = reader.items_of_embeddings(ids);
        if (!items) return items.error();
        const std::vector<float> shares = new_point_shares(distances);
        for (std::size_t i = 0; i < shares.size(); ++i) {
            if ((*items)[i] != 0 && shares[i] > 0) landmark.nearest.emplace_back((*items)[i], shares[i]);
        }
    }
    return {};
}

std::optional<std::array<float, 2>> place_landmark(const LibraryMap& map, const MapLandmark& landmark,
                                                   const MapRows& row_of) {
    if (map.items.empty() || map.model_hash != landmark.model_hash) return std::nullopt;
    const std::size_t dimension = landmark.vector.size();
    if (map.method == MapMethod::Pca && dimension > 0 && map.plane.axes.size() == 2 * dimension) {
        std::array<float, 2> place{};
        for (std::size_t axis = 0; axis < 2; ++axis) {
            place[axis] = dot(map.plane.axes.data() + axis * dimension, landmark.vector.data(), dimension) -
                          map.plane.shift[axis];
        }
        return place;
    }
    std::array<float, 2> mean = {0, 0};
    float sum = 0;
    for (const auto& [item, share] : landmark.nearest) {
        const auto row = row_of(item);
        if (!row) continue;  // came to the library after the map was drawn
        mean[0] += share * map.places[2 * *row];
        mean[1] += share * map.places[2 * *row + 1];
        sum += share;
    }
    if (!(sum > 0)) return std::nullopt;
    return std::array<float, 2>{mean[0] / sum, mean[1] / sum};
}

}  // namespace fieldmark
