// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstring>

#include <QDir>
#include <QImage>
#include <QTemporaryDir>
#include <QTest>

#include "tests/app/cli_runner.h"
#include "tests/support/picture_bytes.h"
#include "tests/support/specimens.h"

using namespace fieldmark::testing;
using nlohmann::json;

/// Every command on a sound library: its JSON fields, its text, its exit status.
class TestCliCommands : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase() {
        QVERIFY(m_folder.isValid());
        m_paths = write_specimens(pictures().toStdString(), {.classes = 4, .per_class = 5});
        QCOMPARE(m_paths.size(), 20U);
        const CliResult imported = m_cli.run({"import", pictures(), "--library", library(), "--labels",
                                              pictures() + "/labels.csv", "--collection", "Specimens"});
        QVERIFY2(imported.status == 0, imported.err.c_str());
        const json answer = imported.json();
        QCOMPARE(answer["added"].get<int>(), 20);
        QCOMPARE(answer["embedded"].get<int>(), 20);
        QCOMPARE(answer["unchanged"].get<int>(), 0);
        QVERIFY(answer["failed"].empty());
        QVERIFY(answer["images_per_second"].get<double>() > 0);
        QCOMPARE(answer["labels"]["matched"].get<int>(), 20);
        QCOMPARE(answer["model"].get<std::string>(), "efficientnet-lite0");
        for (const char* field :
             {"updated", "moved", "missing", "seconds", "stages", "cancelled", "engine"}) {
            QVERIFY2(answer.contains(field), field);
        }
    }

    void folders_become_labels() {
        const QByteArray folders = m_folder.filePath(QStringLiteral("folders.fieldmark")).toLocal8Bit();
        const CliResult first =
            m_cli.run({"import", pictures(), "--library", folders, "--folders-as", "kind"});
        QVERIFY2(first.status == 0, first.err.c_str());
        const json labels = first.json()["folder_labels"];
        QCOMPARE(labels["field"].get<std::string>(), "kind");
        QCOMPARE(labels["labelled"].get<int>(), 20);
        QCOMPARE(labels["folders"].get<int>(), 4);
        const CliResult again =
            m_cli.run({"import", pictures(), "--library", folders, "--folders-as", "kind"});
        QCOMPARE(again.json()["folder_labels"]["labelled"].get<int>(), 0);
        QCOMPARE(again.json()["folder_labels"]["had_a_label"].get<int>(), 20);
        // Only what was imported; through a link it is the same collection.
        const QByteArray other = m_folder.filePath(QStringLiteral("other")).toLocal8Bit();
        QVERIFY(write_specimens(other.toStdString() + "/more", {.classes = 1, .per_class = 2}).size() == 2);
        const QByteArray link = m_folder.filePath(QStringLiteral("link")).toLocal8Bit();
        QVERIFY(QFile::link(QString::fromLocal8Bit(other), QString::fromLocal8Bit(link)));
        QCOMPARE(m_cli.run({"import", other, "--library", folders}).status, 0);
        const CliResult linked = m_cli.run({"import", link, "--library", folders, "--folders-as", "group"});
        QCOMPARE(linked.json()["folder_labels"]["labelled"].get<int>(), 2);
        QCOMPARE(m_cli.run({"import", other, "--library", folders, "--folders-as", "state"}).status, 2);
        const CliResult figures = m_cli.run({"evaluate", "--library", folders, "--label", "kind"});
        QCOMPARE(figures.json()["classes"].get<int>(), 4);
    }

    void version_and_help() {
        const CliResult version = m_cli.run({"--version", "--text"});
        QCOMPARE(version.status, 0);
        QVERIFY(version.out.starts_with("fieldmark-cli "));
        const CliResult help = m_cli.run({"--help", "--text"});
        QCOMPARE(help.status, 0);
        for (const char* command : {"import", "search", "evaluate", "info", "models", "export", "index",
                                    "verify", "bench", "demo"}) {
            QVERIFY2(help.out.find(command) != std::string::npos, command);
            QCOMPARE(m_cli.run({command, "--help", "--text"}).status, 0);
        }
        QCOMPARE(m_cli.run({"--text"}).status, 0);
    }

    void wrong_usage_data() {
        QTest::addColumn<QList<QByteArray>>("arguments");
        const QByteArray image = first_picture();
        QTest::newRow("unknown command") << QList<QByteArray>{"impot"};
        QTest::newRow("unknown option") << QList<QByteArray>{"info", "--library", library(), "--colour"};
        QTest::newRow("no library") << QList<QByteArray>{"search", image};
        QTest::newRow("no image") << QList<QByteArray>{"search", "--library", library()};
        QTest::newRow("k of nothing")
            << QList<QByteArray>{"search", image, "--library", library(), "-k", "0"};
        QTest::newRow("k of words") << QList<QByteArray>{"search",  image, "--library",
                                                         library(), "-k",  "ten"};
        QTest::newRow("crop of words")
            << QList<QByteArray>{"search", image, "--library", library(), "--crop", "left"};
        QTest::newRow("crop outside")
            << QList<QByteArray>{"search", image, "--library", library(), "--crop", "0.5,0.5,0.6,0.2"};
        QTest::newRow("crop of three")
            << QList<QByteArray>{"search", image, "--library", library(), "--crop", "0,0,1"};
        QTest::newRow("empty crop") << QList<QByteArray>{"search",  image,    "--library",
                                                         library(), "--crop", "0,0,0,1"};
        QTest::newRow("two crops, one image") << QList<QByteArray>{
            "search", image, "--library", library(), "--crop", "0,0,.5,.5", "--crop", "0,0,1,1"};
        QTest::newRow("exact and graph")
            << QList<QByteArray>{"search", image, "--library", library(), "--exact", "--graph"};
        QTest::newRow("condition without operator")
            << QList<QByteArray>{"search", image, "--library", library(), "--where", "species"};
        QTest::newRow("unknown field")
            << QList<QByteArray>{"search", image, "--library", library(), "--where", "colour=red"};
        QTest::newRow("unknown label")
            << QList<QByteArray>{"evaluate", "--library", library(), "--label", "colour"};
        QTest::newRow("no label") << QList<QByteArray>{"evaluate", "--library", library()};
        QTest::newRow("ks of words") << QList<QByteArray>{"evaluate", "--library", library(), "--label",
                                                          "species",  "--ks",      "a,b"};
        QTest::newRow("unknown format") << QList<QByteArray>{
            "export", "labels", "--library", library(), "--out", m_folder.path().toLocal8Bit() + "/x.xls"};
        QTest::newRow("labels as numbers") << QList<QByteArray>{
            "export", "labels", "--library", library(), "--out", m_folder.path().toLocal8Bit() + "/x.npy"};
        QTest::newRow("JSON and data on one stream")
            << QList<QByteArray>{"export", "labels", "--library", library(), "--out", "-", "--format", "csv"};
        QTest::newRow("export of nothing") << QList<QByteArray>{"export", "--library", library()};
        QTest::newRow("index without a verb") << QList<QByteArray>{"index", "--library", library()};
    }

    void wrong_usage() {
        QFETCH(QList<QByteArray>, arguments);
        const CliResult result = m_cli.run(arguments);
        QVERIFY2(result.status == 2, (std::to_string(result.status) + result.err + result.out).c_str());
        QCOMPARE(result.json()["error"]["kind"].get<std::string>(), "usage");
        QVERIFY(!result.json()["error"]["text"].get<std::string>().empty());
        QVERIFY(result.err.starts_with("fieldmark-cli: "));
    }

    void import_is_repeatable() {
        const json again =
            m_cli.run({"import", pictures(), "--library", library(), "--labels", pictures() + "/labels.csv"})
                .json();
        QCOMPARE(again["added"].get<int>(), 0);
        QCOMPARE(again["unchanged"].get<int>(), 20);
        QCOMPARE(again["embedded"].get<int>(), 0);
        QCOMPARE(again["updated"].get<int>(), 0);
        const json pending = m_cli.run({"import", "--library", library()}).json();
        QCOMPARE(pending["embedded"].get<int>(), 0);
    }

    void import_sees_changes_and_moves() {
        const QByteArray place = m_folder.path().toLocal8Bit() + "/changing";
        const QByteArray own = m_folder.path().toLocal8Bit() + "/Changing.fieldmark";
        write_specimens(place.toStdString(), {.classes = 2, .per_class = 3, .seed = 5});
        QCOMPARE(m_cli.run({"import", place, "--library", own}).json()["embedded"].get<int>(), 6);
        QVERIFY(draw_specimen(1, 77).save(QString::fromLocal8Bit(place) +
                                          QStringLiteral("/species_00/individual_00.jpg")));
        QVERIFY(QDir().rename(QString::fromLocal8Bit(place) + QStringLiteral("/species_01/individual_01.jpg"),
                              QString::fromLocal8Bit(place) + QStringLiteral("/moved.jpg")));
        QVERIFY(
            QFile::remove(QString::fromLocal8Bit(place) + QStringLiteral("/species_01/individual_02.jpg")));
        const json report = m_cli.run({"import", place, "--library", own}).json();
        QCOMPARE(report["updated"].get<int>(), 1);
        QCOMPARE(report["moved"].get<int>(), 1);
        QCOMPARE(report["embedded"].get<int>(), 1);
        const json info = m_cli.run({"info", "--library", own}).json();
        QCOMPARE(info["items"].get<int>(), 5);
        QCOMPARE(info["missing"].get<int>(), 1);
    }

    void search_ranks() {
        const CliResult result = m_cli.run({"search", first_picture(), "--library", library(), "-k", "5"});
        QCOMPARE(result.status, 0);
        const json answer = result.json();
        QCOMPARE(answer["metric"].get<std::string>(), "cosine");
        QCOMPARE(answer["model"].get<std::string>(), "efficientnet-lite0");
        QCOMPARE(answer["results"].size(), 5U);
        double score = 2;
        int rank = 0;
        for (const json& match : answer["results"]) {
            QCOMPARE(match["rank"].get<int>(), ++rank);
            QVERIFY(match["score"].get<double>() <= score);
            score = match["score"].get<double>();
            QVERIFY(match["path"].get<std::string>().starts_with(pictures().toStdString()));
            QVERIFY(match["path"].get<std::string>() != first_picture().toStdString());
            QVERIFY(match["metadata"].contains("species"));
        }
        for (const char* stage : {"decode", "embed", "search"})
            QVERIFY(answer["timings_ms"][stage].get<double>() >= 0);
    }

    void search_can_keep_the_query() {
        const json answer =
            m_cli.run({"search", first_picture(), "--library", library(), "-k", "1", "--keep-query"}).json();
        QCOMPARE(answer["results"][0]["path"].get<std::string>(), first_picture().toStdString());
        QVERIFY(answer["results"][0]["score"].get<double>() > 0.9999);
    }

    void search_filters() {
        const json answer = m_cli
                                .run({"search", first_picture(), "--library", library(), "-k", "50",
                                      "--where", "species=" + species_of(7), "--where",
                                      "path!=" + QByteArray::fromStdString(m_paths[7])})
                                .json();
        QCOMPARE(answer["results"].size(), 4U);
        for (const json& match : answer["results"]) {
            QCOMPARE(match["metadata"]["species"].get<std::string>(), species_of(7).toStdString());
        }
    }

    void search_by_crop_several_and_not() {
        const QByteArray second = pictures() + '/' + QByteArray::fromStdString(m_paths[1]);
        const QByteArray other = pictures() + '/' + QByteArray::fromStdString(m_paths.back());
        const json plain = m_cli.run({"search", first_picture(), "--library", library(), "-k", "3"}).json();
        const json crop = m_cli
                              .run({"search", first_picture(), "--library", library(), "-k", "3", "--crop",
                                    "0.2,0.2,0.5,0.5"})
                              .json();
        QVERIFY(plain["results"][0]["score"] != crop["results"][0]["score"]);
        const json whole =
            m_cli.run({"search", first_picture(), "--library", library(), "-k", "3", "--crop", "0,0,1,1"})
                .json();
        QVERIFY(plain["results"] == whole["results"]);
        const json pooled =
            m_cli.run({"search", first_picture(), second, "--not", other, "--library", library(), "-k", "30"})
                .json();
        QCOMPARE(pooled["results"].size(), 17U);  // all but the three that were asked with
    }

    void search_by_item() {
        const json named =
            m_cli.run({"search", first_picture(), "--library", library(), "-k", "30", "--keep-query"}).json();
        const std::string item = std::to_string(named["results"][0]["item"].get<int>());
        const json answer = m_cli
                                .run({"search", "--item", QByteArray::fromStdString(item), "--library",
                                      library(), "-k", "19"})
                                .json();
        QCOMPARE(answer["results"].size(), 19U);
        QVERIFY(answer["results"][0]["path"] == named["results"][1]["path"]);
    }

    void search_draws_a_sheet() {
        const QByteArray sheet = m_folder.path().toLocal8Bit() + "/sheet.png";
        const CliResult result =
            m_cli.run({"search", first_picture(), "--library", library(), "-k", "6", "--sheet", sheet});
        QVERIFY2(result.status == 0, result.err.c_str());
        QCOMPARE(result.json()["sheet"].get<std::string>(), sheet.toStdString());
        const QImage image(QString::fromLocal8Bit(sheet));
        QCOMPARE(image.width(), 1600);
        QVERIFY(image.height() > 600);
    }

    void search_for_people() {
        const CliResult result =
            m_cli.run({"search", first_picture(), "--library", library(), "-k", "2", "--text"});
        QCOMPARE(result.status, 0);
        QVERIFY(result.out.find("score") != std::string::npos);
        QVERIFY(result.out.find("species=") != std::string::npos);
    }

    void evaluate() {
        const CliResult result =
            m_cli.run({"evaluate", "--library", library(), "--label", "species", "--ks", "1,5,19"});
        QCOMPARE(result.status, 0);
        const json answer = result.json();
        QCOMPARE(answer["queries"].get<int>(), 20);
        QCOMPARE(answer["classes"].get<int>(), 4);
        QCOMPARE(answer["recall_at"].size(), 3U);
        QVERIFY(answer["recall_at"]["1"].get<double>() <= answer["recall_at"]["5"].get<double>());
        QCOMPARE(answer["recall_at"]["19"].get<double>(), 1.0);
        for (const char* field : {"map_at_r", "mean_average_precision"}) {
            QVERIFY(answer[field].get<double>() > 0 && answer[field].get<double>() <= 1);
        }
        const json half = m_cli
                              .run({"evaluate", "--library", library(), "--label", "species", "--where",
                                    "species!=" + species_of(0)})
                              .json();
        QCOMPARE(half["queries"].get<int>(), 15);
    }

    void info_and_models() {
        const json info = m_cli.run({"info", "--library", library()}).json();
        QCOMPARE(info["items"].get<int>(), 20);
        QCOMPARE(info["ready"].get<int>(), 20);
        QCOMPARE(info["failed"].get<int>(), 0);
        QCOMPARE(info["to_embed"].get<int>(), 0);
        QCOMPARE(info["embeddings"].get<int>(), 20);
        QCOMPARE(info["collections"][0]["name"].get<std::string>(), "Specimens");
        QVERIFY(info["database_bytes"].get<int>() > 0);
        QVERIFY(info["thumbnail_bytes"].get<int>() > 0);
        QCOMPARE(info["fields"].size(), 2U);

        const json models = m_cli.run({"models", "list", "--library", library()}).json();
        QVERIFY(models["models"].size() >= 1);
        const json model = models["models"][0];
        QCOMPARE(model["name"].get<std::string>(), "efficientnet-lite0");
        QCOMPARE(model["dimension"].get<int>(), 1280);
        QVERIFY(model["input"] == json::array({224, 224}));
        QVERIFY(model["current"].get<bool>());
        QVERIFY(model["hash"] == info["model_hash"]);
        const json one = m_cli
                             .run({"models", "info",
                                   QByteArray::fromStdString(model["hash"].get<std::string>().substr(0, 10))})
                             .json();
        QVERIFY(one["hash"] == model["hash"]);
        QVERIFY(!one["licence"].get<std::string>().empty());
        const CliResult unknown = m_cli.run({"models", "info", "resnet-9000"});
        QCOMPARE(unknown.status, 3);
        QCOMPARE(unknown.json()["error"]["kind"].get<std::string>(), "not-found");
    }

    void index_build_info_drop() {
        const CliResult none = m_cli.run({"search", first_picture(), "--library", library(), "--graph"});
        QCOMPARE(none.status, 3);
        const json built = m_cli.run({"index", "build", "--library", library()}).json();
        QCOMPARE(built["rows"].get<int>(), 20);
        QCOMPARE(built["graph_rows"].get<int>(), 20);
        QVERIFY(built["bytes"].get<int>() > 0);
        QVERIFY(built["generation"].get<int>() >= 20);
        QVERIFY(built.contains("seconds"));
        const json info = m_cli.run({"index", "info", "--library", library()}).json();
        QCOMPARE(info["graph_rows"].get<int>(), 20);
        QCOMPARE(m_cli.run({"info", "--library", library()}).json()["index"]["graphs"].size(), 1U);
        const json graph =
            m_cli.run({"search", first_picture(), "--library", library(), "--graph", "-k", "5"}).json();
        const json exact =
            m_cli.run({"search", first_picture(), "--library", library(), "--exact", "-k", "5"}).json();
        QCOMPARE(graph["way"].get<std::string>(), "graph");
        QCOMPARE(exact["way"].get<std::string>(), "exact");
        QVERIFY(graph["results"] == exact["results"]);
        QCOMPARE(m_cli.run({"index", "drop", "--library", library()}).json()["graph_rows"].get<int>(), 0);
        QCOMPARE(m_cli.run({"index", "info", "--library", library()}).json()["graph_rows"].get<int>(), 0);
    }

    void verify() {
        const CliResult result = m_cli.run({"verify", "--library", library()});
        QVERIFY2(result.status == 0, result.out.c_str());
        QVERIFY(result.json()["problems"].empty());
        QVERIFY(result.json()["repaired"].empty());
        QCOMPARE(result.json()["embeddings"].get<int>(), 20);
        QCOMPARE(m_cli.run({"verify", "--repair", "--library", library()}).status, 0);
    }

    void export_labels() {
        const QByteArray file = m_folder.path().toLocal8Bit() + "/labels out.csv";
        const json answer = m_cli.run({"export", "labels", "--library", library(), "--out", file}).json();
        QCOMPARE(answer["rows"].get<int>(), 20);
        QCOMPARE(answer["file"].get<std::string>(), file.toStdString());
        const std::string csv = read_file(file.toStdString());
        QVERIFY(csv.starts_with("path,individual,species\n") || csv.starts_with("path,species,individual\n"));
        QCOMPARE(std::count(csv.begin(), csv.end(), '\n'), 21);
        // What was written can be read as labels again.
        const CliResult again = m_cli.run({"import", pictures(), "--library", library(), "--labels", file});
        QCOMPARE(again.status, 0);
        QCOMPARE(again.json()["labels"]["matched"].get<int>(), 20);
        const CliResult shown = m_cli.run(
            {"export", "labels", "--library", library(), "--out", "-", "--format", "json", "--text"});
        QCOMPARE(json::parse(shown.out).size(), 20U);
    }

    void export_embeddings() {
        const std::string base = m_folder.path().toStdString() + "/vectors";
        const json answer = m_cli
                                .run({"export", "embeddings", "--library", library(), "--out",
                                      QByteArray::fromStdString(base + ".npy")})
                                .json();
        QCOMPARE(answer["rows"].get<int>(), 20);
        const std::string npy = read_file(base + ".npy");
        QVERIFY(npy.starts_with("\x93NUMPY"));
        QVERIFY(npy.find("'<f4'") != std::string::npos && npy.find("(20,1280,)") != std::string::npos);
        const std::size_t header =
            10 + static_cast<unsigned char>(npy[8]) + 256U * static_cast<unsigned char>(npy[9]);
        QCOMPARE(header % 64, 0U);
        QCOMPARE(npy.size(), header + 20 * 1280 * sizeof(float));
        const std::string items = read_file(base + ".items.csv");
        QVERIFY(items.starts_with("row,item,path,collection,"));
        QCOMPARE(std::count(items.begin(), items.end(), '\n'), 21);

        QCOMPARE(m_cli
                     .run({"export", "embeddings", "--library", library(), "--out",
                           QByteArray::fromStdString(base + ".json"), "--where", "species=" + species_of(0)})
                     .json()["rows"]
                     .get<int>(),
                 5);
        const json rows = json::parse(read_file(base + ".json"));
        QCOMPARE(rows[0]["vector"].size(), 1280U);
        double norm = 0;
        for (const json& value : rows[0]["vector"]) norm += value.get<double>() * value.get<double>();
        QVERIFY(std::abs(norm - 1) < 1e-4);
        float first = 0;
        std::memcpy(&first, npy.data() + header, sizeof first);
        QCOMPARE(m_cli
                     .run({"export", "embeddings", "--library", library(), "--out",
                           QByteArray::fromStdString(base + ".csv")})
                     .status,
                 0);
        const std::string csv = read_file(base + ".csv");
        const std::string line = csv.substr(csv.find('\n') + 1);
        const std::size_t second_comma = line.find(',', line.find(',') + 1);
        QCOMPARE(std::stof(line.substr(second_comma + 1)), first);  // written so that it reads back the same
    }

    void export_matches() {
        const std::string base = m_folder.path().toStdString() + "/matches";
        const json answer = m_cli
                                .run({"export", "matches", "--library", library(), "-k", "3", "--out",
                                      QByteArray::fromStdString(base + ".csv")})
                                .json();
        QCOMPARE(answer["rows"].get<int>(), 60);
        QVERIFY(
            read_file(base + ".csv").starts_with("query,query_item,rank,score,match,match_item,collection,"));
        QCOMPARE(m_cli
                     .run({"export", "matches", first_picture(), "--library", library(), "-k", "4", "--out",
                           QByteArray::fromStdString(base + ".json")})
                     .json()["rows"]
                     .get<int>(),
                 4);
        const json rows = json::parse(read_file(base + ".json"));
        QCOMPARE(rows[0]["query"].get<std::string>(), first_picture().toStdString());
        QCOMPARE(rows[3]["rank"].get<int>(), 4);
        m_cli.run({"export", "matches", "--library", library(), "-k", "3", "--out",
                   QByteArray::fromStdString(base + ".npy")});
        const std::string npy = read_file(base + ".npy");
        const std::size_t header =
            10 + static_cast<unsigned char>(npy[8]) + 256U * static_cast<unsigned char>(npy[9]);
        QCOMPARE(npy.size(), header + 60 * 24);
    }

    void bench() {
        const json decode = m_cli.run({"bench", "decode", first_picture(), "--repeat", "1"}).json();
        QCOMPARE(decode["pictures"].get<int>(), 1);
        QCOMPARE(decode["files"][0]["format"].get<std::string>(), "JPEG");
        const json embed = m_cli.run({"bench", "embed", "--batch", "2", "--seconds", "0.1"}).json();
        QVERIFY(embed["images_per_second"].get<double>() > 0);
        for (const char* precision : {"fp16", "bf16"}) {
            const CliResult refused = m_cli.run({"bench", "embed", "--device", "cpu", "--engine", precision});
            QCOMPARE(refused.json()["error"]["kind"].get<std::string>(), "usage");
        }
        const CliResult on_cpu = m_cli.run({"bench", "embed", "--device", "cpu", "--pictures", pictures()});
        QCOMPARE(on_cpu.json()["error"]["kind"].get<std::string>(), "usage");
        const json search =
            m_cli.run({"bench", "search", "--rows", "2000", "--dimension", "32", "--queries", "20"}).json();
        QVERIFY(search["recall_at_10"].get<double>() > 0.9);
        QVERIFY(search["exact_ms"].get<double>() > 0);
        const json import = m_cli.run({"bench", "import", pictures()}).json();
        QCOMPARE(import["embedded"].get<int>(), 20);
        QVERIFY(import["ratio_to_allowed"].get<double>() > 0);
        QVERIFY(import["stages_alone"]["sum_cpu_seconds"].get<double>() > 0);
    }

    void demo() {
        const QByteArray own = m_folder.path().toLocal8Bit() + "/Demo.fieldmark";
        const QByteArray sheet = m_folder.path().toLocal8Bit() + "/demo.png";
        for (int round = 0; round < 2; ++round) {
            const CliResult result =
                m_cli.run({"demo", "--samples", pictures(), "--library", own, "--out", sheet, "-k", "4"});
            QVERIFY2(result.status == 0, result.err.c_str());
            QCOMPARE(result.json()["results"].size(), 4U);
            QCOMPARE(result.json()["import"]["embedded"].get<int>(), round == 0 ? 20 : 0);
            QVERIFY(!QImage(QString::fromLocal8Bit(sheet)).isNull());
        }
        const CliResult lost = m_cli.run({"demo", "--samples", pictures() + "-not-there", "--library", own});
        QCOMPARE(lost.status, 3);
        QCOMPARE(lost.json()["error"]["kind"].get<std::string>(), "not-found");
    }

  private:
    QByteArray pictures() const { return m_folder.path().toLocal8Bit() + "/pictures"; }
    QByteArray library() const { return m_folder.path().toLocal8Bit() + "/Specimens.fieldmark"; }
    QByteArray first_picture() const { return pictures() + "/species_00/individual_00.jpg"; }
    /// The species column of labels.csv for one specimen.
    QByteArray species_of(std::size_t index) const {
        const std::string csv = read_file(pictures().toStdString() + "/labels.csv");
        const std::size_t row = csv.find(m_paths[index] + ',');
        const std::size_t begin = row + m_paths[index].size() + 1;
        return QByteArray::fromStdString(csv.substr(begin, csv.find(',', begin) - begin));
    }

    QTemporaryDir m_folder;
    CliRunner m_cli;
    std::vector<std::string> m_paths;
};

QTEST_GUILESS_MAIN(TestCliCommands)
#include "test_cli_commands.moc"
