// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <set>

#include <QDir>
#include <QImage>
#include <QTemporaryDir>
#include <QTest>

#include "tests/app/cli_runner.h"
#include "tests/support/specimens.h"

using namespace fieldmark::testing;
using nlohmann::json;

namespace {
constexpr int kClasses = 4, kEach = 6;
}

/// Classes by their anchors and prototypes, from the command line: as text, JSON, a picture and copies.
class TestCliAnchors : public QObject {
    Q_OBJECT

    CliRunner m_cli;
    QTemporaryDir m_folder;

    QByteArray path(const QByteArray& name) const { return m_folder.path().toLocal8Bit() + '/' + name; }
    CliResult run(QList<QByteArray> arguments) {
        return m_cli.run(arguments << "--library" << path("Test.fieldmark"));
    }
    /// Of the first picture of each anchor's row: the middle is that of a bird, not of the paper.
    static bool drawn(const QImage& sheet) { return sheet.pixelColor(300, 320) != QColor(250, 250, 248); }

    /// Each in the folder of its class, the least typical first.
    static void check_outliers(const json& outliers) {
        std::string last_class;
        double last = 0;
        for (const json& one : outliers) {
            const auto name = one["class"].get<std::string>();
            const double typicality = one["typicality"].get<double>();
            if (name == last_class) QVERIFY(typicality >= last);
            QVERIFY(typicality >= 0 && typicality <= 100);
            QVERIFY(one["path"].get<std::string>().find('/' + name + '/') != std::string::npos);
            last_class = name;
            last = typicality;
        }
    }

  private Q_SLOTS:
    void initTestCase() {
        SpecimenOptions options;
        options.classes = kClasses;
        options.per_class = kEach;
        write_specimens(path("birds").toStdString(), options);
        const CliResult imported = run({"import", path("birds"), "--labels", path("birds/labels.csv")});
        QVERIFY2(imported.status == 0, imported.err.c_str());
    }

    void prototypes_of_any_model() {
        const QByteArray picture = path("prototypes.png");
        const CliResult result =
            run({"anchors", "--label", "species", "--anchors", "2", "--nearest", "3", "--png", picture});
        QVERIFY2(result.status == 0, result.err.c_str());
        const json answer = result.json();
        QVERIFY(answer["prototypes"].get<bool>());
        QCOMPARE(answer["anchors"].size(), std::size_t(2 * kClasses));
        std::set<std::string> classes;
        double share = 0;
        for (const json& anchor : answer["anchors"]) {
            classes.insert(anchor["class"].get<std::string>());
            share += anchor["share"].get<double>();
            QCOMPARE(anchor["nearest"].size(), std::size_t(3));
        }
        QCOMPARE(classes.size(), std::size_t(kClasses));
        QCOMPARE(answer["outliers"].size(), std::size_t(3 * kClasses));
        check_outliers(answer["outliers"]);
        QVERIFY(std::abs(share - kClasses) < 1e-6);
        QCOMPARE(answer["picture"].get<std::string>(), picture.toStdString());
        const QImage sheet(QString::fromLocal8Bit(picture));
        QCOMPARE(sheet.width(), 1600);
        QVERIFY(sheet.height() > 2 * kClasses * 200 && drawn(sheet));
        // As text: a class, then its prototypes.
        const CliResult text = m_cli.run({"anchors", "--label", "species", "--class", "species_01",
                                          "--library", path("Test.fieldmark"), "--text"});
        QVERIFY2(text.status == 0, text.err.c_str());
        QVERIFY(text.out.find("species_01") == 0 && text.out.find("prototype 1") != std::string::npos);
        QVERIFY(text.out.find("unusual, typicality 0 to 100") != std::string::npos);
    }

    /// A search by a prototype itself: what "anchors" calls its nearest pictures come first, with their
    /// scores.
    void searches_by_a_prototype() {
        const CliResult listed = run(
            {"anchors", "--label", "species", "--class", "species_01", "--anchors", "2", "--nearest", "3"});
        QVERIFY2(listed.status == 0, listed.err.c_str());
        const json prototype = listed.json()["anchors"][1];
        const CliResult found =
            run({"search", "--anchor", "species_01:2", "--label", "species", "--anchors", "2", "--where",
                 "species=species_01", "-k", "3", "--sheet", path("sheet.png")});
        QVERIFY2(found.status == 0, found.err.c_str());
        const json answer = found.json();
        QCOMPARE(answer["results"].size(), std::size_t(3));
        for (std::size_t i = 0; i < 3; ++i) {
            const json& nearest = prototype["nearest"][i];
            QCOMPARE(answer["results"][i]["path"].get<std::string>(), nearest["path"].get<std::string>());
            QVERIFY(std::abs(answer["results"][i]["score"].get<double>() - nearest["score"].get<double>()) <
                    1e-4);
        }
        QCOMPARE(answer["anchors"].size(), std::size_t(1));
        const json& asked = answer["anchors"][0];
        QCOMPARE(asked["class"].get<std::string>(), std::string("species_01"));
        QCOMPARE(asked["number"].get<int>(), 2);
        QVERIFY(asked["prototype"].get<bool>());
        QCOMPARE(asked["model_hash"].get<std::string>(), answer["model_hash"].get<std::string>());
        QCOMPARE(asked["nearest"].get<std::string>(), prototype["nearest"][0]["path"].get<std::string>());
        QVERIFY(!QImage(QString::fromLocal8Bit(path("sheet.png"))).isNull());
        // With a picture to move away from; the first anchor where no number is named.
        const CliResult pooled = run({"search", "--anchor", "species_01", "--label", "species", "--not",
                                      answer["results"][0]["path"].get<std::string>().c_str(), "-k", "3"});
        QVERIFY2(pooled.status == 0, pooled.err.c_str());
        QCOMPARE(pooled.json()["anchors"][0]["number"].get<int>(), 1);

        const auto kind = [&](const QList<QByteArray>& arguments) {
            const CliResult refused = run(arguments);
            return refused.status == 0 ? "" : refused.json()["error"]["kind"].get<std::string>();
        };
        QCOMPARE(kind({"search", "--anchor", "species_01"}), std::string("usage"));
        QCOMPARE(kind({"search", "--anchor", "species_01:9", "--label", "species"}), std::string("usage"));
        QCOMPARE(kind({"search", "--anchor", "species_01:0", "--label", "species"}), std::string("usage"));
        QCOMPARE(kind({"search", "--anchor", "phoenix", "--label", "species"}), std::string("not-found"));
        QCOMPARE(kind({"search", "--anchor", "species_01", "--label", "colour"}), std::string("usage"));
    }

