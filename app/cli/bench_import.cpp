// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <thread>

#include <QDir>
#include <QFile>
#include <QTemporaryDir>

#include "app/cli/bench.h"
#include "app/cli/import_command.h"
#include "core/base/stopwatch.h"
#include "core/engine/pictures/cpu_clock.h"
#include "core/engine/pictures/lister.h"
#include "core/engine/pictures/prepared_picture.h"
#include "core/library/writer.h"

namespace fieldmark::cli {

namespace {

constexpr std::size_t rows_per_commit = 256;  // as the import's writer commits

/// CPU seconds per picture of each stage on its own, on the same files, and the bare model loop.
struct Stages {
    int pictures = 0;
    double list = 0;
    double decode = 0;  ///< read, hash, decode, resize, thumbnail; one thread
    double embed = 0;   ///< all the model's threads
    double store = 0;   ///< rows and thumbnails
    double bare_loop_images_per_second = 0;
    double bare_loop_busy_cores = 0;

    double sum() const { return list + decode + embed + store; }
};

struct Prepared {
    std::string path;
    ReadPicture read;
    PreparedPicture picture;
    std::vector<float> vector;
};

/// At most `limit` of `all`, evenly spread, so that folders of unlike pictures are all heard.
std::vector<std::string> spread(const std::vector<std::string>& all, int limit) {
    const auto count = std::min(all.size(), static_cast<std::size_t>(limit));
    std::vector<std::string> some;
    for (std::size_t i = 0; i < count; ++i) some.push_back(all[i * all.size() / count]);
    return some;
}

class StageBench {
  public:
    StageBench(Context& context, Embedder& embedder, int batch, const std::string& work)
        : m_context(context), m_embedder(embedder), m_batch(batch), m_work(work) {}

    Result<Stages> run(const std::string& folder, int limit) {
        std::vector<std::string> all;
        double start = thread_cpu_seconds();
        list_pictures(folder, 1000, [&](std::vector<SeenFile>&& files) {
            for (SeenFile& file : files) all.push_back(folder + '/' + file.path);
            return true;
        });
        m_stages.list =
            (thread_cpu_seconds() - start) / static_cast<double>(std::max<std::size_t>(all.size(), 1));
        if (const Status status = decode(spread(all, limit)); !status) return status.error();
        if (const Status status = embed(); !status) return status.error();
        if (const Status status = store(folder); !status) return status.error();
        return m_stages;
    }

  private:
    Status decode(const std::vector<std::string>& paths) {
        const double start = thread_cpu_seconds();
        for (const std::string& path : paths) {
            if (m_context.interrupt.requested())
                return Error{ErrorKind::Cancelled, "The measurement was stopped."};
            m_context.console.progress("Decoding alone: " + format_count(std::ssize(m_prepared)));
            auto read = read_picture(path, {});
            if (!read) continue;  // a broken picture costs the import next to nothing, too
            auto picture = prepare_picture(read->bytes, path, m_embedder, {}, {}, true);
            if (!picture) continue;
            read->bytes = {};
            m_prepared.push_back({path, std::move(*read), std::move(*picture), {}});
        }
        if (m_prepared.empty()) return Error{ErrorKind::NotFound, "No picture of the folder could be read."};
        m_stages.pictures = static_cast<int>(m_prepared.size());
        m_stages.decode = (thread_cpu_seconds() - start) / m_stages.pictures;
        return {};
    }

