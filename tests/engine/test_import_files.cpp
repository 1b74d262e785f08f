// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <filesystem>

#include <sys/mount.h>

#include <QTemporaryDir>
#include <QTest>

#include "tests/engine/engine_fixture.h"

using namespace fieldmark;
using namespace fieldmark::testing;
namespace fs = std::filesystem;

/// Files that are edited, touched, moved, copied, deleted or away between two imports.
class TestImportFiles : public QObject {
    Q_OBJECT

    struct Birds {
        EngineFixture fixture;
        std::string folder = fixture.folder("birds");
        std::vector<std::string> paths = write_specimens(folder, {.classes = 3, .per_class = 4});
        ImportReport first = fixture.import({folder});

        std::string absolute(std::size_t i) const { return folder + '/' + paths[i]; }
        void label(std::size_t i, const std::string& value) {
            const ValueEdit edit{fixture.item(paths[i]), "name", value};
            QVERIFY(fixture.library->writer()->set_values(std::span(&edit, 1), ValueSource::User).ok());
        }
        std::string label_of(const std::string& path) const {
            const ItemId id = fixture.item(path);
            return fixture.reader()->metadata(std::span(&id, 1))->front()["name"];
        }
        ImportReport again() { return fixture.import({folder}); }
    };

    static void touch(const std::string& path) {
        fs::last_write_time(path, fs::last_write_time(path) + std::chrono::seconds(60));
    }

  private Q_SLOTS:
    void initTestCase() { QVERIFY2(shared_embedder(), "Run packaging/setup.sh first."); }

    void touchedFileIsUnchanged() {
        Birds birds;
        touch(birds.absolute(0));
        const ImportReport report = birds.again();
        QCOMPARE(report.unchanged, std::int64_t{12});
        QCOMPARE(report.updated + report.embedded + report.added, std::int64_t{0});
        QCOMPARE(birds.fixture.facts(birds.paths[0]).state, ItemState::Ready);
        QCOMPARE(birds.again().unchanged, std::int64_t{12});
    }

    void editedFileIsEmbeddedAgain() {
        Birds birds;
        birds.label(0, "kept");
        const ItemId id = birds.fixture.item(birds.paths[0]);
        const auto before = stored_rows(*birds.fixture.library);
        QVERIFY(draw_specimen(2, 99).save(QString::fromStdString(birds.absolute(0)), "JPG", 90));
        touch(birds.absolute(0));
        const ImportReport report = birds.again();
        QCOMPARE(report.updated, std::int64_t{1});
        QCOMPARE(report.embedded, std::int64_t{1});
        QCOMPARE(report.unchanged, std::int64_t{11});
        QCOMPARE(birds.fixture.item(birds.paths[0]), id);
        QCOMPARE(birds.label_of(birds.paths[0]), std::string("kept"));
        const auto after = stored_rows(*birds.fixture.library);
        QVERIFY(difference(before, after).find(birds.paths[0]) != std::string::npos);
    }

    void movedAndRenamedFilesKeepTheirRows() {
        Birds birds;
        birds.label(0, "moved");
        birds.label(1, "renamed");
        const ItemId moved = birds.fixture.item(birds.paths[0]);
        const ItemId renamed = birds.fixture.item(birds.paths[1]);
        fs::create_directories(birds.folder + "/elsewhere");
        fs::rename(birds.absolute(0), birds.folder + "/elsewhere/bird.jpg");
        fs::rename(birds.absolute(1), birds.folder + "/a_first_name.jpg");
        const ImportReport report = birds.again();
        QCOMPARE(report.moved, std::int64_t{2});
        QCOMPARE(report.added + report.missing + report.embedded, std::int64_t{0});
        QCOMPARE(birds.fixture.item("elsewhere/bird.jpg"), moved);
        QCOMPARE(birds.fixture.item("a_first_name.jpg"), renamed);
        QCOMPARE(birds.label_of("elsewhere/bird.jpg"), std::string("moved"));
        QCOMPARE(birds.fixture.reader()->counts()->missing, std::int64_t{0});
    }

    void copiesShareTheVector() {
        Birds birds;
        fs::copy_file(birds.absolute(0), birds.folder + "/copy.jpg");
        const ImportReport report = birds.again();
        QCOMPARE(report.added, std::int64_t{1});
        QCOMPARE(report.embedded, std::int64_t{0});
        QCOMPARE(report.moved, std::int64_t{0});
        const auto rows = stored_rows(*birds.fixture.library);
        QCOMPARE(rows.at("1/copy.jpg").vector, rows.at("1/" + birds.paths[0]).vector);
        QCOMPARE(rows.at("1/copy.jpg").state, ItemState::Ready);
        QCOMPARE(birds.fixture.facts("copy.jpg").width, 320);
    }

    void copiesWithinOneImportAreEmbeddedOnce() {
        EngineFixture fixture;
        const std::string folder = fixture.folder("copies");
        const auto paths = write_specimens(folder, {.classes = 2, .per_class = 3});
        for (int i = 0; i < 10; ++i)
            fs::copy_file(folder + '/' + paths[0], folder + "/copy" + std::to_string(i) + ".jpg");
        const ImportReport report = fixture.import({folder});
        QCOMPARE(report.added, std::int64_t{16});
        QCOMPARE(report.embedded, std::int64_t{6});
        QCOMPARE(fixture.reader()->counts()->ready, std::int64_t{16});
        for (const auto& [path, row] : stored_rows(*fixture.library))
            QVERIFY2(!row.vector.empty(), path.c_str());
    }

