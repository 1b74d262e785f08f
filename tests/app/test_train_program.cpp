// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <cstring>
#include <filesystem>
#include <set>

#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>

#include "core/models/model_folder.h"
#include "core/training/image_cache.h"
#include "tests/app/cli_runner.h"
#include "tests/support/picture_bytes.h"
#include "tests/training/tiny_lite.h"

using namespace fieldmark;
using namespace fieldmark::testing;
using nlohmann::json;

namespace {

constexpr int kSize = 72;  // of the cache; the network takes 64
constexpr int kClasses = 10, kEach = 8;
constexpr int kSeen = 7;  // the first so many classes are of the split "seen"

}  // namespace

/// fieldmark-train as it runs on a machine that has nothing else: a cache of pictures, a small network.
class TestTrainProgram : public QObject {
    Q_OBJECT

    CliRunner m_train{QByteArrayLiteral(FIELDMARK_TRAIN)};
    QTemporaryDir m_folder;

    QByteArray path(const QByteArray& name) const { return m_folder.path().toLocal8Bit() + '/' + name; }
    QByteArray cache() const { return path("stripes.cache"); }

    QList<QByteArray> learn_by(const QByteArray& method, const QByteArray& name,
                               const QList<QByteArray>& options, const QList<QByteArray>& more) const {
        QList<QByteArray> arguments{
            "learn", cache(), "--method",     method,      "--model", path("base/tiny-lite"), "--name",
            name,    "--out", path("models"), "--threads", "1",       "--validation-share",   "0.3"};
        for (const QByteArray& option : options) arguments << "--option" << option;
        return arguments + more;
    }
    /// "learn" with what a test can afford.
    QList<QByteArray> learn(const QByteArray& name, const QList<QByteArray>& more) const {
        return learn_by("proxy-nca++", name, {"batch_classes=4", "batch_per_class=4", "rate=0.002"}, more);
    }
    QList<QByteArray> learn_codes(const QByteArray& name, const QList<QByteArray>& more) const {
        return learn_by("gdfnet", name,
                        {"width=16", "features=24", "neighbours=2", "rate=0.005", "batch_classes=4"}, more);
    }
    std::string weights(const QByteArray& name) const {
        return read_file((path("models/") + name + "/weights.safetensors").toStdString());
    }

  private Q_SLOTS:
    void initTestCase() {
        QVERIFY(m_folder.isValid());
        const auto pixels = striped_pictures(kClasses * kEach, kClasses, kSize, 60);
        auto writer = ImageCacheWriter::create(FileSystem::posix(), cache().toStdString(), kSize);
        QVERIFY(writer.ok());
        ImageCacheFacts facts;
        facts.size = kSize;
        facts.field = "kind";
        facts.source = "drawn stripes";
        facts.splits = {"seen", "unseen"};
        for (int c = 0; c < kClasses; ++c) facts.classes.push_back("kind " + std::to_string(c));
        for (int i = 0; i < kClasses * kEach; ++i) {
            constexpr std::size_t kBytes = kSize * kSize * 3;
            ImageCacheEntry entry;
            entry.label = i % kClasses;
            entry.split = entry.label < kSeen ? 0 : 1;
            QVERIFY(
                writer->append(std::span(pixels).subspan(static_cast<std::size_t>(i) * kBytes, kBytes), entry)
                    .ok());
        }
        QVERIFY(writer->finish(facts).ok());
        NewModel base;
        base.info = tiny_lite_info(64);
        base.weights = write_safetensors(tiny_lite());
        const auto manifest = write_model_folder(FileSystem::posix(), path("base").toStdString(), base);
        QVERIFY2(manifest.ok(), manifest.ok() ? "" : manifest.error().text.c_str());
    }

    void says_what_is_in_a_cache() {
        const CliResult result = m_train.run({"info", cache()});
        QVERIFY2(result.status == 0, result.err.c_str());
        const json answer = result.json();
        QCOMPARE(answer["pictures"].get<int>(), kClasses * kEach);
        QCOMPARE(answer["size"].get<int>(), kSize);
        QCOMPARE(answer["field"].get<std::string>(), "kind");
        QCOMPARE(answer["classes"].size(), std::size_t{kClasses});
        QVERIFY(answer["splits"] == json({"seen", "unseen"}));
        QCOMPARE(answer["unlabelled"].get<int>(), 0);
        // One bit of one picture.
        std::string bytes = read_file(cache().toStdString());
        bytes[4096 + 100] ^= 1;
        write_file(path("damaged.cache").toStdString(), bytes);
        const CliResult damaged = m_train.run({"info", path("damaged.cache")});
        QCOMPARE(damaged.status, 3);
        QCOMPARE(damaged.json()["error"]["kind"].get<std::string>(), "damaged");
        QCOMPARE(m_train.run({"info", path("absent.cache")}).status, 3);
    }

