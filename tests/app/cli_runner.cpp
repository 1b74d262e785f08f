// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/app/cli_runner.h"

#include <fstream>
#include <sstream>
#include <utility>

#include <sys/prctl.h>
#include <unistd.h>
#include <QFile>
#include <QProcessEnvironment>

#include <linux/capability.h>

#include "tests/support/picture_bytes.h"

namespace fieldmark::testing {

namespace {

constexpr int patience_ms = 300'000;

/// Root without these obeys modes like everybody else. In force from the next exec on.
void give_up_override() {
    if (geteuid() != 0) return;
    prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0);
    prctl(PR_CAPBSET_DROP, CAP_DAC_READ_SEARCH, 0, 0, 0);
    prctl(PR_CAPBSET_DROP, CAP_FOWNER, 0, 0, 0);
}

/// QProcess takes QString arguments, which cannot spell every name; a shell that takes them by octal escapes
/// can.
QString shell_word(const QByteArray& bytes) {
    QString word = QStringLiteral("\"$(printf '");
    for (const char c : bytes) {
        word += QStringLiteral("\\%1").arg(static_cast<int>(static_cast<unsigned char>(c)), 3, 8,
                                           QLatin1Char('0'));
    }
    return word + QStringLiteral("')\"");
}

}  // namespace

CliRunner::CliRunner(QByteArray program) : m_program(std::move(program)) {}

void CliRunner::prepare(QProcess& process) const {
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const char* name : {"HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"}) {
        environment.insert(QString::fromLatin1(name), m_home.path());
    }
    environment.remove(QStringLiteral("FIELDMARK_LIBRARY"));
    environment.remove(QStringLiteral("DISPLAY"));
    process.setProcessEnvironment(environment);
    if (m_obeys_permissions) process.setChildProcessModifier(give_up_override);
}

std::unique_ptr<QProcess> CliRunner::start(const QList<QByteArray>& arguments) {
    auto process = std::make_unique<QProcess>();
    prepare(*process);
    QString command = QStringLiteral("exec ") + shell_word(m_program);
    for (const QByteArray& argument : arguments) command += QLatin1Char(' ') + shell_word(argument);
    process->start(QStringLiteral("/bin/sh"), {QStringLiteral("-c"), command});
    process->waitForStarted();
    return process;
}

CliResult CliRunner::run(QList<QByteArray> arguments) {
    if (!arguments.isEmpty() && arguments.last() == "--text") {
        arguments.removeLast();
    } else {
        arguments.append("--json");
    }
    const std::unique_ptr<QProcess> process = start(arguments);
    CliResult result;
    if (!process->waitForFinished(patience_ms)) {
        process->kill();
        process->waitForFinished();
        result.err = m_program.toStdString() + " did not end";
        return result;
    }
    result.crashed = process->exitStatus() == QProcess::CrashExit;
    result.status = process->exitCode();
    result.out = process->readAllStandardOutput().toStdString();
    result.err = process->readAllStandardError().toStdString();
    return result;
}

bool CliRunner::can_obey_permissions() {
    if (geteuid() != 0) return true;
    QTemporaryDir folder;
    const QString secret = folder.filePath(QStringLiteral("secret"));
    write_file(secret.toStdString(), "x");
    QFile::setPermissions(secret, {});
    QProcess reader;
    reader.setChildProcessModifier(give_up_override);
    reader.start(QStringLiteral("cat"), {secret});
    reader.waitForFinished();
    return reader.exitCode() != 0;
}

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream content;
    content << file.rdbuf();
    return content.str();
}

}  // namespace fieldmark::testing
