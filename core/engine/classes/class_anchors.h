// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/engine/classes/library_map.h"
#include "core/engine/pictures/query.h"
#include "core/library/library.h"
#include "core/models/model_registry.h"

namespace fieldmark {

/// At which a class shows its range: towards 0 all anchors are its most likely look, at 1 they scatter as
/// much as its pictures, single odd ones among them.
constexpr double kAnchorTemperature = 0.8;

struct AnchorMatch {
    ItemId item = 0;
    float score = 0;  ///< cosine of picture and anchor
};
/// A point of a class's appearance with the pictures nearest to it: an anchor drawn from the density of a
/// model learned by GAPan, or a prototype by spherical k-means.
struct ClassAnchor {
    std::string class_name;
    int index = 0;
    bool prototype = false;
    double log_density = 0;  ///< of an anchor by its own class, per dimension; 0 with prototypes
    double share = 0;        ///< of the class's pictures: those nearer to this one than to its others, 0..1
    std::vector<float> vector;  ///< unit length, in the model's space: a query for "search by anchor"
    std::vector<AnchorMatch> nearest;
};
/// A picture as the class densities see it. Percentiles 0 to 100 among held-out pictures.
struct DensityVerdict {
    ItemId item = 0;
    std::string class_name;  ///< its label
    double typicality = 0;   ///< within its class; low: unusual
    double novelty = 0;      ///< over all classes; low: fits no known class
    double mislabel =
        0;  ///< log density of the best other class less that of its own; above 0: fits better there
    std::string better_class;
    bool doubtful = false;  ///< mislabel above 0 and typicality below 1
};

struct AnchorRequest {
    std::string model;       ///< name or hash of a model trained by GAPan
    std::string class_name;  ///< "": all classes
    int anchors = 8;         ///< a class
    double temperature = kAnchorTemperature;
    std::uint64_t seed = 1;
    int nearest = 5;   ///< pictures an anchor
    ItemQuery filter;  ///< pictures to look among and to review
};
/// NotFound, Usage (not a GAPan model; unknown class), Damaged.
Result<std::vector<ClassAnchor>> class_anchors(Library& library, const AnchorRequest& request,
                                               const ModelRegistry& registry, std::stop_token stop = {});
/// Labelled pictures ranked by how little they fit their class, the most doubtful first.
Result<std::vector<DensityVerdict>> review_labels(Library& library, const AnchorRequest& request,
                                                  const std::string& label, const ModelRegistry& registry,
                                                  std::stop_token stop = {});

/// What the Anchors page asks.
struct AnchorsRequest {
    std::string field;       ///< of the labels
    std::string class_name;  ///< whose anchors are wanted; "": those of the largest class
    int anchors = 5;
    int nearest = 6;  ///< pictures of each anchor
    std::uint64_t seed = 1;
    std::optional<QueryImage> query;  ///< to be placed among the classes
};

/// A class as the page's list shows it.
struct AnchorClass {
    std::string name;
    std::int64_t pictures = 0;
    std::int64_t doubtful = 0;  ///< that fit another class better; 0 without densities
    bool few_pictures = false;  ///< its anchors are unreliable
};

/// A class that looks like another.
struct LookAlike {
    std::string name;
    double similarity = 0;             ///< cosine of the two classes' centroids
    std::vector<ClassAnchor> anchors;  ///< its own
    /// Pictures of the two classes that are most like both: the score is the smaller of the cosines to the
    /// two centroids.
    std::vector<AnchorMatch> between;
};

/// How the query fits a class.
struct ClassPlace {
    std::string name;
    double log_density = 0;  ///< per dimension; with prototypes the cosine to the nearest one
};

struct AnchorsReport {
    std::string model;                 ///< name
    std::string model_hash;            ///< in whose space the anchors lie
    bool densities = false;            ///< of a GAPan model; false: prototypes by spherical k-means
    std::int64_t learned_classes = 0;  ///< of these, how many a GAPan model has densities of
    std::string learned_field;         ///< another field, whose classes the model learned instead; or ""
    std::vector<AnchorClass> classes;  ///< by name
    std::string class_name;            ///< whose anchors these are
    std::vector<ClassAnchor> anchors;
    std::vector<LookAlike> look_alikes;  ///< nearest first, at most 5
    /// Of that class's pictures those that fit another class better, by how much (`mislabel`); with
    /// prototypes those nearer to the centroid of another class, the picture itself left out of its own. At
    /// most 100.
    std::vector<DensityVerdict> doubtful;
    /// Of that class, least typical first, at most 100. With prototypes `typicality` is the rank among the
    /// class by the mean cosine to the three nearest of it.
    std::vector<DensityVerdict> outliers;
    std::vector<ClassPlace> query;  ///< best first; empty without a query
    double query_novelty = -1;      ///< percentile; low: unlike anything known; -1: not known
    std::optional<Error>
        query_error;  ///< why the query could not be read; the classes are described all the same
    double seconds = 0;
};

/// Any thread. Usage without labels in the field or without vectors of the model; NotFound for an unknown
/// class; Cancelled. `model`: name or hash. `query_vector`: the embedding of the query, empty: none.
Result<AnchorsReport> describe_classes(LibraryReader& reader, const AnchorsRequest& request,
                                       const std::string& model, const ModelRegistry& registry,
                                       std::span<const float> query_vector = {}, std::stop_token stop = {});

/// describe_classes() that keeps what it read of one field, so that its next class comes at once. describe()
/// and landmarks() by one thread at a time, forget() by any.
class ClassDescriber {
  public:
    ClassDescriber();
    ~ClassDescriber();
    Result<AnchorsReport> describe(LibraryReader& reader, const AnchorsRequest& request,
                                   const std::string& model, const ModelRegistry& registry,
                                   std::span<const float> query_vector = {}, std::stop_token stop = {});
    /// The anchors or prototypes of several classes as landmarks of a map, their neighbours not looked for
    /// yet (find_neighbours()). The same ones as describe() shows for the same number and seed.
    Result<std::vector<MapLandmark>> landmarks(LibraryReader& reader, const AnchorMarksRequest& request,
                                               const std::string& model, const ModelRegistry& registry,
                                               std::stop_token stop = {});
    void forget();  ///< pictures or labels have changed

  private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

}  // namespace fieldmark
