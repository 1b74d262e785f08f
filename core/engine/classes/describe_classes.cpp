// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// What the page Anchors shows: the classes of a label field by the anchors of a GAPan model or by prototypes.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <map>
#include <span>
#include <unordered_map>

#include "core/engine/classes/anchor_choice.h"
#include "core/engine/classes/class_anchors.h"
#include "core/engine/learning/labelled_vectors.h"
#include "core/engine/learning/learned_classes.h"
#include "core/index/kernels.h"
#include "core/index/spherical_kmeans.h"
#include "core/methods/gapan/density.h"

namespace fieldmark {
namespace {

constexpr std::size_t kBlock = 2000;
constexpr std::size_t kMostListed = 100;
constexpr std::size_t kMostLookAlikes = 5;
constexpr std::size_t kBetween = 6;
constexpr std::size_t kFewPictures = 5;
/// A class with fewer has no centroid worth comparing with once a picture of it is left out.
constexpr std::size_t kLeastForCentroid = 3;
/// Pictures a model must have learned from before it says how novel one is. A fifth of them were held out: a
/// low percentile among fewer than twenty says nothing, and the head of so few has kept little but their
/// classes.
constexpr int kLeastForNovelty = 100;
/// Pictures of a class that one of it is compared with to see how usual it is.
constexpr std::size_t kMostCompared = 2000;
/// Vectors above this many bytes are read anew for each class.
constexpr std::size_t kMostKept = 512u << 20;

Error cancelled() {
    return {ErrorKind::Cancelled, "Describing the classes was cancelled."};
}

/// Labelled pictures with their vectors: what every class of a field is described from.
struct Ground {
    std::string model_hash, field;
    std::string model_name;
    std::uint64_t generation = 0;
    std::optional<gapan::Density> density;
    std::string learned_field;  ///< whose classes `density` knows, where that is another field of the library
    std::size_t dimension = 0;
    std::vector<ItemId> items;
    std::vector<float> vectors;                     ///< (items, dimension)
    std::vector<std::size_t> label;                 ///< of each item, into `classes`
    std::vector<std::string> classes;               ///< by name
    std::vector<std::vector<std::size_t>> members;  ///< rows of each class
    std::vector<float> sums;                        ///< (classes, dimension) of a class's vectors
    std::vector<float> centroids;                   ///< the same, unit length
    std::vector<int> known;                         ///< the class in `density`, -1 where it was not learned
    std::vector<float> densities;                   ///< (items, classes of `density`)
    std::vector<std::int64_t> doubtful;
    std::map<std::size_t, SphericalClusters> prototypes;  ///< by class, of `prototype_count` and seed
    int prototype_count = 0;
    std::uint64_t prototype_seed = 0;

