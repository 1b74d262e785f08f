// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// Round trips: what is written is read back, on a fresh connection and after closing and opening again.
#include <algorithm>
#include <cstring>
#include <filesystem>
#include <limits>

#include <QtTest>

#include "core/library/connection.h"
#include "core/library/schema.h"
#include "core/library/verify.h"
#include "library_fixture.h"

namespace fieldmark::testing {

class TestLibrary : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void makes_an_empty_library() {
        LibraryFixture f(false);
        QCOMPARE(f.library->name(), std::string("Birds"));
        QCOMPARE(f.library->id().size(), std::size_t{32});
        QVERIFY(!f.library->read_only());
        QVERIFY(f.library->was_closed_cleanly());
        const LibraryCounts counts = *f.reader->counts();
        QCOMPARE(counts.items, 0);
        QVERIFY(counts.database_bytes > 0);
        QVERIFY(f.reader->item_ids({})->empty());
        QVERIFY(f.reader->collections()->empty());
        for (const char* name : {"/index", "/thumbnails", "/models", "/library.sqlite", "/lock"}) {
            QVERIFY2(std::filesystem::exists(f.folder + name), name);
        }
    }

    void keeps_everything_over_a_reopening() {
        LibraryFixture f;
        f.import({"a.jpg", "b/c.jpg"});
        const ItemId a = f.id_of("a.jpg");
        const std::vector<ValueEdit> edits{{a, "species", "Wren"}, {a, "count", "3"}};
        QVERIFY(f.writer->set_values(edits, ValueSource::Import).ok());
        QVERIFY(f.writer->set_setting("k", "v").ok());
        const std::string id = f.library->id();
        f.reopen();
        QCOMPARE(f.library->id(), id);
        QVERIFY(f.library->was_closed_cleanly());
        const LibraryCounts counts = *f.reader->counts();
        QCOMPARE(counts.items, 2);
        QCOMPARE(counts.ready, 2);
        const Item item = f.item(a);
        QCOMPARE(item.path, std::string("a.jpg"));
        QCOMPARE(item.width, 640);
        QCOMPARE(item.hash, hash_of("a.jpg"));
        QVERIFY(item.state == ItemState::Ready);
        QCOMPARE(f.value_of(a, "species"), std::string("Wren"));
        QCOMPARE(*f.reader->setting("k"), std::string("v"));
        QCOMPARE(*f.reader->setting("none", "else"), std::string("else"));
        const auto rows = *f.reader->embeddings(f.model, 0, 100);
        QCOMPARE(rows.size(), std::size_t{2});
        QCOMPARE(rows[0].vector, unit_vector(1));
        QCOMPARE(rows[0].item, a);
        QVERIFY(rows[0].crop.whole());
        QCOMPARE(f.reader->embedding_of(f.model, a)->vector, unit_vector(1));
        const auto models = *f.reader->models();
        QCOMPARE(models.size(), std::size_t{1});
        QVERIFY(models[0].current);
        QCOMPARE(models[0].embeddings, 2);
        QCOMPARE(models[0].dimension, kDimension);
    }

    void every_connection_has_the_settings() {
        LibraryFixture f;
        for (const auto mode : {Connection::Mode::Write, Connection::Mode::Read}) {
            Connection connection(f.folder + "/library.sqlite", mode);
            QCOMPARE(connection.integer("PRAGMA foreign_keys"), 1);
            QCOMPARE(connection.integer("PRAGMA busy_timeout"), 5000);
            QCOMPARE(connection.integer("PRAGMA application_id"), kApplicationId);
            QCOMPARE(connection.integer("PRAGMA user_version"), kSchemaVersion);
            Cursor journal = connection.prepare("PRAGMA journal_mode");
            QVERIFY(journal.step());
            QCOMPARE(journal.text(0), std::string("wal"));
        }
        Connection reading(f.folder + "/library.sqlite", Connection::Mode::Read);
        QVERIFY_THROWS_EXCEPTION(SQLite::Exception, reading.run("DELETE FROM item"));
    }