    Status embed() {
        const std::size_t bytes = m_embedder.input_bytes();
        const auto dimension = static_cast<std::ptrdiff_t>(m_embedder.info().dimension);
        std::vector<std::uint8_t> pixels(bytes * static_cast<std::size_t>(m_batch));
        const auto pass = [&](std::size_t first) -> Result<std::size_t> {
            const std::size_t count = std::min(m_prepared.size() - first, static_cast<std::size_t>(m_batch));
            for (std::size_t i = 0; i < count; ++i) {
                std::ranges::copy(m_prepared[first + i].picture.input,
                                  pixels.begin() + static_cast<std::ptrdiff_t>(i * bytes));
            }
            auto vectors = m_embedder.embed(std::span(pixels).first(count * bytes), static_cast<int>(count),
                                            Embedder::Priority::Batch);
            if (!vectors) return std::move(vectors).error();
            for (std::size_t i = 0; i < count; ++i) {
                const auto begin = vectors->begin() + static_cast<std::ptrdiff_t>(i) * dimension;
                m_prepared[first + i].vector.assign(begin, begin + dimension);
            }
            return count;
        };
        for (int i = 0; i < 3; ++i) {  // warm up: the first calls choose kernels and take memory
            if (const auto done = pass(0); !done) return done.error();
        }
        const Stopwatch watch;
        const double start = process_cpu_seconds();
        for (std::size_t first = 0; first < m_prepared.size();) {
            if (m_context.interrupt.requested())
                return Error{ErrorKind::Cancelled, "The measurement was stopped."};
            m_context.console.progress("Embedding alone: " + format_count(static_cast<std::int64_t>(first)));
            const auto done = pass(first);
            if (!done) return done.error();
            first += *done;
        }
        const double cpu = process_cpu_seconds() - start;
        m_stages.embed = cpu / m_stages.pictures;
        m_stages.bare_loop_images_per_second = m_stages.pictures / watch.seconds();
        m_stages.bare_loop_busy_cores = cpu / watch.seconds();
        return {};
    }

    Status store(const std::string& folder) {
        auto library = Library::open(m_work + "/stages.fieldmark", writing());
        if (!library) return library.error();
        LibraryWriter& writer = *(*library)->writer();
        auto reader = (*library)->reader();
        if (!reader) return reader.error();
        ThumbnailCache thumbnails((*library)->thumbnail_file());
        const ModelInfo& info = m_embedder.info();
        const auto model = writer.ensure_model(info.hash, info.name, info.kind, info.dimension);
        if (!model) return model.error();
        const auto collection = writer.ensure_collection(folder);
        if (!collection) return collection.error();
        const auto scan = writer.begin_scan(*collection);
        if (!scan) return scan.error();

        const double start = thread_cpu_seconds();
        std::vector<SeenFile> seen;
        for (const Prepared& prepared : m_prepared) {
            seen.push_back(
                {prepared.path.substr(folder.size() + 1), prepared.read.size, prepared.read.mtime_ns});
        }
        if (const auto recorded = writer.record_scan(*collection, seen, *scan); !recorded)
            return recorded.error();
        const auto work = (*reader)->items_to_embed(*model, 0, m_stages.pictures);
        if (!work) return work.error();
        // Items come in the order they were listed, which is that of m_prepared.
        for (std::size_t first = 0; first < work->size(); first += rows_per_commit) {
            const std::size_t end = std::min(first + rows_per_commit, work->size());
            std::vector<ItemResult> results;
            std::vector<ThumbnailCache::Entry> entries;
            for (std::size_t i = first; i < end; ++i) {
                const Prepared& prepared = m_prepared[i];
                ItemResult result;
                result.item = (*work)[i].id;
                result.hash = prepared.read.hash;
                result.size = prepared.read.size;
                result.mtime_ns = prepared.read.mtime_ns;
                result.width = prepared.picture.width;
                result.height = prepared.picture.height;
                result.vector = prepared.vector;
                result.engine = m_embedder.engine();
                results.push_back(std::move(result));
                entries.push_back({prepared.read.hash, 256, prepared.picture.thumbnail});
            }
            if (const auto done = writer.commit_results(*model, results); !done) return done.error();
            thumbnails.store(entries);
        }
        m_stages.store = (thread_cpu_seconds() - start) / m_stages.pictures;
        return {};
    }

    static LibraryOptions writing() {
        LibraryOptions options;
        options.create = true;
        options.program = "fieldmark-cli bench";
        return options;
    }

