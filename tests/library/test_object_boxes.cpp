// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <filesystem>
#include <set>

#include <QtTest>

#include "core/library/connection.h"
#include "core/library/schema.h"
#include "core/library/vector_blob.h"
#include "library_fixture.h"
#include "schema_version_1.h"

using namespace fieldmark;
using namespace fieldmark::testing;

namespace {

ObjectBox found(const Crop& crop, float score = 0.75f, const std::string& finder = "f1") {
    return {crop, score, BoxSource::Finder, finder};
}
ObjectBox drawn(const Crop& crop) {
    return {crop, 1.0f, BoxSource::User, {}};
}
ObjectBox imported(const Crop& crop) {
    return {crop, 1.0f, BoxSource::Import, {}};
}

constexpr Crop kLeft{0, 0, 5000, 10000};
constexpr Crop kRight{5000, 0, 5000, 10000};
constexpr Crop kMiddle{2500, 2500, 5000, 5000};

std::multiset<std::string> tables(Connection& connection) {
    std::multiset<std::string> all;
    Cursor cursor = connection.prepare(
        "SELECT type || ' ' || name || ' ' || COALESCE(sql, '') FROM sqlite_schema WHERE name NOT LIKE "
        "'sqlite_stat%' ORDER BY name");
    while (cursor.step()) all.insert(cursor.text(0));
    return all;
}

}  // namespace

class TestObjectBoxes : public QObject {
    Q_OBJECT

    /// A library with the items a and b, and a second model that looks at objects.
    struct Boxes : LibraryFixture {
        ModelId objects = 0;
        ItemId a = 0;
        ItemId b = 0;
        Boxes() {
            import({"a", "b"});
            a = id_of("a");
            b = id_of("b");
            objects = *writer->ensure_model(std::string(64, 'b'), "Test net on objects", "test", kDimension,
                                            std::string(64, 'a'));
        }
        std::int64_t set(const std::string& content, const ObjectBox& box) const {
            const LibraryWriter::BoxEdit edit{hash_of(content), box};
            return *writer->set_object_boxes(std::span(&edit, 1));
        }
        std::optional<ObjectBox> box(const std::string& content) const {
            return *reader->object_box(hash_of(content));
        }
        std::size_t object_vectors() const { return reader->embeddings(objects, 0, 100)->size(); }
        LibraryWriter::CommitOutcome commit(const std::string& path, const ObjectBox& box) const {
            ItemResult result = result_for(id_of(path), path, 7);
            result.object = box;
            return *writer->commit_results(objects, std::span(&result, 1));
        }
    };

  private Q_SLOTS:
    void a_box_is_stored_with_its_content() {
        Boxes f;
        QVERIFY(!f.box("a"));
        QCOMPARE(f.set("a", found(kLeft)), 1);
        QCOMPARE(f.set("a", found(kLeft)), 0);  // the same box again
        QCOMPARE(*f.box("a"), found(kLeft));
        QCOMPARE(f.set("a", found(Crop{}, 0.25f)), 1);  // "there is no object" is an answer, too
        QVERIFY(f.box("a")->box.whole());
        const std::array ids{f.b, f.a, ItemId{999}};
        const auto boxes = *f.reader->object_boxes(ids);
        QVERIFY(!boxes[0] && boxes[1] && !boxes[2]);
        f.reopen();
        QCOMPARE(f.box("a")->score, 0.25f);
        QVERIFY(f.writer->forget_object_boxes(std::array{hash_of("a")}));
        QVERIFY(!f.box("a"));
    }

    void a_persons_box_wins_over_a_files_and_both_over_the_finder() {
        Boxes f;
        f.set("a", imported(kLeft));
        QCOMPARE(f.set("a", found(kMiddle)), 0);
        QCOMPARE(*f.box("a"), imported(kLeft));
        QCOMPARE(f.set("a", drawn(kRight)), 1);
        QCOMPARE(f.set("a", imported(kMiddle)), 0);
        QCOMPARE(f.set("a", found(kMiddle)), 0);
        QCOMPARE(*f.box("a"), drawn(kRight));
        QCOMPARE(f.set("a", drawn(kMiddle)), 1);  // a person may think again
        QCOMPARE(*f.box("a"), drawn(kMiddle));
    }