    void a_closed_library_is_a_plain_folder() {
        LibraryFixture f;
        f.import({"a.jpg"});
        f.close();
        for (const char* name : {"/library.sqlite-wal", "/library.sqlite-shm", "/lock", "/owner"}) {
            QVERIFY2(!std::filesystem::exists(f.folder + name), name);
        }
        std::filesystem::copy(f.folder, f.base + "/Copy.fieldmark", std::filesystem::copy_options::recursive);
        auto copy = Library::open(f.base + "/Copy.fieldmark");
        QVERIFY(copy.ok());
        auto reader = *(*copy)->reader();
        QCOMPARE(reader->counts()->ready, 1);
    }

    void paths_are_bytes() {
        LibraryFixture f;
        const std::string latin = "caf\xe9/\xff\xfe.jpg";
        const std::string quoted = "it's \"quoted\" %41 ?#.jpg";
        f.import({latin, quoted, "\xc3\x84.jpg"});
        f.reopen();
        QCOMPARE(f.item(f.id_of(latin)).path, latin);
        QCOMPARE(f.item(f.id_of(quoted)).path, quoted);
        QCOMPARE(*f.reader->absolute_path(f.item(f.id_of(latin))), f.pictures + "/" + latin);
        // In any case, also beyond ASCII.
        ItemQuery query;
        query.text = "\xc3\xa4.JPG";
        QCOMPARE(f.paths(query), std::vector<std::string>{"\xc3\x84.jpg"});
    }

    void opens_under_a_name_of_any_bytes() {
        QTemporaryDir directory;
        const std::string folder = path_of(directory.path()) + "/W\xe4lder ?x=1#%41.fieldmark";
        LibraryOptions options;
        options.create = true;
        {
            auto library = Library::open(folder, options);
            QVERIFY2(library.ok(), library.ok() ? "" : library.error().detail.c_str());
            QVERIFY(std::filesystem::exists(folder + "/lock"));
            QVERIFY((*library)->writer()->set_setting("a", "b").ok());
        }
        options.create = false;
        auto library = Library::open(folder, options);
        QVERIFY(library.ok());
        QCOMPARE(*(*(*library)->reader())->setting("a"), std::string("b"));
        library->reset();
        std::filesystem::remove_all(folder);  // QTemporaryDir cannot spell it
    }

    void an_import_never_replaces_what_a_person_typed() {
        LibraryFixture f;
        f.import({"a.jpg", "b.jpg"});
        const ItemId a = f.id_of("a.jpg");
        const ItemId b = f.id_of("b.jpg");
        const auto set = [&](ItemId item, const std::string& value, ValueSource source) {
            const ValueEdit edit{item, "species", value};
            QVERIFY(f.writer->set_values(std::span(&edit, 1), source).ok());
        };
        set(a, "Wren", ValueSource::Import);
        set(a, "Robin", ValueSource::Import);
        QCOMPARE(f.value_of(a, "species"), std::string("Robin"));
        set(a, "Dunnock", ValueSource::User);
        set(a, "Wren", ValueSource::Import);
        QCOMPARE(f.value_of(a, "species"), std::string("Dunnock"));
        set(a, "", ValueSource::Import);
        QCOMPARE(f.value_of(a, "species"), std::string("Dunnock"));
        set(a, "", ValueSource::User);
        QCOMPARE(f.value_of(a, "species"), std::string());
        set(a, "Wren", ValueSource::Import);
        QCOMPARE(f.value_of(a, "species"), std::string());  // emptied by a person: stays empty
        QVERIFY(f.ids({"species=Wren"}).empty());
        set(b, "Wren", ValueSource::Import);
        set(b, "", ValueSource::Import);
        QCOMPARE(f.value_of(b, "species"), std::string());
        set(987654, "Wren", ValueSource::User);  // an item that is gone
        QVERIFY(f.reader->field_values("species")->empty());
    }

