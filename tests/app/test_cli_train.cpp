// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <set>

#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>

#include "core/models/safetensors_writer.h"
#include "tests/app/cli_runner.h"
#include "tests/support/picture_bytes.h"
#include "tests/support/specimens.h"
#include "tests/training/tiny_lite.h"

using namespace fieldmark;
using namespace fieldmark::testing;
using nlohmann::json;

namespace {

constexpr int kClasses = 6, kEach = 6;

/// A head that a test can afford.
const QList<QByteArray> kSmallHead{
    "--method", "proxy-nca++",  "--label", "species",         "--threads", "1",
    "--set",    "dimension=16", "--set",   "batch_classes=3", "--set",     "batch_per_class=4"};
/// A whole network that a test can afford, on the model that initTestCase() brings.
const QList<QByteArray> kSmallNetwork{"--end-to-end",
                                      "--method",
                                      "proxy-nca++",
                                      "--label",
                                      "species",
                                      "--model",
                                      "tiny",
                                      "--threads",
                                      "1",
                                      "--set",
                                      "rate=0.002",
                                      "--set",
                                      "refit=no",
                                      "--set",
                                      "batch_classes=3",
                                      "--set",
                                      "batch_per_class=4"};
const QList<QByteArray> kSmallCodes{
    "--method", "gdfnet",     "--label",  "species",        "--model",     "tiny",  "--threads",
    "1",        "--set",      "width=16", "--set",          "features=24", "--set", "neighbours=2",
    "--set",    "rate=0.005", "--set",    "batch_classes=4"};

bool is_share(const json& value) {
    return value.is_number() && value.get<double>() >= 0 && value.get<double>() <= 1;
}

}  // namespace

/// "train" from the command line: what it answers, what each option does, what it refuses, and that a killed
/// one goes on.
class TestCliTrain : public QObject {
    Q_OBJECT

    CliRunner m_cli;
    QTemporaryDir m_folder;

    QByteArray path(const QByteArray& name) const { return m_folder.path().toLocal8Bit() + '/' + name; }
    QByteArray library() const { return path("Birds.fieldmark"); }

