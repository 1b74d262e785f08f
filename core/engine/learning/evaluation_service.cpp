// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/learning/evaluation_service.h"

#include <algorithm>
#include <map>
#include <span>
#include <unordered_map>
#include <utility>

#include "core/base/stopwatch.h"
#include "core/engine/learning/calibration_store.h"
#include "core/engine/learning/labelled_vectors.h"
#include "core/engine/learning/learned_classes.h"
#include "core/library/known_model.h"
#include "core/library/reader.h"
#include "core/library/writer.h"
#include "core/models/model_registry.h"

namespace fieldmark {

namespace {

constexpr std::size_t kBlock = 2000;
/// Numbers drawn for one interval; larger libraries are resampled less often, which they need less.
constexpr std::size_t kDraws = 20'000'000;
constexpr int kFewestResamples = 200;
constexpr int kMostResamples = 1000;
/// Of one class, so that one hard class does not fill the list of worst queries.
constexpr int kWorstOfClass = 3;

Error cancelled() {
    return {ErrorKind::Cancelled, "The evaluation was cancelled."};
}

/// Class of each selected, labelled item.
Result<std::unordered_map<ItemId, std::int32_t>> classes_of(LibraryReader& reader,
                                                            const EvaluationRequest& request,
                                                            std::stop_token stop, EvaluationReport& report,
                                                            std::vector<std::string>& names) {
    auto ids = reader.item_ids(request.filter);
    if (!ids) return ids.error();
    std::map<std::string, std::int32_t> classes;
    std::unordered_map<ItemId, std::int32_t> class_of;
    for (std::size_t begin = 0; begin < ids->size(); begin += kBlock) {
        if (stop.stop_requested()) return cancelled();
        const auto block = std::span(*ids).subspan(begin, std::min(kBlock, ids->size() - begin));
        auto metadata = reader.metadata(block);
        if (!metadata) return metadata.error();
        for (std::size_t i = 0; i < block.size(); ++i) {
            const auto value = (*metadata)[i].find(request.label);
            if (value == (*metadata)[i].end() || value->second.empty()) {
                ++report.unlabelled;
                continue;
            }
            const auto index = static_cast<std::int32_t>(classes.size());
            const auto [known, is_new] = classes.emplace(value->second, index);
            if (is_new) names.push_back(value->second);
            class_of[block[i]] = known->second;
        }
    }
    return class_of;
}

/// Vectors of one model for the items of `class_of`, in the order of the embeddings.
Result<LabelledVectors> read_vectors(LibraryReader& reader, const ModelRecord& model,
                                     const std::unordered_map<ItemId, std::int32_t>& class_of,
                                     std::stop_token stop) {
    LabelledVectors vectors;
    vectors.dimension = model.dimension;
    EmbeddingId after = 0;
    while (true) {
        if (stop.stop_requested()) return cancelled();
        auto rows = reader.embeddings(model.id, after, static_cast<int>(kBlock));
        if (!rows) return rows.error();
        if (rows->empty()) return vectors;
        after = rows->back().id;
        for (const EmbeddingRow& row : *rows) {
            const auto known = class_of.find(row.item);
            if (known == class_of.end()) continue;
            vectors.features.insert(vectors.features.end(), row.vector.begin(), row.vector.end());
            vectors.labels.push_back(known->second);
            vectors.items.push_back(row.item);
        }
    }
}

BootstrapOptions bootstrap_options(std::size_t values, std::uint64_t seed) {
    BootstrapOptions options;
    options.seed = seed;
    options.resamples = std::clamp(static_cast<int>(kDraws / std::max<std::size_t>(1, values)),
                                   kFewestResamples, kMostResamples);
    return options;
}

void add_intervals(EvaluationReport& report, std::uint64_t seed) {
    std::vector<std::int32_t> classes;
    std::vector<double> at_r;
    std::vector<double> average;
    std::vector<std::int64_t> ranks;
    for (std::size_t row = 0; row < report.metrics.by_row.size(); ++row) {
        const QueryOutcome& outcome = report.metrics.by_row[row];
        if (!outcome.counted()) continue;
        classes.push_back(report.labels[row]);
        at_r.push_back(outcome.map_at_r);
        average.push_back(outcome.average_precision);
        ranks.push_back(outcome.right_rank);
    }
    const BootstrapOptions options = bootstrap_options(ranks.size(), seed);
    std::vector<double> hits(ranks.size());
    const auto hits_at = [&](int k) -> const std::vector<double>& {
        std::transform(ranks.begin(), ranks.end(), hits.begin(),
                       [k](std::int64_t rank) { return rank <= k ? 1.0 : 0.0; });
        return hits;
    };
    for (const auto& [k, recall] : report.metrics.recall_at) {
        report.recall_at[k] = bootstrap_mean(hits_at(k), options);
    }
    report.map_at_r = bootstrap_mean(at_r, options);
    report.mean_average_precision = bootstrap_mean(average, options);
    report.recall_at_1_classes = bootstrap_mean_of_groups(hits_at(1), classes, options);
    report.map_at_r_classes = bootstrap_mean_of_groups(at_r, classes, options);
}

std::vector<QueryExample::Match> first_matches(const LabelledVectors& vectors, std::int32_t query,
                                               int count) {
    std::vector<QueryExample::Match> matches;
    const std::int32_t label = vectors.labels[static_cast<std::size_t>(query)];
    for (const ScoredRow& found : nearest_rows(vectors.features, vectors.dimension, query, count)) {
        const auto row = static_cast<std::size_t>(found.row);
        matches.push_back(
            {vectors.items[row], found.score, vectors.labels[row], vectors.labels[row] == label});
    }
    return matches;
}

QueryExample example_of(const LabelledVectors& vectors, const std::vector<QueryOutcome>& outcomes,
                        std::int32_t row, int matches) {
    const auto at = static_cast<std::size_t>(row);
    const QueryOutcome& outcome = outcomes[at];
    QueryExample example;
    example.query = vectors.items[at];
    example.label = vectors.labels[at];
    example.rank = outcome.right_rank;
    example.right_score = outcome.right_score;
    if (outcome.right_match >= 0) {
        example.right_item = vectors.items[static_cast<std::size_t>(outcome.right_match)];
    }
    example.matches = first_matches(vectors, row, matches);
    return example;
}

/// Exact copies among the pictures, by their content's hash.
Status count_duplicates(LibraryReader& reader, EvaluationReport& report) {
    std::unordered_map<std::string, std::int64_t> copies;
    for (std::size_t begin = 0; begin < report.items.size(); begin += kBlock) {
        const auto block =
            std::span(report.items).subspan(begin, std::min(kBlock, report.items.size() - begin));
        const auto items = reader.items(block);
        if (!items) return items.error();
        for (const Item& item : *items) {
            if (!item.hash.empty()) ++copies[item.hash];
        }
    }
    for (const auto& [hash, count] : copies) {
        if (count < 2) continue;
        report.duplicates += count;
        report.duplicate_pairs += count * (count - 1) / 2;
    }
    return {};
}

void count_learned(const Library& library, const EvaluationRequest& request, EvaluationReport& report) {
    std::vector<std::string> asked;
    for (const ClassFigures& one : report.classes) {
        if (one.queries > 0) asked.push_back(report.class_names[static_cast<std::size_t>(one.label)]);
    }
    const auto registry = ModelRegistry::for_library(library.models_folder());
    report.learned_classes = learned_classes(registry, request.model_hash, request.label, asked);
    report.compared_learned_classes = learned_classes(registry, request.compare_hash, request.label, asked);
}

/// One count over several passes.
class Passes {
  public:
    Passes(const std::function<void(int, int)>& progress, std::size_t total)
        : m_progress(progress), m_total(static_cast<int>(total)) {}
    std::function<void(int, int)> next(std::size_t length) {
        const int from = m_begun;
        m_begun += static_cast<int>(length);
        return [this, from](int done, int) {
            if (m_progress) m_progress(from + done, m_total);
        };
    }

