// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/models/model_switch.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/base/stopwatch.h"
#include "core/engine/importing/import_pipeline.h"
#include "core/engine/models/model_catalog.h"
#include "core/engine/pictures/object_service.h"
#include "core/library/reader.h"
#include "core/library/writer.h"
#include "core/models/model_registry.h"
#include "core/models/self_measurement.h"

namespace fieldmark {

namespace {

constexpr int kBlock = 1000;
constexpr const char* kDerivedEngine = "head";

Error cancelled() {
    return {ErrorKind::Cancelled, "The change of model was cancelled."};
}

/// One change of model.
class Switching {
  public:
    Switching(Library& library, ThumbnailCache* thumbnails, const ModelSwitchRequest& request,
              const ModelSwitchObserver& observer, std::stop_token stop, std::shared_ptr<Embedder> embedder)
        : m_library(library),
          m_thumbnails(thumbnails),
          m_request(request),
          m_observer(observer),
          m_stop(std::move(stop)),
          m_embedder(std::move(embedder)),
          m_registry(ModelRegistry::for_library(library.models_folder())) {}

    Status run() {
        if (auto status = begin(); !status) return status;
        if (auto status = derive(); !status) return status;
        if (auto status = embed(); !status) return status;
        return finish();
    }

    ModelSwitchReport report;

  private:
    /// Which model, and a row for it in the library.
    Status begin() {
        auto reader = m_library.reader();
        if (!reader) return reader.error();
        m_reader = std::move(*reader);
        const auto info = wanted_model(m_library, m_request);
        if (!info) return info.error();
        report.info = *info;
        const auto records = m_reader->models();
        if (!records) return records.error();
        for (const ModelRecord& record : *records) {
            if (record.current) report.former = record.hash;
        }
        LibraryWriter& writer = *m_library.writer();
        auto model = writer.ensure_model(info->hash, info->name, info->kind, info->dimension,
                                         whole_model_of(m_registry, *info));
        if (!model) return model.error();
        m_model = *model;
        if (report.former != info->hash) {
            if (auto status = writer.set_setting(kNextModelSetting, info->hash); !status) return status;
        }
        const auto count = m_reader->count_to_embed(m_model);
        if (!count) return count.error();
        m_total = *count;
        return {};
    }

    /// A head needs no picture where the model beneath has vectors.
    Status derive() {
        if (report.info.kind != "head" || m_total == 0) return {};
        const auto records = m_reader->models();
        if (!records) return records.error();
        const auto base = std::find_if(records->begin(), records->end(), [&](const ModelRecord& record) {
            return record.hash == report.info.base;
        });
        if (base == records->end() || base->embeddings == 0) return {};
        const auto head = m_registry.load_head(report.info);
        if (!head) return head.error();
        if (head->in != base->dimension)
            return Error{ErrorKind::Damaged, "The head of the model \"" + report.info.name +
                                                 "\" does not fit the model it stands on. Remove it."};
        tell(ModelSwitchProgress::Phase::Deriving, 0, 0, -1, true);
        const Stopwatch clock;
        std::vector<float> rows;
        std::vector<float> vectors;
        for (EmbeddingId after = 0;;) {
            if (m_stop.stop_requested()) return cancelled();
            const auto block = m_reader->embeddings_to_derive(m_model, base->id, after, kBlock);
            if (!block) return block.error();
            if (block->empty()) return {};
            after = block->back().id;
            rows.clear();
            for (const EmbeddingRow& row : *block)
                rows.insert(rows.end(), row.vector.begin(), row.vector.end());
            vectors.resize(block->size() * static_cast<std::size_t>(head->out));
            head->apply(rows, block->size(), vectors, m_request.threads);
            if (auto status = store(*block, vectors, head->out); !status) return status;
            const double seconds = clock.seconds();
            const double speed = seconds > 0 ? static_cast<double>(report.derived) / seconds : 0;
            const auto left = static_cast<double>(std::max<std::int64_t>(0, m_total - report.derived));
            tell(ModelSwitchProgress::Phase::Deriving, report.derived, speed, speed > 0 ? left / speed : -1,
                 false);
        }
    }

    Status store(const std::vector<EmbeddingRow>& block, const std::vector<float>& vectors, int dimension) {
        std::vector<LibraryWriter::DerivedEmbedding> rows;
        std::vector<ItemId> items;
        const auto width = static_cast<std::size_t>(dimension);
        for (std::size_t i = 0; i < block.size(); ++i) {
            const auto begin = vectors.begin() + static_cast<std::ptrdiff_t>(i * width);
            // A picture that the head maps to nothing is left to the network, which then says so.
            if (std::all_of(begin, begin + dimension, [](float value) { return value == 0; })) continue;
            rows.push_back({block[i].id, std::vector<float>(begin, begin + dimension)});
            items.push_back(block[i].item);
        }
        const auto stored = m_library.writer()->store_derived(m_model, rows, kDerivedEngine);
        if (!stored) return stored.error();
        report.derived += static_cast<std::int64_t>(stored->size());
        if (m_observer.committed) m_observer.committed(items);
        return {};
    }