    void fields_take_the_kind_of_their_values() {
        LibraryFixture f;
        f.import({"a.jpg", "b.jpg"});
        const ItemId a = f.id_of("a.jpg");
        const std::vector<ValueEdit> edits{
            {a, "count", "3"}, {a, "name", "x"}, {a, "mixed", "7"}, {f.id_of("b.jpg"), "mixed", "seven"}};
        QVERIFY(f.writer->set_values(edits, ValueSource::Import).ok());
        const ValueEdit own{a, "keep", "yes"};
        QVERIFY(f.writer->set_values(std::span(&own, 1), ValueSource::User).ok());
        QVERIFY(f.writer->ensure_field("age", FieldKind::Number).ok());
        std::map<std::string, FieldKind> kinds;
        const auto fields = *f.reader->fields();
        for (const Field& field : fields) kinds[field.name] = field.kind;
        QVERIFY(kinds.at("count") == FieldKind::Number);
        QVERIFY(kinds.at("name") == FieldKind::Text);
        QVERIFY(kinds.at("mixed") == FieldKind::Text);
        QVERIFY(kinds.at("keep") == FieldKind::Label);
        QVERIFY(kinds.at("age") == FieldKind::Number);
        const ValueEdit reserved{a, "path", "x"};
        const Status refused = f.writer->set_values(std::span(&reserved, 1), ValueSource::User);
        QVERIFY(!refused.ok());
        QVERIFY(refused.error().kind == ErrorKind::Usage);
    }

    void an_embedding_id_is_never_used_again() {
        LibraryFixture f;
        f.import({"a.jpg", "b.jpg"});
        std::int64_t sequence = 0;
        QVERIFY(f.reader->dead_embeddings(sequence)->empty());
        const EmbeddingId last = f.reader->embeddings(f.model, 0, 10)->back().id;
        QVERIFY(f.writer->drop_embeddings(std::span(&last, 1)).ok());
        QCOMPARE(*f.reader->dead_embeddings(sequence), std::vector<EmbeddingId>{last});
        QVERIFY(f.reader->dead_embeddings(sequence)->empty());
        const ItemId b = f.id_of("b.jpg");
        auto work = *f.reader->items_to_embed(f.model, 0, 10);
        QCOMPARE(work.size(), std::size_t{1});
        QCOMPARE(work[0].id, b);
        QCOMPARE(work[0].hash, hash_of("b.jpg"));
        const ItemResult again = result_for(b, "b.jpg", 9);
        const auto first = f.writer->commit_results(f.model, std::span(&again, 1));
        QVERIFY(first->embeddings.front() > last);
        // Embedding anew what has a vector makes a new row and notes the old one, removing items notes
        // theirs.
        const auto second = f.writer->commit_results(f.model, std::span(&again, 1));
        QVERIFY(second->embeddings.front() > first->embeddings.front());
        QVERIFY(f.writer->remove_items(std::span(&b, 1)).ok());
        const std::vector<EmbeddingId> dead{first->embeddings.front(), second->embeddings.front()};
        QCOMPARE(*f.reader->dead_embeddings(sequence), dead);
        QVERIFY(f.writer->remove_collection(f.collection).ok());
        QCOMPARE(f.reader->dead_embeddings(sequence)->size(), std::size_t{1});
        QCOMPARE(*f.reader->items_of_embeddings(dead), (std::vector<ItemId>{0, 0}));
        f.reopen();  // trimmed, but counted on
        std::int64_t from_start = 0;
        QVERIFY(f.reader->dead_embeddings(from_start)->empty());
        f.collection = *f.writer->ensure_collection(f.pictures);
        f.import({"c.jpg"});
        QVERIFY(f.reader->embeddings(f.model, 0, 10)->front().id > second->embeddings.front());
        const ItemId c = f.id_of("c.jpg");
        QVERIFY(c > b);
        QVERIFY(f.writer->remove_items(std::span(&c, 1)).ok());
        QCOMPARE(f.reader->dead_embeddings(sequence)->size(), std::size_t{1});
    }