    void a_decision_replaces_whatever_is_stored() {
        Boxes f;
        const std::string hash = hash_of("a");
        const std::optional<ObjectBox> ways[] = {drawn(kRight), imported(kLeft),  found(kMiddle),
                                                 std::nullopt,  imported(kRight), found(Crop{})};
        for (const auto& box : ways) {
            QVERIFY(f.writer->decide_object_box(hash, box));
            QVERIFY(f.box("a") == box);
        }
        // Vectors of another box go, those of the same box stay, whoever set it.
        QVERIFY(f.writer->decide_object_box(hash, drawn(kLeft)));
        f.commit("a", drawn(kLeft));
        const std::size_t vectors = f.object_vectors();
        QVERIFY(vectors > 0);
        QVERIFY(f.writer->decide_object_box(hash, imported(kLeft)));
        QCOMPARE(f.object_vectors(), vectors);
        QVERIFY(f.writer->decide_object_box(hash, imported(kRight)));
        QCOMPARE(f.object_vectors(), vectors - 1);
        QVERIFY(f.writer->decide_object_box("", drawn(kLeft)).error().kind == ErrorKind::Usage);
        QVERIFY(f.writer->decide_object_box(hash, drawn({9000, 0, 2000, 1})).error().kind ==
                ErrorKind::Usage);
        QVERIFY(f.box("a") == imported(kRight));
    }

    void a_model_that_was_known_before_is_known_to_look_at_objects() {
        Boxes f;
        const auto model = [&](const std::string& of) {
            return *f.writer->ensure_model(std::string(64, 'c'), "A head on objects", "head", kDimension, of);
        };
        const ModelId id = model({});
        QCOMPARE(model(std::string(64, 'a')), id);
        const auto models = *f.reader->models();
        const auto found_model = std::find_if(models.begin(), models.end(),
                                              [&](const ModelRecord& record) { return record.id == id; });
        QCOMPARE(found_model->object_of, std::string(64, 'a'));
        QCOMPARE(model({}), id);
    }

    void a_bad_box_is_refused_and_nothing_stored() {
        Boxes f;
        const std::array edits{LibraryWriter::BoxEdit{hash_of("a"), drawn(kLeft)},
                               LibraryWriter::BoxEdit{hash_of("b"), drawn({9000, 0, 2000, 10000})}};
        const auto refused = f.writer->set_object_boxes(edits);
        QVERIFY(!refused);
        QVERIFY(refused.error().kind == ErrorKind::Usage);
        QVERIFY(!f.box("a"));
        const LibraryWriter::BoxEdit unread{"", drawn(kLeft)};
        QVERIFY(f.writer->set_object_boxes(std::span(&unread, 1)).error().kind == ErrorKind::Usage);
        const LibraryWriter::BoxEdit unsure{hash_of("a"), found(kLeft, 1.5f)};
        QVERIFY(f.writer->set_object_boxes(std::span(&unsure, 1)).error().kind == ErrorKind::Usage);
    }

    void what_has_no_box_of_this_finder_is_listed() {
        Boxes f;
        const auto open = [&](const std::string& finder, ItemId after = 0, int limit = 10) {
            std::vector<ItemId> ids;
            const auto works = *f.reader->items_without_box(finder, after, limit);
            for (const ItemWork& work : works) ids.push_back(work.id);
            return ids;
        };
        QCOMPARE(open("f1"), (std::vector{f.a, f.b}));
        QCOMPARE(open("f1", f.a), std::vector{f.b});
        QCOMPARE(open("f1", 0, 1), std::vector{f.a});
        f.set("a", found(kLeft));
        QCOMPARE(open("f1"), std::vector{f.b});
        QCOMPARE(open("f2"), (std::vector{f.a, f.b}));  // a newer finder looks again
        f.set("a", drawn(kLeft));
        QCOMPARE(open("f2"), std::vector{f.b});
    }

