// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// The map of a library, as the window asks for it.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <random>
#include <set>

#include <QSignalSpy>
#include <QTest>

#include "core/engine/classes/library_mapper.h"
#include "core/engine/session/session.h"
#include "core/index/kernels.h"
#include "core/index/umap.h"
#include "core/library/writer.h"
#include "tests/engine/engine_fixture.h"

using namespace fieldmark;
using namespace fieldmark::testing;

namespace {
constexpr int kPatience = 60'000;
constexpr std::size_t kDimension = 24;
constexpr std::size_t kVectors = 600;
constexpr std::size_t kClasses = 6;

/// A library of made-up vectors, row i of class i % kClasses, and an index of them.
struct VectorLibrary {
    QTemporaryDir folder;
    std::unique_ptr<Library> library;
    std::unique_ptr<LibraryReader> reader;
    ModelInfo model;
    std::vector<ItemId> items;
    std::vector<float> vectors;
    VectorIndex index{static_cast<int>(kDimension)};

    Status fill() {
        const std::string root = folder.path().toStdString();
        std::filesystem::create_directories(root + "/pictures");
        LibraryOptions options;
        options.create = true;
        auto opened = Library::open(root + "/Vectors.fieldmark", options);
        if (!opened) return opened.error();
        library = std::move(*opened);
        LibraryWriter* writer = library->writer();
        model.name = "made up";
        model.hash = std::string(64, 'a');
        model.dimension = static_cast<int>(kDimension);
        const auto collection = writer->ensure_collection(root + "/pictures");
        const auto id = writer->ensure_model(model.hash, model.name, "head", model.dimension);
        if (!collection || !id) return Error{ErrorKind::Internal, "no collection or model"};
        std::vector<SeenFile> files;
        for (std::size_t i = 0; i < kVectors; ++i)
            files.push_back({"picture" + std::to_string(1000 + i) + ".jpg", 1000, 1});
        const auto scan = writer->begin_scan(*collection);
        if (!scan) return scan.error();
        if (auto status = writer->record_scan(*collection, files, *scan); !status) return status.error();
        auto opened_reader = library->reader();
        if (!opened_reader) return opened_reader.error();
        reader = std::move(*opened_reader);
        const auto ids = reader->item_ids({});
        if (!ids) return ids.error();
        items = *ids;
        std::mt19937 random(4);
        std::normal_distribution<float> normal;
        std::vector<float> centres(kClasses * kDimension);
        for (float& x : centres) x = normal(random);
        std::vector<ItemResult> results;
        for (std::size_t i = 0; i < items.size(); ++i) {
            ItemResult result;
            result.item = items[i];
            result.hash = std::to_string(100'000'000 + i) + std::string(23, 'h');
            result.size = 1000;
            result.mtime_ns = 1;
            result.width = result.height = 10;
            for (std::size_t d = 0; d < kDimension; ++d)
                result.vector.push_back(centres[i % kClasses * kDimension + d] + 0.3F * normal(random));
            const float length = std::sqrt(dot(result.vector.data(), result.vector.data(), kDimension));
            for (float& x : result.vector) x /= length;
            results.push_back(result);
        }
        if (auto status = writer->commit_results(*id, results); !status) return status.error();
        const auto rows = reader->embeddings(*id, 0, 100'000);
        if (!rows) return rows.error();
        for (const EmbeddingRow& row : *rows) {
            const std::vector<std::int64_t> one{row.id};
            if (auto status = index.add(one, row.vector); !status) return status.error();
            vectors.insert(vectors.end(), row.vector.begin(), row.vector.end());
        }
        return index.build_graph(2);
    }
    /// The last map, or an error.
    Result<LibraryMap> map(const MapRequest& request, const VectorIndex* by) {
        LibraryMap last;
        const auto status =
            map_library(*reader, model, by, request, [&](LibraryMap now) { last = std::move(now); });
        if (!status) return status.error();
        return last;
    }
};

MapRows rows_of(const LibraryMap& map) {
    return [&map](ItemId item) -> std::optional<std::size_t> {
        const auto at = std::find(map.items.begin(), map.items.end(), item);
        if (at == map.items.end()) return std::nullopt;
        return static_cast<std::size_t>(at - map.items.begin());
    };
}

float distance(const std::array<float, 2>& place, const LibraryMap& map, std::size_t row) {
    return std::hypot(place[0] - map.places[2 * row], place[1] - map.places[2 * row + 1]);
}

}  // namespace

class TestLibraryMap : public QObject {
    Q_OBJECT

    QTemporaryDir m_root;
    Session m_session;

    std::vector<LibraryMap> ask(const MapRequest& request) {
        std::vector<LibraryMap> maps;
        RequestId id = 0;
        bool done = false;
        QObject context;
        connect(&m_session, &Session::mapReady, &context, [&](RequestId answered, const LibraryMap& map) {
            if (answered != id) return;
            maps.push_back(map);
            done = map.final;
        });
        connect(&m_session, &Session::mapFailed, &context, [&](RequestId answered, const Error&) {
            if (answered == id) done = true;
        });
        id = m_session.map_library(request);
        [&] { QTRY_VERIFY_WITH_TIMEOUT(done, kPatience); }();
        return maps;
    }

