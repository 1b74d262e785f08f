// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// The map of a generated library: time to the first picture and to the final map, as the window asks for it,
// and the time a frame of many points takes. Prints JSON.
//
//     fieldmark_bench_map [--items 10000] [--dimension 1280] [--classes 100] [--seed 1] [--graph]
//                         [--points 100000] [--size 1600x1000] [--frames 20]
//
// The vectors lie around random centres, one for each class, and are stored in a library with its own writer,
// so that reading them is in the figures. With --graph neighbours come from the index's graph, as they do
// above 20,000 pictures; building it is not in the figures, as the library keeps it.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <QApplication>
#include <QCommandLineParser>
#include <QTemporaryDir>

#include <nlohmann/json.hpp>

#include "core/engine/classes/library_mapper.h"
#include "core/library/library.h"
#include "core/library/writer.h"
#include "ui/pages/map_view.h"

using namespace fieldmark;

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begun) {
    return std::chrono::duration<double>(Clock::now() - begun).count();
}

struct Sizes {
    int items = 10'000;
    int dimension = 1280;
    int classes = 100;
    unsigned seed = 1;
};

std::vector<ItemResult> generated(const std::vector<ItemId>& items, const Sizes& sizes) {
    std::mt19937 random(sizes.seed);
    std::normal_distribution<float> normal;
    const auto dimension = static_cast<std::size_t>(sizes.dimension);
    const auto classes = static_cast<std::size_t>(sizes.classes);
    std::vector<float> centres(classes * dimension);
    for (float& x : centres) x = normal(random);
    std::vector<ItemResult> results;
    for (std::size_t i = 0; i < items.size(); ++i) {
        ItemResult result;
        result.item = items[i];
        result.hash = std::to_string(1'000'000'000 + i) + std::string(22, '0');
        result.size = 1000;
        result.mtime_ns = 1;
        result.width = result.height = 224;
        double squares = 0;
        for (std::size_t d = 0; d < dimension; ++d) {
            result.vector.push_back(centres[i % classes * dimension + d] + 0.8F * normal(random));
            squares += double{result.vector.back()} * double{result.vector.back()};
        }
        for (float& x : result.vector) x /= static_cast<float>(std::sqrt(squares));
        results.push_back(std::move(result));
    }
    return results;
}

struct Made {
    std::unique_ptr<Library> library;
    std::unique_ptr<LibraryReader> reader;
    ModelInfo model;
    std::unique_ptr<VectorIndex> index;
};

Result<Made> make_library(const std::string& root, const Sizes& sizes, bool graph) {
    Made made;
    std::filesystem::create_directories(root + "/pictures");
    LibraryOptions options;
    options.create = true;
    auto library = Library::open(root + "/Bench.fieldmark", options);
    if (!library) return library.error();
    made.library = std::move(*library);
    LibraryWriter* writer = made.library->writer();
    made.model.name = "generated";
    made.model.hash = std::string(64, 'b');
    made.model.dimension = sizes.dimension;
    const auto collection = writer->ensure_collection(root + "/pictures");
    if (!collection) return collection.error();
    const auto model = writer->ensure_model(made.model.hash, made.model.name, "head", sizes.dimension);
    if (!model) return model.error();
    std::vector<SeenFile> files;
    for (int i = 0; i < sizes.items; ++i)
        files.push_back({"picture" + std::to_string(10'000'000 + i) + ".jpg", 1000, 1});
    const auto scan = writer->begin_scan(*collection);
    if (!scan) return scan.error();
    if (auto status = writer->record_scan(*collection, files, *scan); !status) return status.error();
    auto reader = made.library->reader();
    if (!reader) return reader.error();
    made.reader = std::move(*reader);
    const auto items = made.reader->item_ids({});
    if (!items) return items.error();
    const auto results = generated(*items, sizes);
    if (auto status = writer->commit_results(*model, results); !status) return status.error();
    if (!graph) return made;
    made.index = std::make_unique<VectorIndex>(sizes.dimension);
    const auto rows = made.reader->embeddings(*model, 0, sizes.items);
    if (!rows) return rows.error();
    for (const EmbeddingRow& row : *rows) {
        const std::vector<std::int64_t> id{row.id};
        if (auto status = made.index->add(id, row.vector); !status) return status.error();
    }
    if (auto status =
            made.index->build_graph(static_cast<int>(std::max(1U, std::thread::hardware_concurrency())));
        !status)
        return status.error();
    return made;
}

Status bench_layout(const Sizes& sizes, bool graph, nlohmann::json& json) {
    QTemporaryDir folder;
    if (!folder.isValid()) return Error{ErrorKind::Io, "Cannot make a temporary folder."};
    auto made = make_library(folder.path().toStdString(), sizes, graph);
    if (!made) return made.error();
    MapRequest request;
    if (graph) request.exact_up_to = 0;
    const auto begun = Clock::now();
    double first = -1;
    int pictures = 0;
    const auto status =
        map_library(*made->reader, made->model, made->index.get(), request, [&](const LibraryMap&) {
            if (first < 0) first = seconds_since(begun);
            ++pictures;
        });
    if (!status) return status.error();
    json["items"] = sizes.items;
    json["dimension"] = sizes.dimension;
    json["classes"] = sizes.classes;
    json["seed"] = sizes.seed;
    json["neighbours"] = graph ? "graph" : "exact";
    json["first_picture_seconds"] = first;
    json["final_map_seconds"] = seconds_since(begun);
    json["pictures"] = pictures;
    return {};
}

void bench_paint(int points, QSize size, int frames, nlohmann::json& json) {
    LibraryMap map;
    std::mt19937 random(1);
    std::normal_distribution<float> normal(0, 0.3F);
    std::unordered_map<ItemId, int> groups;
    for (int i = 0; i < points; ++i) {
        map.items.push_back(i + 1);
        map.places.push_back(normal(random));
        map.places.push_back(normal(random));
        groups[i + 1] = i % (MapView::most_groups + 1);
    }
    MapView view(nullptr);
    view.resize(size);
    view.set_map(map);
    view.set_groups(groups);
    (void)view.grab();
    std::vector<double> times;
    for (int i = 0; i < frames; ++i) {
        const auto begun = Clock::now();
        view.zoom_at(1.01, QPointF(size.width() / 2.0, size.height() / 2.0));
        (void)view.grab();
        times.push_back(1000 * seconds_since(begun));
    }
    std::sort(times.begin(), times.end());
    json["points"] = points;
    json["frame_size"] = {size.width(), size.height()};
    json["frame_median_ms"] = times[times.size() / 2];
    json["frame_worst_ms"] = times.back();
}

}  // namespace

