// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <filesystem>
#include <sstream>

#include <QTemporaryDir>
#include <QTest>

#include "core/engine/learning/calibration_store.h"
#include "core/library/library.h"
#include "core/library/reader.h"
#include "tests/app/cli_runner.h"
#include "tests/support/specimens.h"

using namespace fieldmark;
using namespace fieldmark::testing;
using nlohmann::json;

namespace {

constexpr int kClasses = 6, kEach = 6;
constexpr int kPictures = kClasses * kEach + 1;  // and one copy

bool near(double a, double b) {
    return std::abs(a - b) < 1e-9;
}

}  // namespace

/// What "evaluate" adds to its figures: classes, confusions, worst queries, a table, another model,
/// probabilities, exact copies. Each against the figures or against itself.
class TestCliEvaluate : public QObject {
    Q_OBJECT

    CliRunner m_cli;
    QTemporaryDir m_folder;

    QByteArray path(const QByteArray& name) const { return m_folder.path().toLocal8Bit() + '/' + name; }
    CliResult run(const QList<QByteArray>& more) {
        return m_cli.run(
            QList<QByteArray>{"evaluate", "--library", path("Birds.fieldmark"), "--label", "species"} + more);
    }
    json answer(const QList<QByteArray>& more) {
        const CliResult result = run(more);
        if (result.status != 0) QTest::qFail((result.out + result.err).c_str(), __FILE__, __LINE__);
        return result.status == 0 ? result.json() : json();
    }

  private Q_SLOTS:
    void initTestCase() {
        QVERIFY(m_folder.isValid());
        const std::string birds = path("birds").toStdString();
        write_specimens(birds, {.classes = kClasses, .per_class = kEach, .width = 160, .height = 120});
        std::filesystem::copy_file(birds + "/species_00/individual_00.jpg", birds + "/species_00/copy.jpg");
        const CliResult imported = m_cli.run(
            {"import", path("birds"), "--library", path("Birds.fieldmark"), "--folders-as", "species"});
        QVERIFY2(imported.status == 0, imported.err.c_str());
    }

    void tells_of_exact_copies() {
        const json all = answer({});
        QCOMPARE(all["exact_duplicates"]["pictures"].get<int>(), 2);
        QCOMPARE(all["exact_duplicates"]["pairs"].get<int>(), 1);
        QVERIFY(run({"--text"}).out.find("2 pictures have an exact copy") != std::string::npos);
        // Of the evaluated ones only.
        const json rest = answer({"--where", "species!=species_00"});
        QCOMPARE(rest["exact_duplicates"]["pairs"].get<int>(), 0);
    }

    void classes_add_up_to_the_whole() {
        const json all = answer({"--per-class"});
        QCOMPARE(all["by_class"].size(), std::size_t{kClasses});
        double recall = 0, at_r = 0, average = 0, hardest = 0;
        int queries = 0;
        for (const json& one : all["by_class"]) {
            const int count = one["queries"].get<int>();
            QCOMPARE(count, one["class"] == "species_00" ? kEach + 1 : kEach);
            QVERIFY(one["map_at_r"].get<double>() >= hardest);
            hardest = one["map_at_r"].get<double>();
            queries += count;
            recall += count * one["recall_at_1"].get<double>();
            at_r += count * one["map_at_r"].get<double>();
            average += count * one["mean_average_precision"].get<double>();
        }
        QCOMPARE(queries, kPictures);
        QCOMPARE(all["queries"].get<int>(), kPictures);
        QVERIFY(near(recall / queries, all["recall_at"]["1"].get<double>()));
        QVERIFY(near(at_r / queries, all["map_at_r"].get<double>()));
        QVERIFY(near(average / queries, all["mean_average_precision"].get<double>()));
    }

    void confusions_are_what_recall_misses() {
        const json all = answer({"--confusions"});
        const double misses = kPictures * (1 - all["recall_at"]["1"].get<double>());
        QVERIFY2(misses > 0.5, "these pictures are too easy to test confusions with");
        int count = 0;
        int last = kPictures;
        for (const json& pair : all["confusions"]) {
            QVERIFY(pair["class"] != pair["taken_for"]);
            QVERIFY(pair["count"].get<int>() <= last);
            last = pair["count"].get<int>();
            count += last;
        }
        QCOMPARE(count, static_cast<int>(std::lround(misses)));
    }

    void worst_queries_come_last_first() {
        const json all = answer({"--worst", "3"});
        QVERIFY(!all["worst_queries"].empty() && all["worst_queries"].size() <= 3);
        std::int64_t last = kPictures;
        for (const json& one : all["worst_queries"]) {
            const auto rank = one["rank"].get<std::int64_t>();
            QVERIFY(rank > 1 && rank <= last);
            last = rank;
            QVERIFY(one["path"].get<std::string>().starts_with(one["class"].get<std::string>() + '/'));
        }
        QVERIFY(!answer({}).contains("worst_queries"));
    }

