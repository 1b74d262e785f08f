// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/models/whitening.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "core/base/stopwatch.h"
#include "core/engine/models/model_catalog.h"
#include "core/library/known_model.h"
#include "core/library/reader.h"
#include "core/models/model_folder.h"

namespace fieldmark {

namespace {

/// Fewer say more about themselves than about the pictures to come.
constexpr std::int64_t kFewestPictures = 16;

std::string free_name(const std::string& folder, const std::string& wanted) {
    const auto taken = [&folder](const std::string& name) {
        std::error_code code;
        return std::filesystem::exists(folder + '/' + name, code);
    };
    std::string name = wanted;
    for (int number = 2; taken(name); ++number) name = wanted + '-' + std::to_string(number);
    return name;
}

std::string training_note(const WhiteningRequest& request, const Whitening& fitted) {
    nlohmann::ordered_json note;
    note["pictures"] = fitted.rows;
    note["where"] = nlohmann::ordered_json::array();
    for (const Condition& condition : request.filter.where) note["where"].push_back(to_string(condition));
    note["power"] = request.settings.power;
    note["rank"] = fitted.rank;
    note["explained"] = fitted.explained;
    return note.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace

Result<WhiteningReport> fit_whitening(Library& library, const WhiteningRequest& request, std::stop_token stop,
                                      const std::function<void(std::int64_t, std::int64_t)>& progress) {
    const Stopwatch clock;
    if (library.read_only())
        return Error{ErrorKind::ReadOnly,
                     "The library \"" + library.folder() +
                         "\" is open for reading only, so no model can be stored in it."};
    auto reader = library.reader();
    if (!reader) return reader.error();
    auto base = model_of_library(library, **reader, request.model);
    if (!base) return base.error();
    auto record = embedded_model(**reader, base->hash, base->name);
    if (!record) return record.error();
    std::string name = request.name;
    if (name.empty()) {
        name = free_name(library.models_folder(), base->name + "-whitened");
    } else if (auto status = check_model_name(name); !status) {
        return status.error();
    }

    auto admitted = (*reader)->embedding_ids(record->id, request.filter);
    if (!admitted) return admitted.error();
    const auto total = static_cast<std::int64_t>(admitted->size());
    if (total < kFewestPictures)
        return Error{ErrorKind::Usage, "A whitening is fitted on at least " +
                                           std::to_string(kFewestPictures) + " embedded pictures, but only " +
                                           std::to_string(total) +
                                           " are selected. Import more, or select more."};
    WhiteningFit fit(record->dimension);
    constexpr int kBlock = 1000;
    std::vector<float> block;
    std::int64_t done = 0;
    for (EmbeddingId after = 0;;) {
        if (stop.stop_requested()) return Error{ErrorKind::Cancelled, "The whitening was cancelled."};
        auto rows = (*reader)->embeddings(record->id, after, kBlock);
        if (!rows) return rows.error();
        if (rows->empty()) break;
        after = rows->back().id;
        block.clear();
        std::size_t count = 0;
        for (const EmbeddingRow& row : *rows) {
            if (!std::binary_search(admitted->begin(), admitted->end(), row.id)) continue;
            block.insert(block.end(), row.vector.begin(), row.vector.end());
            ++count;
        }
        if (auto status = fit.add(block, count); !status) return status.error();
        done += static_cast<std::int64_t>(count);
        if (progress) progress(done, total);
    }
    auto fitted = fit.finish(request.settings);
    if (!fitted) return fitted.error();
    if (stop.stop_requested()) return Error{ErrorKind::Cancelled, "The whitening was cancelled."};

    NewModel model;
    model.info = *base;
    model.info.name = std::move(name);
    model.info.kind = "head";
    model.info.base = base->hash;
    model.info.method = "whitening";
    model.info.bits = 0;
    model.info.heads = 0;
    model.info.dimension = fitted->head.out;
    model.info.feature = "whitening of " + base->name;
    model.info.source =
        "fitted on " + std::to_string(fitted->rows) + " pictures of the library \"" + library.name() + "\"";
    model.weights = write_safetensors(fitted->head.tensors());
    model.training = training_note(request, *fitted);
    auto written = write_model_folder(FileSystem::posix(), library.models_folder(), model);
    if (!written) return written.error();
    WhiteningReport report;
    report.info = std::move(written->info);
    report.base = base->name;
    report.pictures = fitted->rows;
    report.rank = fitted->rank;
    report.explained = fitted->explained;
    report.seconds = clock.seconds();
    return report;
}

}  // namespace fieldmark