    void deletedFilesAreMissingUntilTheyReturn() {
        Birds birds;
        const ItemId id = birds.fixture.item(birds.paths[0]);
        const std::string aside = birds.fixture.folder("aside") + "/bird.jpg";
        fs::rename(birds.absolute(0), aside);
        ImportReport report = birds.again();
        QCOMPARE(report.missing, std::int64_t{1});
        QCOMPARE(birds.fixture.facts(birds.paths[0]).state, ItemState::Missing);
        const auto found = birds.fixture.search(query_item(birds.fixture.item(birds.paths[1]), 50));
        QCOMPARE(found.matches.size(), std::size_t{10});  // neither the query nor the missing one
        fs::rename(aside, birds.absolute(0));
        report = birds.again();
        QCOMPARE(report.missing + report.embedded + report.added, std::int64_t{0});
        QCOMPARE(birds.fixture.facts(birds.paths[0]).id, id);
        QCOMPARE(birds.fixture.facts(birds.paths[0]).state, ItemState::Ready);
    }

    void anAbsentOrEmptyRootPrunesNothing() {
        Birds birds;
        const std::string away = birds.fixture.folder("drive") + "/birds";
        fs::rename(birds.folder, away);
        const auto gone =
            ImportPipeline(*birds.fixture.library, *shared_embedder(), nullptr).run(import_of(birds.folder));
        QCOMPARE(gone.error().kind, ErrorKind::NotFound);
        fs::create_directories(birds.folder);  // the empty mount point
        const ImportReport empty = birds.again();
        QCOMPARE(empty.missing, std::int64_t{0});
        QCOMPARE(empty.failed.size(), std::size_t{1});
        QCOMPARE(birds.fixture.reader()->counts()->ready, std::int64_t{12});
        fs::remove(birds.folder);
        fs::rename(away, birds.folder);
        QCOMPARE(birds.again().unchanged, std::int64_t{12});
    }

    void aFolderInsideACollectionBelongsToIt() {
        Birds birds;
        QVERIFY(draw_specimen(1, 50).save(QString::fromStdString(birds.folder + "/species_01/new.png")));
        fs::remove(birds.absolute(0));
        const ImportReport report = birds.fixture.import({birds.folder + "/species_01"});
        QCOMPARE(report.added, std::int64_t{1});
        QCOMPARE(report.unchanged, std::int64_t{4});
        QCOMPARE(report.missing, std::int64_t{0});  // the rest of the collection was not looked at
        QCOMPARE(birds.fixture.reader()->collections()->size(), std::size_t{1});
        QVERIFY(birds.fixture.item("species_01/new.png") != 0);
    }

    void singleFilesGoWhereTheirFolderIs() {
        Birds birds;
        const std::string inside = birds.folder + "/species_02/single.png";
        const std::string outside = birds.fixture.folder("other") + "/single.png";
        QVERIFY(draw_specimen(1, 60).save(QString::fromStdString(inside)));
        QVERIFY(draw_specimen(1, 61).save(QString::fromStdString(outside)));
        const ImportReport report = birds.fixture.import({inside, outside});
        QCOMPARE(report.added, std::int64_t{2});
        QCOMPARE(report.missing, std::int64_t{0});
        QCOMPARE(birds.fixture.reader()->collections()->size(), std::size_t{2});
        QVERIFY(birds.fixture.item("species_02/single.png") != 0);
    }

    void namesOfAnyBytesArrive() {
        EngineFixture fixture;
        const std::string folder = fixture.folder("bytes");
        const std::string plain = folder + "/plain.jpg";
        QVERIFY(draw_specimen(0, 0).save(QString::fromStdString(plain)));
        const std::string name = "not utf-8 \xff\xc3 \n.jpg";
        fs::rename(plain, folder + '/' + name);
        QCOMPARE(fixture.import({folder}).embedded, std::int64_t{1});
        QCOMPARE(fixture.facts(name).state, ItemState::Ready);
        const auto found = fixture.search(query_file(folder + '/' + name, 5));
        QVERIFY(found.matches.empty());  // it is the query itself
    }

    void aFullDiskKeepsWhatIsStored() {
        // A file system of its own that is really full; needs the right to mount.
        const QTemporaryDir directory;
        const std::string disk = directory.path().toStdString() + "/disk";
        fs::create_directories(disk);
        if (::mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=1500k") != 0)
            QSKIP("mounting is not allowed here");
        const auto unmount = qScopeGuard([&] { ::umount2(disk.c_str(), MNT_DETACH); });
        EngineFixture pictures;
        const std::string folder = pictures.folder("birds");
        write_specimens(folder, {.classes = 8, .per_class = 60, .width = 120, .height = 90});
        auto library = Library::open(disk + "/Full.fieldmark", {true, false, "test"});
        QVERIFY(library.ok());
        const auto report = ImportPipeline(**library, *shared_embedder(), nullptr).run(import_of(folder));
        QVERIFY(!report.ok());
        QCOMPARE(report.error().kind, ErrorKind::DiskFull);
        QVERIFY2(report.error().text.find("MB") != std::string::npos, report.error().text.c_str());
        auto reader = (*library)->reader();
        QVERIFY(reader.ok());
        QVERIFY((*reader)->counts().ok());  // still readable
        for (const auto& [path, row] : stored_rows(**library)) {
            QCOMPARE(row.vector.empty(), row.state != ItemState::Ready);
        }
        // With room again the rest follows.
        QCOMPARE(::mount("tmpfs", disk.c_str(), "tmpfs", MS_REMOUNT, "size=64m"), 0);
        const auto resumed = ImportPipeline(**library, *shared_embedder(), nullptr).run(import_of(folder));
        QVERIFY2(resumed.ok(), resumed.ok() ? "" : resumed.error().text.c_str());
        QCOMPARE((*reader)->counts()->ready, std::int64_t{480});
    }
};

QTEST_MAIN(TestImportFiles)
#include "test_import_files.moc"
