// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/evaluation/bootstrap.h"
#include "core/evaluation/calibration.h"
#include "core/evaluation/class_report.h"
#include "core/evaluation/comparison.h"
#include "core/evaluation/confusion.h"
#include "core/evaluation/hash_metrics.h"
#include "core/evaluation/retrieval_metrics.h"
#include "core/index/hamming_store.h"
#include "core/library/library.h"

namespace fieldmark {

struct EvaluationRequest {
    std::string label;  ///< metadata field that names the class
    ItemQuery filter;
    std::vector<int> ks{1, 2, 4, 8};
    std::string model_hash;
    /// A second model the library has vectors of, to be compared with query by query; "": none.
    std::string compare_hash = {};
    std::optional<HashHead> codes = {};  ///< of the model: it is evaluated by its binary codes, too
    bool intervals = false;              ///< bootstrap intervals of the headline figures
    bool duplicates = false;             ///< count exact copies: reads every item
    bool calibrate = false;  ///< fit score -> probability, and keep it in the library where it can be written
    int examples = 0;        ///< so many worst queries (and most improved, most worsened) with their matches
    int example_matches = 6;  ///< first matches of each
    std::uint64_t seed = 1;   ///< of everything that is drawn
};

/// Labelled embeddings in memory, one row for each picture.
struct LabelledVectors {
    int dimension = 0;
    std::vector<ItemId> items;
    std::vector<std::int32_t> labels;
    std::vector<float> features;           ///< (items, dimension), L2-normalised rows
    std::vector<std::string> class_names;  ///< by label
};

/// A query with its first matches, to be shown as pictures.
struct QueryExample {
    struct Match {
        ItemId item = 0;
        float score = 0;
        std::int32_t label = 0;
        bool right = false;
    };
    ItemId query = 0;
    std::int32_t label = 0;
    std::int64_t rank = 0;  ///< of its first right match
    float right_score = 0;  ///< of that match
    ItemId right_item = 0;
    std::vector<Match> matches;    ///< the first ones
    std::int64_t rank_before = 0;  ///< in a comparison: under the first model
    std::vector<Match> before;     ///< in a comparison: the first model's first matches
};

/// The evaluated model (second) against another (first), on the pictures that have vectors of both.
struct ComparisonReport {
    std::string first_hash;
    std::string first_name;
    RetrievalMetrics first;  ///< without by_row
    RetrievalMetrics second;
    ModelComparison figures;
    std::vector<QueryExample> improved;
    std::vector<QueryExample> worsened;
    std::int64_t left_out = 0;  ///< pictures without a vector of the first model
};

struct EvaluationReport {
    RetrievalMetrics metrics;
    std::string label;
    std::string model_hash;
    std::string model_name;
    std::int64_t unlabelled = 0;  ///< selected items without a value in the field
    std::int64_t not_embedded = 0;
    double seconds = 0;

    std::vector<ItemId> items;             ///< by row of metrics.by_row
    std::vector<std::int32_t> labels;      ///< by row
    std::vector<std::string> class_names;  ///< by label
    std::vector<ClassFigures> classes;
    /// Of the classes with queries, those that the model, and the one it is compared with, were learned from:
    /// so far the figures say little of new ones.
    int learned_classes = 0;
    int compared_learned_classes = 0;
    std::vector<ConfusionPair> confusions;
    /// With `intervals`, each over queries; by K, and of the means.
    std::map<int, Interval> recall_at;
    Interval map_at_r;
    Interval mean_average_precision;
    /// With `intervals`, over classes: how it might do on other classes of the kind.
    Interval recall_at_1_classes;
    Interval map_at_r_classes;
    std::vector<QueryExample> worst;
    /// With `duplicates`: pictures that have an exact copy among the others (the same bytes), and pairs of
    /// such: they find each other whatever the model, which flatters Recall@1.
    std::int64_t duplicates = 0;
    std::int64_t duplicate_pairs = 0;
    std::optional<HashMetrics> hashing;  ///< with `codes`: by Hamming distance, without a shortlist
    std::optional<ComparisonReport> comparison;
    std::optional<CalibrationReport> calibration;
    std::string calibration_problem;  ///< why there is none though it was asked for
};

/// Leave-one-out retrieval quality over the selected items. Usage if the field is unknown (the known ones are
/// named), or no class has two embedded items.
Result<EvaluationReport> evaluate_library(Library& library, const EvaluationRequest& request,
                                          std::stop_token stop = {},
                                          const std::function<void(int, int)>& progress = {});

/// The selected items that have a value in the field and a vector of the model; what was left out is counted
/// in `report`. Errors as evaluate_library().
Result<LabelledVectors> labelled_vectors(LibraryReader& reader, const EvaluationRequest& request,
                                         EvaluationReport& report, std::stop_token stop = {});

/// Two models' vectors of the same rows, first and second: figures, intervals and examples. Usage where the
/// rows differ.
Result<ComparisonReport> compare_vectors(const LabelledVectors& first, const LabelledVectors& second,
                                         const EvaluationRequest& request, std::stop_token stop = {},
                                         const std::function<void(int, int)>& progress = {});

}  // namespace fieldmark
