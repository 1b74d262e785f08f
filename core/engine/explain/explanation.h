// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "core/base/crop.h"
#include "core/base/result.h"
#include "core/engine/pictures/embedder.h"
#include "core/engine/pictures/query.h"
#include "core/library/reader.h"

namespace fieldmark {

/// How much each place of a picture carries of a score. Value type.
struct HeatMap {
    int rows = 0;
    int columns = 0;
    Crop area;                  ///< of the picture that the model saw; the map lies over it
    std::vector<float> values;  ///< (rows, columns)

    /// A position's place in the picture, widened by `radius` cells and cut at the map's edge.
    Crop box(int position, int radius = 0) const;
};

/// A part of the query and the part of the match that looks like it.
struct ExplainedPart {
    Crop query_box;
    Crop match_box;
    double contribution = 0;  ///< what the query's place carries of the score, signed; 0 if not exact
    float similarity = 0;     ///< of the two places, -1..1
};

/// Why two pictures match. With an exact method the parts' contributions and `rest` add up to the score.
struct Explanation {
    std::string model;   ///< name
    std::string method;  ///< "decomposition" (exact), "relevance" or "rollout": see ExplainOptions::method
    bool exact = false;
    double score = 0;              ///< cosine of the two embeddings
    double decomposition_sum = 0;  ///< of all pairs of places; with an exact method equal to the score
    HeatMap query;                 ///< shares of the score, signed; if not exact, shares of 1
    HeatMap match;
    std::vector<ExplainedPart> parts;  ///< strongest first, none overlapping another
    double rest = 0;                   ///< score - sum of the parts' contributions
    double milliseconds = 0;
};

/// Explains the cosine of two pictures (files, bytes or items, each with its crop) by the method that suits
/// the model, see explain_match_by() (explain_options.h): a sum over places is taken apart exactly
/// (core/explain/decomposition.h), be it the mean of a map, a head on it or a graph of its positions; of a
/// vision transformer's class token the gradient-weighted attention is followed (core/models/
/// attention_trace.h). Parts are places that look alike (core/explain/correspondences.h). Any thread; the
/// model is used between an import's batches. Unsupported where the model shows nothing.
Result<Explanation> explain_match(const QueryImage& query, const QueryImage& match, Embedder& embedder,
                                  LibraryReader* reader, int parts = 5, std::stop_token stop = {});

}  // namespace fieldmark
