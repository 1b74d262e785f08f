// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// What a scan makes of files that are new, touched, edited, moved, copied, gone, back, or on a drive that is
// away.
#include <filesystem>

#include <QtTest>

#include "library_fixture.h"

namespace fieldmark::testing {

class TestLibraryScan : public QObject {
    Q_OBJECT

    static void label(const LibraryFixture& f, ItemId item, const std::string& value) {
        const ValueEdit edit{item, "species", value};
        QVERIFY(f.writer->set_values(std::span(&edit, 1), ValueSource::User).ok());
    }

  private Q_SLOTS:
    void new_and_unchanged_files() {
        LibraryFixture f;
        auto scan = f.scan({{"a", 10, 1}, {"b", 20, 2}});
        QCOMPARE(scan.outcome.added, 2);
        QCOMPARE(f.reader->counts()->pending, 2);
        scan = f.scan({{"a", 10, 1}, {"b", 20, 2}, {"c", 30, 3}});
        QCOMPARE(scan.outcome.added, 1);
        QCOMPARE(scan.outcome.unchanged, 2);
        QCOMPARE(scan.outcome.changed, 0);
        QCOMPARE(scan.missing, 0);
    }

    void a_file_listed_twice_is_one_item() {
        LibraryFixture f;
        const auto scan = f.scan({{"a", 10, 1}, {"a", 10, 1}});
        QCOMPARE(scan.outcome.added, 1);
        QCOMPARE(scan.outcome.unchanged, 1);
        QCOMPARE(f.reader->counts()->items, 1);
    }

    void an_edited_file_is_embedded_again_and_keeps_its_labels() {
        LibraryFixture f;
        f.import({"a", "b"});
        const ItemId a = f.id_of("a");
        label(f, a, "Wren");
        const EmbeddingId before = f.reader->embedding_of(f.model, a)->id;
        const auto scan = f.scan({{"a", 101, 1'000}, {"b", 100, 1'000}});
        QCOMPARE(scan.outcome.changed, 1);
        QVERIFY(f.item(a).state == ItemState::Pending);
        const auto work = *f.reader->items_to_embed(f.model, 0, 10);
        QCOMPARE(work.size(), std::size_t{1});
        QCOMPARE(work[0].id, a);
        QVERIFY(work[0].hash.empty());  // to be read again
        QVERIFY(f.reader->items_with_hash(hash_of("a"))->empty());
        ItemResult edited = result_for(a, "a, edited", 40);
        edited.size = 101;
        edited.mtime_ns = 1'000;
        QVERIFY(f.writer->commit_results(f.model, std::span(&edited, 1)).ok());
        QCOMPARE(f.value_of(a, "species"), std::string("Wren"));
        QCOMPARE(f.item(a).hash, hash_of("a, edited"));
        QVERIFY(f.reader->embedding_of(f.model, a)->id > before);
        std::int64_t sequence = 0;
        QCOMPARE(*f.reader->dead_embeddings(sequence), std::vector<EmbeddingId>{before});
        QCOMPARE(*f.reader->count_to_embed(f.model), 0);
    }