    std::span<const float> row(std::size_t index) const {
        return std::span(vectors).subspan(index * dimension, dimension);
    }
    std::span<const float> densities_of(std::size_t index) const {
        const std::size_t count = density->classes().size();
        return std::span(densities).subspan(index * count, count);
    }
    /// The vectors of these rows, one after the other.
    std::vector<float> gathered(std::span<const std::size_t> rows) const {
        std::vector<float> found;
        found.reserve(rows.size() * dimension);
        for (const std::size_t one : rows) found.insert(found.end(), row(one).begin(), row(one).end());
        return found;
    }
};

/// Labels by item; those without a value in the field are left out.
Result<std::unordered_map<ItemId, std::string>> labels_of(LibraryReader& reader, const std::string& field,
                                                          const std::stop_token& stop) {
    const auto ids = reader.item_ids({});
    if (!ids) return ids.error();
    std::unordered_map<ItemId, std::string> labels;
    for (std::size_t begin = 0; begin < ids->size(); begin += kBlock) {
        if (stop.stop_requested()) return cancelled();
        const auto block = std::span(*ids).subspan(begin, std::min(kBlock, ids->size() - begin));
        const auto metadata = reader.metadata(block);
        if (!metadata) return metadata.error();
        for (std::size_t i = 0; i < block.size(); ++i) {
            const auto value = (*metadata)[i].find(field);
            if (value != (*metadata)[i].end() && !value->second.empty()) labels[block[i]] = value->second;
        }
    }
    if (labels.empty())
        return Error{ErrorKind::Usage, "No picture has a label in the field \"" + field +
                                           "\". Label some, or choose another field."};
    return labels;
}

void sum_up(Ground& ground) {
    const std::size_t dimension = ground.dimension;
    ground.members.resize(ground.classes.size());
    ground.sums.assign(ground.classes.size() * dimension, 0.0f);
    ground.centroids = ground.sums;
    for (std::size_t i = 0; i < ground.items.size(); ++i) ground.members[ground.label[i]].push_back(i);
    for (std::size_t c = 0; c < ground.classes.size(); ++c) {
        std::vector<double> sum(dimension, 0.0);
        for (const std::size_t i : ground.members[c]) {
            for (std::size_t d = 0; d < dimension; ++d) sum[d] += static_cast<double>(ground.row(i)[d]);
        }
        double norm = 0;
        for (const double x : sum) norm += x * x;
        norm = std::max(std::sqrt(norm), 1e-12);
        for (std::size_t d = 0; d < dimension; ++d) {
            ground.sums[c * dimension + d] = static_cast<float>(sum[d]);
            ground.centroids[c * dimension + d] = static_cast<float>(sum[d] / norm);
        }
    }
}

Status weigh(Ground& ground, const std::stop_token& stop) {
    ground.known.assign(ground.classes.size(), -1);
    ground.doubtful.assign(ground.classes.size(), 0);
    // The same name in another field is another class.
    if (!ground.density || !ground.learned_field.empty()) return {};
    for (std::size_t c = 0; c < ground.classes.size(); ++c) {
        ground.known[c] = ground.density->class_index(ground.classes[c]);
    }
    for (std::size_t begin = 0; begin < ground.items.size(); begin += kBlock) {
        if (stop.stop_requested()) return cancelled();
        const std::size_t count = std::min(kBlock, ground.items.size() - begin);
        const auto block = ground.density->log_density(
            std::span(ground.vectors).subspan(begin * ground.dimension, count * ground.dimension), count);
        if (!block) return block.error();
        ground.densities.insert(ground.densities.end(), block->begin(), block->end());
    }
    for (std::size_t i = 0; i < ground.items.size(); ++i) {
        const int own = ground.known[ground.label[i]];
        if (own < 0) continue;
        const auto scores = ground.densities_of(i);
        if (*std::max_element(scores.begin(), scores.end()) > scores[static_cast<std::size_t>(own)])
            ++ground.doubtful[ground.label[i]];
    }
    return {};
}

/// The field that the model was learned from, if it is another one of this library's than `field`; else "".
Result<std::string> other_field(LibraryReader& reader, const ModelInfo& model, const std::string& field) {
    auto learned = learned_from(model);
    if (!learned) return std::move(learned).error();
    if (learned->field.empty() || learned->field == field) return std::string();
    const auto fields = reader.fields();
    if (!fields) return fields.error();
    const bool here = std::any_of(fields->begin(), fields->end(),
                                  [&](const Field& one) { return one.name == learned->field; });
    return here ? learned->field : std::string();
}

Result<Ground> read_ground(LibraryReader& reader, const std::string& field, const ModelInfo& model,
                           const ModelRegistry& registry, const std::stop_token& stop) {
    Ground ground;
    ground.model_hash = model.hash;
    ground.model_name = model.name;
    ground.field = field;
    const auto labels = labels_of(reader, field, stop);
    if (!labels) return labels.error();
    auto vectors = vectors_of_any(
        reader, model, registry, [&](ItemId id) { return labels->contains(id); }, stop);
    if (!vectors) return vectors.error();
    if (vectors->items.empty())
        return Error{ErrorKind::Usage, "None of the labelled pictures is embedded with the model \"" +
                                           model.name + "\" yet. Wait for the import to end."};
    auto density = gapan::Density::load(model.path);
    if (density) {
        if (density->dimension() != vectors->dimension)
            return Error{ErrorKind::Damaged, "The class densities of the model \"" + model.name +
                                                 "\" do not fit its embedding. Train the model anew."};
        ground.density = std::move(*density);
        auto other = other_field(reader, model, field);
        if (!other) return other.error();
        ground.learned_field = std::move(*other);
    } else if (density.error().kind != ErrorKind::NotFound) {
        return density.error();
    }
    ground.dimension = static_cast<std::size_t>(vectors->dimension);
    ground.items = std::move(vectors->items);
    ground.vectors = std::move(vectors->vectors);
    std::map<std::string, std::size_t> index;
    for (const ItemId item : ground.items) index[labels->at(item)] = 0;
    for (auto& [name, place] : index) {
        place = ground.classes.size();
        ground.classes.push_back(name);
    }
    for (const ItemId item : ground.items) ground.label.push_back(index.at(labels->at(item)));
    sum_up(ground);
    if (stop.stop_requested()) return cancelled();
    if (auto status = weigh(ground, stop); !status) return status.error();
    return ground;
}

/// `count` best of `rows` by `score`, best first; equal ones by item.
template <typename Score>
std::vector<AnchorMatch> best_of(const Ground& ground, std::span<const std::size_t> rows, std::size_t count,
                                 const Score& score) {
    std::vector<AnchorMatch> matches;
    for (const std::size_t row : rows) matches.push_back({ground.items[row], score(row)});
    count = std::min(count, matches.size());
    std::partial_sort(matches.begin(), matches.begin() + static_cast<std::ptrdiff_t>(count), matches.end(),
                      [](const AnchorMatch& a, const AnchorMatch& b) {
                          return a.score != b.score ? a.score > b.score : a.item < b.item;
                      });
    matches.resize(count);
    return matches;
}

const SphericalClusters& prototypes_of(Ground& ground, std::size_t c, int wanted, std::uint64_t seed,
                                       const std::stop_token& stop) {
    if (ground.prototype_count != wanted || ground.prototype_seed != seed) {
        ground.prototypes.clear();
        ground.prototype_count = wanted;
        ground.prototype_seed = seed;
    }
    const auto found = ground.prototypes.find(c);
    if (found != ground.prototypes.end()) return found->second;
    const auto& members = ground.members[c];
    const std::size_t count =
        std::max<std::size_t>(1, std::min(static_cast<std::size_t>(std::max(1, wanted)), members.size() / 3));
    return ground.prototypes[c] =
               spherical_kmeans(ground.gathered(members), ground.dimension, count, seed, stop);
}

/// The anchors of a class, or its prototypes where the model has no density of it; without pictures.
Result<std::vector<ClassAnchor>> points_of(Ground& ground, std::size_t c, int wanted, std::uint64_t seed,
                                           const std::stop_token& stop) {
    std::vector<ClassAnchor> list;
    const auto add = [&](std::span<const float> vectors, std::size_t i, bool prototype, double log_density) {
        const auto vector = vectors.subspan(i * ground.dimension, ground.dimension);
        ClassAnchor anchor;
        anchor.class_name = ground.classes[c];
        anchor.index = static_cast<int>(list.size());
        anchor.prototype = prototype;
        anchor.log_density = log_density;
        anchor.vector.assign(vector.begin(), vector.end());
        list.push_back(std::move(anchor));
    };
    if (ground.density && ground.known[c] >= 0) {
        const auto drawn = spread_anchors(*ground.density, ground.known[c], wanted, kAnchorTemperature, seed);
        if (!drawn) return drawn.error();
        for (std::size_t i = 0; i < drawn->log_density.size(); ++i)
            add(drawn->vectors, i, false, static_cast<double>(drawn->log_density[i]));
    } else {
        const SphericalClusters& clusters = prototypes_of(ground, c, wanted, seed, stop);
        for (std::size_t i = 0; i < clusters.count(); ++i) add(clusters.prototypes, i, true, 0);
    }
    if (stop.stop_requested()) return cancelled();
    return list;
}

/// The same with the pictures nearest to each and its share of the class.
Result<std::vector<ClassAnchor>> anchors_of(Ground& ground, std::size_t c, const AnchorsRequest& request,
                                            const std::stop_token& stop) {
    auto list = points_of(ground, c, request.anchors, request.seed, stop);
    if (!list) return list;
    for (ClassAnchor& anchor : *list) {
        anchor.nearest =
            best_of(ground, ground.members[c], static_cast<std::size_t>(std::max(1, request.nearest)),
                    [&](std::size_t row) {
                        return dot(anchor.vector.data(), ground.row(row).data(), anchor.vector.size());
                    });
    }
    for (const std::size_t row : ground.members[c]) {
        ClassAnchor* nearest = nullptr;
        float best = -2;
        for (ClassAnchor& anchor : *list) {
            const float score = dot(anchor.vector.data(), ground.row(row).data(), ground.dimension);
            if (score > best) {
                best = score;
                nearest = &anchor;
            }
        }
        if (nearest != nullptr) nearest->share += 1.0 / static_cast<double>(ground.members[c].size());
    }
    return list;
}

Result<std::vector<LookAlike>> look_alikes(Ground& ground, std::size_t c, const AnchorsRequest& request,
                                           const std::stop_token& stop) {
    const auto centroid = [&](std::size_t of) { return ground.centroids.data() + of * ground.dimension; };
    std::vector<std::pair<float, std::size_t>> order;
    for (std::size_t other = 0; other < ground.classes.size(); ++other) {
        if (other != c) order.emplace_back(-dot(centroid(c), centroid(other), ground.dimension), other);
    }
    std::sort(order.begin(), order.end());
    if (order.size() > kMostLookAlikes) order.resize(kMostLookAlikes);
    std::vector<LookAlike> list;
    AnchorsRequest short_request = request;
    short_request.nearest = 1;
    for (const auto& [negative, other] : order) {
        LookAlike one;
        one.name = ground.classes[other];
        one.similarity = static_cast<double>(-negative);
        auto anchors = anchors_of(ground, other, short_request, stop);
        if (!anchors) return anchors.error();
        one.anchors = std::move(*anchors);
        std::vector<std::size_t> both = ground.members[c];
        both.insert(both.end(), ground.members[other].begin(), ground.members[other].end());
        const float* a = centroid(c);
        const float* b = centroid(other);
        one.between = best_of(ground, both, kBetween, [&](std::size_t row) {
            const float* x = ground.row(row).data();
            return std::min(dot(a, x, ground.dimension), dot(b, x, ground.dimension));
        });
        list.push_back(std::move(one));
    }
    return list;
}

/// With densities: as the model judges each picture of the class.
std::vector<DensityVerdict> judged(const Ground& ground, std::size_t c) {
    std::vector<DensityVerdict> verdicts;
    for (const std::size_t row : ground.members[c]) {
        const auto verdict =
            ground.density->judge(ground.row(row), ground.densities_of(row), ground.known[c]);
        DensityVerdict line;
        line.item = ground.items[row];
        line.class_name = ground.classes[c];
        line.typicality = verdict.typicality;
        line.novelty = verdict.novelty;
        line.mislabel = verdict.mislabel;
        if (verdict.better_class >= 0)
            line.better_class = ground.density->classes()[static_cast<std::size_t>(verdict.better_class)];
        line.doubtful = verdict.doubtful;
        verdicts.push_back(std::move(line));
    }
    return verdicts;
}

/// Without: by the centroids of the classes, and by the nearest pictures of the class.
Result<std::vector<DensityVerdict>> compared(const Ground& ground, std::size_t c,
                                             const std::stop_token& stop) {
    const auto& members = ground.members[c];
    const std::size_t dimension = ground.dimension;
    // Evenly spread over the class where it is a large one.
    std::vector<std::size_t> others = members;
    if (others.size() > kMostCompared) {
        for (std::size_t i = 0; i < kMostCompared; ++i) {
            others[i] = members[i * members.size() / kMostCompared];
        }
        others.resize(kMostCompared);
    }
    const std::vector<float> vectors = ground.gathered(others);
    const float* sum = ground.sums.data() + c * dimension;
    const double squares = static_cast<double>(dot(sum, sum, dimension));
    std::vector<float> scores(others.size());
    std::vector<float> to_centroids(ground.classes.size());
    std::vector<DensityVerdict> verdicts;
    for (const std::size_t row : members) {
        if (stop.stop_requested()) return cancelled();
        const float* x = ground.row(row).data();
        DensityVerdict line;
        line.item = ground.items[row];
        line.class_name = ground.classes[c];
        dot_block(x, 1, vectors.data(), others.size(), dimension, scores.data(), scores.size());
        for (std::size_t i = 0; i < others.size(); ++i) {
            if (others[i] == row) scores[i] = -2;
        }
        std::vector<float> top(3, -2.0f);
        std::partial_sort_copy(scores.begin(), scores.end(), top.begin(), top.end(), std::greater<>());
        int near = 0;
        for (const float score : top) {
            if (score < -1.5f) continue;
            line.typicality += static_cast<double>(score);
            ++near;
        }
        if (near > 0) line.typicality /= near;

        if (members.size() >= kLeastForCentroid) {
            dot_block(x, 1, ground.centroids.data(), ground.classes.size(), dimension, to_centroids.data(),
                      to_centroids.size());
            const double along = static_cast<double>(dot(sum, x, dimension));
            const double rest = std::sqrt(std::max(squares - 2 * along + 1, 1e-12));
            const double own = (along - 1) / rest;
            double best = -2;
            for (std::size_t other = 0; other < ground.classes.size(); ++other) {
                const auto cosine = static_cast<double>(to_centroids[other]);
                if (other == c || ground.members[other].size() < kLeastForCentroid || cosine <= best)
                    continue;
                best = cosine;
                line.better_class = ground.classes[other];
            }
            if (best > -2) line.mislabel = best - own;
        }
        verdicts.push_back(std::move(line));
    }
    // From cosines to ranks: 0 for the least usual, 100 for the most.
    std::vector<double> values;
    for (const DensityVerdict& line : verdicts) values.push_back(line.typicality);
    std::sort(values.begin(), values.end());
    for (DensityVerdict& line : verdicts) {
        const auto below = std::lower_bound(values.begin(), values.end(), line.typicality) - values.begin();
        line.typicality = values.size() < 2
                              ? 100
                              : 100.0 * static_cast<double>(below) / static_cast<double>(values.size() - 1);
    }
    return verdicts;
}

Status review_class(const Ground& ground, std::size_t c, AnchorsReport& report, const std::stop_token& stop) {
    auto verdicts =
        report.densities ? Result<std::vector<DensityVerdict>>(judged(ground, c)) : compared(ground, c, stop);
    if (!verdicts) return verdicts.error();
    for (const DensityVerdict& line : *verdicts) {
        if (line.mislabel > 0 && !line.better_class.empty()) report.doubtful.push_back(line);
    }
    std::stable_sort(
        report.doubtful.begin(), report.doubtful.end(),
        [](const DensityVerdict& a, const DensityVerdict& b) { return a.mislabel > b.mislabel; });
    if (report.doubtful.size() > kMostListed) report.doubtful.resize(kMostListed);
    report.outliers = std::move(*verdicts);
    std::stable_sort(
        report.outliers.begin(), report.outliers.end(),
        [](const DensityVerdict& a, const DensityVerdict& b) { return a.typicality < b.typicality; });
    if (report.outliers.size() > kMostListed) report.outliers.resize(kMostListed);
    return {};
}

Status place_query(Ground& ground, std::span<const float> query, const AnchorsRequest& request,
                   AnchorsReport& report, const std::stop_token& stop) {
    if (query.size() != ground.dimension)
        return Error{ErrorKind::Usage, "The query was embedded by another model than the pictures."};
    if (ground.density && report.learned_classes > 0) {
        const auto scores = ground.density->log_density(query, 1);
        if (!scores) return scores.error();
        for (std::size_t c = 0; c < scores->size(); ++c) {
            report.query.push_back({ground.density->classes()[c], static_cast<double>((*scores)[c])});
        }
        if (ground.density->pictures() >= kLeastForNovelty)
            report.query_novelty = ground.density->novelty(query, *scores);
    } else {
        for (std::size_t c = 0; c < ground.classes.size(); ++c) {
            const SphericalClusters& clusters = prototypes_of(ground, c, request.anchors, request.seed, stop);
            if (stop.stop_requested()) return cancelled();
            float best = -2;
            for (std::size_t i = 0; i < clusters.count(); ++i) {
                best = std::max(best, dot(query.data(), clusters.prototypes.data() + i * ground.dimension,
                                          ground.dimension));
            }
            report.query.push_back({ground.classes[c], static_cast<double>(best)});
        }
    }
    std::stable_sort(report.query.begin(), report.query.end(),
                     [](const ClassPlace& a, const ClassPlace& b) { return a.log_density > b.log_density; });
    return {};
}

Result<AnchorsReport> describe_from(Ground& ground, const AnchorsRequest& request,
                                    std::span<const float> query_vector, const std::stop_token& stop) {
    AnchorsReport report;
    report.model = ground.model_name;
    report.model_hash = ground.model_hash;
    std::size_t chosen = 0;
    for (std::size_t c = 0; c < ground.classes.size(); ++c) {
        AnchorClass one;
        one.name = ground.classes[c];
        one.pictures = static_cast<std::int64_t>(ground.members[c].size());
        one.doubtful = ground.doubtful[c];
        one.few_pictures = ground.known[c] >= 0 ? ground.density->few_pictures(ground.known[c])
                                                : ground.members[c].size() < kFewPictures;
        report.classes.push_back(std::move(one));
        if (ground.members[c].size() > ground.members[chosen].size()) chosen = c;
    }
    if (!request.class_name.empty()) {
        const auto found = std::lower_bound(ground.classes.begin(), ground.classes.end(), request.class_name);
        if (found == ground.classes.end() || *found != request.class_name)
            return Error{ErrorKind::NotFound, "No embedded picture has the label \"" + request.class_name +
                                                  "\" in the field \"" + request.field + "\"."};
        chosen = static_cast<std::size_t>(found - ground.classes.begin());
    }
    report.class_name = ground.classes[chosen];
    report.densities = ground.density && ground.known[chosen] >= 0;
    report.learned_field = ground.learned_field;
    report.learned_classes =
        std::count_if(ground.known.begin(), ground.known.end(), [](int known) { return known >= 0; });
    auto anchors = anchors_of(ground, chosen, request, stop);
    if (!anchors) return anchors.error();
    report.anchors = std::move(*anchors);
    auto alike = look_alikes(ground, chosen, request, stop);
    if (!alike) return alike.error();
    report.look_alikes = std::move(*alike);
    if (auto status = review_class(ground, chosen, report, stop); !status) return status.error();
    if (!query_vector.empty()) {
        if (auto status = place_query(ground, query_vector, request, report, stop); !status)
            return status.error();
    }
    return report;
}

}  // namespace

struct ClassDescriber::Impl {
    std::optional<Ground> ground;
    std::atomic<std::uint64_t> generation{1};