int main(int argc, char** argv) {
    if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
    const QApplication application(argc, argv);
    QCommandLineParser parser;
    parser.addHelpOption();
    const auto option = [&](const char* name, const char* text, const char* value) {
        const QCommandLineOption one(QLatin1String(name), QLatin1String(text), QStringLiteral("N"),
                                     QLatin1String(value));
        parser.addOption(one);
        return one;
    };
    const auto items = option("items", "pictures on the map", "10000");
    const auto dimension = option("dimension", "of their vectors", "1280");
    const auto classes = option("classes", "centres the vectors lie around", "100");
    const auto seed = option("seed", "of the vectors", "1");
    const auto points = option("points", "of the frame that is painted", "100000");
    const auto size = option("size", "of the frame", "1600x1000");
    const auto frames = option("frames", "to paint", "20");
    const QCommandLineOption graph(QStringLiteral("graph"), QStringLiteral("neighbours from the graph"));
    parser.addOption(graph);
    parser.process(application);
    const auto number = [&](const QCommandLineOption& one, int least) {
        return std::max(least, parser.value(one).toInt());
    };
    Sizes sizes;
    sizes.items = number(items, 3);
    sizes.dimension = number(dimension, 2);
    sizes.classes = number(classes, 1);
    sizes.seed = static_cast<unsigned>(number(seed, 0));
    const QStringList sides = parser.value(size).split(QLatin1Char('x'));
    const QSize frame(std::max(100, sides.value(0).toInt()), std::max(100, sides.value(1).toInt()));

    nlohmann::json json;
    if (const auto status = bench_layout(sizes, parser.isSet(graph), json); !status) {
        std::fprintf(stderr, "%s\n", status.error().text.c_str());
        return 1;
    }
    bench_paint(number(points, 1), frame, number(frames, 1), json);
    std::printf("%s\n", json.dump(2).c_str());
    return 0;
}
