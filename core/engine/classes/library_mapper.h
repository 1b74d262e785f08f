// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <stop_token>

#include "core/base/result.h"
#include "core/engine/classes/library_map.h"
#include "core/index/vector_index.h"
#include "core/library/reader.h"
#include "core/models/backbone.h"

namespace fieldmark {

/// Takes a map; the last one is final. Called on the computing thread.
using MapTaker = std::function<void(LibraryMap map)>;

/// Lays the stored vectors of `model` out on a plane: the principal plane at once, then, with
/// MapMethod::Umap, better and better pictures about twice a second, their progress with them. A library
/// without vectors of this model gives an empty final map. Neighbours are exact up to
/// MapRequest::exact_up_to pictures; above that they come from the graph of `index` (may be null) where it
/// has one. Holds 4 bytes x dimension of every picture meanwhile. Usage (a bad filter; an index of other
/// vectors), Damaged, Io, TooLarge (memory), Cancelled.
Status map_library(LibraryReader& reader, const ModelInfo& model, const VectorIndex* index,
                   const MapRequest& request, const MapTaker& take, std::stop_token stop = {});

/// Finds the items nearest to each landmark in `index`, which holds the vectors of `model_hash`, and fills in
/// MapLandmark::nearest and ::model_hash. A landmark that has `nearest` already keeps it. Usage for vectors
/// of another dimension, Damaged, Io, Cancelled.
Status find_neighbours(std::vector<MapLandmark>& landmarks, int neighbours, LibraryReader& reader,
                       const VectorIndex& index, const std::string& model_hash, std::stop_token stop = {});

}  // namespace fieldmark
