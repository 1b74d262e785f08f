// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <random>
#include <thread>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QGuiApplication>
#include <QTest>

#include "core/index/kernels.h"
#include "core/library/verify.h"
#include "tests/engine/engine_fixture.h"

using namespace fieldmark;
using namespace fieldmark::testing;

/// Imports in a child process that is killed, again and again, at moments of chance.
class TestImportCrash : public QObject {
    Q_OBJECT

    static constexpr int kPictures = 240;

    static std::string program;

    static void killed_import(const std::string& library, const std::string& folder,
                              std::chrono::milliseconds delay) {
        int ready[2];
        QCOMPARE(::pipe(ready), 0);
        const pid_t child = ::fork();
        QVERIFY(child >= 0);
        if (child == 0) {
            ::dup2(ready[1], STDOUT_FILENO);
            ::close(ready[0]);
            ::execl(program.c_str(), program.c_str(), "--import", library.c_str(), folder.c_str(), nullptr);
            ::_exit(127);
        }
        ::close(ready[1]);
        char byte = 0;
        const auto read = ::read(ready[0], &byte, 1);  // the model is loaded, the import begins
        std::this_thread::sleep_for(delay);
        ::kill(child, SIGKILL);
        int status = 0;
        ::waitpid(child, &status, 0);
        ::close(ready[0]);
        QCOMPARE(read, ssize_t{1});
    }

  public:
    static int import_until_killed(const char* library_folder, const char* folder) {
        auto library = Library::open(library_folder, {true, false, "test"});
        if (!library || !shared_embedder()) return 3;
        ThumbnailCache thumbnails((*library)->thumbnail_file());
        const char byte = 'r';
        if (::write(STDOUT_FILENO, &byte, 1) != 1) return 4;
        const auto report = ImportPipeline(**library, *shared_embedder(), &thumbnails).run(import_of(folder));
        return report ? 0 : 5;
    }
    static void set_program(const char* path) { program = path; }

  private Q_SLOTS:
    void initTestCase() { QVERIFY2(shared_embedder(), "Run packaging/setup.sh first."); }

    void killedImportsEndAsAnUndisturbedOne() {
        EngineFixture undisturbed;
        const std::string folder = undisturbed.folder("birds");
        write_specimens(folder, {.classes = 8, .per_class = kPictures / 8});
        const double seconds = undisturbed.import({folder}).seconds;

        EngineFixture fixture;
        fixture.close();
        std::random_device device;
        const auto seed = device();
        qInfo("seed %u", seed);
        std::mt19937 random(seed);
        const auto longest = static_cast<unsigned>(seconds * 500) + 100;  // milliseconds: half an import
        std::int64_t stored = 0;
        for (int round = 0; round < 10; ++round) {
            killed_import(fixture.library_folder(), folder,
                          std::chrono::milliseconds(50 + random() % longest));
            fixture.open(false);
            const auto report = verify_library(*fixture.library, false);
            QVERIFY(report.ok());
            QVERIFY2(report->problems.empty(), report->problems.empty() ? "" : report->problems[0].c_str());
            QVERIFY(report->embeddings >= stored);  // what was committed stays
            stored = report->embeddings;
            fixture.close();
        }
        qInfo("%d of %d embedded by the killed imports", static_cast<int>(stored), kPictures);
        QVERIFY(stored > 0);
        fixture.open(false);
        const ImportReport resumed = fixture.import({folder});
        QVERIFY(resumed.failed.empty());
        QCOMPARE(resumed.embedded + stored, std::int64_t{kPictures});
        const auto rows = stored_rows(*fixture.library);
        QCOMPARE(difference(rows, stored_rows(*undisturbed.library)), std::string());
        QVERIFY(fixture.library->writer()->in_flight()->empty());

        const auto& query = rows.begin()->second.vector;
        const auto response =
            fixture.search(query_item(fixture.item(rows.begin()->first.substr(2)), kPictures));
        QCOMPARE(response.matches.size(), rows.size() - 1);
        float last = 1.0F;
        for (const Match& match : response.matches) {
            const auto& vector = rows.at("1/" + match.row.item.path).vector;
            QVERIFY(std::abs(match.score - dot(query.data(), vector.data(), vector.size())) < 1e-5F);
            QVERIFY(match.score <= last);
            last = match.score;
        }
    }
};

std::string TestImportCrash::program;

int main(int argc, char* argv[]) {
    if (argc == 4 && std::string(argv[1]) == "--import") {
        return TestImportCrash::import_until_killed(argv[2], argv[3]);
    }
    static std::string self = [] {
        std::string path(4096, '\0');
        path.resize(static_cast<std::size_t>(
            std::max<ssize_t>(0, ::readlink("/proc/self/exe", path.data(), path.size()))));
        return path;
    }();
    TestImportCrash::set_program(self.c_str());
    QGuiApplication application(argc, argv);
    TestImportCrash test;
    return QTest::qExec(&test, argc, argv);
}
#include "test_import_crash.moc"
