// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <fstream>

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "core/library/library.h"
#include "tests/app/cli_runner.h"
#include "tests/support/museum.h"
#include "tests/support/picture_bytes.h"
#include "tests/support/specimens.h"

using namespace fieldmark;
using namespace fieldmark::testing;
using nlohmann::json;

namespace {

namespace fs = std::filesystem;

/// The failure that names this path, null if there is none.
json failure_of(const json& answer, const std::string& path) {
    for (const json& failure : answer["failed"]) {
        if (failure["path"] == path || failure.value("path_bytes", std::string()) == path) return failure;
    }
    return {};
}

}  // namespace

/// Each kind of bad input: the error names the file, the rest goes on, the exit status fits.
class TestCliBadInput : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        QVERIFY(m_folder->isValid());
        m_cli.set_obeys_permissions(false);
        write_specimens(path("pictures"), {.classes = 2, .per_class = 2, .width = 96, .height = 72});
    }

    void cleanup() {
        // Qt's own cannot remove names that are not UTF-8.
        std::error_code ignored;
        fs::permissions(path("Birds.fieldmark"), fs::perms::owner_all, ignored);
        fs::remove_all(path(""), ignored);
    }

    void library_that_is_not_there() {
        const CliResult result = m_cli.run({"info", "--library", bytes("None.fieldmark")});
        QCOMPARE(result.status, 3);
        QCOMPARE(result.json()["error"]["kind"].get<std::string>(), "not-found");
        QVERIFY(result.json()["error"]["text"].get<std::string>().find("None.fieldmark") !=
                std::string::npos);
        QVERIFY(!fs::exists(path("None.fieldmark")));
    }

    void path_that_is_not_there() {
        const CliResult alone = import({bytes("nowhere")});
        QCOMPARE(alone.status, 3);
        QVERIFY(alone.json()["error"]["text"].get<std::string>().find("nowhere") != std::string::npos);
        const CliResult beside = import({bytes("nowhere"), bytes("pictures")});
        QCOMPARE(beside.status, 1);
        QCOMPARE(beside.json()["embedded"].get<int>(), 4);
        QCOMPARE(failure_of(beside.json(), path("nowhere"))["kind"].get<std::string>(), "not-found");
    }

    void folder_without_pictures() {
        fs::create_directories(path("empty"));
        const CliResult result = import({bytes("empty")});
        QCOMPARE(result.status, 0);
        QCOMPARE(result.json()["added"].get<int>(), 0);
    }

    /// Everything broken that tests/support/museum.h knows, imported as one folder.
    void museum() {
        fs::create_directories(path("museum"));
        const std::vector<Exhibit> exhibits = write_museum(path("museum"));
        QVERIFY(exhibits.size() > 50);
        const CliResult result = import({bytes("museum")});
        QVERIFY2(result.status == 1, result.err.c_str());
        const json answer = result.json();
        for (const Exhibit& exhibit : exhibits) {
            if (!exhibit.listed) continue;
            // A path that is not UTF-8 is found by its bytes.
            std::string name = exhibit.path;
            if (QByteArray raw = QByteArray::fromStdString(name); QString::fromUtf8(raw).toUtf8() != raw) {
                name = raw.toHex().toStdString();
            }
            const json failure = failure_of(answer, name);
            if (!exhibit.expected) {
                QVERIFY2(failure.is_null(), (exhibit.cause + ": " + failure.dump()).c_str());
                continue;
            }
            QVERIFY2(!failure.is_null(), exhibit.cause.c_str());
            if (!exhibit.needs_heif)
                QCOMPARE(failure["kind"].get<std::string>(), to_string(*exhibit.expected));
            QVERIFY(!failure["text"].get<std::string>().empty());
        }
        QVERIFY(answer["embedded"].get<int>() > 0);
        QVERIFY(verified());
    }

    void unreadable_files_and_folders() {
        if (!CliRunner::can_obey_permissions()) QSKIP("this user reads everything");
        fs::permissions(path("pictures/species_00/individual_00.jpg"), fs::perms::none);
        fs::create_directories(path("pictures/locked"));
        fs::permissions(path("pictures/locked"), fs::perms::none);
        m_cli.set_obeys_permissions(true);
        const CliResult result = import({bytes("pictures")});
        fs::permissions(path("pictures/locked"), fs::perms::owner_all);
        QCOMPARE(result.status, 1);
        QCOMPARE(result.json()["embedded"].get<int>(), 3);
        QCOMPARE(failure_of(result.json(), path("pictures/species_00/individual_00.jpg"))["kind"]
                     .get<std::string>(),
                 "permission");
        QCOMPARE(failure_of(result.json(), path("pictures/locked"))["kind"].get<std::string>(), "permission");
    }

    void circles_of_links() {
        fs::create_directory_symlink("..", path("pictures/species_00/up"));
        fs::create_symlink("itself.jpg", path("pictures/itself.jpg"));
        fs::create_directory_symlink(path("pictures"), path("pictures/species_01/again"));
        const CliResult result = import({bytes("pictures")});
        QVERIFY(result.status == 0 || result.status == 1);  // the link to itself may be told as broken
        QCOMPARE(result.json()["embedded"].get<int>(), 4);
        QCOMPARE(result.json()["added"].get<int>(), 4);
    }

    void names_of_any_bytes() {
        const std::vector<std::string> names{"caf\xe9.jpg", "line\nbreak.jpg", "quote\".jpg",
                                             "-k.jpg",      "\x1b[31mred.jpg", "\xf0\x9f\x90\xa6.jpg",
                                             " .jpg",       "%s%n.jpg"};
        for (const std::string& name : names) {
            fs::copy_file(path("pictures/species_00/individual_00.jpg"), path("pictures/" + name));
        }
        const CliResult result = import({bytes("pictures")});
        QVERIFY2(result.status == 0, result.err.c_str());
        QCOMPARE(result.json()["added"].get<int>(), 4 + static_cast<int>(names.size()));
        const json answer = m_cli
                                .run({"search", bytes("pictures/caf\xe9.jpg"), "--library", library(), "-k",
                                      "50", "--keep-query"})
                                .json();
        QCOMPARE(answer["results"].size(), 4 + names.size());
        const std::string hex = QByteArray::fromStdString(path("pictures/caf\xe9.jpg")).toHex().toStdString();
        int found = 0;
        for (const json& match : answer["results"]) {
            if (match.value("path_bytes", std::string()) == hex) ++found;
        }
        QCOMPARE(found, 1);
        const CliResult text = m_cli.run({
            "search",
            bytes("pictures/caf\xe9.jpg"),
            "--library",
            library(),
            "--text",
        });
        QVERIFY(text.out.find('\x1b') == std::string::npos);
        const CliResult missing = m_cli.run({"search", bytes("pictures/\xff.jpg"), "--library", library()});
        QCOMPARE(missing.status, 3);
        QVERIFY(missing.json().contains("error"));
    }

    void query_that_is_no_picture() {
        QCOMPARE(import({bytes("pictures")}).status, 0);
        write_file(path("notes.jpg"), "Dear diary");
        write_file(path("nothing.jpg"), "");
        for (const char* name : {"notes.jpg", "nothing.jpg", "not-there.jpg", "pictures"}) {
            const CliResult result = m_cli.run({"search", bytes(name), "--library", library()});
            // An empty file is no picture to ask with: the request itself is wrong.
            const bool empty = std::string(name) == "nothing.jpg";
            QVERIFY2(result.status == (empty ? 2 : 3), name);
            QVERIFY2(result.json()["error"]["text"].get<std::string>().find(name) != std::string::npos, name);
        }
    }

    void labels_of_all_sorts() {
        const std::string rows = "species_00/individual_00.jpg,a\nspecies_00/individual_01.jpg,b\n";
        const auto semicolons = [](std::string text) {
            std::replace(text.begin(), text.end(), ',', ';');
            return text;
        };
        const auto labels = [&](const std::string& csv) {
            write_file(path("labels.csv"), csv);
            return import({bytes("pictures"), "--labels", bytes("labels.csv")});
        };
        const CliResult mark = labels("\xEF\xBB\xBFpath,kind\n" + rows);
        QCOMPARE(mark.status, 0);
        QVERIFY(mark.json()["labels"]["fields"] == json::array({"kind"}));
        QCOMPARE(mark.json()["labels"]["matched"].get<int>(), 2);
        QCOMPARE(labels(semicolons("path,kind\n" + rows)).json()["labels"]["matched"].get<int>(), 2);

        const CliResult unknown = labels("path,kind\n" + rows + "species_09/none.jpg,c\n");
        QCOMPARE(unknown.status, 1);
        QCOMPARE(unknown.json()["labels"]["unmatched_count"].get<int>(), 1);
        QVERIFY(unknown.json()["labels"]["unmatched"] == json::array({"species_09/none.jpg"}));
        QVERIFY(unknown.err.find("labels.csv") != std::string::npos);

        const CliResult twice = labels("path,kind\n" + rows + "species_00/individual_00.jpg,z\n");
        QCOMPARE(twice.status, 1);
        QCOMPARE(twice.json()["labels"]["duplicates"].get<int>(), 1);
        QVERIFY(twice.err.find("more than once") != std::string::npos);

        for (const char* csv : {"path,kind\n\"open,a\n", "path,kind\na,b,c\n", "", "path,kind,kind\n"}) {
            const CliResult broken = labels(csv);
            QVERIFY2(broken.status == 2 || broken.status == 3, csv);
            QVERIFY(broken.json()["error"]["text"].get<std::string>().find("labels.csv") !=
                    std::string::npos);
        }
        const CliResult lost = import({bytes("pictures"), "--labels", bytes("lost.csv")});
        QVERIFY(lost.status == 2 || lost.status == 3);
        QVERIFY(lost.json()["error"]["text"].get<std::string>().find("lost.csv") != std::string::npos);
    }

    void library_of_a_newer_version() {
        QCOMPARE(import({bytes("pictures")}).status, 0);
        const std::string database = path("Birds.fieldmark/library.sqlite");
        std::string content = read_file(database);
        content.replace(60, 4, std::string("\0\0\x27\x0f", 4));  // user_version 9999 in SQLite's file header
        write_file(database, content);
        for (const QByteArray& command : {QByteArray("info"), QByteArray("import")}) {
            const CliResult result = m_cli.run({command, "--library", library()});
            QCOMPARE(result.status, 3);
            QCOMPARE(result.json()["error"]["kind"].get<std::string>(), "newer-version");
        }
        QVERIFY(read_file(database) == content);  // nothing was touched
    }

    void library_that_is_something_else() {
        const CliResult folder = m_cli.run({"info", "--library", bytes("pictures")});
        QCOMPARE(folder.status, 3);
        const CliResult into = m_cli.run({"import", bytes("pictures"), "--library", bytes("pictures")});
        QVERIFY(into.status == 2 || into.status == 3);
        QVERIFY(!fs::exists(path("pictures/library.sqlite")));
        write_file(path("file.fieldmark"), "x");
        QCOMPARE(m_cli.run({"import", bytes("pictures"), "--library", bytes("file.fieldmark")}).status, 3);
        QCOMPARE(read_file(path("file.fieldmark")), "x");
    }

    void library_opened_twice() {
        QCOMPARE(import({bytes("pictures")}).status, 0);
        LibraryOptions options;
        options.program = "Fieldmark";
        const auto held = Library::open(path("Birds.fieldmark"), options);
        QVERIFY(held.ok());
        const CliResult writing = import({bytes("pictures")});
        QCOMPARE(writing.status, 3);
        QCOMPARE(writing.json()["error"]["kind"].get<std::string>(), "busy");
        QVERIFY(writing.json()["error"]["text"].get<std::string>().find("Fieldmark") != std::string::npos);
        QCOMPARE(m_cli.run({"index", "build", "--library", library()}).status, 3);
        QCOMPARE(m_cli.run({"verify", "--repair", "--library", library()}).status, 3);

        const CliResult reading =
            m_cli.run({"search", bytes("pictures/species_00/individual_00.jpg"), "--library", library()});
        QVERIFY2(reading.status == 0, reading.err.c_str());
        QCOMPARE(reading.json()["results"].size(), 3U);
        QVERIFY(reading.err.find("open in another program") != std::string::npos);
        QCOMPARE(m_cli.run({"info", "--library", library()}).status, 0);
        QCOMPARE(m_cli.run({"verify", "--library", library()}).status, 0);
        QCOMPARE(m_cli.run({"export", "labels", "--library", library(), "--out", bytes("out.csv")}).status,
                 0);
    }

    void library_folder_that_is_read_only() {
        if (!CliRunner::can_obey_permissions()) QSKIP("this user writes everywhere");
        QCOMPARE(import({bytes("pictures")}).status, 0);
        const auto set_modes = [&](fs::perms folders, fs::perms files) {
            for (const auto& entry : fs::recursive_directory_iterator(path("Birds.fieldmark"))) {
                fs::permissions(entry.path(), entry.is_directory() ? folders : files);
            }
            fs::permissions(path("Birds.fieldmark"), folders);
        };
        set_modes(fs::perms::owner_read | fs::perms::owner_exec, fs::perms::owner_read);
        m_cli.set_obeys_permissions(true);
        const CliResult writing = import({bytes("pictures")});
        const CliResult reading =
            m_cli.run({"search", bytes("pictures/species_00/individual_00.jpg"), "--library", library()});
        set_modes(fs::perms::owner_all, fs::perms::owner_read | fs::perms::owner_write);
        QCOMPARE(writing.status, 3);
        QCOMPARE(writing.json()["error"]["kind"].get<std::string>(), "read-only");
        QVERIFY2(reading.status == 0, reading.err.c_str());
        QCOMPARE(reading.json()["results"].size(), 3U);
    }

    void place_that_cannot_be_written() {
        if (!CliRunner::can_obey_permissions()) QSKIP("this user writes everywhere");
        QCOMPARE(import({bytes("pictures")}).status, 0);
        fs::create_directories(path("closed"));
        fs::permissions(path("closed"), fs::perms::owner_read | fs::perms::owner_exec);
        m_cli.set_obeys_permissions(true);
        const CliResult made =
            m_cli.run({"import", bytes("pictures"), "--library", bytes("closed/New.fieldmark")});
        const CliResult exported =
            m_cli.run({"export", "labels", "--library", library(), "--out", bytes("closed/out.csv")});
        fs::permissions(path("closed"), fs::perms::owner_all);
        for (const CliResult& result : {made, exported}) {
            QCOMPARE(result.status, 3);
            QCOMPARE(result.json()["error"]["kind"].get<std::string>(), "permission");
            QVERIFY(result.json()["error"]["text"].get<std::string>().find("closed") != std::string::npos);
        }
    }

    /// A small file system of its own, mounted where nobody else sees it.
    void full_disk() {
        QProcess probe;
        fs::create_directories(path("disk"));
        const QString mount =
            QStringLiteral("mount -t tmpfs -o size=700k none '%1'").arg(QString::fromStdString(path("disk")));
        probe.start(QStringLiteral("unshare"),
                    {QStringLiteral("-rm"), QStringLiteral("sh"), QStringLiteral("-c"), mount});
        probe.waitForFinished();
        if (probe.exitCode() != 0) QSKIP("this user may not mount");
        write_specimens(path("many"), {.classes = 10, .per_class = 10, .width = 96, .height = 72});
        QProcess process;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("XDG_DATA_HOME"), QString::fromStdString(path("")));
        process.setProcessEnvironment(environment);
        // After the failure the library must still be sound, and take more once there is room.
        const QString script =
            mount + QStringLiteral(
                        " && cd '%1' && '%2' import many --library disk/L.fieldmark --json > full.json; "
                        "echo $? > full.status; '%2' verify --library disk/L.fieldmark --json > verify.json; "
                        "echo $? > verify.status; mount -o remount,size=40m disk; "
                        "'%2' import many --library disk/L.fieldmark --json > again.json; "
                        "echo $? > again.status")
                        .arg(QString::fromStdString(path("")), QStringLiteral(FIELDMARK_CLI));
        process.start(QStringLiteral("unshare"),
                      {QStringLiteral("-rm"), QStringLiteral("sh"), QStringLiteral("-c"), script});
        QVERIFY(process.waitForFinished(300'000));
        QCOMPARE(read_file(path("full.status")), "3\n");
        const json full = json::parse(read_file(path("full.json")));
        QCOMPARE(full["error"]["kind"].get<std::string>(), "disk-full");
        QVERIFY(full["error"]["text"].get<std::string>().find("space") != std::string::npos);
        QCOMPARE(read_file(path("again.status")), "0\n");
        const json again = json::parse(read_file(path("again.json")));
        QVERIFY(again["embedded"].get<int>() > 0 && again["embedded"].get<int>() <= 100);
        QCOMPARE(json::parse(read_file(path("verify.json")))["problems"].size(), 0U);
    }

    void model_that_is_not_there() {
        qputenv("FIELDMARK_MODELS", path("no-models").c_str());
        const CliResult result =
            m_cli.run({"import", bytes("pictures"), "--library", library(), "--model", "other"});
        qputenv("FIELDMARK_MODELS", m_models);
        QCOMPARE(result.status, 3);
        QCOMPARE(result.json()["error"]["kind"].get<std::string>(), "not-found");
    }

  private:
    std::string path(const std::string& name) const { return m_folder->path().toStdString() + '/' + name; }
    QByteArray bytes(const std::string& name) const { return QByteArray::fromStdString(path(name)); }
    QByteArray library() const { return bytes("Birds.fieldmark"); }
    CliResult import(QList<QByteArray> arguments) {
        return m_cli.run(QList<QByteArray>{"import", "--library", library()} + arguments);
    }
    bool verified() { return m_cli.run({"verify", "--library", library()}).status == 0; }

    std::unique_ptr<QTemporaryDir> m_folder;
    CliRunner m_cli;
    const QByteArray m_models = qgetenv("FIELDMARK_MODELS");
};

QTEST_GUILESS_MAIN(TestCliBadInput)
#include "test_cli_bad_input.moc"