    void vectors_of_another_box_are_made_again_and_those_of_whole_pictures_stay() {
        Boxes f;
        QVERIFY(f.commit("a", found(kLeft)).embeddings.front() != 0);
        QVERIFY(f.commit("b", found(kLeft)).embeddings.front() != 0);
        QCOMPARE(*f.box("a"), found(kLeft));  // stored with the vector
        QCOMPARE(f.object_vectors(), std::size_t{2});
        QCOMPARE(*f.reader->count_to_embed(f.objects), 0);
        f.set("a", drawn(kLeft));  // confirmed, not moved
        QCOMPARE(f.object_vectors(), std::size_t{2});
        f.set("a", drawn(kRight));
        QCOMPARE(f.object_vectors(), std::size_t{1});
        QCOMPARE(*f.reader->count_to_embed(f.objects), 1);
        QCOMPARE(f.reader->embeddings(f.model, 0, 100)->size(), std::size_t{2});
        QVERIFY(f.writer->forget_object_boxes(std::array{hash_of("b")}));
        QCOMPARE(f.object_vectors(), std::size_t{0});
    }

    void a_vector_of_a_box_that_was_moved_meanwhile_is_not_stored() {
        Boxes f;
        f.set("a", drawn(kRight));  // while the import was decoding with the found box
        QCOMPARE(f.commit("a", found(kLeft)).embeddings, std::vector<EmbeddingId>{0});
        QCOMPARE(*f.box("a"), drawn(kRight));
        QCOMPARE(f.object_vectors(), std::size_t{0});
        QVERIFY(f.commit("a", drawn(kRight)).embeddings.front() != 0);
        QCOMPARE(f.object_vectors(), std::size_t{1});
    }

    void copies_share_a_box_and_an_edited_file_keeps_what_a_person_drew() {
        Boxes f;
        f.set("a", drawn(kRight));
        f.set("b", found(kLeft));
        std::vector<ItemResult> results{result_for(f.b, "a", 2)};  // b now has the content of a
        results[0].object = drawn(kRight);
        QVERIFY(f.writer->commit_results(f.objects, results)->embeddings.front() != 0);
        const std::array ids{f.a, f.b};
        auto boxes = *f.reader->object_boxes(ids);
        QCOMPARE(*boxes[0], *boxes[1]);
        // a is saved with another date in it: the drawn box goes along, so the found one does not count
        results = {result_for(f.a, "a, edited", 3)};
        results[0].object = found(kLeft);
        QCOMPARE(f.writer->commit_results(f.objects, results)->embeddings, std::vector<EmbeddingId>{0});
        QCOMPARE(*f.box("a, edited"), drawn(kRight));
        results[0].object = drawn(kRight);
        QVERIFY(f.writer->commit_results(f.objects, results)->embeddings.front() != 0);
    }

    void a_model_of_objects_says_so() {
        Boxes f;
        const auto models = *f.reader->models();
        QCOMPARE(models.size(), std::size_t{2});
        QCOMPARE(models[0].object_of, std::string());
        QCOMPARE(models[1].object_of, std::string(64, 'a'));
        QVERIFY(f.writer->remove_model(f.objects));
        Connection connection(f.folder + "/library.sqlite", Connection::Mode::Read);
        QCOMPARE(connection.integer("SELECT COUNT(*) FROM object_view"), 0);
    }

