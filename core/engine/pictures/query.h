// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/crop.h"
#include "core/index/vector_index.h"
#include "core/library/records.h"

namespace fieldmark {

/// A point of a class's appearance to search by: an anchor of a model learned by GAPan, or a prototype by
/// spherical k-means. It lies in the space of one model and says nothing to another.
struct AnchorPoint {
    std::string model_hash;
    std::string model;  ///< name, for texts
    std::string class_name;
    int index = 0;  ///< from 0, among those of its class
    bool prototype = false;
    std::vector<float> vector;  ///< (dimension) unit length
    bool operator==(const AnchorPoint&) const = default;
};

/// One picture of a query: a file, bytes (pasted or dragged from a browser) or an item of the library. Or an
/// anchor.
struct QueryImage {
    std::string path;              ///< a file, or
    std::vector<std::byte> bytes;  ///< an encoded picture, or
    ItemId item = 0;               ///< an item
    Crop crop;
    bool negative = false;  ///< "not like this"
    /// Searched with instead of a picture, its vector as it is. `item` is then the picture nearest to it,
    /// which stands for it where there must be one to look at (a card, Compare, an explanation); 0: none. It
    /// has no crop.
    std::shared_ptr<const AnchorPoint> anchor = {};
};

/// Whether the two are one picture or one anchor, whatever part of it and whether liked or not.
inline bool same_subject(const QueryImage& a, const QueryImage& b) {
    const bool anchors = a.anchor == b.anchor || (a.anchor && b.anchor && *a.anchor == *b.anchor);
    return anchors && a.item == b.item && a.path == b.path && a.bytes == b.bytes;
}

struct SearchRequest {
    std::vector<QueryImage> images;  ///< at least one that is not negative
    int k = 50;
    ItemQuery filter;
    SearchWay way = SearchWay::Auto;
    int shortlist = 0;            ///< with SearchWay::Hamming: ranked anew by cosine, see VectorQuery
    bool auto_crop = false;       ///< crops pictures without a crop of their own to their object
    bool hide_query = true;       ///< hides queried items (also a queried file that lies in the library)
    bool hide_duplicates = true;  ///< hides exact duplicates (equal content hash) of the query images
};

/// An item with all that a view or a JSON line shows of it.
struct ItemRow {
    Item item;
    std::string collection;     ///< name
    std::string absolute_path;  ///< bytes
    Metadata metadata;
};

struct Match {
    int rank = 0;       ///< from 1
    float score = 0;    ///< cosine of the pooled query and the match, -1..1
    int distance = -1;  ///< Hamming distance of the codes, where they were compared
    EmbeddingId embedding = 0;
    ItemRow row;
};

struct SearchTimings {
    double decode = 0;  ///< milliseconds
    double embed = 0;
    double search = 0;
    double rows = 0;
};

struct SearchResponse {
    std::vector<Match> matches;  ///< by falling score; at most k
    std::string model;           ///< name
    std::string model_hash;
    SearchWay way = SearchWay::Exact;
    std::int64_t searched = 0;  ///< rows that the filter admitted
    std::int64_t embedded = 0;  ///< items with an embedding of this model
    std::int64_t total = 0;     ///< items in the library, missing ones not counted
    /// With auto_crop or a model of objects, and for pictures with a crop: the part of each picture that was
    /// searched with, in their order; whole where there is no single object.
    std::vector<Crop> crops;
    std::string note;  ///< why fewer than k, or what was not ready; "" if all is well
    SearchTimings timings_ms;
};

}  // namespace fieldmark
