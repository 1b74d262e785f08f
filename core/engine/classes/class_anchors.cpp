// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/classes/class_anchors.h"

#include <algorithm>
#include <span>
#include <unordered_map>
#include <unordered_set>

#include "core/engine/classes/anchor_choice.h"
#include "core/engine/learning/labelled_vectors.h"
#include "core/methods/gapan/density.h"

namespace fieldmark {
namespace {

struct Opened {
    ModelInfo model;
    gapan::Density density;
    ItemVectors vectors;
};

Result<Opened> open(LibraryReader& reader, const AnchorRequest& request, const ModelRegistry& registry,
                    std::stop_token stop) {
    auto model = registry.find(request.model);
    if (!model) return model.error();
    auto density = gapan::Density::load(model->path);
    if (!density) {
        if (density.error().kind == ErrorKind::NotFound)
            return Error{ErrorKind::Usage,
                         "The model \"" + model->name +
                             "\" has no class densities. Anchors need a model trained by GAPan."};
        return density.error();
    }
    auto ids = reader.item_ids(request.filter);
    if (!ids) return ids.error();
    const std::unordered_set<ItemId> wanted(ids->begin(), ids->end());
    auto vectors = vectors_of_any(
        reader, *model, registry, [&](ItemId id) { return wanted.contains(id); }, stop);
    if (!vectors) return vectors.error();
    if (vectors->dimension != density->dimension())
        return Error{ErrorKind::Damaged, "The class densities of the model \"" + model->name +
                                             "\" do not fit its embedding. Train the model anew."};
    return Opened{std::move(*model), std::move(*density), std::move(*vectors)};
}

std::vector<AnchorMatch> nearest_to(std::span<const float> anchor, const ItemVectors& vectors, int count) {
    std::vector<AnchorMatch> matches;
    const std::size_t dimension = anchor.size();
    for (std::size_t row = 0; row < vectors.items.size(); ++row) {
        float score = 0;
        for (std::size_t i = 0; i < dimension; ++i) score += anchor[i] * vectors.vectors[row * dimension + i];
        matches.push_back({vectors.items[row], score});
    }
    const auto keep = std::min(matches.size(), static_cast<std::size_t>(std::max(0, count)));
    std::partial_sort(matches.begin(), matches.begin() + static_cast<std::ptrdiff_t>(keep), matches.end(),
                      [](const AnchorMatch& a, const AnchorMatch& b) {
                          return a.score != b.score ? a.score > b.score : a.item < b.item;
                      });
    matches.resize(keep);
    return matches;
}

}  // namespace

Result<std::vector<ClassAnchor>> class_anchors(Library& library, const AnchorRequest& request,
                                               const ModelRegistry& registry, std::stop_token stop) {
    auto reader = library.reader();
    if (!reader) return reader.error();
    auto opened = open(**reader, request, registry, stop);
    if (!opened) return opened.error();
    const gapan::Density& density = opened->density;
    std::vector<int> classes;
    if (request.class_name.empty()) {
        for (std::size_t c = 0; c < density.classes().size(); ++c) classes.push_back(static_cast<int>(c));
    } else {
        classes.push_back(density.class_index(request.class_name));
        if (classes.back() < 0)
            return Error{ErrorKind::Usage, "The model \"" + opened->model.name +
                                               "\" did not learn the class \"" + request.class_name + "\"."};
    }
    std::vector<ClassAnchor> list;
    for (const int c : classes) {
        if (stop.stop_requested()) return Error{ErrorKind::Cancelled, "Drawing anchors was cancelled."};
        const auto anchors = spread_anchors(density, c, request.anchors, request.temperature, request.seed);
        if (!anchors) return anchors.error();
        const auto dimension = static_cast<std::size_t>(density.dimension());
        for (int i = 0; i < request.anchors; ++i) {
            ClassAnchor anchor;
            anchor.class_name = density.classes()[static_cast<std::size_t>(c)];
            anchor.index = i;
            anchor.log_density = static_cast<double>(anchors->log_density[static_cast<std::size_t>(i)]);
            const auto row = anchors->vectors.begin() +
                             static_cast<std::ptrdiff_t>(static_cast<std::size_t>(i) * dimension);
            anchor.vector.assign(row, row + static_cast<std::ptrdiff_t>(dimension));
            anchor.nearest = nearest_to(anchor.vector, opened->vectors, request.nearest);
            list.push_back(std::move(anchor));
        }
    }
    return list;
}

Result<std::vector<DensityVerdict>> review_labels(Library& library, const AnchorRequest& request,
                                                  const std::string& label, const ModelRegistry& registry,
                                                  std::stop_token stop) {
    auto reader = library.reader();
    if (!reader) return reader.error();
    auto opened = open(**reader, request, registry, stop);
    if (!opened) return opened.error();
    const gapan::Density& density = opened->density;
    std::vector<std::string> labels;
    for (std::size_t begin = 0; begin < opened->vectors.items.size(); begin += 2000) {
        const auto block =
            std::span(opened->vectors.items)
                .subspan(begin, std::min<std::size_t>(2000, opened->vectors.items.size() - begin));
        const auto metadata = (*reader)->metadata(block);
        if (!metadata) return metadata.error();
        for (const Metadata& fields : *metadata) {
            const auto value = fields.find(label);
            labels.push_back(value == fields.end() ? std::string() : value->second);
        }
    }
    const auto dimension = static_cast<std::size_t>(density.dimension());
    const std::size_t classes = density.classes().size();
    const auto densities = density.log_density(opened->vectors.vectors, opened->vectors.items.size());
    if (!densities) return densities.error();
    std::vector<DensityVerdict> verdicts;
    for (std::size_t row = 0; row < opened->vectors.items.size(); ++row) {
        if (stop.stop_requested()) return Error{ErrorKind::Cancelled, "The review of labels was cancelled."};
        if (labels[row].empty() || (!request.class_name.empty() && labels[row] != request.class_name))
            continue;
        const int own = density.class_index(labels[row]);
        if (own < 0) continue;  // a class the model does not know
        const auto verdict =
            density.judge(std::span(opened->vectors.vectors).subspan(row * dimension, dimension),
                          std::span(*densities).subspan(row * classes, classes), own);
        DensityVerdict line;
        line.item = opened->vectors.items[row];
        line.class_name = labels[row];
        line.typicality = verdict.typicality;
        line.novelty = verdict.novelty;
        line.mislabel = verdict.mislabel;
        if (verdict.better_class >= 0)
            line.better_class = density.classes()[static_cast<std::size_t>(verdict.better_class)];
        line.doubtful = verdict.doubtful;
        verdicts.push_back(std::move(line));
    }
    std::stable_sort(verdicts.begin(), verdicts.end(), [](const DensityVerdict& a, const DensityVerdict& b) {
        return a.mislabel > b.mislabel;
    });
    return verdicts;
}

}  // namespace fieldmark