    Context& m_context;
    Embedder& m_embedder;
    int m_batch;
    std::string m_work;
    Stages m_stages;
    std::vector<Prepared> m_prepared;
};

Json to_json(const Stages& stages) {
    Json object;
    object["pictures"] = stages.pictures;
    object["list_cpu_seconds"] = stages.list;
    object["decode_cpu_seconds"] = stages.decode;
    object["embed_cpu_seconds"] = stages.embed;
    object["store_cpu_seconds"] = stages.store;
    object["sum_cpu_seconds"] = stages.sum();
    return object;
}

}  // namespace

Result<Answer> bench_import(Context& context, const BenchImportArguments& arguments) {
    const std::string folder = absolute_folder(arguments.path);
    const QTemporaryDir scratch(arguments.work.empty()
                                    ? QString(QDir::tempPath() + QStringLiteral("/fieldmark-bench-XXXXXX"))
                                    : QFile::decodeName(arguments.work.c_str()) +
                                          QStringLiteral("/fieldmark-bench-XXXXXX"));
    if (!scratch.isValid()) {
        return Error{ErrorKind::Io,
                     "No temporary folder could be made. Name one that can be written with --work."};
    }
    const std::string work = QFile::encodeName(scratch.path()).toStdString();
    const ModelRegistry registry;
    const auto info = registry.find(arguments.model);
    if (!info) return info.error();
    auto backbone = registry.load(*info, {.threads = arguments.threads});
    if (!backbone) return std::move(backbone).error();
    Embedder embedder(std::move(*backbone));

    const auto stages = StageBench(context, embedder, arguments.batch, work).run(folder, arguments.limit);
    context.console.end_progress();
    if (!stages) return stages.error();
    const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
    const double allowed = cores / stages->sum();

    LibraryOptions options;
    options.create = true;
    options.program = "fieldmark-cli bench";
    auto library = Library::open(work + "/import.fieldmark", options);
    if (!library) return std::move(library).error();
    ImportRequest request;
    request.paths = {folder};
    request.batch = arguments.batch;
    const double start = process_cpu_seconds();
    const auto report = run_import(context, **library, embedder, request);
    if (!report) return report.error();
    if (report->cancelled) return Error{ErrorKind::Cancelled, "The measurement was stopped."};
    const double cpu = process_cpu_seconds() - start;
    const double rate = report->seconds > 0 ? static_cast<double>(report->embedded) / report->seconds : 0;

    Answer answer;
    Json& json = answer.json;
    json["model"] = info->name;
    json["engine"] = embedder.engine();
    json["cores"] = cores;
    json["batch"] = arguments.batch;
    json["stages_alone"] = to_json(*stages);
    json["allowed_images_per_second"] = allowed;
    json["bare_loop_images_per_second"] = stages->bare_loop_images_per_second;
    json["bare_loop_busy_cores"] = stages->bare_loop_busy_cores;
    json["embedded"] = report->embedded;
    json["failed"] = report->failed.size();
    json["seconds"] = report->seconds;
    json["images_per_second"] = rate;
    json["embedding_phase_images_per_second"] = report->images_per_second;
    json["cpu_seconds_per_image"] = report->embedded > 0 ? cpu / static_cast<double>(report->embedded) : 0;
    json["ratio_to_allowed"] = rate / allowed;
    json["ratio_to_bare_loop"] = rate / stages->bare_loop_images_per_second;

    Table table;
    table.column("stage, alone").column("CPU ms per image", Table::Align::Right);
    const auto row = [&](const char* name, double seconds) {
        table.row({name, format_number(1000 * seconds, 3)});
    };
    row("list", stages->list);
    row("read, hash, decode, resize, thumbnail", stages->decode);
    row("embed", stages->embed);
    row("store", stages->store);
    row("sum", stages->sum());
    std::string text = table.text() + '\n';
    const auto line = [&](const std::string& name, double value, const char* unit) {
        text += name + ": " + format_number(value, 2) + unit + '\n';
    };
    line("these allow on " + std::to_string(cores) + " cores", allowed, " images/s");
    line("bare model loop", stages->bare_loop_images_per_second, " images/s");
    line("import of " + format_count(report->embedded) + " pictures, end to end", rate, " images/s");
    line("end to end / allowed", rate / allowed, "");
    line("end to end / bare model loop", rate / stages->bare_loop_images_per_second, "");
    context.console.print(text);
    return answer;
}

}  // namespace fieldmark::cli