    void anchors_of_a_learned_model() {
        const CliResult trained = run({"train",
                                       "--label",
                                       "species",
                                       "--name",
                                       "learned",
                                       "--method",
                                       "gapan",
                                       "--epochs",
                                       "3",
                                       "--threads",
                                       "1",
                                       "--set",
                                       "dimension=16",
                                       "--set",
                                       "flow_blocks=2",
                                       "--set",
                                       "flow_hidden=16",
                                       "--set",
                                       "batch_classes=3",
                                       "--set",
                                       "batch_per_class=4",
                                       "--set",
                                       "density_epochs=5"});
        QVERIFY2(trained.status == 0, trained.err.c_str());
        const QByteArray picture = path("anchors.png");
        const CliResult result =
            run({"anchors", "--model", "learned", "--class", "species_02", "--anchors", "3", "--nearest", "4",
                 "--outliers", "2", "--png", picture, "--out", path("copies")});
        QVERIFY2(result.status == 0, result.err.c_str());
        const json answer = result.json();
        QVERIFY(!answer["prototypes"].get<bool>());
        QCOMPARE(answer["anchors"].size(), std::size_t(3));
        for (const json& anchor : answer["anchors"]) {
            QCOMPARE(anchor["class"].get<std::string>(), std::string("species_02"));
            QVERIFY(anchor["log_density"].get<double>() != 0);
            QCOMPARE(anchor["nearest"].size(), std::size_t(4));
        }
        // Of the field that the model was learned from, without being told.
        QCOMPARE(answer["outliers"].size(), std::size_t(2));
        check_outliers(answer["outliers"]);
        QCOMPARE(answer["outliers"][0]["class"].get<std::string>(), std::string("species_02"));
        const QImage sheet(QString::fromLocal8Bit(picture));
        QCOMPARE(sheet.width(), 1600);
        QVERIFY(drawn(sheet));
        QCOMPARE(QDir(QString::fromLocal8Bit(path("copies/species_02"))).entryList(QDir::Files).size(), 12);

        // A search by one of them, with the model in use.
        const CliResult used = run({"models", "use", "learned"});
        QVERIFY2(used.status == 0, used.err.c_str());
        const CliResult found =
            run({"search", "--anchor", "species_02:3", "--label", "species", "--anchors", "3", "-k", "2"});
        QVERIFY2(found.status == 0, found.err.c_str());
        QVERIFY(!found.json()["anchors"][0]["prototype"].get<bool>());
        QCOMPARE(found.json()["results"][0]["path"].get<std::string>(),
                 answer["anchors"][2]["nearest"][0]["path"].get<std::string>());
        QCOMPARE(run({"models", "use", "efficientnet-lite0"}).status, 0);

        const CliResult reviewed =
            run({"anchors", "--model", "learned", "--review", "--label", "species", "--limit", "5"});
        QVERIFY2(reviewed.status == 0, reviewed.err.c_str());
        QCOMPARE(reviewed.json()["labels"].size(), std::size_t(5));
        QCOMPARE(reviewed.json()["reviewed"].get<int>(), kClasses * kEach);
    }

    void says_what_cannot_be_done() {
        const CliResult many = run({"anchors", "--label", "species", "--anchors", "256", "--nearest", "1",
                                    "--png", path("none/no.png")});
        QVERIFY(many.status != 0);  // no such folder
        QCOMPARE(many.json()["error"]["kind"].get<std::string>(), std::string("not-found"));
        const CliResult no_density = run({"anchors"});
        QVERIFY(no_density.status != 0);
        QCOMPARE(no_density.json()["error"]["kind"].get<std::string>(), std::string("usage"));
    }
};

QTEST_MAIN(TestCliAnchors)
#include "test_cli_anchors.moc"
