// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTest>

#include "core/engine/session/session.h"
#include "tests/engine/engine_fixture.h"

using namespace fieldmark;
using namespace fieldmark::testing;
namespace fs = std::filesystem;

namespace {
constexpr int kPatience = 60'000;  ///< milliseconds; for loaded machines and sanitizers
}

/// A session as the window uses it.
class TestSession : public QObject {
    Q_OBJECT

    QTemporaryDir m_root;
    std::string m_folder;
    std::vector<std::string> m_paths;

    std::string library(const char* name) const {
        return m_root.path().toStdString() + '/' + name + ".fieldmark";
    }

    void open(Session& session, const std::string& folder) {
        QSignalSpy opened(&session, &Session::opened);
        QSignalSpy indexed(&session, &Session::indexReady);
        session.open(folder);
        QVERIFY(opened.wait(kPatience));
        QVERIFY(session.is_open());
        QTRY_VERIFY_WITH_TIMEOUT(!session.model().loading, kPatience);
        QVERIFY2(session.model().available, session.model().error.text.c_str());
        QTRY_COMPARE_WITH_TIMEOUT(indexed.count(), 1, kPatience);
    }

    void import(Session& session, const ImportRequest& request) {
        QSignalSpy finished(&session, &Session::importFinished);
        QSignalSpy failed(&session, &Session::importFailed);
        session.start_import(request);
        QVERIFY(session.importing());
        QTRY_VERIFY_WITH_TIMEOUT(finished.count() + failed.count() > 0, kPatience);
        QCOMPARE(failed.count(), 0);
        QVERIFY(!session.importing());
    }

    ImportRequest birds() const {
        ImportRequest request;
        request.paths = {m_folder};
        request.labels_csv = m_folder + "/labels.csv";
        return request;
    }

    std::vector<ItemId> list(Session& session, const ItemQuery& query = {}) {
        QSignalSpy listed(&session, &Session::itemsListed);
        const RequestId id = session.list_items(query);
        while (listed.wait(kPatience)) {
            if (listed.last().at(0).value<RequestId>() == id)
                return listed.last().at(1).value<std::vector<ItemId>>();
        }
        return {};
    }

  private Q_SLOTS:
    void initTestCase() {
        QVERIFY2(shared_embedder(), "Run packaging/setup.sh first.");
        m_folder = m_root.path().toStdString() + "/birds";
        m_paths = write_specimens(m_folder, {.classes = 5, .per_class = 8});
    }

    void theWholeFlow() {
        Session session;
        open(session, library("Flow"));
        QCOMPARE(session.summary().name, std::string("Flow"));
        QCOMPARE(session.summary().counts.items, std::int64_t{0});

        QSignalSpy counted(&session, &Session::picturesCounted);
        session.count_pictures({m_folder});
        QVERIFY(counted.wait(kPatience));
        QCOMPARE(counted[0][1].value<std::int64_t>(), std::int64_t{40});

        QSignalSpy progress(&session, &Session::importProgress);
        QSignalSpy changed(&session, &Session::itemsChanged);
        import(session, birds());
        QVERIFY(progress.count() > 0);
        QTRY_VERIFY_WITH_TIMEOUT(changed.count() > 0, kPatience);
        QTRY_COMPARE_WITH_TIMEOUT(session.summary().counts.ready, std::int64_t{40}, kPatience);
        QTRY_COMPARE_WITH_TIMEOUT(session.model().embedded, std::int64_t{40}, kPatience);
        QCOMPARE(session.summary().collections.size(), std::size_t{1});
        QCOMPARE(session.summary().fields.size(), std::size_t{2});

        const std::vector<ItemId> ids = list(session);
        QCOMPARE(ids.size(), std::size_t{40});
        QSignalSpy rows(&session, &Session::rowsFetched);
        session.fetch_rows({ids[3], 99999});
        QVERIFY(rows.wait(kPatience));
        const auto fetched = rows[0][1].value<std::vector<ItemRow>>();
        QCOMPARE(fetched.size(), std::size_t{2});
        QCOMPARE(fetched[0].item.path, m_paths[3]);
        QCOMPARE(fetched[0].absolute_path, m_folder + '/' + m_paths[3]);
        QCOMPARE(fetched[0].metadata.at("species"), std::string("species_00"));
        QCOMPARE(fetched[1].item.id, ItemId{0});

        QSignalSpy values(&session, &Session::fieldValuesFetched);
        session.fetch_field_values("species");
        QVERIFY(values.wait(kPatience));
        QCOMPARE(values[0][2].value<std::vector<ValueCount>>().size(), std::size_t{5});

        QSignalSpy found(&session, &Session::searchFinished);
        SearchRequest request = query_item(ids[0], 10);
        const RequestId search = session.search(request);
        QVERIFY(found.wait(kPatience));
        QCOMPARE(found[0][0].value<RequestId>(), search);
        QCOMPARE(found[0][1].value<SearchResponse>().matches.size(), std::size_t{10});

        QSignalSpy evaluated(&session, &Session::evaluationFinished);
        session.evaluate({.label = "species", .filter = {}, .ks = {1, 2}, .model_hash = {}});
        QVERIFY(evaluated.wait(kPatience));
        QCOMPARE(evaluated[0][1].value<EvaluationReport>().metrics.queries, 40);

        QSignalSpy noticed(&session, &Session::noticed);
        QCOMPARE(noticed.count(), 0);
    }