  private Q_SLOTS:
    void initTestCase() {
        QVERIFY2(shared_embedder(), "Run packaging/setup.sh first.");
        const std::string folder = m_root.path().toStdString();
        write_specimens(folder + "/birds", {.classes = 5, .per_class = 8});
        QSignalSpy opened(&m_session, &Session::opened);
        m_session.open(folder + "/Map.fieldmark");
        QVERIFY(opened.wait(kPatience));
        QTRY_VERIFY_WITH_TIMEOUT(m_session.model().available, kPatience);
    }

    void a_closed_session_has_no_map() {
        Session closed;
        QSignalSpy failed(&closed, &Session::mapFailed);
        const RequestId id = closed.map_library({});
        QVERIFY(failed.wait(kPatience));
        QCOMPARE(failed[0][0].value<RequestId>(), id);
    }

    void an_empty_library_has_an_empty_map() {
        const auto maps = ask({});
        QCOMPARE(maps.size(), std::size_t(1));
        QVERIFY(maps[0].final && maps[0].items.empty() && maps[0].places.empty());
    }

    void a_first_picture_then_the_final_one() {
        QSignalSpy finished(&m_session, &Session::importFinished);
        ImportRequest birds;
        birds.paths = {m_root.path().toStdString() + "/birds"};
        birds.labels_csv = birds.paths[0] + "/labels.csv";
        m_session.start_import(birds);
        QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 1, kPatience);

        const auto maps = ask({});
        QVERIFY(maps.size() >= 2);
        QVERIFY(maps.front().method == MapMethod::Pca && !maps.front().final);
        const LibraryMap& last = maps.back();
        QVERIFY(last.method == MapMethod::Umap && last.final);
        QCOMPARE(last.progress, 1.0);
        QCOMPARE(last.model_hash, m_session.model().info.hash);
        for (const LibraryMap& map : maps) {
            QCOMPARE(map.items.size(), std::size_t(40));
            QCOMPARE(std::set<ItemId>(map.items.begin(), map.items.end()).size(), std::size_t(40));
            QCOMPARE(map.places.size(), std::size_t(80));
            float least[2] = {9, 9};
            float most[2] = {-9, -9};
            for (std::size_t i = 0; i < map.places.size(); ++i) {
                QVERIFY(std::isfinite(map.places[i]));
                least[i % 2] = std::min(least[i % 2], map.places[i]);
                most[i % 2] = std::max(most[i % 2], map.places[i]);
            }
            for (int axis = 0; axis < 2; ++axis) QVERIFY(std::abs(least[axis] + most[axis]) < 1e-4F);
            QVERIFY(std::abs(std::max(most[0], most[1]) - 1) < 1e-4F);
        }
        QCOMPARE(ask({}).back().places, last.places);  // the same seed
    }

    void the_plane_alone_and_a_filter() {
        MapRequest request;
        request.method = MapMethod::Pca;
        auto maps = ask(request);
        QCOMPARE(maps.size(), std::size_t(1));
        QVERIFY(maps[0].final && maps[0].method == MapMethod::Pca);

        QSignalSpy listed(&m_session, &Session::itemsListed);
        request.filter.text = "species_01";
        m_session.list_items(request.filter);
        QVERIFY(listed.wait(kPatience));
        auto wanted = listed[0][1].value<std::vector<ItemId>>();
        maps = ask(request);
        std::sort(wanted.begin(), wanted.end());
        auto mapped = maps[0].items;
        std::sort(mapped.begin(), mapped.end());
        QVERIFY(!wanted.empty() && wanted.size() < 40);
        QCOMPARE(mapped, wanted);
    }

    /// Above `exact_up_to` pictures the neighbours come from the index's graph: as good a map.
    void many_pictures_are_mapped_by_the_graph() {
        VectorLibrary made;
        const Status filled = made.fill();
        QVERIFY2(filled, filled ? "" : filled.error().text.c_str());
        QVERIFY(made.index.info().graph_rows > 0);
        MapRequest request;
        request.exact_up_to = 100;
        const auto by_graph = made.map(request, &made.index);
        QVERIFY2(by_graph, by_graph ? "" : by_graph.error().text.c_str());
        QVERIFY(by_graph->final && by_graph->method == MapMethod::Umap);
        QCOMPARE(by_graph->items.size(), kVectors);
        const double trust = trustworthiness(made.vectors, kVectors, kDimension, by_graph->places, 10);
        QVERIFY2(trust > 0.9, qPrintable(QString::number(trust)));
        // Without an index, or with one that has no graph, all pairs are compared.
        const auto exact = made.map(request, nullptr);
        QVERIFY(exact);
        QVERIFY(trustworthiness(made.vectors, kVectors, kDimension, exact->places, 10) > 0.9);
        made.index.drop_graph();
        const auto without = made.map(request, &made.index);
        QVERIFY(without);
        QCOMPARE(without->places, exact->places);
    }

