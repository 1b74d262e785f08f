// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <QDir>
#include <QTemporaryDir>
#include <QTest>

#include "tests/app/cli_runner.h"
#include "tests/support/specimens.h"
#include "tests/support/tiny_vit.h"

using namespace fieldmark::testing;
using nlohmann::json;

/// Models from the command line: bring one, use it, whiten, go back, remove.
class TestCliModels : public QObject {
    Q_OBJECT

    CliRunner m_cli;
    QTemporaryDir m_folder;

    QByteArray path(const char* name) const {
        return m_folder.filePath(QString::fromUtf8(name)).toLocal8Bit();
    }
    QByteArray library() const { return path("Test.fieldmark"); }

    /// The entry of a model in "models list"; null if it is not listed.
    json listed(const std::string& name) {
        const json models = m_cli.run({"models", "list", "--library", library()}).json();
        for (const json& model : models["models"]) {
            if (model["name"] == name) return model;
        }
        return {};
    }
    json use(const QByteArray& model) {
        const CliResult result = m_cli.run({"models", "use", model, "--library", library()});
        if (result.status != 0) QTest::qFail(result.err.c_str(), __FILE__, __LINE__);
        return result.json();
    }

  private Q_SLOTS:
    void initTestCase() {
        write_specimens(path("birds").toStdString(),
                        {.classes = 4, .per_class = 6, .width = 160, .height = 120});
        write_tiny_vit(path("tiny.safetensors").toStdString());
        const CliResult imported = m_cli.run(
            {"import", path("birds"), "--library", library(), "--labels", path("birds") + "/labels.csv"});
        QVERIFY2(imported.status == 0, imported.err.c_str());
    }

    void imports() {
        const CliResult dry = m_cli.run({"models", "import", path("tiny.safetensors"), "--dry-run"});
        QVERIFY2(dry.status == 0, dry.err.c_str());
        QVERIFY(listed("tiny").is_null());
        const CliResult result =
            m_cli.run({"models", "import", path("tiny.safetensors"), "--mean", "0.5,0.5,0.5", "--std",
                       "0.5,0.5,0.5", "--licence", "none of yours"});
        QVERIFY2(result.status == 0, result.err.c_str());
        const json model = result.json();
        QCOMPARE(model["name"].get<std::string>(), "tiny");
        QCOMPARE(model["kind"].get<std::string>(), "vit");
        QCOMPARE(model["dimension"].get<int>(), 64);
        QCOMPARE(model["mean"][0].get<double>(), 127.5);
        QVERIFY(model["path"].get<std::string>().starts_with(m_cli.home().toStdString()));
        const json entry = listed("tiny");
        QVERIFY(entry["hash"] == model["hash"]);
        QCOMPARE(entry["current"].get<bool>(), false);
        QCOMPARE(entry["embeddings"].get<int>(), 0);
        const json info = m_cli.run({"models", "info", "tiny"}).json();
        QCOMPARE(info["licence"].get<std::string>(), "none of yours");
    }

    void refuses_files_data() {
        QTest::addColumn<QList<QByteArray>>("arguments");
        QTest::addColumn<int>("status");
        const auto row = [](const char* name, const QList<QByteArray>& arguments, int status) {
            QTest::addRow("%s", name) << arguments << status;
        };
        row("taken name", {path("tiny.safetensors")}, 2);
        row("not there", {path("absent.safetensors")}, 3);
        row("a folder", {path("birds")}, 2);
        row("a table", {path("birds") + "/labels.csv"}, 3);
        row("a bad name", {path("tiny.safetensors"), "--name", "../x"}, 2);
        row("a bad kind", {path("tiny.safetensors"), "--name", "x", "--kind", "abacus"}, 2);
        row("another kind", {path("tiny.safetensors"), "--name", "x", "--kind", "efficientnet-lite"}, 3);
        row("two numbers", {path("tiny.safetensors"), "--name", "x", "--mean", "1,2"}, 2);
        row("no whole patches", {path("tiny.safetensors"), "--name", "x", "--input", "225"}, 2);
    }
    void refuses_files() {
        QFETCH(QList<QByteArray>, arguments);
        QFETCH(int, status);
        const CliResult result = m_cli.run(QList<QByteArray>{"models", "import"} + arguments);
        QVERIFY(!result.crashed);
        QCOMPARE(result.status, status);
        QVERIFY(!result.json()["error"]["text"].get<std::string>().empty());
        QVERIFY(listed("x").is_null());
    }