    void picturesAndThumbnails() {
        Session session;
        open(session, library("Flow"));
        const std::vector<ItemId> ids = list(session);
        QSignalSpy thumbnails(&session, &Session::thumbnailReady);
        session.request_thumbnails({ids[0], ids[1], 99999}, 256);
        QTRY_COMPARE_WITH_TIMEOUT(thumbnails.count(), 3, kPatience);
        int good = 0;
        for (const auto& answer : thumbnails) good += answer[2].value<QImage>().width() == 256 ? 1 : 0;
        QCOMPARE(good, 2);
        thumbnails.clear();
        session.request_thumbnails({ids[0]}, 512);
        QVERIFY(thumbnails.wait(kPatience));
        QCOMPARE(thumbnails[0][2].value<QImage>().width(), 320);  // never enlarged

        QSignalSpy pictures(&session, &Session::pictureReady);
        QueryImage source;
        source.item = ids[0];
        session.load_picture(source, 0);
        QVERIFY(pictures.wait(kPatience));
        QCOMPARE(pictures[0][1].value<QImage>().size(), QSize(320, 240));
        QCOMPARE(pictures[0][2].toInt(), 320);
        session.load_picture(source, 100);
        QVERIFY(pictures.wait(kPatience));
        QCOMPARE(pictures[1][1].value<QImage>().size(), QSize(100, 75));
        QueryImage nothing;
        nothing.path = "/nowhere.jpg";
        session.load_picture(nothing, 0);
        QVERIFY(pictures.wait(kPatience));
        QVERIFY(pictures[2][1].value<QImage>().isNull());
        QCOMPARE(pictures[2][4].value<Error>().kind, ErrorKind::NotFound);
    }

    void editsAnswerAndShow() {
        Session session;
        open(session, library("Flow"));
        const std::vector<ItemId> ids = list(session);
        QSignalSpy edited(&session, &Session::edited);
        QSignalSpy changed(&session, &Session::itemsChanged);
        const RequestId id = session.set_values({{ids[0], "note", "seen at dawn"}});
        QVERIFY(edited.wait(kPatience));
        QCOMPARE(edited[0][0].value<RequestId>(), id);
        QTRY_VERIFY_WITH_TIMEOUT(changed.count() > 0, kPatience);
        QCOMPARE(changed[0][0].value<std::vector<ItemId>>(), std::vector<ItemId>{ids[0]});
        QTRY_COMPARE_WITH_TIMEOUT(session.summary().fields.size(), std::size_t{3}, kPatience);
        ItemQuery query;
        query.where = {{"note", Condition::Operator::Contains, "dawn"}};
        QCOMPARE(list(session, query), std::vector<ItemId>{ids[0]});

        QSignalSpy failed(&session, &Session::editFailed);
        session.rename_collection(4711, "nobody");
        QVERIFY(failed.wait(kPatience));
        session.remove_items({ids[0]});
        QVERIFY(edited.wait(kPatience));
        QTRY_COMPARE_WITH_TIMEOUT(session.summary().counts.items, std::int64_t{39}, kPatience);
        QTRY_COMPARE_WITH_TIMEOUT(session.model().embedded, std::int64_t{39}, kPatience);
    }

    void closedDuringAnImportAndResumed() {
        const std::string folder = library("Interrupted");
        {
            Session session;
            open(session, folder);
            QSignalSpy progress(&session, &Session::importProgress);
            QSignalSpy closed(&session, &Session::closed);
            session.start_import(birds());
            QVERIFY(progress.wait(kPatience));
            QElapsedTimer clock;
            clock.start();
            session.close();
            QVERIFY2(clock.elapsed() < 1000, "close() must not wait for the batch in hand");
            QVERIFY(!session.is_open());
            QVERIFY(!session.importing());
            QVERIFY(closed.wait(kPatience));
        }
        Session session;
        QSignalSpy interrupted(&session, &Session::interruptedImport);
        open(session, folder);
        const std::int64_t pending = session.summary().counts.pending;
        if (pending > 0) {
            QTRY_COMPARE_WITH_TIMEOUT(interrupted.count(), 1, kPatience);
            QCOMPARE(interrupted[0][0].value<std::int64_t>(), pending);
        }
        import(session, birds());
        QTRY_COMPARE_WITH_TIMEOUT(session.summary().counts.ready, std::int64_t{40}, kPatience);
    }

    void destroyedDuringAnImport() {
        auto session = std::make_unique<Session>();
        open(*session, library("Destroyed"));
        QSignalSpy progress(session.get(), &Session::importProgress);
        session->start_import(birds());
        session->search(query_file(m_folder + '/' + m_paths[0]));
        QVERIFY(progress.wait(kPatience));
        session.reset();
        QCoreApplication::processEvents();
        auto opened = Library::open(library("Destroyed"));  // the lock is free
        QVERIFY2(opened.ok(), opened.ok() ? "" : opened.error().text.c_str());
    }