    void learns_from_a_range_of_classes() {
        const CliResult result = m_train.run(learn("range", {"--classes", "1-6,7", "--epochs", "30"}));
        QVERIFY2(result.status == 0, result.err.c_str());
        const json answer = result.json();
        QCOMPARE(answer["method"].get<std::string>(), "proxy-nca++");
        QCOMPARE(answer["epochs"].get<int>(), 30);
        QVERIFY2(answer["best_epoch"].get<int>() > 0, result.out.c_str());
        QVERIFY(answer["seconds"].get<double>() > 0);
        QCOMPARE(answer["after"]["classes"].get<int>(), 2);
        QCOMPARE(answer["after"]["queries"].get<int>(), 2 * kEach);
        QVERIFY(answer["after"]["map_at_r"].get<double>() > answer["before"]["map_at_r"].get<double>());
        QCOMPARE(answer["trainable_parameters"].get<int>(), answer["total_parameters"].get<int>());
        QCOMPARE(answer["model"].get<std::string>(), path("models/range").toStdString());
        const json manifest = json::parse(read_file(path("models/range/manifest.json").toStdString()));
        QCOMPARE(manifest["training"]["classes"].size(), std::size_t{kSeen});
        QCOMPARE(manifest["training"]["classes"][6].get<std::string>(), "kind 6");
        // The same pictures chosen by their split give the same model.
        const CliResult split = m_train.run(learn("split", {"--split", "seen", "--epochs", "30"}));
        QVERIFY2(split.status == 0, split.err.c_str());
        QVERIFY(!weights("range").empty() && weights("range") == weights("split"));
    }

    void evaluates_classes_it_has_not_learned() {
        const auto evaluate = [&](const QByteArray& model, const QList<QByteArray>& more) {
            return m_train.run(QList<QByteArray>{"evaluate", cache(), "--threads", "1", "--model", model} +
                               more);
        };
        const CliResult result = evaluate(path("models/range"), {"--classes", "8-10"});
        QVERIFY2(result.status == 0, result.err.c_str());
        const json answer = result.json();
        QCOMPARE(answer["model"].get<std::string>(), "range");
        QCOMPARE(answer["classes"].get<int>(), kClasses - kSeen);
        QCOMPARE(answer["queries"].get<int>(), (kClasses - kSeen) * kEach);
        QVERIFY(answer["recall_at"]["1"].get<double>() <= answer["recall_at"]["8"].get<double>());
        QVERIFY(evaluate(path("models/range"), {"--split", "unseen"}).json() == answer);
        const CliResult base = evaluate(path("base/tiny-lite"), {"--classes", "1-7"});
        QVERIFY2(base.status == 0, base.err.c_str());
        const json seen = evaluate(path("models/range"), {"--classes", "1-7"}).json();
        QVERIFY(seen["map_at_r"].get<double>() > base.json()["map_at_r"].get<double>());
        QCOMPARE(evaluate(path("models/range"), {"--hamming"}).status, 2);
    }

    void learns_codes_and_evaluates_them() {
        const CliResult result =
            m_train.run(learn_codes("codes", {"--classes", "1-7", "--bits", "12", "--epochs", "30"}));
        QVERIFY2(result.status == 0, result.err.c_str());
        QVERIFY2(!result.json()["model"].get<std::string>().empty(), result.out.c_str());
        // The subset it was packed into is gone.
        for (const auto& entry : std::filesystem::directory_iterator(path("models").toStdString()))
            QVERIFY(!entry.path().filename().string().starts_with('.'));
        const CliResult evaluated =
            m_train.run({"evaluate", cache(), "--threads", "1", "--model", path("models/codes"), "--models",
                         path("base"), "--hamming"});
        QVERIFY2(evaluated.status == 0, evaluated.err.c_str());
        const json hamming = evaluated.json()["hamming"];
        QCOMPARE(hamming["bits"].get<int>(), 12);
        // Better than chance, which is one class in ten.
        QVERIFY(hamming["recall_at_1"].get<double>() > 0.2);
        QVERIFY(hamming["map_at_r"].get<double>() > 0);
        QVERIFY(hamming["map_at_r"].get<double>() <= hamming["mean_average_precision"].get<double>());
    }