    void a_library_of_version_1_is_brought_up_to_date() {
        Boxes f;
        const std::string folder = f.base + "/Old.fieldmark";
        make_version_1(folder, f.pictures);
        std::multiset<std::string> fresh;
        {
            Connection connection(f.folder + "/library.sqlite", Connection::Mode::Read);
            fresh = tables(connection);
        }
        {
            auto library = Library::open(folder);
            QVERIFY(library);
            auto reader = *(*library)->reader();
            QCOMPARE(reader->models()->front().name, std::string("Old net"));
            QCOMPARE(reader->embeddings(1, 0, 10)->size(), std::size_t{1});
            const ItemId item = 1;
            QCOMPARE(reader->metadata(std::span(&item, 1))->front().at("label"), std::string("heron"));
            const LibraryWriter::BoxEdit edit{hash_of("old"), drawn(kLeft)};
            QCOMPARE(*(*library)->writer()->set_object_boxes(std::span(&edit, 1)), 1);
            QCOMPARE(*reader->object_boxes(std::span(&item, 1))->front(), drawn(kLeft));
        }
        Connection connection(folder + "/library.sqlite", Connection::Mode::Read);
        QCOMPARE(connection.integer("PRAGMA user_version"), kSchemaVersion);
        const auto current = tables(connection);
        for (const std::string& table : fresh) QVERIFY2(current.contains(table), table.c_str());
        QCOMPARE(current.size(), fresh.size());
    }

    void a_library_of_version_1_is_read_as_it_is() {
        Boxes f;
        const std::string folder = f.base + "/Old.fieldmark";
        make_version_1(folder, f.pictures);
        LibraryOptions options;
        options.read_only = true;
        auto library = Library::open(folder, options);
        QVERIFY(library);
        auto reader = *(*library)->reader();
        QCOMPARE(reader->models()->size(), std::size_t{1});
        const ItemId item = 1;
        QVERIFY(!reader->object_boxes(std::span(&item, 1))->front());
        QVERIFY(!*reader->object_box(hash_of("old")));
        QCOMPARE(reader->items_without_box("f", 0, 10)->size(), std::size_t{0});
        Connection connection(folder + "/library.sqlite", Connection::Mode::Read);
        QCOMPARE(connection.integer("PRAGMA user_version"), 1);
    }

  private:
    /// As version 1 left it: one collection, one labelled item with a vector.
    static void make_version_1(const std::string& folder, const std::string& pictures) {
        std::filesystem::create_directories(folder);
        const std::string file = folder + "/library.sqlite";
        SQLite::Database(file, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
        Connection connection(file, Connection::Mode::Write);
        connection.execute(kSchemaVersion1);
        connection.execute(("PRAGMA application_id = " + std::to_string(kApplicationId)).c_str());
        connection.execute("PRAGMA user_version = 1");
        connection.run("INSERT INTO setting VALUES ('library.id', ?)", std::string(32, '5'));
        connection.run("INSERT INTO collection (name, root) VALUES ('Old', ?)", Bytes{pictures});
        connection.run(
            "INSERT INTO item (collection_id, state, path, size, mtime_ns, hash, added_at) VALUES (1, "
            "'ready', "
            "?, 1, 1, ?, 0)",
            Bytes{"kept.jpg"}, Bytes{hash_of("old")});
        connection.execute("INSERT INTO field (name, kind) VALUES ('label', 'label')");
        connection.execute("INSERT INTO value VALUES (1, 1, 'heron', NULL, 'user', 0)");
        connection.run("INSERT INTO model (hash, name, kind, dimension) VALUES (?, 'Old net', 'test', ?)",
                       std::string(64, 'c'), kDimension);
        const auto vector = unit_vector(1);
        connection.run("INSERT INTO embedding (item_id, model_id, hash, crc, vector) VALUES (1, 1, ?, ?, ?)",
                       Bytes{hash_of("old")}, std::int64_t{vector_crc(vector)}, Bytes{vector_bytes(vector)});
    }
};

QTEST_GUILESS_MAIN(TestObjectBoxes)
#include "test_object_boxes.moc"
