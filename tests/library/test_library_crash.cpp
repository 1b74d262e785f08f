// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// Two processes at one library, and a process that is killed in the middle of an import.
#include <QProcess>
#include <QRandomGenerator>
#include <QtTest>

#include "core/library/connection.h"
#include "core/library/verify.h"
#include "library_fixture.h"

namespace fieldmark::testing {

namespace {

constexpr int kPatienceMs = 60'000;

void start(QProcess& process, const char* what, const std::string& folder) {
    process.start(QStringLiteral(LIBRARY_PROCESS),
                  {QString::fromLatin1(what), QFile::decodeName(folder.c_str())});
}

QByteArray next_line(QProcess& process) {
    while (!process.canReadLine()) {
        if (!process.waitForReadyRead(kPatienceMs)) return {};
    }
    return process.readLine().trimmed();
}

}  // namespace

class TestLibraryCrash : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void a_second_writer_is_refused_with_the_owners_name() {
        LibraryFixture f;
        f.import({"a"});
        f.close();
        QProcess other;
        start(other, "hold", f.folder);
        QCOMPARE(next_line(other), QByteArray("open clean"));
        const auto refused = Library::open(f.folder);
        QVERIFY(!refused.ok());
        QVERIFY(refused.error().kind == ErrorKind::Busy);
        const std::string& text = refused.error().text;
        const std::string process = "(process " + std::to_string(other.processId()) + " on host ";
        QVERIFY2(text.starts_with("Birds.fieldmark is open in Fieldmark's test " + process), text.c_str());
        QVERIFY(text.find("read-only") != std::string::npos);
        LibraryOptions reading;
        reading.read_only = true;
        auto beside = Library::open(f.folder, reading);
        QVERIFY(beside.ok());
        QVERIFY((*beside)->read_only());
        QCOMPARE((*(*beside)->reader())->counts()->ready, 1);
        other.write("\n");
        other.closeWriteChannel();
        QVERIFY(other.waitForFinished(kPatienceMs));
        QVERIFY(Library::open(f.folder).ok());
    }

    void the_same_process_is_a_second_writer_too() {
        LibraryFixture f;
        const auto refused = Library::open(f.folder);
        QVERIFY(!refused.ok());
        QVERIFY(refused.error().kind == ErrorKind::Busy);
        QVERIFY(f.writer->set_setting("still", "writing").ok());  // the first one is not disturbed by it
    }

    void a_reader_sees_the_commits_of_a_living_writer() {
        LibraryFixture f;
        f.import({"a"});
        LibraryOptions reading;
        reading.read_only = true;
        auto beside = *Library::open(f.folder, reading);
        auto reader = *beside->reader();
        QCOMPARE(reader->counts()->ready, 1);
        f.import({"b", "c"});
        QCOMPARE(reader->counts()->ready, 3);
        QProcess other;
        start(other, "count", f.folder);
        QCOMPARE(next_line(other), QByteArray("3"));
        QVERIFY(other.waitForFinished(kPatienceMs));
    }

    void the_lock_of_a_killed_owner_is_taken_over() {
        LibraryFixture f;
        f.close();
        QProcess other;
        start(other, "hold", f.folder);
        QCOMPARE(next_line(other), QByteArray("open clean"));
        other.kill();
        QVERIFY(other.waitForFinished(kPatienceMs));
        {
            auto library = Library::open(f.folder);
            QVERIFY2(library.ok(), library.ok() ? "" : library.error().text.c_str());
            QVERIFY(!(*library)->was_closed_cleanly());
        }
        QVERIFY((*Library::open(f.folder))->was_closed_cleanly());
    }

    /// Every row and label that was announced is there, whole; what a batch in hand had is there whole or not
    /// at all.
    void killed_at_random_moments() {
        LibraryFixture f(false);
        (void)*f.writer->ensure_collection(f.pictures);
        const ModelId model = *f.writer->ensure_model(std::string(64, 'a'), "Test net", "test", 256);
        f.close();
        const quint32 seed = QRandomGenerator::global()->generate();
        QRandomGenerator random(seed);
        qInfo("seed %u", seed);
        std::map<std::int64_t, std::int64_t> rows;  // embedding -> item, as announced
        std::map<std::int64_t, std::string> labels;
        for (int round = 0; round < 20; ++round) {
            QProcess other;
            start(other, "import", f.folder);
            QByteArray said = next_line(other);
            QVERIFY2(said.startsWith("row"), said.constData());
            const int wait = static_cast<int>(random.bounded(60));
            for (QElapsedTimer timer =
                     [] {
                         QElapsedTimer t;
                         t.start();
                         return t;
                     }();
                 timer.elapsed() < wait;) {
                other.waitForReadyRead(1);
            }
            other.kill();
            QVERIFY(other.waitForFinished(kPatienceMs));
            said += '\n' + other.readAll();
            said.truncate(said.lastIndexOf('\n'));  // a line cut off in the pipe was not said
            const QList<QByteArray> lines = said.split('\n');
            for (const QByteArray& line : lines) {
                const QList<QByteArray> words = line.split(' ');
                if (words.size() != 3) continue;
                if (words[0] == "row") rows[words[1].toLongLong()] = words[2].toLongLong();
                if (words[0] == "label") labels[words[1].toLongLong()] = words[2].toStdString();
            }
            f.reopen();
            QVERIFY(!f.library->was_closed_cleanly());
            const auto report = *verify_library(*f.library, false);
            QVERIFY2(report.problems.empty(), report.problems.empty() ? "" : report.problems[0].c_str());
            const auto stored = *f.reader->embeddings(model, 0, 10'000'000);
            std::map<std::int64_t, std::int64_t> found;
            for (const EmbeddingRow& row : stored) {
                found[row.id] = row.item;
                QCOMPARE(row.vector, unit_vector(static_cast<int>(row.item), 256));
            }
            for (const auto& [embedding, item] : rows) QCOMPARE(found[embedding], item);
            QVERIFY(stored.size() >= rows.size());
            QCOMPARE(stored.size() % 40, std::size_t{0});  // batches are whole
            for (const auto& [item, value] : labels) QCOMPARE(f.value_of(item, "species"), value);
            f.close();
        }
        QVERIFY(rows.size() >= 20);  // a round announces one batch at least
    }

    /// A library that dies while it is made is none, and can be made again.
    void half_a_new_library_is_made_again() {
        QTemporaryDir directory;
        const std::string folder = path_of(directory.path()) + "/New.fieldmark";
        LibraryOptions options;
        options.create = true;
        (void)Library::open(folder, options);
        QVERIFY(QFile::rename(QFile::decodeName((folder + "/library.sqlite").c_str()),
                              QFile::decodeName((folder + "/library.sqlite.new").c_str())));
        QVERIFY(Library::open(folder).error().kind == ErrorKind::Damaged);
        QVERIFY(Library::open(folder, options).ok());
    }
};

}  // namespace fieldmark::testing

QTEST_GUILESS_MAIN(fieldmark::testing::TestLibraryCrash)
#include "test_library_crash.moc"
