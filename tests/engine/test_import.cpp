// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <filesystem>
#include <thread>

#include <QTest>

#include "core/engine/importing/label_table.h"
#include "core/engine/pictures/measuring_sample.h"
#include "tests/engine/engine_fixture.h"
#include "tests/support/museum.h"

using namespace fieldmark;
using namespace fieldmark::testing;
namespace fs = std::filesystem;

class TestImport : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase() { QVERIFY2(shared_embedder(), "Run packaging/setup.sh first."); }

    void importsAFolderOnce() {
        EngineFixture fixture;
        const std::string folder = fixture.folder("birds");
        const auto paths = write_specimens(folder, {.classes = 4, .per_class = 5});
        int listed = 0;
        std::int64_t last_done = 0;
        std::vector<std::int64_t> committed;
        ImportObserver observer;
        observer.listed = [&] { ++listed; };
        observer.progress = [&](const ImportProgress& progress) { last_done = progress.done; };
        observer.committed = [&](const std::vector<std::int64_t>& ids,
                                 const std::vector<std::int64_t>& items) {
            QCOMPARE(ids.size(), items.size());
            committed.insert(committed.end(), ids.begin(), ids.end());
        };
        const ImportReport report = fixture.import({folder}, observer);
        QCOMPARE(report.added, std::int64_t{20});
        QCOMPARE(report.embedded, std::int64_t{20});
        QCOMPARE(report.updated + report.moved + report.unchanged + report.missing, std::int64_t{0});
        QVERIFY(report.failed.empty());
        QVERIFY(!report.cancelled);
        QVERIFY(listed > 0);
        QCOMPARE(last_done, std::int64_t{20});
        QCOMPARE(committed.size(), std::size_t{20});
        QCOMPARE(report.stages.size(), std::size_t{4});
        for (const StageStatus& stage : report.stages) QCOMPARE(stage.done, std::int64_t{20});

        const Item item = fixture.facts(paths[0]);
        QCOMPARE(item.state, ItemState::Ready);
        QCOMPARE(item.width, 320);
        QCOMPARE(item.height, 240);
        QCOMPARE(item.hash.size(), std::size_t{32});

        const ImportReport again = fixture.import({folder});
        QCOMPARE(again.unchanged, std::int64_t{20});
        QCOMPARE(again.added + again.updated + again.moved + again.missing + again.embedded, std::int64_t{0});
    }

    void nothingToImportIsAnError() {
        EngineFixture fixture;
        ImportRequest request;
        request.paths = {"/nowhere/at/all"};
        const auto report = ImportPipeline(*fixture.library, *shared_embedder(), nullptr).run(request);
        QVERIFY(!report.ok());
        QCOMPARE(report.error().kind, ErrorKind::NotFound);
        // One good path is enough; the other is listed as failed.
        const std::string folder = fixture.folder("birds");
        write_specimens(folder, {.classes = 1, .per_class = 2});
        const ImportReport partial = fixture.import({"/nowhere/at/all", folder});
        QCOMPARE(partial.embedded, std::int64_t{2});
        QCOMPARE(partial.failed.size(), std::size_t{1});
        QCOMPARE(partial.failed[0].path, std::string("/nowhere/at/all"));
    }

    void survivesTheMuseum() {
        EngineFixture fixture;
        const std::string folder = fixture.folder("museum");
        const std::vector<Exhibit> museum = write_museum(folder);
        QVERIFY(!museum.empty());
        const ImportReport report = fixture.import({folder});
        for (const Exhibit& exhibit : museum) {
            const auto failed =
                std::find_if(report.failed.begin(), report.failed.end(),
                             [&](const FailedFile& file) { return file.path == exhibit.path; });
            if (!exhibit.listed) continue;
            if (exhibit.expected) {
                QVERIFY2(failed != report.failed.end(), exhibit.path.c_str());
                QVERIFY2(failed->error.kind == *exhibit.expected ||
                             (exhibit.needs_heif && failed->error.kind == ErrorKind::Unsupported),
                         failed->error.text.c_str());
                QVERIFY2(
                    failed->error.text.find(fs::path(exhibit.path).filename().string()) != std::string::npos,
                    failed->error.text.c_str());
            } else if (!exhibit.needs_heif) {
                QVERIFY2(failed == report.failed.end(), exhibit.path.c_str());
            }
        }
        const auto counts = fixture.reader()->counts();
        QCOMPARE(counts->pending, std::int64_t{0});
        QVERIFY(counts->failed > 0);
        QVERIFY(counts->ready > 0);
        // The failed ones are not tried again by themselves, but on demand.
        QCOMPARE(fixture.import({folder}).embedded, std::int64_t{0});
        const auto retried = fixture.library->writer()->retry_failed({});
        QCOMPARE(*retried, counts->failed);
        QCOMPARE(static_cast<std::int64_t>(fixture.import(ImportRequest{}).failed.size()), counts->failed);
    }

    void labelsComeFromATable() {
        EngineFixture fixture;
        const std::string folder = fixture.folder("birds");
        const auto paths = write_specimens(folder, {.classes = 2, .per_class = 3});
        const std::string table = fixture.folder("tables") + "/labels.csv";
        write_text(table, "path;species;note\n" + paths[0] + ";wren;first\n./" + paths[1] + ";wren;\n" +
                              folder + "/" + paths[2] +
                              ";wren;absolute\nspecies_01\\individual_00.jpg;robin;\nlost.jpg;owl;\n" +
                              paths[0] + ";wren;second\n");
        ImportRequest request;
        request.paths = {folder};
        request.labels_csv = table;
        const ImportReport report = fixture.import(request);
        QCOMPARE(report.labels.rows, std::int64_t{6});
        QCOMPARE(report.labels.matched, std::int64_t{4});
        QCOMPARE(report.labels.duplicates, std::int64_t{1});
        QCOMPARE(report.labels.unmatched_count, std::int64_t{1});
        QCOMPARE(report.labels.unmatched, std::vector<std::string>{"lost.jpg"});
        QCOMPARE(report.labels.fields, (std::vector<std::string>{"species", "note"}));
        const auto values = [&](const std::string& path) {
            const ItemId id = fixture.item(path);
            return fixture.reader()->metadata(std::span(&id, 1))->front();
        };
        QCOMPARE(values(paths[0]), (Metadata{{"species", "wren"}, {"note", "second"}}));
        QCOMPARE(values(paths[3])["species"], std::string("robin"));

        // What a person typed stays when the table comes again.
        const ValueEdit edit{fixture.item(paths[0]), "species", "winter wren"};
        QVERIFY(fixture.library->writer()->set_values(std::span(&edit, 1), ValueSource::User).ok());
        QCOMPARE(fixture.import(request).embedded, std::int64_t{0});
        QCOMPARE(values(paths[0])["species"], std::string("winter wren"));
        QCOMPARE(values(paths[1])["species"], std::string("wren"));
    }

    void aBadTableStopsBeforeAnything() {
        EngineFixture fixture;
        const std::string folder = fixture.folder("birds");
        write_specimens(folder, {.classes = 1, .per_class = 2});
        ImportRequest request;
        request.paths = {folder};
        request.labels_csv = "/nowhere/labels.csv";
        const auto report = ImportPipeline(*fixture.library, *shared_embedder(), nullptr).run(request);
        QCOMPARE(report.error().kind, ErrorKind::NotFound);
        QCOMPARE(fixture.reader()->counts()->items, std::int64_t{0});
    }

    void committedPicturesAreFoundWhileItRuns() {
        EngineFixture fixture;
        const std::string folder = fixture.folder("birds");
        write_specimens(folder, {.classes = 6, .per_class = 10});
        SearchService& service = fixture.service();
        int searches = 0;
        ImportObserver observer;
        observer.committed = [&](const std::vector<std::int64_t>& ids,
                                 const std::vector<std::int64_t>& items) {
            SearchRequest request = query_item(items.front(), 1000);
            request.hide_query = false;
            const auto response = service.search(request);
            QVERIFY(response.ok());
            QVERIFY(!response->matches.empty());
            QCOMPARE(response->matches[0].embedding, ids.front());
            for (const std::int64_t id : ids) {
                QVERIFY(std::any_of(response->matches.begin(), response->matches.end(),
                                    [&](const Match& match) { return match.embedding == id; }));
            }
            ++searches;
        };
        QCOMPARE(fixture.import({folder}, observer).embedded, std::int64_t{60});
        QVERIFY(searches >= 2);  // the first commit comes early
    }

    void cancelledAndResumedEndsTheSame() {
        EngineFixture undisturbed;
        const std::string folder = undisturbed.folder("birds");
        write_specimens(folder, {.classes = 6, .per_class = 30});
        undisturbed.import({folder});

        EngineFixture fixture;
        std::stop_source stop;
        ImportObserver observer;
        observer.committed = [&](const auto&, const auto&) { stop.request_stop(); };
        ImportRequest request;
        request.paths = {folder};
        request.queue_bytes = 1;  // one picture at a time between the stages
        const ImportReport cancelled = fixture.import(request, observer, stop.get_token());
        QVERIFY(cancelled.cancelled);
        QVERIFY(cancelled.embedded > 0);
        QVERIFY(cancelled.embedded < 180);
        QCOMPARE(fixture.reader()->counts()->ready, cancelled.embedded);  // what is done is kept
        const ImportReport resumed = fixture.import(ImportRequest{});
        QCOMPARE(resumed.embedded + cancelled.embedded, std::int64_t{180});
        QCOMPARE(difference(stored_rows(*fixture.library), stored_rows(*undisturbed.library)), std::string());
    }

    void pauseHoldsAndGoesOn() {
        EngineFixture fixture;
        const std::string folder = fixture.folder("birds");
        write_specimens(folder, {.classes = 4, .per_class = 10});
        PauseGate gate;
        std::atomic<bool> paused_seen{false};
        std::atomic<std::int64_t> done_when_paused{-1};
        ImportObserver observer;
        observer.committed = [&](const auto&, const auto&) {
            if (done_when_paused < 0) gate.set_paused(true);
        };
        int steady = 0;
        observer.progress = [&](const ImportProgress& progress) {
            if (!progress.paused) return;
            paused_seen = true;
            steady = progress.done == done_when_paused ? steady + 1 : 0;
            done_when_paused = progress.done;
            if (steady >= 5) gate.set_paused(false);  // drained: nothing moves any more
        };
        ImportRequest request;
        request.paths = {folder};
        const auto report = ImportPipeline(*fixture.library, *shared_embedder(), nullptr)
                                .run(request, observer, std::stop_token(), &gate);
        QVERIFY(report.ok());
        QCOMPARE(report->embedded, std::int64_t{40});
    }

    void picturesBeyondADecodersShareAreRead() {
        constexpr int kPictures = 6;
        // As PNG, which unlike JPEG is decoded whole: some 4 MB each.
        const auto write_large = [](const std::string& folder) {
            for (int i = 0; i < kPictures; ++i) {
                const QImage picture = draw_specimen(0, i, {.width = 1200, .height = 900});
                QVERIFY(picture.save(QString::fromStdString(folder + "/large" + std::to_string(i) + ".png")));
            }
        };
        ImportRequest request;
        request.decode_threads = 8;

        EngineFixture fixture;
        request.paths = {fixture.folder("birds")};
        write_large(request.paths[0]);
        request.limits.max_memory = 16'000'000;  // more than a picture takes, an eighth of it is less
        const ImportReport report = fixture.import(request);
        QVERIFY(report.failed.empty());
        QCOMPARE(report.embedded, std::int64_t{kPictures});

        EngineFixture refused;
        request.paths = {refused.folder("birds")};
        write_large(request.paths[0]);
        request.limits.max_memory = 2'500'000;
        const ImportReport none = refused.import(request);
        QCOMPARE(none.embedded, std::int64_t{0});
        QCOMPARE(none.failed.size(), std::size_t{kPictures});
        QCOMPARE(none.failed[0].error.kind, ErrorKind::TooLarge);
        // The limit that is named is the whole one, not a share.
        QVERIFY(none.failed[0].error.text.find("above the limit of 2 MB") != std::string::npos);
    }

    void theLibrarysOwnPicturesAreASample() {
        EngineFixture fixture;
        const std::string folder = fixture.folder("birds");
        const auto paths = write_specimens(folder, {.classes = 3, .per_class = 4});
        fixture.import({folder});
        const auto reader = fixture.reader();
        const std::size_t bytes = shared_embedder()->input_bytes();
        const auto all = measuring_sample(*reader, *shared_embedder(), 400, {});
        QCOMPARE(all.size(), 12 * bytes);
        const auto some = measuring_sample(*reader, *shared_embedder(), 4, {});
        QCOMPARE(some.size(), 4 * bytes);
        QVERIFY(std::equal(some.begin(), some.begin() + static_cast<std::ptrdiff_t>(bytes), all.begin()));
        // Spread over the library: the second of four is the fourth of twelve.
        QVERIFY(std::equal(some.begin() + static_cast<std::ptrdiff_t>(bytes),
                           some.begin() + static_cast<std::ptrdiff_t>(2 * bytes),
                           all.begin() + static_cast<std::ptrdiff_t>(3 * bytes)));
        // What is gone is left out.
        fs::remove(fs::path(folder) / paths[5]);
        QCOMPARE(measuring_sample(*reader, *shared_embedder(), 400, {}).size(), 11 * bytes);
    }

    void aKillerIsPutIntoQuarantine() {
        EngineFixture fixture;
        const std::string folder = fixture.folder("birds");
        const auto paths = write_specimens(folder, {.classes = 2, .per_class = 3});
        fixture.import({folder});
        // As a process leaves it that died twice over this file alone.
        const ItemId killer = fixture.item(paths[1]);
        const ItemId bystander = fixture.item(paths[2]);
        const std::vector<ItemId> in_flight{killer, bystander};
        QVERIFY(fixture.library->writer()->set_in_flight(in_flight).ok());
        QVERIFY(fixture.library->writer()->set_setting("import.suspect", std::to_string(killer) + ":2").ok());
        const ImportReport report = fixture.import(ImportRequest{});
        QCOMPARE(report.failed.size(), std::size_t{1});
        QCOMPARE(report.failed[0].item, killer);
        QCOMPARE(fixture.facts(paths[1]).state, ItemState::Failed);
        QCOMPARE(fixture.facts(paths[2]).state, ItemState::Ready);
        QVERIFY(fixture.library->writer()->in_flight()->empty());
        // Retry takes it back.
        QCOMPARE(*fixture.library->writer()->retry_failed(std::span(&killer, 1)), std::int64_t{1});
        QVERIFY(fixture.import(ImportRequest{}).failed.empty());
        QCOMPARE(fixture.facts(paths[1]).state, ItemState::Ready);
    }
};

QTEST_MAIN(TestImport)
#include "test_import.moc"