    void budget_is_in_minutes() {
        const CliResult result =
            m_train.run(learn("short", {"--epochs", "100000", "--budget", "0.03", "--option", "refit=no"}));
        QVERIFY2(result.status == 0, result.err.c_str());
        const json answer = result.json();
        QVERIFY(answer["epochs"].get<int>() > 0 && answer["epochs"].get<int>() < 100'000);
        QVERIFY2(answer["seconds"].get<double>() > 0.5, result.out.c_str());
        QVERIFY(answer["seconds"].get<double>() < 60);
        QVERIFY(!answer["note"].get<std::string>().empty());
    }

    void killed_and_resumed() {
        const QList<QByteArray> more{"--classes", "1-7", "--epochs", "30"};
        const std::string whole = weights("range");  // of the same training, not killed
        QVERIFY(!whole.empty());
        const QList<QByteArray> with_checkpoint =
            learn("killed", more + QList<QByteArray>{"--checkpoint", path("checkpoint"), "--resume"});
        const auto process = m_train.start(with_checkpoint);
        QByteArray said;
        QElapsedTimer timer;
        timer.start();
        while (!timer.hasExpired(120'000) && !said.contains("epoch 5 of")) {
            process->waitForReadyRead(20);
            said += process->readAllStandardError();
        }
        QVERIFY2(process->state() == QProcess::Running, said.constData());
        kill(static_cast<pid_t>(process->processId()), SIGKILL);
        QVERIFY(process->waitForFinished());
        QCOMPARE(process->exitStatus(), QProcess::CrashExit);
        QVERIFY(weights("killed").empty());
        QVERIFY(std::filesystem::exists(path("checkpoint").toStdString()));
        // A checkpoint of other pictures is refused and stays.
        const CliResult other =
            m_train.run(learn("killed", {"--classes", "1-8", "--epochs", "30", "--checkpoint",
                                         path("checkpoint"), "--resume"}));
        QCOMPARE(other.status, 2);
        const CliResult rest = m_train.run(with_checkpoint);
        QVERIFY2(rest.status == 0, rest.err.c_str());
        const auto at = rest.err.find("Going on after epoch ");
        QVERIFY2(at != std::string::npos, rest.err.c_str());
        QVERIFY(std::stoi(rest.err.substr(at + std::strlen("Going on after epoch "))) > 0);
        QCOMPARE(rest.json()["epochs"].get<int>(), 30);
        QVERIFY(weights("killed") == whole);
        QVERIFY(!std::filesystem::exists(path("checkpoint").toStdString()));
    }

    void refuses_what_cannot_work_data() {
        QTest::addColumn<QList<QByteArray>>("arguments");
        QTest::addColumn<int>("status");
        const auto row = [](const char* name, const QList<QByteArray>& arguments, int status = 2) {
            QTest::newRow(name) << arguments << status;
        };
        for (const char* places : {"0-3", "5-2", "1-11", "1-", "x", "1;2", "1,,2"})
            row(places, learn("bad", {"--classes", places}));
        row("too few classes", learn("bad", {"--classes", "1-3"}));
        row("unknown split", learn("bad", {"--split", "half"}));
        row("unknown option", learn("bad", {"--option", "ratte=1"}));
        row("no option", learn("bad", {"--option", "rate"}));
        row("a negative budget", learn("bad", {"--budget", "-1"}));
        row("no bits", learn_codes("bad", {"--bits", "0"}));
        row("too many bits", learn_codes("bad", {"--bits", "129"}));
        row("a name that is taken", learn("range", {}));
        row("no name", {"learn", cache(), "--out", path("models")});
        row("no command", {"teach"});
        row("no cache",
            {"learn", path("absent.cache"), "--name", "bad", "--out", path("models"), "--model",
             path("base/tiny-lite")},
            3);
        row("no model",
            {"learn", cache(), "--name", "bad", "--out", path("models"), "--model", path("base/owl")}, 3);
    }
    void refuses_what_cannot_work() {
        QFETCH(QList<QByteArray>, arguments);
        QFETCH(int, status);
        const CliResult result = m_train.run(arguments);
        QVERIFY(!result.crashed);
        QVERIFY2(result.status == status, (result.out + result.err).c_str());
        QVERIFY(!result.json()["error"]["text"].get<std::string>().empty());
        QVERIFY(!std::filesystem::exists(path("models/bad").toStdString()));
    }
};

QTEST_GUILESS_MAIN(TestTrainProgram)
#include "test_train_program.moc"
