// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
// Round trips: what is written is read back, on a fresh connection and after closing and opening again.
#include <filesystem>

#include <QtTest>

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
};

}  // namespace fieldmark::testing

QTEST_GUILESS_MAIN(fieldmark::testing::TestLibrary)
#include "test_library.moc"
