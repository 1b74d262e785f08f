// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/evaluation_service.h"

#include <algorithm>
#include <map>
#include <span>
#include <unordered_map>
#include <utility>

#include "core/engine/cpu_clock.h"
#include "core/library/reader.h"

namespace fieldmark {

namespace {

constexpr std::size_t kBlock = 2000;

Error cancelled() {
    return {ErrorKind::Cancelled, "The evaluation was cancelled."};
}

Status check_field(LibraryReader& reader, const std::string& label) {
    auto fields = reader.fields();
    if (!fields) return fields.error();
    std::string known;
    for (const Field& field : *fields) {
        if (field.name == label) return {};
        known += (known.empty() ? "" : ", ") + field.name;
    }
    return Error{ErrorKind::Usage,
                 "There is no field \"" + label + "\" to evaluate by. " +
                     (known.empty() ? "The library has no fields yet; import a table of labels."
                                    : "Known fields: " + known + ".")};
}

/// Class of each selected, labelled item.
Result<std::unordered_map<ItemId, std::int32_t>> classes_of(LibraryReader& reader,
                                                            const EvaluationRequest& request,
                                                            std::stop_token stop, EvaluationReport& report) {
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
            class_of[block[i]] = classes.emplace(value->second, index).first->second;
        }
    }
    return class_of;
}

}  // namespace

Result<EvaluationReport> evaluate_library(Library& library, const EvaluationRequest& request,
                                          std::stop_token stop,
                                          const std::function<void(int, int)>& progress) {
    const Stopwatch clock;
    EvaluationReport report;
    report.label = request.label;
    auto reader = library.reader();
    if (!reader) return reader.error();
    if (auto status = check_field(**reader, request.label); !status) return status.error();
    auto models = (*reader)->models();
    if (!models) return models.error();
    const auto model = std::find_if(models->begin(), models->end(), [&](const ModelRecord& record) {
        return record.hash == request.model_hash;
    });
    if (model == models->end()) {
        return Error{
            ErrorKind::Usage,
            "No picture of this library is embedded with this model yet. Import pictures with it first."};
    }
    auto class_of = classes_of(**reader, request, stop, report);
    if (!class_of) return class_of.error();

    std::vector<float> features;
    std::vector<std::int32_t> labels;
    std::vector<int> class_sizes;
    EmbeddingId after = 0;
    while (true) {
        if (stop.stop_requested()) return cancelled();
        auto rows = (*reader)->embeddings(model->id, after, static_cast<int>(kBlock));
        if (!rows) return rows.error();
        if (rows->empty()) break;
        after = rows->back().id;
        for (const EmbeddingRow& row : *rows) {
            const auto known = class_of->find(row.item);
            if (known == class_of->end()) continue;
            features.insert(features.end(), row.vector.begin(), row.vector.end());
            labels.push_back(known->second);
            if (class_sizes.size() <= static_cast<std::size_t>(known->second)) {
                class_sizes.resize(static_cast<std::size_t>(known->second) + 1);
            }
            ++class_sizes[static_cast<std::size_t>(known->second)];
        }
    }
    report.not_embedded = static_cast<std::int64_t>(class_of->size() - labels.size());
    if (std::none_of(class_sizes.begin(), class_sizes.end(), [](int size) { return size >= 2; })) {
        return Error{ErrorKind::Usage,
                     "No value of \"" + request.label +
                         "\" is shared by two embedded pictures of the selection, so there is "
                         "nothing to measure."};
    }
    auto metrics = evaluate_retrieval(features, model->dimension, labels, request.ks, stop, progress);
    if (!metrics) return metrics.error();
    report.metrics = std::move(*metrics);
    report.seconds = clock.seconds();
    return report;
}

}  // namespace fieldmark
