// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include <QTest>

#include "core/engine/importing/folder_labels.h"
#include "tests/engine/engine_fixture.h"

using namespace fieldmark;
using namespace fieldmark::testing;

class TestFolderLabels : public QObject {
    Q_OBJECT

    static CollectionId collection(const EngineFixture& fixture, const std::string& name,
                                   const std::vector<std::string>& paths) {
        LibraryWriter& writer = *fixture.library->writer();
        const CollectionId id = *writer.ensure_collection(fixture.folder(name), name);
        std::vector<SeenFile> files;
        for (const std::string& path : paths) files.push_back({path, 1, 1});
        const std::int64_t scan = *writer.begin_scan(id);
        if (!writer.record_scan(id, files, scan)) qFatal("no scan");
        return id;
    }

  private Q_SLOTS:
    void theInnermostFolderIsTheLabel() {
        EngineFixture fixture;
        (void)collection(fixture, "birds",
                         {"loose.jpg", "Barn Owl/1.jpg", "Owls/Tawny Owl/1.jpg", "Owls/Tawny Owl/2.jpg"});
        const auto reader = fixture.reader();
        const auto labels = folder_labels(*reader, "species", {});
        QVERIFY(labels.ok());
        QCOMPARE(labels->names, (std::vector<std::string>{"Barn Owl", "Tawny Owl"}));
        QCOMPARE(labels->edits.size(), std::size_t{3});
        QCOMPARE(labels->loose, std::int64_t{1});
        QCOMPARE(labels->labelled, std::int64_t{0});
        for (const ValueEdit& edit : labels->edits) {
            const Item item = (*reader->items(std::span(&edit.item, 1)))[0];
            QCOMPARE(edit.field, std::string("species"));
            QCOMPARE(edit.value, std::filesystem::path(item.path).parent_path().filename().string());
        }
    }

    void whatHasALabelKeepsIt() {
        EngineFixture fixture;
        (void)collection(fixture, "birds", {"Owl/1.jpg", "Owl/2.jpg"});
        const auto reader = fixture.reader();
        const ItemId first = fixture.item("Owl/1.jpg");
        const std::vector<ValueEdit> typed = {{first, "species", "Eagle Owl"}};
        QVERIFY(fixture.library->writer()->set_values(typed, ValueSource::User).ok());
        const auto labels = folder_labels(*reader, "species", {});
        QVERIFY(labels.ok());
        QCOMPARE(labels->edits.size(), std::size_t{1});
        QCOMPARE(labels->edits[0].item, fixture.item("Owl/2.jpg"));
        QCOMPARE(labels->labelled, std::int64_t{1});
        // Another field knows nothing of it.
        QCOMPARE(folder_labels(*reader, "genus", {})->edits.size(), std::size_t{2});
    }

    void onlyTheCollectionsAskedFor() {
        EngineFixture fixture;
        (void)collection(fixture, "birds", {"Owl/1.jpg"});
        const CollectionId cars = collection(fixture, "cars", {"Audi/1.jpg", "Audi/2.jpg"});
        const auto labels = folder_labels(*fixture.reader(), "model", {cars});
        QVERIFY(labels.ok());
        QCOMPARE(labels->names, std::vector<std::string>{"Audi"});
        QCOMPARE(labels->edits.size(), std::size_t{2});
    }

    /// Dropped together, they are a collection each.
    void foldersOfOneKindEachAreNames() {
        EngineFixture fixture;
        const CollectionId owls = collection(fixture, "Owl", {"1.jpg", "2.jpg"});
        const CollectionId wrens = collection(fixture, "Wren", {"1.jpg"});
        (void)collection(fixture, "mixed", {"1.jpg", "Robin/1.jpg"});
        const auto reader = fixture.reader();
        const auto labels = folder_labels(*reader, "species", {});
        QVERIFY(labels.ok());
        QCOMPARE(labels->names, (std::vector<std::string>{"Owl", "Robin", "Wren"}));
        QCOMPARE(labels->loose, std::int64_t{1});
        QCOMPARE(folder_labels(*reader, "species", {owls, wrens})->edits.size(), std::size_t{3});
        // One folder full of pictures alone may be anything.
        QCOMPARE(folder_labels(*reader, "species", {owls})->loose, std::int64_t{2});
    }

    /// Numbers as names are names; a person's value stays, a later table corrects, undo leaves no trace.
    void storedAsAnImportsLabels() {
        EngineFixture fixture;
        (void)collection(fixture, "birds", {"001/1.jpg", "002/2.jpg"});
        LibraryWriter& writer = *fixture.library->writer();
        const auto reader = fixture.reader();
        const auto labels = folder_labels(*reader, "kind", {});
        QVERIFY(store_folder_labels(writer, labels->edits).ok());
        const auto fields = reader->fields();
        QCOMPARE(fields->size(), std::size_t{1});
        QVERIFY(fields->front().kind == FieldKind::Label);
        const ItemId first = fixture.item("001/1.jpg"), second = fixture.item("002/2.jpg");
        const auto value = [&](ItemId item) {
            const auto metadata = reader->metadata(std::span(&item, 1));
            const auto found = metadata->front().find("kind");
            return found == metadata->front().end() ? std::string() : found->second;
        };
        QCOMPARE(value(first), std::string("001"));
        const std::vector<ValueEdit> typed = {{first, "kind", "Owl"}};
        QVERIFY(writer.set_values(typed, ValueSource::User).ok());
        std::vector<ValueEdit> empty = labels->edits;
        for (ValueEdit& edit : empty) edit.value.clear();
        QVERIFY(store_folder_labels(writer, empty).ok());
        QCOMPARE(value(first), std::string("Owl"));
        QCOMPARE(value(second), std::string());
        const std::vector<ValueEdit> table = {{second, "kind", "Wren"}};
        QVERIFY(writer.set_values(table, ValueSource::Import).ok());
        QCOMPARE(value(second), std::string("Wren"));
    }

    void theFieldCanBeOne() {
        EngineFixture fixture;
        (void)collection(fixture, "birds", {"Owl/1.jpg"});
        const auto reader = fixture.reader();
        const std::vector<ValueEdit> weight = {{fixture.item("Owl/1.jpg"), "weight", "12"}};
        QVERIFY(fixture.library->writer()->set_values(weight, ValueSource::Import).ok());
        for (const char* field : {"", "path", "collection", "state", "weight"}) {
            const auto refused = folder_labels(*reader, field, {});
            QVERIFY2(!refused.ok() && refused.error().kind == ErrorKind::Usage, field);
        }
    }

    void aStopIsHeard() {
        EngineFixture fixture;
        (void)collection(fixture, "birds", {"Owl/1.jpg"});
        std::stop_source stop;
        stop.request_stop();
        QCOMPARE(folder_labels(*fixture.reader(), "species", {}, stop.get_token()).error().kind,
                 ErrorKind::Cancelled);
    }
};

QTEST_GUILESS_MAIN(TestFolderLabels)
#include "test_folder_labels.moc"