  private:
    const std::function<void(int, int)>& m_progress;
    int m_total;
    int m_begun = 0;
};

/// The rows of `vectors` whose item is in both, in the order of `order`.
LabelledVectors rows_of(const LabelledVectors& vectors, const std::vector<ItemId>& order) {
    std::unordered_map<ItemId, std::size_t> row_of;
    for (std::size_t row = 0; row < vectors.items.size(); ++row) row_of.emplace(vectors.items[row], row);
    LabelledVectors chosen;
    chosen.dimension = vectors.dimension;
    chosen.class_names = vectors.class_names;
    const auto dimension = static_cast<std::ptrdiff_t>(vectors.dimension);
    for (const ItemId item : order) {
        const std::size_t row = row_of.at(item);
        const auto from = vectors.features.begin() + static_cast<std::ptrdiff_t>(row) * dimension;
        chosen.features.insert(chosen.features.end(), from, from + dimension);
        chosen.items.push_back(item);
        chosen.labels.push_back(vectors.labels[row]);
    }
    return chosen;
}

/// By the codes of the vectors. In the order of the items, so that the shuffle that breaks ties is the same
/// for every model, whatever the order it embedded them in.
Result<HashMetrics> evaluate_codes(const LabelledVectors& vectors, const HashHead& head,
                                   const std::stop_token& stop) {
    const auto dimension = static_cast<std::size_t>(vectors.dimension);
    if (!head.fits(dimension)) {
        return Error{ErrorKind::Damaged,
                     "The model's hash layer does not fit its vectors. Train the model again."};
    }
    std::vector<ItemId> order = vectors.items;
    std::sort(order.begin(), order.end());
    const LabelledVectors sorted = rows_of(vectors, order);
    std::vector<std::uint64_t> codes(order.size() * hash_words(head.bits));
    head.encode(sorted.features, dimension, codes.data());
    const HashedItems items{codes, {}, sorted.labels};
    HashEvaluation settings;
    settings.bits = head.bits;
    return evaluate_hashing(items, items, true, settings, stop);
}

std::vector<ItemId> common_items(const LabelledVectors& a, const LabelledVectors& b) {
    std::unordered_map<ItemId, bool> of_b;
    for (const ItemId item : b.items) of_b.emplace(item, true);
    std::vector<ItemId> common;
    std::copy_if(a.items.begin(), a.items.end(), std::back_inserter(common),
                 [&](ItemId item) { return of_b.contains(item); });
    return common;
}

}  // namespace

Result<LabelledVectors> labelled_vectors(LibraryReader& reader, const EvaluationRequest& request,
                                         EvaluationReport& report, std::stop_token stop) {
    if (auto status = check_label_field(reader, request.label, "to evaluate by"); !status)
        return status.error();
    auto model = embedded_model(reader, request.model_hash);
    if (!model) return model.error();
    report.label = request.label;
    report.model_hash = model->hash;
    report.model_name = model->name;
    std::vector<std::string> names;
    auto class_of = classes_of(reader, request, stop, report, names);
    if (!class_of) return class_of.error();
    auto vectors = read_vectors(reader, *model, *class_of, stop);
    if (!vectors) return vectors;
    vectors->class_names = std::move(names);
    report.not_embedded = static_cast<std::int64_t>(class_of->size() - vectors->items.size());
    std::vector<int> sizes(vectors->class_names.size());
    for (const std::int32_t label : vectors->labels) ++sizes[static_cast<std::size_t>(label)];
    if (std::none_of(sizes.begin(), sizes.end(), [](int size) { return size >= 2; })) {
        return Error{ErrorKind::Usage,
                     "No value of \"" + request.label +
                         "\" is shared by two embedded pictures of the selection, so there is "
                         "nothing to measure."};
    }
    return vectors;
}

Result<ComparisonReport> compare_vectors(const LabelledVectors& first, const LabelledVectors& second,
                                         const EvaluationRequest& request, std::stop_token stop,
                                         const std::function<void(int, int)>& progress) {
    if (first.items != second.items || first.labels != second.labels) {
        return Error{ErrorKind::Usage, "Two models can only be compared on the same pictures."};
    }
    Passes passes(progress, 2 * first.items.size());
    auto before = evaluate_retrieval(first.features, first.dimension, first.labels, request.ks, stop,
                                     passes.next(first.items.size()));
    if (!before) return before.error();
    auto after = evaluate_retrieval(second.features, second.dimension, second.labels, request.ks, stop,
                                    passes.next(second.items.size()));
    if (!after) return after.error();
    ComparisonReport report;
    report.figures = compare_models(before->by_row, after->by_row, first.labels, request.examples,
                                    bootstrap_options(first.items.size(), request.seed));
    const auto examples = [&](const std::vector<std::int32_t>& rows) {
        std::vector<QueryExample> all;
        for (const std::int32_t row : rows) {
            QueryExample example = example_of(second, after->by_row, row, request.example_matches);
            example.rank_before = before->by_row[static_cast<std::size_t>(row)].right_rank;
            example.before = first_matches(first, row, request.example_matches);
            all.push_back(std::move(example));
        }
        return all;
    };
    report.improved = examples(report.figures.improved);
    report.worsened = examples(report.figures.worsened);
    report.first = std::move(*before);
    report.second = std::move(*after);
    for (RetrievalMetrics* metrics : {&report.first, &report.second}) {
        metrics->by_row = {};
        metrics->first_match = {};
    }
    return report;
}

Result<EvaluationReport> evaluate_library(Library& library, const EvaluationRequest& request,
                                          std::stop_token stop,
                                          const std::function<void(int, int)>& progress) {
    const Stopwatch clock;
    EvaluationReport report;
    auto reader = library.reader();
    if (!reader) return reader.error();
    auto vectors = labelled_vectors(**reader, request, report, stop);
    if (!vectors) return vectors.error();

    std::optional<LabelledVectors> other;
    std::vector<ItemId> common;
    if (!request.compare_hash.empty()) {
        auto model = embedded_model(**reader, request.compare_hash);
        if (!model) return model.error();
        std::unordered_map<ItemId, std::int32_t> class_of;
        for (std::size_t i = 0; i < vectors->items.size(); ++i) {
            class_of.emplace(vectors->items[i], vectors->labels[i]);
        }
        auto read = read_vectors(**reader, *model, class_of, stop);
        if (!read) return read.error();
        other = std::move(*read);
        common = common_items(*vectors, *other);
        report.comparison.emplace();
        report.comparison->first_name = model->name;
    }

    ScorePairOptions sampling;
    sampling.seed = request.seed;
    const std::size_t count = vectors->items.size();
    const std::size_t sampled =
        request.calibrate ? std::min(count, static_cast<std::size_t>(sampling.queries)) : 0;
    Passes passes(progress, count + 2 * common.size() + sampled);
    auto metrics = evaluate_retrieval(vectors->features, vectors->dimension, vectors->labels, request.ks,
                                      stop, passes.next(count));
    if (!metrics) return metrics.error();
    report.metrics = std::move(*metrics);
    report.items = vectors->items;
    report.labels = vectors->labels;
    report.class_names = vectors->class_names;
    report.classes = class_figures(report.metrics.by_row, report.labels);
    report.confusions = confusion_pairs(report.metrics.by_row, report.labels);
    if (request.intervals) add_intervals(report, request.seed);
    if (request.duplicates) {
        if (auto status = count_duplicates(**reader, report); !status) return status.error();
    }
    count_learned(library, request, report);
    if (request.codes) {
        auto hashing = evaluate_codes(*vectors, *request.codes, stop);
        if (!hashing) return hashing.error();
        report.hashing = *hashing;
    }
    for (const std::int32_t row :
         worst_queries(report.metrics.by_row, report.labels, request.examples, kWorstOfClass)) {
        if (stop.stop_requested()) return cancelled();
        report.worst.push_back(example_of(*vectors, report.metrics.by_row, row, request.example_matches));
    }

    if (other) {
        if (common.empty()) {
            return Error{ErrorKind::Usage,
                         "No labelled picture has vectors of both models, so they cannot be "
                         "compared. Embed the pictures with \"" +
                             report.comparison->first_name + "\" first."};
        }
        const std::string name = report.comparison->first_name;
        auto comparison = compare_vectors(rows_of(*other, common), rows_of(*vectors, common), request, stop,
                                          passes.next(2 * common.size()));
        if (!comparison) return comparison.error();
        report.comparison = std::move(*comparison);
        report.comparison->first_name = name;
        report.comparison->first_hash = request.compare_hash;
        report.comparison->left_out = static_cast<std::int64_t>(count - common.size());
    }
    if (request.calibrate) {
        auto pairs = sample_score_pairs(vectors->features, vectors->dimension, vectors->labels, sampling,
                                        stop, passes.next(sampled));
        if (!pairs) return pairs.error();
        auto fitted = fit_calibration(*pairs);
        if (fitted) {
            report.calibration = std::move(*fitted);
            if (LibraryWriter* writer = library.writer()) {
                const auto saved =
                    save_calibration(*writer, report.model_hash, report.label, *report.calibration);
                if (!saved) report.calibration_problem = saved.error().text;
            }
        } else {
            report.calibration_problem = fitted.error().text;
        }
    }
    report.seconds = clock.seconds();
    return report;
}

}  // namespace fieldmark