    /// What was kept, or read now.
    Result<Ground*> ground_of(LibraryReader& reader, const std::string& field, const std::string& model,
                              const ModelRegistry& registry, const std::stop_token& stop) {
        const auto info = registry.find(model);
        if (!info) return info.error();
        const std::uint64_t now = generation;
        if (!ground || ground->generation != now || ground->model_hash != info->hash ||
            ground->field != field) {
            ground.reset();
            auto read = read_ground(reader, field, *info, registry, stop);
            if (!read) return read.error();
            read->generation = now;
            ground = std::move(*read);
        }
        return &*ground;
    }
    void tidy(const std::stop_token& stop) {
        // What a stop cut short is no prototype to keep.
        if (stop.stop_requested()) ground->prototypes.clear();
        if (ground->vectors.size() * sizeof(float) > kMostKept) ground.reset();
    }
};

ClassDescriber::ClassDescriber() : m_impl(std::make_unique<Impl>()) {}
ClassDescriber::~ClassDescriber() = default;

void ClassDescriber::forget() {
    ++m_impl->generation;
}

Result<AnchorsReport> ClassDescriber::describe(LibraryReader& reader, const AnchorsRequest& request,
                                               const std::string& model, const ModelRegistry& registry,
                                               std::span<const float> query_vector, std::stop_token stop) {
    const auto begun = std::chrono::steady_clock::now();
    const auto ground = m_impl->ground_of(reader, request.field, model, registry, stop);
    if (!ground) return ground.error();
    auto report = describe_from(**ground, request, query_vector, stop);
    m_impl->tidy(stop);
    if (report) {
        report->seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    }
    return report;
}

Result<std::vector<MapLandmark>> ClassDescriber::landmarks(LibraryReader& reader,
                                                           const AnchorMarksRequest& request,
                                                           const std::string& model,
                                                           const ModelRegistry& registry,
                                                           std::stop_token stop) {
    const auto found = m_impl->ground_of(reader, request.field, model, registry, stop);
    if (!found) return found.error();
    Ground& ground = **found;
    Result<std::vector<MapLandmark>> landmarks = std::vector<MapLandmark>();
    for (const std::string& name : request.classes) {
        const auto at = std::lower_bound(ground.classes.begin(), ground.classes.end(), name);
        if (at == ground.classes.end() || *at != name) continue;
        auto points = points_of(ground, static_cast<std::size_t>(at - ground.classes.begin()),
                                request.anchors, request.seed, stop);
        if (!points) {
            landmarks = points.error();
            break;
        }
        for (ClassAnchor& point : *points) {
            MapLandmark landmark;
            landmark.kind = point.prototype ? MapLandmark::Kind::Prototype : MapLandmark::Kind::Anchor;
            landmark.class_name = point.class_name;
            landmark.index = point.index;
            landmark.vector = std::move(point.vector);
            landmark.model_hash = ground.model_hash;
            landmarks->push_back(std::move(landmark));
        }
    }
    m_impl->tidy(stop);
    return landmarks;
}

Result<AnchorsReport> describe_classes(LibraryReader& reader, const AnchorsRequest& request,
                                       const std::string& model, const ModelRegistry& registry,
                                       std::span<const float> query_vector, std::stop_token stop) {
    ClassDescriber describer;
    return describer.describe(reader, request, model, registry, query_vector, std::move(stop));
}

}  // namespace fieldmark