    /// Everything else is an import with the new model, without a scan.
    Status embed() {
        const auto lacking = m_reader->count_to_embed(m_model);
        if (!lacking) return lacking.error();
        // One that was killed after its last picture has left the list of those it had in hand.
        if (*lacking == 0) return m_library.writer()->set_in_flight({});
        if (!m_embedder || m_embedder->info().hash != report.info.hash) {
            BackboneOptions options;
            options.threads = m_request.threads;
            auto backbone = load_measured(m_registry, report.info, options);
            if (!backbone) return backbone.error();
            m_embedder = std::make_shared<Embedder>(std::move(*backbone));
        }
        ImportObserver observer;
        observer.progress = [&](const ImportProgress& now) {
            m_failed = now.failed;
            tell(now.phase == ImportProgress::Phase::Finishing ? ModelSwitchProgress::Phase::Finishing
                                                               : ModelSwitchProgress::Phase::Embedding,
                 std::min(m_total, report.derived + now.done), now.images_per_second, now.seconds_left, true);
        };
        observer.committed = [&](const std::vector<std::int64_t>&, const std::vector<std::int64_t>& items) {
            if (m_observer.committed) m_observer.committed(items);
        };
        auto imported = ImportPipeline(m_library, *m_embedder, m_thumbnails).run({}, observer, m_stop);
        if (!imported) return imported.error();
        report.embedded = imported->embedded;
        report.failed = static_cast<std::int64_t>(imported->failed.size());
        return imported->cancelled ? Status(cancelled()) : Status();
    }

    Status finish() {
        const auto lacking = m_reader->count_to_embed(m_model);
        if (!lacking) return lacking.error();
        report.lacking = *lacking;
        if (report.lacking > 0 && !m_request.allow_incomplete) return {};
        LibraryWriter& writer = *m_library.writer();
        // The order keeps a kill harmless: the former model is noted before it is left, and that a change was
        // under way is forgotten after it is done.
        if (report.former != report.info.hash) {
            if (auto status = writer.set_setting(kFormerModelSetting, report.former); !status) return status;
        }
        if (auto status = writer.set_current_model(m_model); !status) return status;
        report.switched = true;
        return writer.set_setting(kNextModelSetting, {});
    }

    void tell(ModelSwitchProgress::Phase phase, std::int64_t done, double speed, double left, bool always) {
        if (!m_observer.progress || (!always && m_since_told.milliseconds() < 100)) return;
        m_since_told = {};
        m_observer.progress({phase, report.info.name, done, m_total, m_failed, speed, left});
    }

    Library& m_library;
    ThumbnailCache* m_thumbnails;
    const ModelSwitchRequest& m_request;
    const ModelSwitchObserver& m_observer;
    std::stop_token m_stop;
    std::shared_ptr<Embedder> m_embedder;
    ModelRegistry m_registry;
    std::unique_ptr<LibraryReader> m_reader;
    ModelId m_model = 0;
    std::int64_t m_total = 0;
    std::int64_t m_failed = 0;
    Stopwatch m_since_told;
};

}  // namespace

Result<ModelSwitchReport> ModelSwitch::run(const ModelSwitchRequest& request,
                                           const ModelSwitchObserver& observer, std::stop_token stop,
                                           std::shared_ptr<Embedder> embedder) {
    if (!m_library.writer())
        return Error{ErrorKind::ReadOnly, "The library \"" + m_library.folder() +
                                              "\" is open for reading only, so its model cannot be changed."};
    const Stopwatch clock;
    Switching switching(m_library, m_thumbnails, request, observer, std::move(stop), std::move(embedder));
    const Status status = switching.run();
    if (!status && status.error().kind != ErrorKind::Cancelled) return status.error();
    switching.report.cancelled = !status;
    switching.report.seconds = clock.seconds();
    return std::move(switching.report);
}

Result<ModelInfo> wanted_model(const Library& library, const ModelSwitchRequest& request) {
    auto reader = library.reader();
    if (!reader) return reader.error();
    std::string wanted = request.model;
    if (wanted.empty() && !request.of_objects) {
        auto next = (*reader)->setting(kNextModelSetting);
        if (!next) return next.error();
        if (next->empty())
            return Error{ErrorKind::Usage, "No change of model was begun. Say which model to use."};
        wanted = *next;
    }
    auto info = model_of_library(library, **reader, wanted);
    if (info && request.of_objects) return ensure_object_model(library, *info);
    return info;
}

Result<std::string> interrupted_switch(const Library& library) {
    auto reader = library.reader();
    if (!reader) return reader.error();
    return (*reader)->setting(kNextModelSetting);
}

Status forget_switch(Library& library) {
    if (!library.writer()) return {};
    return library.writer()->set_setting(kNextModelSetting, {});
}

}  // namespace fieldmark
