// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include <QDir>
#include <QFile>
#include <QImage>
#include <QPainter>
#include <QTemporaryDir>
#include <QTest>

#include "tests/app/cli_runner.h"
#include "tests/support/specimens.h"
#include "tests/support/tiny_vit.h"

using namespace fieldmark::testing;
using nlohmann::json;

namespace {

double total(const json& values) {
    double sum = 0;
    for (const json& value : values) sum += value.get<double>();
    return sum;
}

}  // namespace

/// Why two pictures match, where a mark is and what the model looks at, from the command line.
class TestCliExplain : public QObject {
    Q_OBJECT

    CliRunner m_cli;
    QTemporaryDir m_folder;

    QByteArray path(const QByteArray& name) const { return m_folder.path().toLocal8Bit() + '/' + name; }
    QByteArray bird(int n) const { return path("birds/") + QByteArray::number(n) + ".png"; }
    CliResult run(QList<QByteArray> arguments) {
        return m_cli.run(QList<QByteArray>{arguments.takeFirst(), "--library", path("Test.fieldmark")} +
                         arguments);
    }

  private Q_SLOTS:
    void initTestCase() {
        QVERIFY(QDir(m_folder.path()).mkpath(QStringLiteral("birds")));
        for (int n = 0; n < 6; ++n) {
            QImage image = draw_specimen(n % 3, n);
            if (n < 3) {  // rings, at the upper left of the first and at the lower right of the next two
                QPainter painter(&image);
                painter.setPen(Qt::NoPen);
                const QRectF place(n == 0 ? 14 : 234, n == 0 ? 14 : 154, 72, 72);
                for (int ring = 0; ring < 4; ++ring) {
                    painter.setBrush(ring % 2 == 0 ? QColor(200, 20, 40) : QColor(250, 250, 245));
                    painter.drawEllipse(place.adjusted(ring * 8, ring * 8, -ring * 8, -ring * 8));
                }
            }
            QVERIFY(image.save(QString::fromLocal8Bit(bird(n))));
        }
        const CliResult imported = run({"import", path("birds")});
        QVERIFY2(imported.status == 0, imported.err.c_str());
        write_tiny_vit(path("tiny.safetensors").toStdString());
        const CliResult model = m_cli.run({"models", "import", path("tiny.safetensors")});
        QVERIFY2(model.status == 0, model.err.c_str());
    }

    void explains_a_match() {
        const CliResult result = run({"explain", bird(0), bird(1), "--out", path("why.png")});
        QVERIFY2(result.status == 0, result.err.c_str());
        const json answer = result.json();
        QVERIFY(answer["exact"].get<bool>());
        const double score = answer["score"].get<double>();
        QVERIFY(std::abs(answer["decomposition_sum"].get<double>() - score) < 1e-4);
        double sum = answer["rest"].get<double>();
        for (const json& part : answer["correspondences"]) sum += part["contribution"].get<double>();
        QVERIFY(std::abs(sum - score) < 1e-4);
        QVERIFY(std::abs(total(answer["query_heat"]["values"]) - score) < 1e-4);
        QVERIFY(!answer.contains("query_attention"));
        QCOMPARE(QImage(QString::fromLocal8Bit(path("why.png"))).width(), 1600);
    }

    void tells_what_every_head_attends_to() {
        const CliResult result = run({"explain", bird(0), bird(1), "--model", "tiny", "--attention"});
        QVERIFY2(result.status == 0, result.err.c_str());
        const json answer = result.json();
        QCOMPARE(answer["method"].get<std::string>(), "relevance");
        for (const char* name : {"query_attention", "match_attention"}) {
            const json& attention = answer[name];
            QCOMPARE(attention["layers"].get<int>(), 2);
            QCOMPARE(attention["heads"].get<int>(), 1);
            QCOMPARE(attention["from"].get<std::string>(), "class token");
            QCOMPARE(attention["values"].size(), std::size_t{2});
            QCOMPARE(attention["values"][0].size(), std::size_t{1});
            QCOMPARE(attention["values"][1][0].size(), std::size_t{49});
            for (const json& layer : attention["values"]) QVERIFY(total(layer[0]) > 0 && total(layer[0]) < 1);
        }
        QVERIFY(answer["query_attention"]["values"] != answer["match_attention"]["values"]);
        const json refused = run({"explain", bird(0), bird(1), "--attention"}).json();
        QCOMPARE(refused["error"]["kind"].get<std::string>(), "unsupported");
    }

