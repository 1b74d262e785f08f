// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include <QByteArray>
#include <QList>
#include <QProcess>
#include <QTemporaryDir>

#include <nlohmann/json.hpp>

namespace fieldmark::testing {

/// What one run of the program gave.
struct CliResult {
    int status = -1;
    bool crashed = false;
    std::string out;
    std::string err;

    /// Standard output as the one JSON object it must be; throws where it is anything else.
    nlohmann::json json() const { return nlohmann::json::parse(out); }
};

/// Runs fieldmark-cli (or another program of ours) as a user does: a process of its own, arguments as bytes,
/// a home folder of its own.
class CliRunner {
  public:
    explicit CliRunner(QByteArray program = QByteArrayLiteral(FIELDMARK_CLI));

    /// With "--json" if `arguments` do not end in "--text".
    CliResult run(QList<QByteArray> arguments);
    /// Started and left running; standard error goes with standard output into the process's channels.
    std::unique_ptr<QProcess> start(const QList<QByteArray>& arguments);

    /// As a person without the right to read and write everything: root loses its override of permissions.
    void set_obeys_permissions(bool obeys) { m_obeys_permissions = obeys; }
    /// False where permissions cannot be tested: root that cannot give its rights up.
    static bool can_obey_permissions();

    QByteArray home() const { return m_home.path().toLocal8Bit(); }

  private:
    void prepare(QProcess& process) const;

    QByteArray m_program;
    QTemporaryDir m_home;
    bool m_obeys_permissions = false;
};

/// All of a file's bytes; "" if it is not there.
std::string read_file(const std::string& path);

}  // namespace fieldmark::testing
