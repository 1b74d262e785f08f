// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/importing/import_pipeline.h"

#include <algorithm>
#include <filesystem>
#include <thread>
#include <utility>

#include "core/base/stopwatch.h"
#include "core/engine/importing/import_context.h"
#include "core/engine/importing/import_scan.h"
#include "core/engine/importing/import_stages.h"
#include "core/engine/importing/label_import.h"
#include "core/engine/importing/label_table.h"
#include "core/engine/importing/quarantine.h"
#include "core/engine/pictures/lister.h"
#include "core/engine/pictures/object_service.h"
#include "core/library/reader.h"

namespace fieldmark {

namespace {

using namespace importing;

/// One run of the pipeline: a scan beside the first pass of decoding, embedding and storing.
class ImportRun {
  public:
    ImportRun(Context& context, LabelTable labels)
        : m_context(context), m_labels(std::move(labels)), m_scan(context) {}

    void run() {
        // A second pass embeds what the first could only learn to be necessary: copies of a picture that
        // failed, moved files whose old row never had a vector.
        constexpr int kPasses = 3;
        for (int pass = 0; pass < kPasses; ++pass) {
            if (!run_pass(pass == 0 && !m_context.request.paths.empty())) return;
            if (m_context.abort.stop_requested() || remaining() <= 0) break;
        }
        if (m_moved + m_scan.moved() > 0)
            apply_labels();  // rows that took over a new path have not got its labels yet
    }

    ImportReport report() const {
        ImportReport report;
        const std::int64_t moved = m_moved + m_scan.moved();
        report.added = std::max<std::int64_t>(0, m_scan.added() - moved);
        report.updated = std::max<std::int64_t>(0, m_scan.changed() - m_untouched);
        report.moved = moved;
        report.unchanged = m_scan.unchanged() + std::min(m_untouched, m_scan.changed());
        report.missing = std::max<std::int64_t>(0, m_scan.missing() - m_moved);
        report.embedded = m_embedded;
        report.labels = m_label_report;
        for (const LabelScope& scope : m_scan.scopes()) {
            if (std::find(report.collections.begin(), report.collections.end(), scope.collection) ==
                report.collections.end())
                report.collections.push_back(scope.collection);
        }
        if (m_embed_seconds > 0) report.images_per_second = static_cast<double>(m_embedded) / m_embed_seconds;
        return report;
    }

  private:
    bool run_pass(bool scan) {
        auto reader = m_context.library.reader();
        if (!reader) {
            m_context.fail(reader.error());
            return false;
        }
        if (auto count = (*reader)->count_to_embed(m_context.model)) {
            m_context.tally.total = m_context.tally.done + *count;
        }
        Lines lines(m_context.request.queue_bytes, std::move(*reader), m_context.model);
        for (const std::string& hash : m_refused) lines.known.forget(hash);
        lines.listing = scan;
        const int cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
        const int decoders = m_context.request.decode_threads > 0 ? m_context.request.decode_threads : cores;
        lines.decoders = decoders;

        Feeder feeder(m_context, lines);
        StoreLoop store(m_context, lines);
        const Stopwatch clock;
        {
            std::vector<std::jthread> threads;
            threads.emplace_back([&] {
                if (scan) m_scan.run();
                if (scan || m_context.request.paths.empty()) apply_labels();
                lines.listing = false;
            });
            threads.emplace_back([&] { feeder.run(); });
            for (int i = 0; i < decoders; ++i)
                threads.emplace_back([&] { decode_pictures(m_context, lines); });
            threads.emplace_back([&] {
                embed_pictures(m_context, lines);
                lines.finished.close();
            });
            store.run();
        }
        m_embed_seconds += clock.seconds();
        m_embedded += store.embedded();
        m_moved += store.moved();
        m_untouched += store.untouched();
        m_offline = feeder.offline();
        m_refused = lines.known.refused();
        if (!m_context.error()) {
            if (auto status = m_context.library.writer()->set_in_flight({}); !status)
                m_context.fail(status.error());
        }
        return !m_context.error();
    }