    void finds_a_mark() {
        const CliResult result = run({"find-mark", bird(0), "--region", "0.0437,0.0583,0.225,0.3", "-k", "5",
                                      "--out", path("mark.png")});
        QVERIFY2(result.status == 0, result.err.c_str());
        const json answer = result.json();
        QCOMPARE(answer["looked_at"].get<int>(), 5);
        QCOMPARE(answer["results"].size(), std::size_t{5});
        QVERIFY(answer["failed"].empty());
        for (std::size_t i = 0; i < 5; ++i) {
            const json& one = answer["results"][i];
            QCOMPARE(one["rank"].get<std::size_t>(), i + 1);
            const std::string name = one["relative_path"].get<std::string>();
            QVERIFY2((name == "1.png" || name == "2.png") == (i < 2), name.c_str());
            if (i < 2) {  // its middle lies at the lower right
                QVERIFY(one["box"][0].get<double>() + one["box"][2].get<double>() / 2 > 0.6);
                QVERIFY(one["box"][1].get<double>() + one["box"][3].get<double>() / 2 > 0.6);
            }
            QVERIFY(one["whole_rank"].get<int>() >= 1 && one["whole_rank"].get<int>() <= 5);
        }
        QCOMPARE(QImage(QString::fromLocal8Bit(path("mark.png"))).width(), 1600);
        const CliResult text = run({"find-mark", bird(0), "--region", "0.04,0.06,0.2,0.3", "--text"});
        QCOMPARE(text.status, 0);
        QVERIFY(text.out.find("likeness") != std::string::npos);
    }

    void says_which_picture_the_mark_was_not_looked_for_in() {
        QVERIFY(QFile::rename(QString::fromLocal8Bit(bird(5)), QString::fromLocal8Bit(bird(5) + "~")));
        const CliResult result = run({"find-mark", bird(0), "--region", "0.04,0.06,0.2,0.3"});
        QVERIFY(QFile::rename(QString::fromLocal8Bit(bird(5) + "~"), QString::fromLocal8Bit(bird(5))));
        QCOMPARE(result.status, 1);
        const json answer = result.json();
        QCOMPARE(answer["results"].size(), std::size_t{4});
        QCOMPARE(answer["failed"].size(), std::size_t{1});
        QCOMPARE(answer["failed"][0]["kind"].get<std::string>(), "not-found");
    }

    void looks_at_one_picture() {
        const CliResult energy = run({"look", bird(0), "--out", path("look.png")});
        QVERIFY2(energy.status == 0, energy.err.c_str());
        const json answer = energy.json();
        QCOMPARE(answer["kind"].get<std::string>(), "energy");
        QCOMPARE(answer["map"]["values"].size(), std::size_t{49});
        QVERIFY(answer["layer"].is_null());
        const QImage drawn(QString::fromLocal8Bit(path("look.png")));
        const QImage plain(QString::fromLocal8Bit(bird(0)));
        QCOMPARE(drawn.size(), plain.size());
        QVERIFY(drawn.convertToFormat(plain.format()) != plain);

        const json first =
            run({"look", bird(0), "--model", "tiny", "--kind", "attention", "--layer", "0", "--head", "0"})
                .json();
        QCOMPARE(first["layer"].get<int>(), 0);
        QCOMPARE(first["head"].get<int>(), 0);
        const json last = run({"look", bird(0), "--model", "tiny"}).json();
        QCOMPARE(last["kind"].get<std::string>(), "attention");
        QCOMPARE(last["layer"].get<int>(), 1);
        QVERIFY(last["head"].is_null());
        QVERIFY(first["map"]["values"] != last["map"]["values"]);
        const json rollout = run({"look", bird(0), "--model", "tiny", "--kind", "rollout"}).json();
        QCOMPARE(rollout["kind"].get<std::string>(), "rollout");
        const CliResult item = run({"look", "--item", "1", "--text"});
        QVERIFY2(item.status == 0, item.err.c_str());
        QVERIFY(item.out.starts_with("energy"));
    }

    void refuses_what_makes_no_sense_data() {
        QTest::addColumn<QList<QByteArray>>("arguments");
        QTest::addColumn<int>("status");
        const QByteArray picture = bird(0);
        const auto row = [](const char* name, const QList<QByteArray>& arguments, int status) {
            QTest::newRow(name) << arguments << status;
        };
        row("no region", {"find-mark", picture}, 2);
        row("a region of words", {"find-mark", picture, "--region", "left"}, 2);
        row("no picture", {"find-mark", "--region", "0,0,0.5,0.5"}, 2);
        row("a picture and an item", {"find-mark", picture, "--item", "1", "--region", "0,0,0.5,0.5"}, 2);
        row("a picture that is not there", {"find-mark", "absent.png", "--region", "0,0,0.5,0.5"}, 3);
        row("nothing to look at", {"look"}, 2);
        row("no such kind", {"look", picture, "--kind", "aura"}, 2);
        row("no attention", {"look", picture, "--kind", "attention"}, 3);
        row("a layer of energy", {"look", picture, "--layer", "1"}, 2);
        row("no such layer", {"look", picture, "--model", "tiny", "--kind", "attention", "--layer", "2"}, 2);
        row("no such head", {"look", picture, "--model", "tiny", "--kind", "attention", "--head", "1"}, 2);
        row("no such item", {"look", "--item", "999"}, 3);
        row("a picture that cannot be written", {"look", picture, "--out", "/proc/no/such.png"}, 3);
    }
    void refuses_what_makes_no_sense() {
        QFETCH(QList<QByteArray>, arguments);
        QFETCH(int, status);
        const CliResult result = run(arguments);
        QVERIFY(!result.crashed);
        QVERIFY2(result.status == status, result.err.c_str());
        QVERIFY(!result.json()["error"]["text"].get<std::string>().empty());
    }
};

QTEST_MAIN(TestCliExplain)
#include "test_cli_explain.moc"
