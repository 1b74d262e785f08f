// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <csignal>

#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>

#include "tests/app/cli_runner.h"
#include "tests/support/specimens.h"

using namespace fieldmark::testing;
using nlohmann::json;

/// An import that is killed or interrupted keeps what it committed and goes on where it was.
class TestCliCrash : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase() {
        QVERIFY(m_folder.isValid());
        QCOMPARE(write_specimens(pictures().toStdString(),
                                 {.classes = 12, .per_class = 40, .width = 240, .height = 180})
                     .size(),
                 std::size_t{total});
    }

    void killed_and_resumed() {
        const QByteArray library = m_folder.path().toLocal8Bit() + "/Killed.fieldmark";
        int before = 0;
        int kills = 0;
        while (kills < 3) {
            const auto process =
                m_cli.start({"import", pictures(), "--library", library, "--batch", "4", "--json"});
            if (!wait_for_more(library, before, *process)) break;  // it was quicker than we are
            kill(static_cast<pid_t>(process->processId()), SIGKILL);
            QVERIFY(process->waitForFinished());
            QCOMPARE(process->exitStatus(), QProcess::CrashExit);
            ++kills;
            const json info = m_cli.run({"info", "--library", library}).json();
            QVERIFY(info["embeddings"].get<int>() >= before);
            before = info["embeddings"].get<int>();
            // What was committed is sound and can be searched.
            QCOMPARE(m_cli.run({"verify", "--library", library}).status, 0);
        }
        QVERIFY(kills > 0);
        const CliResult rest = m_cli.run({"import", pictures(), "--library", library});
        QVERIFY2(rest.status == 0, rest.err.c_str());
        QCOMPARE(rest.json()["embedded"].get<int>(), total - before);
        check_complete(library);
    }

    void interrupted_and_resumed_data() {
        QTest::addColumn<int>("number");
        QTest::newRow("SIGINT") << SIGINT;
        QTest::newRow("SIGTERM") << SIGTERM;
    }

    void interrupted_and_resumed() {
        QFETCH(int, number);
        const QByteArray library =
            m_folder.path().toLocal8Bit() + "/Stopped" + QByteArray::number(number) + ".fieldmark";
        const auto process =
            m_cli.start({"import", pictures(), "--library", library, "--batch", "4", "--json"});
        QVERIFY(wait_for_more(library, 0, *process));
        kill(static_cast<pid_t>(process->processId()), number);
        QVERIFY(process->waitForFinished(60'000));
        QCOMPARE(process->exitStatus(), QProcess::NormalExit);
        QCOMPARE(process->exitCode(), 3);
        const json stopped = json::parse(process->readAllStandardOutput().toStdString());
        QVERIFY(stopped["cancelled"].get<bool>());
        QCOMPARE(stopped["error"]["kind"].get<std::string>(), "cancelled");
        const int kept = stopped["embedded"].get<int>();
        QVERIFY(kept > 0 && kept < total);
        QVERIFY(stopped["error"]["text"].get<std::string>().find(std::to_string(kept)) != std::string::npos);
        QCOMPARE(m_cli.run({"info", "--library", library}).json()["embeddings"].get<int>(), kept);
        QCOMPARE(m_cli.run({"import", pictures(), "--library", library}).json()["embedded"].get<int>(),
                 total - kept);
        check_complete(library);
    }

  private:
    static constexpr int total = 480;

    QByteArray pictures() const { return m_folder.path().toLocal8Bit() + "/pictures"; }

    /// Until the running import has committed more than `before`. False if it ended first.
    bool wait_for_more(const QByteArray& library, int before, QProcess& process) {
        QElapsedTimer timer;
        timer.start();
        while (!timer.hasExpired(120'000)) {
            if (process.waitForFinished(50)) return false;
            const CliResult info = m_cli.run({"info", "--library", library});
            if (info.status == 0 && info.json()["embeddings"].get<int>() > before) return true;
        }
        return false;
    }

    void check_complete(const QByteArray& library) {
        const json info = m_cli.run({"info", "--library", library}).json();
        QCOMPARE(info["items"].get<int>(), total);
        QCOMPARE(info["embeddings"].get<int>(), total);
        QCOMPARE(info["to_embed"].get<int>(), 0);
        const CliResult verify = m_cli.run({"verify", "--library", library});
        QVERIFY2(verify.status == 0, verify.out.c_str());
    }

    QTemporaryDir m_folder;
    CliRunner m_cli;
};

QTEST_GUILESS_MAIN(TestCliCrash)
#include "test_cli_crash.moc"