    void bad_vectors_are_left_out_and_made_again() {
        LibraryFixture f;
        f.import({"a", "b", "c", "d", "e", "f"});
        const auto rows = *f.reader->embeddings(f.model, 0, 100);
        {
            Connection raw(f.folder + "/library.sqlite", Connection::Mode::Write);
            const auto put = [&](std::size_t row, std::vector<float> vector, bool right_crc) {
                const std::string_view bytes(reinterpret_cast<const char*>(vector.data()),
                                             vector.size() * sizeof(float));
                const auto crc = crc32c(std::as_bytes(std::span(vector)));
                if (right_crc)
                    raw.run("UPDATE embedding SET crc = ? WHERE id = ?", std::int64_t{crc}, rows[row].id);
                raw.run("UPDATE embedding SET vector = ? WHERE id = ?", Bytes{bytes}, rows[row].id);
            };
            auto vector = rows[0].vector;
            vector.pop_back();
            put(0, vector, true);  // too short
            vector = rows[1].vector;
            vector[3] = std::numeric_limits<float>::quiet_NaN();
            put(1, vector, true);
            vector = rows[2].vector;
            for (float& value : vector) value *= 1.01f;
            put(2, vector, true);  // norm
            vector = rows[3].vector;
            std::uint32_t bits = 0;
            std::memcpy(&bits, &vector[0], 4);
            bits ^= 1;
            std::memcpy(&vector[0], &bits, 4);
            put(3, vector, false);  // one bit
            put(4, {}, true);
        }
        std::vector<EmbeddingId> bad;
        const auto good = *f.reader->embeddings(f.model, 0, 1, false, &bad);  // bad rows do not end a page
        QCOMPARE(good.size(), std::size_t{1});
        QCOMPARE(good[0].id, rows[5].id);
        QCOMPARE(bad.size(), std::size_t{5});
        QVERIFY(f.reader->embedding_of(f.model, rows[1].item).error().kind == ErrorKind::Damaged);

        auto report = *verify_library(*f.library, false);
        QCOMPARE(report.problems.size(), std::size_t{5});
        QCOMPARE(report.embeddings, 6);
        QVERIFY(report.repaired.empty());
        report = *verify_library(*f.library, true);
        QCOMPARE(report.problems.size(), std::size_t{5});
        QCOMPARE(report.repaired.size(), std::size_t{1});
        report = *verify_library(*f.library, true);
        QVERIFY(report.problems.empty());
        QCOMPARE(*f.reader->count_to_embed(f.model), 5);
    }

    void a_vector_that_cannot_be_stored_stores_nothing() {
        LibraryFixture f;
        f.import({"a"});
        const ItemId a = f.id_of("a");
        for (int kind = 0; kind < 3; ++kind) {
            std::vector<ItemResult> results{result_for(a, "fine", 3), result_for(a, "bad", 4)};
            if (kind == 0) results[1].vector.push_back(0);
            if (kind == 1) results[1].vector[0] = std::numeric_limits<float>::infinity();
            if (kind == 2) results[1].vector[0] += 1;
            QVERIFY(!f.writer->commit_results(f.model, results).ok());
            QCOMPARE(f.item(a).hash, hash_of("a"));
            QCOMPARE(f.reader->embedding_of(f.model, a)->vector, unit_vector(1));
        }
    }

