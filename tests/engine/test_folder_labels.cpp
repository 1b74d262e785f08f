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

    void aFieldNeedsAName() {
        EngineFixture fixture;
        QCOMPARE(folder_labels(*fixture.reader(), "", {}).error().kind, ErrorKind::Usage);
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