    void a_touched_file_keeps_its_vector() {
        LibraryFixture f;
        f.import({"a"});
        const ItemId a = f.id_of("a");
        const EmbeddingId before = f.reader->embedding_of(f.model, a)->id;
        QCOMPARE(f.scan({{"a", 100, 77'000'000'001}}).outcome.changed, 1);
        ItemResult same = result_for(a, "a", 1);
        same.vector.clear();  // only the hash was taken
        QVERIFY(f.writer->commit_results(f.model, std::span(&same, 1)).ok());
        QVERIFY(f.item(a).state == ItemState::Ready);
        QCOMPARE(f.reader->embedding_of(f.model, a)->id, before);
        QCOMPARE(*f.reader->count_to_embed(f.model), 0);
        QCOMPARE(f.scan({{"a", 100, 77'000'000'001}}).outcome.unchanged, 1);
    }

    void fat_rounds_times_to_two_seconds() {
        LibraryFixture f;
        f.scan({{"a", 10, 1'234'567'890'123}, {"b", 10, 1'234'567'890'123}});
        const auto scan = f.scan({{"a", 10, 1'234'000'000'000}, {"b", 10, 1'233'999'999'999}});
        QCOMPARE(scan.outcome.unchanged, 1);
        QCOMPARE(scan.outcome.changed, 1);
    }

    void gone_and_back() {
        LibraryFixture f;
        f.import({"a", "b"});
        const ItemId a = f.id_of("a");
        label(f, a, "Wren");
        QCOMPARE(f.scan({{"b", 100, 1'000}}).missing, 1);
        QVERIFY(f.item(a).state == ItemState::Missing);
        QCOMPARE(f.reader->item_ids({})->size(), std::size_t{1});  // hidden by default, but kept
        QCOMPARE(f.ids({"state=missing"}), std::vector<ItemId>{a});
        QCOMPARE(f.reader->collections()->front().missing, 1);
        QCOMPARE(*f.reader->count_to_embed(f.model), 0);
        QCOMPARE(f.reader->embedding_ids(f.model, {})->size(), std::size_t{1});
        QCOMPARE(f.scan({{"a", 100, 1'000}, {"b", 100, 1'000}}).outcome.unchanged, 2);
        QVERIFY(f.item(a).state == ItemState::Ready);
        QCOMPARE(f.value_of(a, "species"), std::string("Wren"));
        QVERIFY(f.reader->embedding_of(f.model, a).ok());
    }

    void a_failed_file_that_was_away_is_still_failed() {
        LibraryFixture f;
        f.import({"a", "b"});
        ItemResult failed;
        failed.item = f.id_of("a");
        failed.failed = true;
        failed.error = {ErrorKind::Damaged, "cut off"};
        QVERIFY(f.writer->commit_results(f.model, std::span(&failed, 1)).ok());
        f.scan({{"b", 100, 1'000}});
        f.scan({{"a", 100, 1'000}, {"b", 100, 1'000}});
        QVERIFY(f.item(failed.item).state == ItemState::Failed);
    }

    void a_file_that_could_not_be_opened_is_tried_again() {
        LibraryFixture f;
        f.scan({{"a", 100, 1'000}, {"b", 100, 1'000}});
        ItemResult failed;
        failed.failed = true;
        failed.item = f.id_of("a");
        failed.error = {ErrorKind::Permission, "permission denied"};
        QVERIFY(f.writer->commit_results(f.model, std::span(&failed, 1)).ok());
        failed.item = f.id_of("b");
        failed.error = {ErrorKind::Damaged, "cut off"};
        QVERIFY(f.writer->commit_results(f.model, std::span(&failed, 1)).ok());
        const auto scan = f.scan({{"a", 100, 1'000}, {"b", 100, 1'000}});
        QCOMPARE(scan.outcome.unchanged, 2);
        QVERIFY(f.item(f.id_of("a")).state == ItemState::Pending);
        QVERIFY(f.item(f.id_of("b")).state == ItemState::Failed);
        QCOMPARE(*f.reader->count_to_embed(f.model), 1);
    }

    /// The scan ends before the new file is read: the reading finds the missing item.
    void moved_found_on_reading() {
        LibraryFixture f;
        f.import({"a", "b"});
        const ItemId a = f.id_of("a");
        label(f, a, "Wren");
        const EmbeddingId vector = f.reader->embedding_of(f.model, a)->id;
        QCOMPARE(f.scan({{"sub/a", 100, 1'000}, {"b", 100, 1'000}}).missing, 1);
        const ItemId fresh = f.id_of("sub/a");
        QVERIFY(fresh != a);
        label(f, fresh, "typed meanwhile");
        QVERIFY(!*f.writer->copy_embedding(f.model, fresh, hash_of("a")));  // that would hide the move
        ItemResult read = result_for(fresh, "a", 1);
        read.vector.clear();
        const auto outcome = *f.writer->commit_results(f.model, std::span(&read, 1));
        QCOMPARE(outcome.moved, 1);
        QCOMPARE(outcome.merged, (std::vector<std::pair<ItemId, ItemId>>{{fresh, a}}));
        QCOMPARE(f.item(a).path, std::string("sub/a"));
        QVERIFY(f.item(a).state == ItemState::Ready);
        QCOMPARE(f.item(fresh).id, 0);
        QCOMPARE(f.value_of(a, "species"), std::string("typed meanwhile"));
        QCOMPARE(f.reader->embedding_of(f.model, a)->id, vector);
        QCOMPARE(f.reader->counts()->missing, 0);
        QCOMPARE(f.scan({{"sub/a", 100, 1'000}, {"b", 100, 1'000}}).missing, 0);
    }

    /// The new file is read while the scan still runs: the end of the scan finds the pair.
    void moved_found_at_the_end_of_the_scan() {
        LibraryFixture f;
        f.import({"a", "b"});
        f.scan({{"a", 100, 1'000}, {"b", 100, 1'000}});
        const ItemId a = f.id_of("a");
        label(f, a, "Wren");
        QTest::qWait(2);  // "new since the last full scan" is counted in milliseconds
        const std::vector<SeenFile> files{{"sub/a", 100, 1'000}, {"b", 100, 1'000}};
        const std::int64_t scan = *f.writer->begin_scan(f.collection);
        QVERIFY(f.writer->record_scan(f.collection, files, scan).ok());
        const ItemId fresh = f.id_of("sub/a");
        const ItemResult read = result_for(fresh, "a", 1);
        QCOMPARE(f.writer->commit_results(f.model, std::span(&read, 1))->moved, 0);
        std::vector<std::pair<ItemId, ItemId>> merged;
        QCOMPARE(*f.writer->finish_scan(f.collection, scan, &merged), 0);
        QCOMPARE(merged, (std::vector<std::pair<ItemId, ItemId>>{{fresh, a}}));
        QCOMPARE(f.item(a).path, std::string("sub/a"));
        QCOMPARE(f.value_of(a, "species"), std::string("Wren"));
        QVERIFY(f.reader->embedding_of(f.model, a).ok());
        QCOMPARE(f.reader->counts()->items, 2);
        QCOMPARE(f.reader->counts()->missing, 0);
    }

    /// Read during the scan with the old one already missing: the old item counts as seen by that scan.
    void moved_while_scanning_is_not_missing_afterwards() {
        LibraryFixture f;
        f.import({"a", "b"});
        f.scan({{"b", 100, 1'000}});
        const ItemId a = f.id_of("a");
        const std::int64_t scan = *f.writer->begin_scan(f.collection);
        const std::vector<SeenFile> files{{"new", 100, 1'000}, {"b", 100, 1'000}};
        QVERIFY(f.writer->record_scan(f.collection, files, scan).ok());
        const ItemResult read = result_for(f.id_of("new"), "a", 1);
        QCOMPARE(f.writer->commit_results(f.model, std::span(&read, 1))->moved, 1);
        QCOMPARE(*f.writer->finish_scan(f.collection, scan), 0);
        QVERIFY(f.item(a).state == ItemState::Ready);
    }

    void moved_to_another_collection() {
        LibraryFixture f;
        f.import({"a", "b"});
        f.scan({{"b", 100, 1'000}});
        const ItemId a = f.id_of("a");
        std::filesystem::create_directories(f.base + "/more");
        const CollectionId more = *f.writer->ensure_collection(f.base + "/more");
        const std::int64_t scan = *f.writer->begin_scan(more);
        const SeenFile file{"x/a", 100, 5};
        QVERIFY(f.writer->record_scan(more, std::span(&file, 1), scan).ok());
        const ItemResult read = result_for(f.id_of("x/a"), "a", 1);
        QCOMPARE(f.writer->commit_results(f.model, std::span(&read, 1))->moved, 1);
        QCOMPARE(f.item(a).collection, more);
        QCOMPARE(*f.reader->absolute_path(f.item(a)), f.base + "/more/x/a");
    }

    void duplicates_share_work_and_stay_two_items() {
        LibraryFixture f;
        f.import({"a"});
        f.scan({{"a", 100, 1'000}, {"copy of a", 100, 2'000}});
        const ItemId copy = f.id_of("copy of a");
        QVERIFY(!*f.writer->copy_embedding(f.model, copy, hash_of("unknown")));
        QVERIFY(*f.writer->copy_embedding(f.model, copy, hash_of("a")));
        QVERIFY(f.item(copy).state == ItemState::Ready);
        QCOMPARE(f.item(copy).width, 640);
        QCOMPARE(f.reader->embedding_of(f.model, copy)->vector, unit_vector(1));
        QCOMPARE(*f.reader->items_with_hash(hash_of("a")), (std::vector<ItemId>{f.id_of("a"), copy}));
        QCOMPARE(*f.reader->count_to_embed(f.model), 0);
        // One of two twins goes: it is missing, the other one stays itself.
        QTest::qWait(2);
        QCOMPARE(f.scan({{"copy of a", 100, 2'000}}).missing, 1);
        QCOMPARE(f.item(copy).path, std::string("copy of a"));
    }

    void swapped_files_keep_labels_with_the_path() {
        LibraryFixture f;
        f.import({"a", "b"});
        const ItemId a = f.id_of("a");
        const ItemId b = f.id_of("b");
        label(f, a, "at a");
        f.scan({{"a", 100, 2'000'000'000'001}, {"b", 100, 2'000'000'000'003}});
        const std::vector<ItemResult> read{result_for(a, "b", 2), result_for(b, "a", 1)};
        const auto outcome = *f.writer->commit_results(f.model, read);
        QCOMPARE(outcome.moved, 0);
        QCOMPARE(f.item(a).hash, hash_of("b"));
        QCOMPARE(f.value_of(a, "species"), std::string("at a"));
        QCOMPARE(f.reader->embedding_of(f.model, a)->vector, unit_vector(2));
    }

    void an_absent_or_empty_root_prunes_nothing() {
        LibraryFixture f;
        f.import({"a", "b"});
        const std::string away = f.base + "/away";
        std::filesystem::rename(f.pictures, away);
        QVERIFY(f.reader->collections()->front().offline);
        std::int64_t scan = *f.writer->begin_scan(f.collection);
        const auto absent = f.writer->finish_scan(f.collection, scan);
        QVERIFY(!absent.ok());
        QVERIFY(absent.error().kind == ErrorKind::NotFound);
        std::filesystem::create_directory(f.pictures);  // the empty mount point
        QVERIFY(f.reader->collections()->front().offline);
        scan = *f.writer->begin_scan(f.collection);
        QVERIFY(!f.writer->finish_scan(f.collection, scan).ok());
        QCOMPARE(f.reader->counts()->missing, 0);
        QCOMPARE(f.reader->counts()->ready, 2);
        QCOMPARE(f.reader->embedding_ids(f.model, {})->size(), std::size_t{2});  // searchable all the while
        // Back somewhere else.
        QVERIFY(f.writer->relocate_collection(f.collection, away).ok());
        QVERIFY(!f.reader->collections()->front().offline);
        QCOMPARE(*f.reader->absolute_path(f.item(f.id_of("a"))), away + "/a");
    }

    void a_scan_that_saw_nothing_prunes_nothing() {
        LibraryFixture f;
        f.import({"a"});
        const std::int64_t scan = *f.writer->begin_scan(f.collection);
        QVERIFY(!f.writer->finish_scan(f.collection, scan).ok());
        QCOMPARE(f.reader->counts()->missing, 0);
    }

    void scans_that_are_not_under_way_are_refused() {
        LibraryFixture f;
        const SeenFile file{"a", 1, 1};
        QVERIFY(f.writer->record_scan(f.collection, std::span(&file, 1), 99).error().kind ==
                ErrorKind::Usage);
        QVERIFY(f.writer->finish_scan(f.collection, 99).error().kind == ErrorKind::Usage);
        QVERIFY(f.writer->begin_scan(99).error().kind == ErrorKind::NotFound);
        const std::int64_t first = *f.writer->begin_scan(f.collection);
        const std::int64_t second = *f.writer->begin_scan(f.collection);
        QVERIFY(!f.writer->record_scan(f.collection, std::span(&file, 1), first).ok());
        QVERIFY(f.writer->record_scan(f.collection, std::span(&file, 1), second).ok());
        QVERIFY(f.writer->finish_scan(f.collection, second).ok());
        QVERIFY(!f.writer->finish_scan(f.collection, second).ok());
    }
};

}  // namespace fieldmark::testing

QTEST_GUILESS_MAIN(fieldmark::testing::TestLibraryScan)
#include "test_library_scan.moc"