    CliResult train(const QList<QByteArray>& recipe, const QList<QByteArray>& more) {
        return m_cli.run(QList<QByteArray>{"train", "--library", library()} + recipe + more);
    }
    /// Names in the library's models folder, hidden ones too.
    std::set<std::string> models() const {
        std::set<std::string> names;
        std::error_code absent;
        for (const auto& entry :
             std::filesystem::directory_iterator(library().toStdString() + "/models", absent))
            names.insert(entry.path().filename().string());
        return names;
    }
    /// Starts a training that takes seconds and kills it once it has learned for a while.
    void kill_in_the_middle(const QList<QByteArray>& recipe, const QList<QByteArray>& more,
                            const QByteArray& name) {
        const auto process =
            m_cli.start(QList<QByteArray>{"train", "--library", library(), "--name", name} + recipe + more);
        const std::string checkpoint =
            library().toStdString() + "/models/." + name.toStdString() + ".training/checkpoint";
        std::error_code absent;
        std::filesystem::file_time_type first{};
        QElapsedTimer timer;
        timer.start();
        // The first one is written before the first step; a later one holds epochs.
        while (!timer.hasExpired(120'000) && !process->waitForFinished(20)) {
            const auto written = std::filesystem::last_write_time(checkpoint, absent);
            if (absent) continue;
            if (first == std::filesystem::file_time_type{}) first = written;
            if (written != first) break;
        }
        QCOMPARE(process->state(), QProcess::Running);
        kill(static_cast<pid_t>(process->processId()), SIGKILL);
        QVERIFY(process->waitForFinished());
        QCOMPARE(process->exitStatus(), QProcess::CrashExit);
    }

  private Q_SLOTS:
    void initTestCase() {
        QVERIFY(m_folder.isValid());
        write_specimens(path("birds").toStdString(),
                        {.classes = kClasses, .per_class = kEach, .width = 160, .height = 120});
        const CliResult imported = m_cli.run(
            {"import", path("birds"), "--library", library(), "--labels", path("birds/labels.csv")});
        QVERIFY2(imported.status == 0, imported.err.c_str());
        const auto weights = write_safetensors(tiny_lite());
        write_file(path("tiny.safetensors").toStdString(),
                   std::string(reinterpret_cast<const char*>(weights.data()), weights.size()));
        const CliResult brought =
            m_cli.run({"models", "import", path("tiny.safetensors"), "--name", "tiny", "--input", "64"});
        QVERIFY2(brought.status == 0, brought.err.c_str());
        QCOMPARE(brought.json()["kind"].get<std::string>(), "efficientnet-lite");
    }

    void answers_with_all_fields() {
        const CliResult result = train(kSmallHead, {"--epochs", "4", "--name", "plain"});
        QVERIFY2(result.status == 0, result.err.c_str());
        const json answer = result.json();
        QCOMPARE(answer["name"].get<std::string>(), "plain");
        QCOMPARE(answer["method"].get<std::string>(), "proxy-nca++");
        QCOMPARE(answer["base"].get<std::string>(), "efficientnet-lite0");
        QCOMPARE(answer["pictures"].get<int>(), kClasses * kEach);
        QCOMPARE(answer["classes"].get<int>(), kClasses);
        QCOMPARE(answer["fit_classes"].get<int>(), kClasses - 2);
        QVERIFY(answer["failed"].empty());
        for (const char* why : {"unlabelled", "not_embedded", "unreadable", "single_classes"})
            QCOMPARE(answer["left_out"][why].get<int>(), 0);
        QCOMPARE(answer["epochs"].get<int>(), 4);
        const int best = answer["best_epoch"].get<int>();
        QVERIFY(best >= 0 && best <= 4);
        QVERIFY(answer["seconds"].get<double>() > 0);
        QVERIFY(!answer["cancelled"].get<bool>());
        QVERIFY(answer["trainable_parameters"].get<int>() > 0);
        for (const char* when : {"before", "validation"}) {
            QVERIFY(is_share(answer[when]["recall_at_1"]) && is_share(answer[when]["map_at_r"]));
            QCOMPARE(answer[when]["classes"].get<int>(), 2);
            QCOMPARE(answer[when]["queries"].get<int>(), 2 * kEach);
        }
        const json& change = answer["change"]["map_at_r"];
        const double gain =
            answer["validation"]["map_at_r"].get<double>() - answer["before"]["map_at_r"].get<double>();
        QVERIFY(std::abs(change["mean"].get<double>() - gain) < 1e-6);
        QVERIFY(change["low"].get<double>() <= gain && gain <= change["high"].get<double>());
        // Epoch 0 is a candidate, and the best one is what the figures are of.
        QCOMPARE(answer["history"].size(), std::size_t{5});
        const json& chosen = answer["history"][static_cast<std::size_t>(best)];
        QCOMPARE(chosen["epoch"].get<int>(), best);
        QVERIFY(chosen["best"].get<bool>());
        QCOMPARE(chosen["map_at_r"].get<double>(), answer["validation"]["map_at_r"].get<double>());
        for (const json& epoch : answer["history"])
            QVERIFY(epoch["map_at_r"].get<double>() <= answer["validation"]["map_at_r"].get<double>());
        // The model is what the answer says, and not in use.
        QCOMPARE(answer["folder"].get<std::string>(), library().toStdString() + "/models/plain");
        const json listed = m_cli.run({"models", "list", "--library", library()}).json();
        const auto found = std::find_if(listed["models"].begin(), listed["models"].end(),
                                        [](const json& model) { return model["name"] == "plain"; });
        QVERIFY(found != listed["models"].end());
        QCOMPARE((*found)["hash"].get<std::string>(), answer["model_hash"].get<std::string>());
        QCOMPARE((*found)["dimension"].get<int>(), 16);
        QVERIFY(!(*found)["current"].get<bool>());
        // The same seed gives the same model, another one another.
        const json again = train(kSmallHead, {"--epochs", "4", "--name", "again"}).json();
        QCOMPARE(again["model_hash"].get<std::string>(), answer["model_hash"].get<std::string>());
        // A list shows one of them, so the other is named.
        QVERIFY(answer["note"].get<std::string>().find("same vectors") == std::string::npos);
        QVERIFY(again["note"].get<std::string>().find("same vectors as the model \"plain\"") !=
                std::string::npos);
        QVERIFY(models().contains("plain") && models().contains("again"));
        // By its own name the other one can go, and takes nothing of the first along.
        const CliResult removed = m_cli.run({"models", "remove", "plain", "--library", library()});
        QVERIFY2(removed.status == 0, removed.err.c_str());
        QVERIFY(models().contains("again") && !models().contains("plain"));
        const json other = train(kSmallHead, {"--epochs", "4", "--name", "other", "--seed", "2"}).json();
        QVERIFY(other["model_hash"] != answer["model_hash"]);

        const CliResult text = train(kSmallHead, {"--epochs", "2", "--name", "told", "--text"});
        QCOMPARE(text.status, 0);
        QVERIFY(text.out.starts_with("Model \"told\", epoch "));
        const auto said = text.out.find("MAP@R changed by ");
        QVERIFY2(said != std::string::npos, text.out.c_str());
        // It is offered, unless it is worse for certain.
        QCOMPARE(text.out.find("models use \"told\"") != std::string::npos,
                 text.out.find("the new model is worse") == std::string::npos);
    }

    void validation_is_a_share_of_the_classes() {
        const CliResult half = train(kSmallHead, {"--epochs", "1", "--name", "half", "--validation", "0.5"});
        QVERIFY2(half.status == 0, half.err.c_str());
        const json answer = half.json();
        QCOMPARE(answer["fit_classes"].get<int>(), 3);
        QCOMPARE(answer["validation"]["classes"].get<int>(), 3);
        QCOMPARE(answer["validation"]["queries"].get<int>(), 3 * kEach);
    }

    void budget_is_in_minutes() {
        const CliResult result =
            train(kSmallHead, {"--epochs", "100000", "--budget", "0.03", "--name", "short"});
        QVERIFY2(result.status == 0, result.err.c_str());
        const json answer = result.json();
        // 1.8 seconds: far too few for the epochs, and far more than 0.03 seconds.
        QVERIFY(answer["epochs"].get<int>() > 0 && answer["epochs"].get<int>() < 100'000);
        QVERIFY2(answer["seconds"].get<double>() > 0.5, result.out.c_str());
        QVERIFY(answer["seconds"].get<double>() < 60);
        QVERIFY(!answer["note"].get<std::string>().empty());
        QVERIFY(!answer["folder"].get<std::string>().empty());
    }

    void killed_and_resumed() {
        // A whole network writes a checkpoint after every epoch, so that no clock is needed to kill it.
        const QList<QByteArray> long_enough{"--epochs", "40"};
        const CliResult whole = train(kSmallNetwork, long_enough + QList<QByteArray>{"--name", "whole"});
        QVERIFY2(whole.status == 0, whole.err.c_str());
        kill_in_the_middle(kSmallNetwork, long_enough, "killed");
        if (QTest::currentTestFailed()) return;
        QVERIFY(!models().contains("killed"));
        QVERIFY(models().contains(".killed.training"));
        // Another training is not what was killed, and does not harm it.
        const CliResult other = train(
            kSmallNetwork, long_enough + QList<QByteArray>{"--name", "killed", "--seed", "2", "--resume"});
        QCOMPARE(other.status, 2);
        QCOMPARE(other.json()["error"]["kind"].get<std::string>(), "usage");
        const CliResult rest =
            train(kSmallNetwork, long_enough + QList<QByteArray>{"--name", "killed", "--resume"});
        QVERIFY2(rest.status == 0, rest.err.c_str());
        const auto said = rest.err.find("Going on after epoch ");
        QVERIFY(said != std::string::npos);
        QVERIFY(std::stoi(rest.err.substr(said + std::strlen("Going on after epoch "))) > 0);
        const json resumed = rest.json(), unbroken = whole.json();
        QCOMPARE(resumed["epochs"].get<int>(), 40);
        QCOMPARE(resumed["history"].size(), unbroken["history"].size());
        for (std::size_t epoch = 0; epoch < resumed["history"].size(); ++epoch) {
            for (const char* what : {"losses", "map_at_r"})
                QVERIFY(resumed["history"][epoch][what] == unbroken["history"][epoch][what]);
        }
        QVERIFY(!unbroken["model_hash"].get<std::string>().empty());
        QCOMPARE(resumed["model_hash"].get<std::string>(), unbroken["model_hash"].get<std::string>());
        QVERIFY(models().contains("killed") && !models().contains(".killed.training"));
    }

    void end_to_end() {
        const CliResult result = train(kSmallNetwork, {"--epochs", "6", "--name", "network"});
        QVERIFY2(result.status == 0, result.err.c_str());
        const json answer = result.json();
        QCOMPARE(answer["base"].get<std::string>(), "tiny");
        QCOMPARE(answer["pictures"].get<int>(), kClasses * kEach);
        QVERIFY(answer["trainable_parameters"].get<int>() > 10'000);
        QCOMPARE(answer["trainable_parameters"].get<int>(), answer["total_parameters"].get<int>());
        QCOMPARE(answer["history"].size(), std::size_t{7});
        for (std::size_t epoch = 1; epoch < 7; ++epoch)
            QVERIFY(answer["history"][epoch]["losses"]["total"].get<double>() > 0);
        // A model where an epoch was better than the network it began with, else none and a word why.
        const bool better =
            answer["validation"]["map_at_r"].get<double>() > answer["before"]["map_at_r"].get<double>();
        QCOMPARE(answer["folder"].get<std::string>().empty(), !better);
        QCOMPARE(answer["note"].get<std::string>().find("no model") != std::string::npos, !better);
        QCOMPARE(models().contains("network"), better);
    }

    void codes_are_learned_and_evaluated() {
        const CliResult result =
            train(kSmallCodes, {"--epochs", "6", "--bits", "12", "--name", "codes", "--validation", "0.34"});
        QVERIFY2(result.status == 0, result.err.c_str());
        const json learned = result.json();
        QVERIFY2(!learned["folder"].get<std::string>().empty(), result.out.c_str());
        const json info = m_cli.run({"models", "info", "codes", "--library", library()}).json();
        QCOMPARE(info["bits"].get<int>(), 12);
        const CliResult used = m_cli.run({"models", "use", "codes", "--library", library()});
        QVERIFY2(used.status == 0, used.err.c_str());

        const QList<QByteArray> ask{"evaluate", "--library", library(), "--label", "species", "--hamming"};
        const CliResult evaluated = m_cli.run(ask);
        QVERIFY2(evaluated.status == 0, evaluated.err.c_str());
        const json hamming = evaluated.json()["hamming"];
        QCOMPARE(hamming["bits"].get<int>(), 12);
        QCOMPARE(hamming["bytes_per_picture"].get<int>(), 8);
        QCOMPARE(hamming["queries"].get<int>(), kClasses * kEach);
        QVERIFY(is_share(hamming["recall_at_1"]));
        // MAP@R cuts off what mAP@All goes on adding.
        QVERIFY(hamming["map_at_r"].get<double>() > 0);
        QVERIFY(hamming["map_at_r"].get<double>() <= hamming["mean_average_precision"].get<double>());
        // What it was taught is said beside the figures, also of one of two models.
        QCOMPARE(evaluated.json()["learned_classes"].get<int>(), kClasses);
        const json untaught = m_cli
                                  .run({"evaluate", "--library", library(), "--label", "species", "--model",
                                        "efficientnet-lite0", "--compare", "codes"})
                                  .json();
        QCOMPARE(untaught["learned_classes"].get<int>(), 0);
        QCOMPARE(untaught["comparison"]["first_learned_classes"].get<int>(), kClasses);
        // Ties fall as one fixed shuffle has it, whatever else is drawn.
        QVERIFY(m_cli.run(ask + QList<QByteArray>{"--seed", "9"}).json()["hamming"] == hamming);
        const CliResult text = m_cli.run(ask + QList<QByteArray>{"--text"});
        QVERIFY(text.out.find("Codes of 12 bits, 8 bytes a picture") != std::string::npos);

        const QList<QByteArray> search{"search", path("birds/species_00/individual_00.jpg"), "--library",
                                       library(), "--hamming"};
        const json matches = m_cli.run(search).json()["results"];
        QVERIFY(!matches.empty());
        for (std::size_t n = 1; n < matches.size(); ++n)
            QVERIFY(matches[n - 1]["distance"].get<int>() <= matches[n]["distance"].get<int>());
        const CliResult nearest = m_cli.run(search + QList<QByteArray>{"--text"});
        QVERIFY2(nearest.status == 0, nearest.err.c_str());
        QVERIFY2(nearest.out.find("bits apart") != std::string::npos, nearest.out.c_str());

        const CliResult none = m_cli.run(ask + QList<QByteArray>{"--model", "efficientnet-lite0"});
        QCOMPARE(none.status, 2);
        QVERIFY(none.json()["error"]["text"].get<std::string>().find("gdfnet") != std::string::npos);

        // What comes next does not stand on it: it has seen the classes that would be checked on.
        QList<QByteArray> unnamed = kSmallCodes;
        unnamed.remove(unnamed.indexOf("--model"), 2);
        const CliResult next = train(unnamed, {"--epochs", "1", "--bits", "12", "--name", "next"});
        QVERIFY2(next.status == 0, next.err.c_str());
        QCOMPARE(next.json()["base"].get<std::string>(), std::string("tiny"));
        // A head needs vectors, which the library has none of from what is beneath.
        const CliResult head = train(kSmallHead, {"--epochs", "1", "--name", "head-on-codes"});
        QVERIFY2(head.status == 0, head.err.c_str());
        QCOMPARE(head.json()["base"].get<std::string>(), std::string("codes"));
        // Nothing of that name was stopped: it begins anew, and says so.
        const CliResult anew = train(kSmallHead, {"--epochs", "1", "--name", "mistyped", "--resume"});
        QVERIFY2(anew.status == 0, anew.err.c_str());
        QVERIFY2(anew.err.find("no checkpoint of a training called \"mistyped\"") != std::string::npos,
                 anew.err.c_str());
        // Its classes to check on are no new ones, and that is said.
        const auto checked = [](const json& answer) {
            return answer["classes"].get<int>() - answer["fit_classes"].get<int>();
        };
        QCOMPARE(head.json()["learned_classes"].get<int>(), checked(head.json()));
        QCOMPARE(next.json()["learned_classes"].get<int>(), 0);
        QCOMPARE(m_cli.run({"models", "use", "former", "--library", library()}).status, 0);
    }

    void refuses_what_cannot_work_data() {
        QTest::addColumn<QList<QByteArray>>("arguments");
        QTest::addColumn<int>("status");
        const auto row = [](const char* name, const QList<QByteArray>& arguments, int status) {
            QTest::newRow(name) << arguments << status;
        };
        row("no label", {"--method", "gapan"}, 2);
        row("unknown field", {"--label", "colour"}, 2);
        row("unknown method", {"--label", "species", "--method", "magic"}, 2);
        row("unknown option", {"--label", "species", "--set", "alighn=pull"}, 2);
        row("no option", {"--label", "species", "--set", "align"}, 2);
        row("one class", {"--label", "species", "--where", "species=species_00"}, 2);
        row("no picture", {"--label", "species", "--where", "species=phoenix"}, 2);
        row("single pictures", {"--label", "species", "--where", "individual=individual_00"}, 2);
        row("no bits", QList<QByteArray>{"--bits", "0"} + kSmallCodes, 2);
        row("too many bits", QList<QByteArray>{"--bits", "129"} + kSmallCodes, 2);
        row("more bits than pictures", QList<QByteArray>{"--bits", "128"} + kSmallCodes, 2);
        row("no share", {"--label", "species", "--validation", "0"}, 2);
        row("a share of most", {"--label", "species", "--validation", "0.6"}, 2);
        row("a negative budget", {"--label", "species", "--budget", "-1"}, 2);
        row("no transformer", {"--label", "species", "--method", "dva"}, 2);
        row("codes end to end", QList<QByteArray>{"--end-to-end"} + kSmallCodes, 2);
        row("a name that is taken", {"--label", "species", "--name", "again"}, 2);
        row("a name with a slash", {"--label", "species", "--name", "a/b"}, 2);
        row("a base that is not there", {"--label", "species", "--model", "owl"}, 3);
    }
    void refuses_what_cannot_work() {
        QFETCH(QList<QByteArray>, arguments);
        QFETCH(int, status);
        const auto before = models();
        const CliResult result = train({}, arguments);
        QVERIFY(!result.crashed);
        QVERIFY2(result.status == status, (result.out + result.err).c_str());
        const json error = result.json()["error"];
        QCOMPARE(error["kind"].get<std::string>(), status == 2 ? "usage" : "not-found");
        QVERIFY(!error["text"].get<std::string>().empty());
        QVERIFY(models() == before);
    }
    void refuses_a_library_that_is_not_there() {
        const CliResult result =
            m_cli.run({"train", "--library", path("Absent.fieldmark"), "--label", "species"});
        QCOMPARE(result.status, 3);
        QVERIFY(!std::filesystem::exists(path("Absent.fieldmark").toStdString()));
    }

    /// A picture that the import could not read, and two that were deleted and damaged behind the library's
    /// back.
    void unreadable_pictures_are_listed() {
        const QByteArray birds = path("worn");
        const QByteArray own = path("Worn.fieldmark");
        const auto bird = [&](int species, int individual) {
            return (birds + "/species_0" + QByteArray::number(species) + "/individual_0" +
                    QByteArray::number(individual) + ".jpg")
                .toStdString();
        };
        const auto damage = [&](const std::string& file) {
            write_file(file, read_file(file).substr(0, 200));
        };
        write_specimens(birds.toStdString(), {.classes = 5, .per_class = 4, .width = 160, .height = 120});
        damage(bird(0, 0));
        const QList<QByteArray> import{"import", birds, "--library", own, "--labels", birds + "/labels.csv"};
        QCOMPARE(m_cli.run(import).status, 1);
        std::filesystem::remove(bird(1, 1));
        damage(bird(2, 2));
        const auto paths_of = [](const json& answer) {
            std::set<std::string> paths;
            for (const json& one : answer["failed"]) paths.insert(one["path"].get<std::string>());
            return paths;
        };
        const QList<QByteArray> train{"train", "--library", own};
        // Stored vectors do not show what has become of a file since.
        const CliResult head = m_cli.run(train + kSmallHead + QList<QByteArray>{"--epochs", "1"});
        QVERIFY2(head.status == 1, (head.out + head.err).c_str());
        QVERIFY2(paths_of(head.json()) == std::set({bird(0, 0)}), head.out.c_str());
        QCOMPARE(head.json()["left_out"]["unreadable"].get<int>(), 1);
        QCOMPARE(head.json()["pictures"].get<int>(), 19);
        const CliResult network = m_cli.run(train + kSmallNetwork + QList<QByteArray>{"--epochs", "1"});
        QVERIFY2(network.status == 1, (network.out + network.err).c_str());
        QVERIFY(paths_of(network.json()) == std::set({bird(0, 0), bird(1, 1), bird(2, 2)}));
        QCOMPARE(network.json()["left_out"]["unreadable"].get<int>(), 3);
        QCOMPARE(network.json()["pictures"].get<int>(), 17);
        QCOMPARE(network.json()["classes"].get<int>(), 5);
        for (const json& one : network.json()["failed"]) {
            const bool gone = one["path"].get<std::string>() == bird(1, 1);
            QCOMPARE(one["kind"].get<std::string>(), gone ? "not-found" : "damaged");
            QVERIFY(network.err.find(one["text"].get<std::string>()) != std::string::npos);
        }
        // A class of which one picture is left takes no part.
        for (int individual = 1; individual < 4; ++individual) damage(bird(4, individual));
        const CliResult fewer =
            m_cli.run(train + kSmallNetwork + QList<QByteArray>{"--epochs", "1", "--name", "fewer"});
        QVERIFY2(fewer.status == 1, (fewer.out + fewer.err).c_str());
        QCOMPARE(fewer.json()["failed"].size(), std::size_t{6});
        QCOMPARE(fewer.json()["pictures"].get<int>(), 13);
        QCOMPARE(fewer.json()["classes"].get<int>(), 4);
        QCOMPARE(fewer.json()["left_out"]["single_classes"].get<int>(), 1);
    }
};

QTEST_GUILESS_MAIN(TestCliTrain)
#include "test_cli_train.moc"
