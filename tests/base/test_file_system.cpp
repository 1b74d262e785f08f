// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <cerrno>

#include <unistd.h>

#include <QTemporaryDir>
#include <QTest>

#include "tests/support/fault_file_system.h"
#include "tests/support/picture_bytes.h"

using namespace fieldmark;
using namespace fieldmark::testing;

namespace {

std::string content(const std::string& path) {
    const auto bytes = FileSystem::posix().read(path);
    if (!bytes) return "(" + bytes.error().text + ")";
    return {reinterpret_cast<const char*>(bytes->data()), bytes->size()};
}

}  // namespace

class TestFileSystem : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        QVERIFY(m_folder->isValid());
        m_root = m_folder->path().toStdString();
        m_path = m_root + "/state.bin";
    }

    void does_what_it_says() {
        FileSystem& fs = FileSystem::posix();
        QVERIFY(fs.make_directory(m_root + "/a/b/c").ok());
        QVERIFY(fs.make_directory(m_root + "/a/b/c").ok());
        for (const char* name : {"z", "d", "\xFFnot-utf8"}) {
            auto file = fs.create(m_root + "/a/" + name);
            QVERIFY(file.ok());
            QVERIFY((*file)->append(as_bytes("hello ")).ok());
            QVERIFY((*file)->append(as_bytes(name)).ok());
            QVERIFY((*file)->sync().ok());
            QVERIFY((*file)->close().ok());
        }
        QVERIFY(fs.remove(m_root + "/a/b").ok() == false);  // a folder
        const auto names = fs.list(m_root + "/a");
        QVERIFY(names.ok());
        QVERIFY((*names == std::vector<std::string>{"b", "d", "z", "\xFFnot-utf8"}));
        QCOMPARE(content(m_root + "/a/z"), std::string("hello z"));
        QVERIFY(fs.rename(m_root + "/a/z", m_root + "/a/y").ok());
        QCOMPARE(content(m_root + "/a/y"), std::string("hello z"));
        QVERIFY(fs.remove(m_root + "/a/y").ok());
        QVERIFY(fs.remove(m_root + "/a/y").ok());
        QVERIFY(fs.sync_directory(m_root + "/a").ok());
        QVERIFY(fs.remove(m_root + "/a/\xFFnot-utf8").ok());  // QTemporaryDir cannot
    }

    void errors_name_the_file() {
        FileSystem& fs = FileSystem::posix();
        const std::string missing = m_root + "/not/there";
        const auto check = [&](const Error& error, ErrorKind kind) {
            QVERIFY2(error.kind == kind, to_string(error.kind));
            QVERIFY2(error.text.find(missing) != std::string::npos, error.text.c_str());
        };
        check(fs.read(missing).error(), ErrorKind::NotFound);
        check(fs.create(missing).error(), ErrorKind::NotFound);
        check(fs.list(missing).error(), ErrorKind::NotFound);
        check(fs.sync_directory(missing).error(), ErrorKind::NotFound);
        check(fs.rename(m_root + "/nothing", missing).error(), ErrorKind::NotFound);
        QVERIFY(fs.read(m_root).error().kind == ErrorKind::Usage);  // a folder is no file
        check(write_atomically(fs, missing, as_bytes("x")).error(), ErrorKind::NotFound);
        for (const auto& [number, kind] : {std::pair{ENOSPC, ErrorKind::DiskFull},
                                           {EDQUOT, ErrorKind::DiskFull},
                                           {EROFS, ErrorKind::ReadOnly},
                                           {EACCES, ErrorKind::Permission},
                                           {ENAMETOOLONG, ErrorKind::Usage},
                                           {EIO, ErrorKind::Io}}) {
            check(error_from_errno(number, "write", missing), kind);
        }
    }

    /// Whichever operation fails, the file holds the old content or the new one, and no rubbish is left
    /// beside it.
    void survives_a_fault_anywhere_data() {
        QTest::addColumn<bool>("existed");
        QTest::newRow("replacing") << true;
        QTest::newRow("new") << false;
    }

    void survives_a_fault_anywhere() {
        QFETCH(bool, existed);
        const std::string old_content = existed ? "old" : "";
        const std::string new_content(10000, 'n');
        int failures = 0;
        for (int n = 0;; ++n) {
            QVERIFY(FileSystem::posix().remove(m_path).ok());
            if (existed) QVERIFY(write_file(m_path, old_content));
            FaultFileSystem fs;
            fs.fail_at = n;
            const Status status = write_atomically(fs, m_path, as_bytes(new_content));
            if (status.ok()) {
                QVERIFY2(fs.operations <= n, "a fault went unreported");
                QCOMPARE(content(m_path), new_content);
                break;
            }
            ++failures;
            QVERIFY(status.error().kind == ErrorKind::Io);
            const bool there = ::access(m_path.c_str(), F_OK) == 0;
            if (there) {
                const std::string now = content(m_path);
                QVERIFY2(now == new_content || (existed && now == old_content), now.substr(0, 40).c_str());
            } else {
                QVERIFY(!existed);
            }
            QVERIFY(FileSystem::posix().list(m_root)->size() <= 1);
            fs.lose_unsynced();
            if (::access(m_path.c_str(), F_OK) == 0) {
                const std::string after = content(m_path);
                QVERIFY2(after == new_content || (existed && after == old_content),
                         "a power cut left a third thing");
            } else {
                QVERIFY(!existed);
            }
        }
        QVERIFY(failures >= 5);  // create, append, sync, close, rename, sync of the folder
    }

    void survives_a_full_disk_at_any_byte() {
        const std::string new_content = "twenty bytes of news";
        for (std::int64_t room = 0; room <= static_cast<std::int64_t>(new_content.size()); ++room) {
            QVERIFY(write_file(m_path, "old"));
            FaultFileSystem fs;
            fs.full_after = room;
            const Status status = write_atomically(fs, m_path, as_bytes(new_content));
            if (room < static_cast<std::int64_t>(new_content.size())) {
                QVERIFY(!status.ok());
                QVERIFY(status.error().kind == ErrorKind::DiskFull);
                QCOMPARE(content(m_path), std::string("old"));
                QCOMPARE(FileSystem::posix().list(m_root)->size(), std::size_t{1});
            } else {
                QVERIFY(status.ok());
                QCOMPARE(content(m_path), new_content);
            }
        }
    }

    void what_was_reported_done_survives_a_power_cut() {
        QVERIFY(write_file(m_path, "old"));
        FaultFileSystem fs;
        QVERIFY(write_atomically(fs, m_path, as_bytes("new")).ok());
        fs.lose_unsynced();
        QCOMPARE(content(m_path), std::string("new"));
    }

    /// The fault system must notice a writer that does not sync: else the tests above prove nothing.
    void careless_writers_are_caught() {
        QVERIFY(write_file(m_path, "old"));
        FaultFileSystem fs;
        auto file = fs.create(m_path + ".new");
        QVERIFY(file.ok());
        QVERIFY((*file)->append(as_bytes("new")).ok());
        QVERIFY((*file)->close().ok());
        QVERIFY(fs.rename(m_path + ".new", m_path).ok());
        QCOMPARE(content(m_path), std::string("new"));
        QVERIFY(fs.sync_directory(m_root).ok());  // the name is safe, the content never was
        fs.lose_unsynced();
        QCOMPARE(content(m_path), std::string());
    }

  private:
    std::unique_ptr<QTemporaryDir> m_folder;
    std::string m_root;
    std::string m_path;
};

QTEST_GUILESS_MAIN(TestFileSystem)
#include "test_file_system.moc"
