// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// Libraries that are damaged, newer, older, read-only or on a full disk: a clear kind, a text that names
// them, and nothing written where nothing may be.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <sys/mount.h>
#include <QtTest>

#include "core/library/connection.h"
#include "core/library/schema.h"
#include "core/library/verify.h"
#include "library_fixture.h"

namespace fieldmark::testing {

namespace {

std::string read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void write_file(const std::string& path, const std::string& content) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
}

/// A mount that goes away with the test; `ok` is false where mounting is not allowed.
class Mount {
  public:
    Mount(const std::string& source, std::string target, const char* type, unsigned long flags,
          const char* data)
        : m_target(std::move(target)),
          ok(::mount(source.c_str(), m_target.c_str(), type, flags, data) == 0) {}
    ~Mount() {
        if (ok) ::umount2(m_target.c_str(), MNT_DETACH);
    }
    Mount(const Mount&) = delete;
    Mount& operator=(const Mount&) = delete;

  private:
    std::string m_target;

  public:
    const bool ok;
};

ErrorKind kind_of_opening(const std::string& folder, LibraryOptions options = {}) {
    const auto library = Library::open(folder, options);
    return library ? ErrorKind::Internal : library.error().kind;
}

/// Imports files in batches until one is refused; returns that error. Every committed batch must be there
/// after.
Error fill_until_refused(Library& library, CollectionId collection, ModelId model, int& committed) {
    LibraryWriter& writer = *library.writer();
    const std::int64_t scan = *writer.begin_scan(collection);
    for (int batch = 0; batch < 4000; ++batch) {
        std::vector<SeenFile> files;
        for (int i = 0; i < 64; ++i) files.push_back({std::to_string(batch * 64 + i) + ".jpg", 1, 1});
        const auto recorded = writer.record_scan(collection, files, scan);
        if (!recorded) return recorded.error();
        auto reader = *library.reader();
        const auto work = reader->items_to_embed(model, 0, 64);
        if (!work) return work.error();
        std::vector<ItemResult> results;
        for (const ItemWork& item : *work) results.push_back(result_for(item.id, item.path, 1));
        const auto outcome = writer.commit_results(model, results);
        if (!outcome) return outcome.error();
        committed += static_cast<int>(results.size());
    }
    return {ErrorKind::Internal, "never refused"};
}

}  // namespace