    void models_keep_their_own_vectors() {
        LibraryFixture f;
        f.import({"a", "b"});
        const ModelId other = *f.writer->ensure_model(std::string(64, 'c'), "Other", "test", 4);
        QCOMPARE(*f.writer->ensure_model(std::string(64, 'c'), "Other", "test", 4), other);
        QVERIFY(f.writer->ensure_model(std::string(64, 'c'), "Other", "test", 5).error().kind ==
                ErrorKind::Damaged);
        QCOMPARE(*f.reader->count_to_embed(other), 2);
        QCOMPARE(*f.reader->count_to_embed(f.model), 0);
        const ItemResult result = result_for(f.id_of("b"), "b", 5, 4);
        QVERIFY(f.writer->commit_results(other, std::span(&result, 1)).ok());
        QCOMPARE(f.reader->items_to_embed(other, 0, 10)->size(), std::size_t{1});
        QCOMPARE(f.reader->embeddings(other, 0, 10)->size(), std::size_t{1});
        QCOMPARE(f.reader->embeddings(f.model, 0, 10)->size(), std::size_t{2});
        QVERIFY(f.writer->set_current_model(other).ok());
        QVERIFY(f.reader->models()->back().current && !f.reader->models()->front().current);
        QVERIFY(f.writer->remove_model(f.model).ok());
        QVERIFY(f.reader->embeddings(f.model, 0, 10)->empty());
        QVERIFY(f.reader->embedding_of(f.model, f.id_of("a")).error().kind == ErrorKind::NotFound);
    }

    void paging_of_work_and_vectors_misses_nothing() {
        LibraryFixture f;
        std::vector<SeenFile> files;
        for (int i = 0; i < 700; ++i) files.push_back({std::to_string(i) + ".jpg", i, i});
        f.scan(files);
        QCOMPARE(*f.reader->count_to_embed(f.model), 700);
        ItemId after = 0;
        int seen = 0;
        for (;;) {
            const auto work = *f.reader->items_to_embed(f.model, after, 256);
            if (work.empty()) break;
            std::vector<ItemResult> results;
            for (const ItemWork& item : work) results.push_back(result_for(item.id, item.path, ++seen));
            QCOMPARE(f.writer->commit_results(f.model, results)->embeddings.size(), results.size());
            after = work.back().id;
        }
        QCOMPARE(seen, 700);
        QCOMPARE(*f.reader->count_to_embed(f.model), 0);
        std::vector<EmbeddingId> all;
        for (EmbeddingId from = 0;;) {
            const auto rows = *f.reader->embeddings(f.model, from, 97);
            if (rows.empty()) break;
            for (const EmbeddingRow& row : rows) all.push_back(row.id);
            from = rows.back().id;
        }
        QCOMPARE(all.size(), std::size_t{700});
        QVERIFY(std::is_sorted(all.begin(), all.end()));
        QCOMPARE(*f.reader->embedding_ids(f.model, {}), all);
    }

    void items_come_in_the_order_asked() {
        LibraryFixture f;
        f.import({"a", "b"});
        const std::vector<ItemId> ids{f.id_of("b"), 4711, f.id_of("a")};
        const auto items = *f.reader->items(ids);
        QCOMPARE(items[0].path, std::string("b"));
        QCOMPARE(items[1].id, 0);
        QCOMPARE(items[2].path, std::string("a"));
        QCOMPARE(f.reader->metadata(ids)->size(), std::size_t{3});
    }

    void failures_are_kept_and_tried_again() {
        LibraryFixture f;
        f.import({"a", "b"});
        ItemResult failed;
        failed.item = f.id_of("a");
        failed.failed = true;
        failed.error = {ErrorKind::Damaged, "a is cut off."};
        QVERIFY(f.writer->commit_results(f.model, std::span(&failed, 1)).ok());
        const Item item = f.item(failed.item);
        QVERIFY(item.state == ItemState::Failed);
        QVERIFY(item.error_kind == ErrorKind::Damaged);
        QCOMPARE(item.error_text, std::string("a is cut off."));
        QCOMPARE(f.reader->items_in_state(ItemState::Failed)->size(), std::size_t{1});
        QCOMPARE(*f.reader->count_to_embed(f.model), 0);
        QCOMPARE(*f.writer->retry_failed({}), 1);
        QVERIFY(f.item(failed.item).state == ItemState::Pending);
        QCOMPARE(*f.reader->count_to_embed(f.model), 1);
    }

