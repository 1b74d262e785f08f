// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/library/records.h"

namespace fieldmark {

/// How a library is laid out on a plane.
enum class MapMethod {
    Pca,   ///< the two directions of largest variance: at once, distances between far groups are faithful
    Umap,  ///< neighbours stay neighbours (McInnes, Healy and Melville 2018): groups stand apart
};

struct MapRequest {
    MapMethod method = MapMethod::Umap;
    ItemQuery filter;        ///< which items; all embedded ones with an empty filter
    int neighbours = 15;     ///< UMAP
    double spread = 0.1;     ///< UMAP's min_dist
    std::uint64_t seed = 1;  ///< the same seed gives the same map
    /// So many pictures are all compared with each other; of more, neighbours come from the index's graph,
    /// where there is one.
    std::size_t exact_up_to = 20'000;
};

/// How a plane of largest variance was made: a vector v lies at axes . v - shift.
struct MapPlane {
    std::vector<float> axes;  ///< (2, dimension)
    std::array<float, 2> shift = {0, 0};
};

/// A map of the library, or of its state so far. Value type.
struct LibraryMap {
    MapMethod method = MapMethod::Pca;
    std::vector<ItemId> items;
    std::vector<float> places;  ///< (items, 2), centred, the larger extent -1..1; y grows downwards
    bool final = false;         ///< false: a first picture, better ones follow
    double progress = 0;        ///< share of the work that is done, 0 to 1; 1 with `final`
    std::string model;          ///< name
    std::string model_hash;
    double seconds = 0;
    MapPlane plane;  ///< with MapMethod::Pca; the same frame as `places`
};

/// A vector that is no item of the library, to be drawn on a map of it.
struct MapLandmark {
    enum class Kind {
        Anchor,     ///< of a class, by the densities of a model learned by GAPan
        Prototype,  ///< of a class, with any other model
        Query,
    };
    Kind kind = Kind::Anchor;
    std::string class_name;     ///< not of a query
    int index = 0;              ///< among those of its class
    std::vector<float> vector;  ///< unit length, in the model's space
    /// The items nearest to it with the share each has in its place; best first, the shares sum to 1.
    std::vector<std::pair<ItemId, float>> nearest;
    std::string model_hash;  ///< whose space; on the map of another model it has no place
};

/// The anchors or prototypes of these classes that a map is to show.
struct AnchorMarksRequest {
    std::string field;                 ///< of the labels
    std::vector<std::string> classes;  ///< values of it; those without embedded pictures have none
    int anchors = 5;                   ///< a class
    std::uint64_t seed = 1;
    int neighbours = 15;  ///< of each
};

/// The row of an item on a map; empty: not on it.
using MapRows = std::function<std::optional<std::size_t>(ItemId item)>;

/// Where a landmark lies: with MapMethod::Pca by projection on the plane, with MapMethod::Umap the mean of
/// its nearest items' places by their shares (new_point_shares() in core/index/umap.h). What equals an item
/// lies on it. Empty where none of its items is on the map, or the map is another model's.
std::optional<std::array<float, 2>> place_landmark(const LibraryMap& map, const MapLandmark& landmark,
                                                   const MapRows& row_of);

}  // namespace fieldmark