    void pauseCancelAndASecondImport() {
        Session session;
        open(session, library("Paused"));
        QSignalSpy progress(&session, &Session::importProgress);
        QSignalSpy finished(&session, &Session::importFinished);
        session.start_import(birds());
        session.pause_import(true);
        session.start_import(birds());  // queued
        QTRY_VERIFY_WITH_TIMEOUT(!progress.isEmpty() && progress.last()[0].value<ImportProgress>().paused,
                                 kPatience);
        QTest::qWait(200);
        QCOMPARE(finished.count(), 0);
        session.cancel_import();
        QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 2, kPatience);
        QVERIFY(finished[0][0].value<ImportReport>().cancelled);
        QVERIFY(!session.importing());
        import(session, birds());
        QTRY_COMPARE_WITH_TIMEOUT(session.summary().counts.ready, std::int64_t{40}, kPatience);
    }

    void whatCannotBeOpened() {
        Session session;
        QSignalSpy failed(&session, &Session::openFailed);
        session.open(library("NotThere"), {.create = false, .read_only = false});
        QVERIFY(failed.wait(kPatience));
        QCOMPARE(failed[0][0].value<Error>().kind, ErrorKind::NotFound);
        QVERIFY(!session.is_open());
        QSignalSpy search_failed(&session, &Session::searchFailed);
        session.search(query_item(1));
        QVERIFY(search_failed.wait(kPatience));
        // Two opens in a row: the last one counts.
        QSignalSpy opened(&session, &Session::opened);
        session.open(library("First"));
        session.open(library("Second"));
        QVERIFY(opened.wait(kPatience));
        QTest::qWait(100);
        QCOMPARE(opened.count(), 1);
        QCOMPARE(session.summary().name, std::string("Second"));
    }

    void theSameOneTwiceInARow() {
        Session session;
        QSignalSpy opened(&session, &Session::opened);
        QSignalSpy failed(&session, &Session::openFailed);
        QSignalSpy closed(&session, &Session::closed);
        session.open(library("First"));
        QTest::qSleep(200);  // it may be open by now, with nobody told
        session.open(library("First"));
        QVERIFY(opened.wait(kPatience));
        QTest::qWait(100);
        QCOMPARE(opened.count(), 1);
        QCOMPARE(failed.count(), 0);
        QCOMPARE(closed.count(), 0);  // or the window would empty itself
        QVERIFY(session.is_open());
    }

    void editsJustBeforeClosingAreKept() {
        const std::string folder = library("Flow");
        std::vector<ItemId> ids;
        {
            Session session;
            open(session, folder);
            ids = list(session);
            QCOMPARE(ids.size(), std::size_t{39});
            for (const ItemId id : ids) session.set_values({{id, "note", "last words"}});
            QSignalSpy closed(&session, &Session::closed);
            session.close();
            QVERIFY(closed.wait(kPatience));
        }
        {
            Session session;
            open(session, folder);
            for (const ItemId id : ids) session.set_values({{id, "place", "at the door"}});
        }
        auto library = Library::open(folder, {.create = false, .read_only = true});
        QVERIFY(library.ok());
        const auto metadata = (*(*library)->reader())->metadata(ids);
        for (const Metadata& one : *metadata) {
            QCOMPARE(one.at("note"), std::string("last words"));
            QCOMPARE(one.at("place"), std::string("at the door"));
        }
    }

    void readOnlyReadsAndRefusesEdits() {
        Session session;
        QSignalSpy opened(&session, &Session::opened);
        QSignalSpy indexed(&session, &Session::indexReady);
        session.open(library("Flow"), {.create = false, .read_only = true});
        QVERIFY(opened.wait(kPatience));
        QVERIFY(session.summary().read_only);
        const std::vector<ItemId> ids = list(session);
        QCOMPARE(ids.size(), std::size_t{39});
        QSignalSpy failed(&session, &Session::editFailed);
        session.set_values({{ids[0], "note", "x"}});
        QVERIFY(failed.wait(kPatience));
        QCOMPARE(failed[0][1].value<Error>().kind, ErrorKind::ReadOnly);
        // Asked earlier, the answer is partial: from the vectors read so far.
        QVERIFY(!indexed.isEmpty() || indexed.wait(kPatience));
        QSignalSpy found(&session, &Session::searchFinished);
        session.search(query_item(ids[0], 5));
        QVERIFY(found.wait(kPatience));
        QCOMPARE(found[0][1].value<SearchResponse>().matches.size(), std::size_t{5});
        QSignalSpy import_failed(&session, &Session::importFailed);
        session.start_import(birds());
        QVERIFY(import_failed.wait(kPatience));
        QCOMPARE(import_failed[0][0].value<Error>().kind, ErrorKind::ReadOnly);
    }
};

QTEST_MAIN(TestSession)
#include "test_session.moc"