    void files_in_flight_are_found_after_a_crash() {
        LibraryFixture f;
        f.import({"a", "b", "c"});
        const std::vector<ItemId> items{f.id_of("a"), f.id_of("c"), 777};
        QVERIFY(f.writer->set_in_flight(items).ok());
        f.reopen();
        QCOMPARE(*f.writer->in_flight(), (std::vector<ItemId>{items[0], items[1]}));
        QVERIFY(f.writer->remove_items(std::span(items).first(1)).ok());
        QCOMPARE(*f.writer->in_flight(), (std::vector<ItemId>{items[1]}));
        QVERIFY(f.writer->set_in_flight({}).ok());
        QVERIFY(f.writer->in_flight()->empty());
    }

    void collections_have_their_own_names_and_roots() {
        LibraryFixture f;
        std::filesystem::create_directories(f.base + "/other/pictures");
        std::filesystem::create_directory_symlink(f.pictures, f.base + "/link");
        QCOMPARE(*f.writer->ensure_collection(f.pictures + "/./"), f.collection);
        QCOMPARE(*f.writer->ensure_collection(f.base + "/link"), f.collection);
        const CollectionId second = *f.writer->ensure_collection(f.base + "/other/pictures");
        QVERIFY(second != f.collection);
        auto collections = *f.reader->collections();
        QCOMPARE(collections[0].name, std::string("pictures"));
        QCOMPARE(collections[1].name, std::string("pictures (2)"));
        QVERIFY(f.writer->rename_collection(second, "pictures").error().kind == ErrorKind::Usage);
        QVERIFY(f.writer->rename_collection(second, "Finches").ok());
        QVERIFY(f.writer->rename_collection(999, "x").error().kind == ErrorKind::NotFound);
        QVERIFY(f.writer->ensure_collection(f.base + "/nowhere").error().kind == ErrorKind::NotFound);
        QVERIFY(f.writer->ensure_collection(f.pictures + "/kept.jpg").error().kind == ErrorKind::Usage);
        QVERIFY(f.writer->remove_collection(second).ok());
        QCOMPARE(f.reader->collections()->size(), std::size_t{1});
        QVERIFY(std::filesystem::exists(f.base + "/other/pictures"));  // rows go, files never
    }

    void a_library_moved_with_its_pictures_finds_them() {
        LibraryFixture f;
        f.touch("a.jpg");
        f.import({"a.jpg"});
        f.close();
        QTemporaryDir elsewhere;
        const std::string place = path_of(elsewhere.path()) + "/moved";
        std::filesystem::copy(f.base, place, std::filesystem::copy_options::recursive);
        std::filesystem::remove_all(f.base);
        {
            auto library = Library::open(place + "/Birds.fieldmark");
            QVERIFY(library.ok());
            auto reader = *(*library)->reader();
            const auto collections = *reader->collections();
            QVERIFY(!collections[0].offline);
            QCOMPARE(collections[0].root, place + "/pictures");
        }
        // Now the library alone: the pictures stay where they were seen last.
        std::filesystem::create_directories(place + "/deep/er");
        std::filesystem::rename(place + "/Birds.fieldmark", place + "/deep/er/Birds.fieldmark");
        auto library = Library::open(place + "/deep/er/Birds.fieldmark");
        auto reader = *(*library)->reader();
        QCOMPARE(reader->collections()->front().root, place + "/pictures");
        std::filesystem::create_directories(f.base);  // for the fixture's own tidying up
    }
};

}  // namespace fieldmark::testing

QTEST_GUILESS_MAIN(fieldmark::testing::TestLibrary)
#include "test_library.moc"
