// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// The map of a library, as the window asks for it.
#include <algorithm>
#include <cmath>
#include <set>

#include <QSignalSpy>
#include <QTest>

#include "core/engine/session.h"
#include "tests/engine/engine_fixture.h"

using namespace fieldmark;
using namespace fieldmark::testing;

namespace {
constexpr int kPatience = 60'000;
}

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
