// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
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
};

}  // namespace fieldmark