class TestLibraryDamage : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void what_is_no_library() {
        QTemporaryDir directory;
        const std::string base = path_of(directory.path());
        QVERIFY(kind_of_opening(base + "/None.fieldmark") == ErrorKind::NotFound);
        QVERIFY(!std::filesystem::exists(base + "/None.fieldmark"));
        write_file(base + "/File.fieldmark", "text");
        QVERIFY(kind_of_opening(base + "/File.fieldmark") == ErrorKind::Damaged);
        LibraryOptions create;
        create.create = true;
        QVERIFY(kind_of_opening(base + "/File.fieldmark", create) == ErrorKind::Damaged);
        // A folder of pictures is not turned into a library by a slip of the pen.
        std::filesystem::create_directory(base + "/Pictures");
        write_file(base + "/Pictures/a.jpg", "jpeg");
        QVERIFY(kind_of_opening(base + "/Pictures") == ErrorKind::Damaged);
        QVERIFY(kind_of_opening(base + "/Pictures", create) == ErrorKind::Usage);
        QCOMPARE(std::distance(std::filesystem::directory_iterator(base + "/Pictures"), {}), 1);
        LibraryOptions reading;
        reading.read_only = true;
        reading.create = true;
        QVERIFY(kind_of_opening(base + "/None.fieldmark", reading) == ErrorKind::NotFound);
    }

    void damaged_databases_are_refused_and_left_alone_data() {
        QTest::addColumn<QByteArray>("how");
        for (const char* how :
             {"text", "empty", "zeroed header", "one page", "half", "foreign", "no version", "schema page"}) {
            QTest::newRow(how) << QByteArray(how);
        }
    }
    void damaged_databases_are_refused_and_left_alone() {
        QFETCH(QByteArray, how);
        LibraryFixture f;
        std::vector<std::string> paths;
        for (int i = 0; i < 300; ++i) paths.push_back("picture " + std::to_string(i));
        f.import(paths);
        f.close();
        const std::string database = f.folder + "/library.sqlite";
        std::string content = read_file(database);
        QVERIFY(content.size() > 40'000);
        if (how == "text") content = "This is not a database, though it is long enough to look like one.";
        if (how == "empty") content.clear();
        if (how == "zeroed header") std::fill_n(content.begin(), 100, '\0');
        if (how == "one page") content.resize(4096);
        if (how == "half") content.resize(content.size() / 2 / 4096 * 4096);
        if (how == "foreign") content.replace(68, 4, std::string("\0\0\0\1", 4));
        if (how == "no version") content.replace(60, 4, std::string(4, '\0'));
        if (how == "schema page") std::fill_n(content.begin() + 100, 3000, '\x5a');
        write_file(database, content);
        for (const bool create : {false, true}) {
            if (create && how == "empty") continue;  // a new library may take the place of nothing
            LibraryOptions options;
            options.create = create;
            const auto library = Library::open(f.folder, options);
            QVERIFY(!library.ok());
            QVERIFY2(library.error().kind == ErrorKind::Damaged, library.error().detail.c_str());
            QVERIFY(library.error().text.find(f.folder) != std::string::npos);
            QVERIFY(read_file(database) == content);
            QVERIFY(!std::filesystem::exists(f.folder + "/lock"));
        }
    }

    void flipped_pages_never_pass_unseen() {
        LibraryFixture f;
        std::vector<std::string> paths;
        for (int i = 0; i < 400; ++i) paths.push_back("picture " + std::to_string(i));
        f.import(paths);
        f.close();
        const std::string database = f.folder + "/library.sqlite";
        const std::string sound = read_file(database);
        const std::size_t pages = sound.size() / 4096;
        int noticed = 0;
        for (std::size_t page = 0; page < pages; ++page) {
            std::string content = sound;
            for (std::size_t i = 0; i < 4096; ++i)
                content[page * 4096 + i] = static_cast<char>(~content[page * 4096 + i]);
            write_file(database, content);
            auto library = Library::open(f.folder);
            if (!library) {
                QVERIFY(library.error().kind == ErrorKind::Damaged);
                ++noticed;
                continue;
            }
            const auto report = verify_library(**library, true);
            QVERIFY(report.ok());
            if (!report->problems.empty()) ++noticed;
        }
        // Pages of the free list hold nothing, and may say so unnoticed.
        QVERIFY2(noticed * 10 >= static_cast<int>(pages) * 9, std::to_string(noticed).c_str());
        write_file(database, sound);
        f.reopen();
        QVERIFY(verify_library(*f.library, false)->problems.empty());
    }

    void a_newer_library_is_refused_untouched() {
        LibraryFixture f;
        f.import({"a"});
        const std::string database = f.folder + "/library.sqlite";
        f.close();
        {
            Connection raw(database, Connection::Mode::Write);
            raw.execute("PRAGMA user_version = 7");
        }
        const std::string before = read_file(database);
        for (const bool read_only : {false, true}) {
            LibraryOptions options;
            options.read_only = read_only;
            const auto library = Library::open(f.folder, options);
            QVERIFY(!library.ok());
            QVERIFY(library.error().kind == ErrorKind::NewerVersion);
            QVERIFY(library.error().text.find("7") != std::string::npos);
            QVERIFY(read_file(database) == before);
        }
    }

    void a_migration_happens_whole_or_not_at_all() {
        LibraryFixture f;
        f.import({"a", "b"});
        f.close();
        Connection connection(f.folder + "/library.sqlite", Connection::Mode::Write);
        const auto columns = [&] {
            return connection.integer(
                "SELECT COUNT(*) FROM pragma_table_info('item') WHERE name IN ('rating', 'mood')");
        };
        constexpr std::int64_t target = kSchemaVersion + 2;
        std::vector<Migration> ladder{
            {kSchemaVersion, [](Connection& c) { c.execute("ALTER TABLE item ADD COLUMN rating INTEGER"); }},
            {kSchemaVersion + 1, [](Connection& c) { c.execute("ALTER TABLE nothing ADD COLUMN mood INTEGER"); }}};
        QVERIFY(!migrate(connection, f.folder, ladder, target).ok());  // the second step dies
        QCOMPARE(columns(), 0);
        QCOMPARE(connection.integer("PRAGMA user_version"), kSchemaVersion);
        ladder[1].apply = [](Connection& c) {
            c.execute("DELETE FROM model");
        };  // leaves vectors without a model
        const Status orphans = migrate(connection, f.folder, ladder, target);
        QVERIFY(!orphans.ok());
        QVERIFY(orphans.error().kind == ErrorKind::Damaged);
        QCOMPARE(columns(), 0);
        QCOMPARE(connection.integer("SELECT COUNT(*) FROM model"), 1);
        QCOMPARE(connection.integer("PRAGMA foreign_keys"), 1);
        ladder[1].apply = [](Connection& c) { c.execute("ALTER TABLE item ADD COLUMN mood INTEGER"); };
        QVERIFY(migrate(connection, f.folder, ladder, target).ok());
        QCOMPARE(columns(), 2);
        QCOMPARE(connection.integer("PRAGMA user_version"), target);
        QCOMPARE(connection.integer("SELECT COUNT(*) FROM embedding"), 2);
        QVERIFY(migrate(connection, f.folder, ladder, target).ok());   // nothing to do
        QVERIFY(!migrate(connection, f.folder, ladder, target + 1).ok());  // no such rung
    }

    void a_full_database_says_so_and_loses_nothing() {
        LibraryFixture f;
        f.close();
        LibraryOptions options;
        options.max_database_bytes = 600'000;
        auto library = *Library::open(f.folder, options);
        int committed = 0;
        const Error error = fill_until_refused(*library, f.collection, f.model, committed);
        QVERIFY2(error.kind == ErrorKind::DiskFull, error.detail.c_str());
        QVERIFY(error.text.find(f.folder) != std::string::npos);
        QVERIFY(committed > 0);
        auto reader = *library->reader();
        QCOMPARE(reader->counts()->ready, committed);
        QCOMPARE(reader->embeddings(f.model, 0, 1'000'000)->size(), static_cast<std::size_t>(committed));
        QVERIFY(verify_library(*library, false)->problems.empty());
        // Deleting makes room, and writing goes on.
        const auto ids = *reader->item_ids({});
        QVERIFY(library->writer()->remove_items(std::span(ids).first(200)).ok());
        const std::int64_t scan = *library->writer()->begin_scan(f.collection);
        const SeenFile file{"afterwards.jpg", 1, 1};
        QVERIFY(library->writer()->record_scan(f.collection, std::span(&file, 1), scan).ok());
    }

    void a_full_disk_says_so_and_loses_nothing() {
        QTemporaryDir directory;
        const std::string base = path_of(directory.path());
        const Mount disk("tmpfs", base, "tmpfs", 0, "size=3m");
        if (!disk.ok) QSKIP("A small file system can only be mounted by root.");
        std::filesystem::create_directory(base + "/pictures");
        write_file(base + "/pictures/a", "x");
        const std::string folder = base + "/Full.fieldmark";
        LibraryOptions options;
        options.create = true;
        int committed = 0;
        {
            auto library = *Library::open(folder, options);
            const CollectionId collection = *library->writer()->ensure_collection(base + "/pictures");
            const ModelId model =
                *library->writer()->ensure_model(std::string(64, 'a'), "n", "k", kDimension);
            const Error error = fill_until_refused(*library, collection, model, committed);
            QVERIFY2(error.kind == ErrorKind::DiskFull, error.detail.c_str());
            QVERIFY(committed > 0);
            QCOMPARE((*library->reader())->counts()->ready, committed);
        }
        auto library = Library::open(folder);
        if (!library) QVERIFY2(library.error().kind == ErrorKind::DiskFull, library.error().detail.c_str());
        write_file(base + "/pictures/a", "");
        LibraryOptions reading;
        reading.read_only = true;
        auto still = Library::open(folder, reading);
        QVERIFY2(still.ok(), still.ok() ? "" : still.error().detail.c_str());
        QCOMPARE((*(*still)->reader())->counts()->ready, committed);
    }

    void a_new_library_on_a_full_disk_leaves_none() {
        QTemporaryDir directory;
        const std::string base = path_of(directory.path());
        const Mount disk("tmpfs", base, "tmpfs", 0, "size=64k");
        if (!disk.ok) QSKIP("A small file system can only be mounted by root.");
        LibraryOptions options;
        options.create = true;
        const auto library = Library::open(base + "/New.fieldmark", options);
        QVERIFY(!library.ok());
        QVERIFY2(library.error().kind == ErrorKind::DiskFull, library.error().text.c_str());
        QVERIFY(!std::filesystem::exists(base + "/New.fieldmark/library.sqlite"));
    }

    void a_read_only_folder_opens_read_only() {
        LibraryFixture f;
        f.import({"a", "b"});
        f.close();
        const Mount frozen(f.folder, f.folder, nullptr, MS_BIND, nullptr);
        if (!frozen.ok)
            QSKIP("A read-only folder can only be made by root's bind mount (chmod does not bind root).");
        QVERIFY(::mount("", f.folder.c_str(), nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr) == 0);
        auto library = Library::open(f.folder);
        QVERIFY2(library.ok(), library.ok() ? "" : library.error().detail.c_str());
        QVERIFY((*library)->read_only());
        QVERIFY((*library)->writer() == nullptr);
        auto reader = *(*library)->reader();
        QCOMPARE(reader->counts()->ready, 2);
        QCOMPARE(reader->embeddings(f.model, 0, 10)->size(), std::size_t{2});
        QVERIFY(verify_library(**library, false)->problems.empty());
        QVERIFY(verify_library(**library, true).error().kind == ErrorKind::ReadOnly);
        LibraryOptions create;
        create.create = true;
        const auto made = Library::open(f.folder + "/New.fieldmark", create);
        QVERIFY(!made.ok());
        QVERIFY(made.error().kind == ErrorKind::Permission || made.error().kind == ErrorKind::ReadOnly);
    }

    void an_unclosed_library_in_a_read_only_folder_is_explained() {
        LibraryFixture f;
        f.import({"a"});
        // As a killed program leaves it: with a WAL, here copied from under the living one.
        std::filesystem::create_directory(f.base + "/Dead.fieldmark");
        for (const char* name : {"library.sqlite", "library.sqlite-wal"}) {
            std::filesystem::copy(f.folder + "/" + name, f.base + "/Dead.fieldmark/" + name);
        }
        const std::string dead = f.base + "/Dead.fieldmark";
        const Mount frozen(dead, dead, nullptr, MS_BIND, nullptr);
        if (!frozen.ok)
            QSKIP("A read-only folder can only be made by root's bind mount (chmod does not bind root).");
        QVERIFY(::mount("", dead.c_str(), nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr) == 0);
        const auto library = Library::open(dead);
        QVERIFY(!library.ok());
        QVERIFY(library.error().kind == ErrorKind::ReadOnly);
        QVERIFY(library.error().text.find("Copy it") != std::string::npos);
    }

    void verify_counts_files_that_are_gone() {
        LibraryFixture f;
        f.touch("a");
        f.import({"a", "b"});
        auto report = *verify_library(*f.library, false);
        QCOMPARE(report.files_missing, 1);
        QVERIFY(report.problems.empty());
        std::filesystem::rename(f.pictures, f.base + "/away");
        report = *verify_library(*f.library, false);
        QCOMPARE(report.files_missing, 0);  // offline is not missing
    }

    void verify_remakes_a_damaged_thumbnail_cache() {
        LibraryFixture f;
        write_file(f.library->thumbnail_file(), "not a database at all, but something else entirely");
        QCOMPARE(verify_library(*f.library, false)->problems.size(), std::size_t{1});
        QCOMPARE(verify_library(*f.library, true)->repaired.size(), std::size_t{1});
        QVERIFY(verify_library(*f.library, true)->problems.empty());
    }
};

}  // namespace fieldmark::testing

QTEST_GUILESS_MAIN(fieldmark::testing::TestLibraryDamage)
#include "test_library_damage.moc"