    std::int64_t remaining() const {
        auto reader = m_context.library.reader();
        if (!reader) return 0;
        auto count = (*reader)->count_to_embed(m_context.model);
        return count ? *count - m_offline : 0;
    }

    void apply_labels() {
        if (m_labels.fields.empty() || m_context.abort.stop_requested()) return;
        auto labels =
            import_labels(m_context.library, m_labels, m_scan.scopes(), m_context.abort.get_token());
        if (!labels) {
            m_context.fail(labels.error());
            return;
        }
        m_label_report = std::move(*labels);
        if (m_context.observer.listed) m_context.observer.listed();
    }

    Context& m_context;
    const LabelTable m_labels;
    Scan m_scan;
    LabelReport m_label_report;
    std::set<std::string> m_refused;
    std::int64_t m_embedded = 0;
    std::int64_t m_moved = 0;
    std::int64_t m_untouched = 0;
    std::int64_t m_offline = 0;
    double m_embed_seconds = 0;
};

Status check_paths(const std::vector<std::string>& paths) {
    std::error_code code;
    const bool any = paths.empty() || std::any_of(paths.begin(), paths.end(), [&](const std::string& path) {
                         return std::filesystem::exists(std::filesystem::symlink_status(path, code));
                     });
    if (any) return {};
    return Error{ErrorKind::NotFound,
                 "\"" + paths.front() + "\" does not exist, so there is nothing to import. Check the path."};
}

}  // namespace

ImportPipeline::ImportPipeline(Library& library, Embedder& embedder, ThumbnailCache* thumbnails)
    : m_library(library), m_embedder(embedder), m_thumbnails(thumbnails) {}

Result<ImportReport> ImportPipeline::run(const ImportRequest& request, const ImportObserver& observer,
                                         std::stop_token stop, PauseGate* gate) {
    const Stopwatch clock;
    LibraryWriter* writer = m_library.writer();
    if (!writer) {
        return Error{ErrorKind::ReadOnly,
                     "The library \"" + m_library.folder() +
                         "\" is open for reading only, so nothing can be imported into it."};
    }
    if (auto status = check_paths(request.paths); !status) return status.error();
    LabelTable labels;
    if (!request.labels_csv.empty()) {
        auto table = read_label_table(request.labels_csv);
        if (!table) return table.error();
        labels = std::move(*table);
    }
    const ModelInfo& info = m_embedder.info();
    const std::string object_of =
        m_embedder.object_finder()
            ? whole_model_of(ModelRegistry::for_library(m_library.models_folder()), info)
            : std::string();
    auto model = writer->ensure_model(info.hash, info.name, info.kind, info.dimension, object_of);
    if (!model) return model.error();

    Context context(m_library, m_embedder, m_thumbnails, request, observer, gate);
    context.model = *model;
    const std::stop_callback cancel(stop, [&] { context.abort.request_stop(); });
    auto suspects =
        examine_suspects(m_library, m_embedder, *model, request.limits, context.abort.get_token());
    if (!suspects) return suspects.error();
    for (FailedFile& suspect : *suspects) context.add_failed(std::move(suspect));

    ImportRun run(context, std::move(labels));
    run.run();
    if (auto error = context.error()) return *error;
    ImportReport report = run.report();
    report.failed = std::move(context.failed);
    report.stages = context.tally.stages();
    report.seconds = clock.seconds();
    report.cancelled = stop.stop_requested();
    return report;
}

std::int64_t count_pictures(const std::vector<std::string>& paths, std::int64_t limit, std::stop_token stop) {
    constexpr int kBatch = 500;
    std::int64_t count = 0;
    for (const std::string& path : paths) {
        std::error_code code;
        if (!std::filesystem::is_directory(path, code)) {
            count += std::filesystem::is_regular_file(path, code) ? 1 : 0;
        } else {
            const auto take = [&](std::vector<SeenFile>&& files) {
                count += static_cast<std::int64_t>(files.size());
                return count < limit;
            };
            (void)list_pictures(absolute_folder(path), kBatch, take, stop);
        }
        if (count >= limit || stop.stop_requested()) break;
    }
    return std::min(count, limit);
}

}  // namespace fieldmark