    void uses_and_goes_back() {
        const json there = use("tiny");
        QCOMPARE(there["switched"].get<bool>(), true);
        QCOMPARE(there["embedded"].get<int>(), 24);
        QCOMPARE(listed("tiny")["current"].get<bool>(), true);
        QCOMPARE(listed("tiny")["embeddings"].get<int>(), 24);
        const QByteArray query = path("birds") + "/species_00/individual_00.jpg";
        const json found = m_cli.run({"search", query, "--library", library(), "-k", "3"}).json();
        QCOMPARE(found["model"].get<std::string>(), "tiny");
        QCOMPARE(found["results"].size(), std::size_t{3});
        // Any model that has vectors answers and is measured when asked for.
        const json other =
            m_cli.run({"search", query, "--library", library(), "--model", "efficientnet-lite0"}).json();
        QCOMPARE(other["model"].get<std::string>(), "efficientnet-lite0");
        for (const char* model : {"tiny", "efficientnet-lite0"}) {
            const json measured =
                m_cli.run({"evaluate", "--library", library(), "--label", "species", "--model", model})
                    .json();
            QCOMPARE(measured["model"].get<std::string>(), model);
            QCOMPARE(measured["queries"].get<int>(), 24);
        }
        const json back = use("former");
        QCOMPARE(back["embedded"].get<int>(), 0);
        QCOMPARE(back["model"]["name"].get<std::string>(), "efficientnet-lite0");
        QCOMPARE(listed("tiny")["former"].get<bool>(), true);
        QCOMPARE(m_cli.run({"models", "use", "owl", "--library", library()}).status, 3);
        QCOMPARE(m_cli.run({"models", "use", "--library", library()}).status, 2);  // nothing was stopped
    }

    void whitens() {
        const CliResult result =
            m_cli.run({"models", "whiten", "--library", library(), "--where", "species!=nothing",
                       "--dimension", "8", "--name", "white", "--use"});
        QVERIFY2(result.status == 0, result.err.c_str());
        const json white = result.json();
        QCOMPARE(white["pictures"].get<int>(), 24);
        QCOMPARE(white["rank"].get<int>(), 23);
        QCOMPARE(white["switched"].get<bool>(), true);
        QCOMPARE(white["derived"].get<int>(), 24);
        QCOMPARE(white["model"]["dimension"].get<int>(), 8);
        const json entry = listed("white");
        QCOMPARE(entry["kind"].get<std::string>(), "head");
        QCOMPARE(entry["method"].get<std::string>(), "whitening");
        QVERIFY(entry["base"] == listed("efficientnet-lite0")["hash"]);
        const QByteArray query = path("birds") + "/species_01/individual_02.jpg";
        const json found = m_cli.run({"search", query, "--library", library()}).json();
        QCOMPARE(found["model"].get<std::string>(), "white");
        QVERIFY(!found["results"].empty());
        QCOMPARE(m_cli.run({"models", "whiten", "--library", library(), "--power", "2"}).status, 2);
        QCOMPARE(m_cli.run({"models", "whiten", "--library", library(), "--where", "species=nothing"}).status,
                 2);
    }

    void removes() {
        QCOMPARE(m_cli.run({"models", "remove", "white", "--library", library()}).status, 2);  // in use
        use("former");
        const CliResult white = m_cli.run({"models", "remove", "white", "--library", library()});
        QVERIFY2(white.status == 0, white.err.c_str());
        QCOMPARE(white.json()["embeddings"].get<int>(), 24);
        QVERIFY(listed("white").is_null());
        const CliResult tiny = m_cli.run({"models", "remove", "tiny", "--library", library()});
        QVERIFY2(tiny.status == 0, tiny.err.c_str());
        QVERIFY(listed("tiny").is_null());
        QCOMPARE(m_cli.run({"models", "remove", "tiny"}).status, 3);
        QCOMPARE(m_cli.run({"models", "remove", "efficientnet-lite0"}).status, 2);  // came with the program
        const CliResult sound = m_cli.run({"verify", "--library", library()});
        QCOMPARE(sound.status, 0);
    }
};

QTEST_GUILESS_MAIN(TestCliModels)
#include "test_cli_models.moc"