    void a_search_that_fails_is_told() {
        VectorLibrary made;
        QVERIFY(made.fill());
        VectorIndex other(7);  // of another model
        std::vector<float> rows(7 * 50, 0.0F);
        std::vector<std::int64_t> ids;
        for (std::size_t i = 0; i < 50; ++i) {
            rows[7 * i + i % 7] = 0.8F;
            rows[7 * i + (i / 7 + i + 1) % 7] = 0.6F;
            ids.push_back(static_cast<std::int64_t>(i) + 1);
        }
        QVERIFY(other.add(ids, rows));
        QVERIFY(other.build_graph(1));
        MapRequest request;
        request.exact_up_to = 100;
        const auto map = made.map(request, &other);
        QVERIFY(!map);
        QCOMPARE(map.error().kind, ErrorKind::Usage);
    }

    /// A vector that is no item lies among its nearest; one that equals an item on it, on either kind of map.
    void landmarks_lie_where_their_nearest_pictures_do() {
        VectorLibrary made;
        QVERIFY(made.fill());
        for (const MapMethod method : {MapMethod::Umap, MapMethod::Pca}) {
            MapRequest request;
            request.method = method;
            const auto map = made.map(request, nullptr);
            QVERIFY(map);
            const MapRows row_of = rows_of(*map);
            std::vector<MapLandmark> landmarks(kClasses + 1);
            for (std::size_t c = 0; c < kClasses; ++c) {  // the middle of each class
                landmarks[c].vector.assign(kDimension, 0.0F);
                for (std::size_t i = c; i < kVectors; i += kClasses)
                    for (std::size_t d = 0; d < kDimension; ++d)
                        landmarks[c].vector[d] += made.vectors[i * kDimension + d];
                const float length =
                    std::sqrt(dot(landmarks[c].vector.data(), landmarks[c].vector.data(), kDimension));
                for (float& x : landmarks[c].vector) x /= length;
            }
            constexpr std::size_t kItem = 41;
            landmarks[kClasses].vector.assign(made.vectors.begin() + kItem * kDimension,
                                              made.vectors.begin() + (kItem + 1) * kDimension);
            QVERIFY(find_neighbours(landmarks, 15, *made.reader, made.index, made.model.hash));
            for (std::size_t c = 0; c < kClasses; ++c) {
                float sum = 0;
                for (const auto& [item, share] : landmarks[c].nearest) sum += share;
                QVERIFY(std::abs(sum - 1) < 1e-4F);
                const auto place = place_landmark(*map, landmarks[c], row_of);
                QVERIFY(place);
                // Nearer to its class than to the others, by the mean distance.
                std::vector<double> mean(kClasses, 0.0);
                for (std::size_t i = 0; i < kVectors; ++i)
                    mean[i % kClasses] += double{distance(*place, *map, i)} * kClasses / kVectors;
                if (method == MapMethod::Umap)  // six classes need not lie apart on a plane
                    QCOMPARE(std::size_t(std::min_element(mean.begin(), mean.end()) - mean.begin()), c);
            }
            const auto own = place_landmark(*map, landmarks[kClasses], row_of);
            QVERIFY(own);
            QVERIFY2(distance(*own, *map, kItem) < 1e-4F,
                     qPrintable(QString::number(double{distance(*own, *map, kItem)})));
            // Not on the map of another model, nor where none of its pictures is.
            LibraryMap other = *map;
            other.model_hash = std::string(64, 'b');
            QVERIFY(!place_landmark(other, landmarks[0], row_of));
            if (method == MapMethod::Umap)
                QVERIFY(!place_landmark(*map, landmarks[0],
                                        [](ItemId) -> std::optional<std::size_t> { return {}; }));
        }
        std::vector<MapLandmark> wrong(1);
        wrong[0].vector.assign(7, 0.3F);
        QVERIFY(!find_neighbours(wrong, 15, *made.reader, made.index, made.model.hash));
        std::stop_source stop;
        stop.request_stop();
        const Status stopped =
            find_neighbours(wrong, 15, *made.reader, made.index, made.model.hash, stop.get_token());
        QVERIFY(!stopped && stopped.error().kind == ErrorKind::Cancelled);
    }

    void the_newest_request_takes_the_others_place() {
        QSignalSpy ready(&m_session, &Session::mapReady);
        m_session.map_library({});
        m_session.map_library({});
        MapRequest plane;
        plane.method = MapMethod::Pca;
        const RequestId last = m_session.map_library(plane);
        QTRY_VERIFY_WITH_TIMEOUT(!ready.isEmpty() && ready.last()[0].value<RequestId>() == last, kPatience);
        QVERIFY(ready.last()[1].value<LibraryMap>().final);
        for (const auto& answer : ready) {
            if (answer[0].value<RequestId>() != last) QVERIFY(!answer[1].value<LibraryMap>().final);
        }
        m_session.map_library({});
        m_session.cancel_map();
        const auto after = ask(plane);
        QVERIFY(after.back().final);
    }
};

QTEST_MAIN(TestLibraryMap)
#include "test_library_map.moc"