    void table_has_a_row_for_each_query() {
        const json all = answer({"--csv", path("queries.csv")});
        QCOMPARE(all["csv"].get<std::string>(), path("queries.csv").toStdString());
        std::istringstream table(read_file(path("queries.csv").toStdString()));
        std::string line;
        std::getline(table, line);
        QCOMPARE(line, std::string("item,path,class,rank,right_score,right_item,first_item,first_class,"
                                   "first_score,map_at_r,average_precision"));
        int rows = 0, hits = 0;
        double at_r = 0;
        while (std::getline(table, line)) {
            ++rows;
            std::vector<std::string> cells;
            std::istringstream row(line);
            for (std::string cell; std::getline(row, cell, ',');) cells.push_back(cell);
            QCOMPARE(cells.size(), std::size_t{11});
            QCOMPARE(cells[3] == "1", cells[2] == cells[7]);  // right at rank 1: the first one has its class
            hits += cells[3] == "1";
            at_r += std::stod(cells[9]);
        }
        QCOMPARE(rows, kPictures);
        QVERIFY(near(1.0 * hits / rows, all["recall_at"]["1"].get<double>()));
        QVERIFY(std::abs(at_r / rows - all["map_at_r"].get<double>()) < 1e-4);
        QCOMPARE(run({"--csv", "/proc/no/such.csv"}).status, 3);
    }

    void probabilities_rise_and_are_kept() {
        const json fitted = answer({"--calibrate"})["calibration"];
        // The share of pairs of one class is known.
        const double same = (kEach + 1.0) * kEach + (kClasses - 1.0) * kEach * (kEach - 1);
        QVERIFY(std::abs(fitted["base_rate"].get<double>() - same / (kPictures * (kPictures - 1.0))) < 1e-6);
        QCOMPARE(fitted["queries"].get<int>(), kPictures);
        double last = 0;
        for (const json& one : fitted["probabilities"]) {
            QVERIFY(one["probability"].get<double>() >= last && one["probability"].get<double>() <= 1);
            last = one["probability"].get<double>();
        }
        QVERIFY(last > fitted["base_rate"].get<double>());
        LibraryOptions options;
        options.read_only = true;
        const auto library = Library::open(path("Birds.fieldmark").toStdString(), options);
        QVERIFY(library.ok());
        auto reader = (*library)->reader();
        QVERIFY(reader.ok());
        const auto kept = load_calibration(**reader, answer({})["model_hash"].get<std::string>(), "species");
        QVERIFY(kept.ok() && kept->has_value());
        QVERIFY(near((*kept)->calibration.probability(1.0), last));
        QVERIFY(!answer({}).contains("calibration"));
        // Too few pairs to say anything: the figures come all the same.
        const json few = answer({"--calibrate", "--where", "species=species_01"});
        QVERIFY(!few.contains("calibration") && !few["calibration_problem"].get<std::string>().empty());
        QVERIFY(few.contains("map_at_r"));
    }

    void compares_two_models_query_by_query() {
        const CliResult whitened = m_cli.run({"models", "whiten", "--library", path("Birds.fieldmark"),
                                              "--dimension", "8", "--name", "white", "--use"});
        QVERIFY2(whitened.status == 0, whitened.err.c_str());
        const json white = answer({"--compare", "efficientnet-lite0"});
        const json plain = answer({"--compare", "white", "--model", "efficientnet-lite0"});
        const json& there = white["comparison"];
        const json& back = plain["comparison"];
        QCOMPARE(there["first"].get<std::string>(), "efficientnet-lite0");
        QCOMPARE(there["second"].get<std::string>(), "white");
        QVERIFY(there["first_hash"] == plain["model_hash"]);
        QCOMPARE(there["queries"].get<int>(), kPictures);
        QCOMPARE(there["left_out"].get<int>(), 0);
        QCOMPARE(there["won"].get<int>() + there["lost"].get<int>() + there["equal"].get<int>(), kPictures);
        QVERIFY(there["won"].get<int>() + there["lost"].get<int>() > 0);
        QVERIFY(there["won"] == back["lost"]);
        QVERIFY(there["lost"] == back["won"]);
        // Each side is that model's own figure, the interval holds the difference.
        QVERIFY(near(there["map_at_r"]["second"].get<double>(), white["map_at_r"].get<double>()));
        QVERIFY(near(there["map_at_r"]["first"].get<double>(), plain["map_at_r"].get<double>()));
        QVERIFY(near(there["recall_at_1"]["first"].get<double>(), plain["recall_at"]["1"].get<double>()));
        const json& over = there["map_at_r"]["over_queries"];
        QVERIFY(near(over["value"].get<double>(),
                     white["map_at_r"].get<double>() - plain["map_at_r"].get<double>()));
        QVERIFY(over["low"].get<double>() <= over["value"].get<double>() &&
                over["value"].get<double>() <= over["high"].get<double>());
        QCOMPARE(run({"--compare", "owl"}).status, 3);
    }
};

QTEST_GUILESS_MAIN(TestCliEvaluate)
#include "test_cli_evaluate.moc"
