// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <cstring>

#include <QGuiApplication>
#include <QLoggingCategory>

#include <CLI/CLI.hpp>

#include "app/cli/command.h"

using namespace fieldmark;
using namespace fieldmark::cli;

namespace {

/// The parser may fail before it has seen --json, but the answer must be JSON all the same.
bool wants_json(int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
        if (std::strcmp(argv[i], "--") == 0) return false;
        if (std::strcmp(argv[i], "--json") == 0) return true;
    }
    return false;
}

int fail(Console& console, const Error& error) {
    console.end_progress();
    console.warn(error.text);
    Json object;
    object["error"] = to_json(error);
    console.answer(object);
    return status_of(error);
}

}  // namespace

int cli::status_of(const Error& error) {
    return error.kind == ErrorKind::Usage ? WrongUsage : Failed;
}

int main(int argc, char** argv) {
    // Pictures are drawn and read without a display, whatever the surroundings say.
    qputenv("QT_QPA_PLATFORM", "offscreen");
    // What Qt has to say about its surroundings helps nobody here; $QT_LOGGING_RULES brings it back.
    QLoggingCategory::setFilterRules(QStringLiteral("*.debug=false\n*.info=false\n*.warning=false"));
    QCoreApplication::setApplicationName(QStringLiteral("fieldmark"));
    QCoreApplication::setApplicationVersion(QStringLiteral(FIELDMARK_VERSION));

    CLI::App app("Finds look-alikes in your own pictures, offline.", "fieldmark-cli");
    bool json = wants_json(argc, argv);
    bool quiet = false;
    app.fallthrough();
    app.require_subcommand(0, 1);
    app.set_version_flag("--version", "fieldmark-cli " FIELDMARK_VERSION);
    app.set_help_flag("-h,--help", "Say what a command does and which options it takes");
    app.add_flag("--json", json, "Answer with one JSON object on standard output");
    app.add_flag("--quiet", quiet, "No progress and no notes on standard error");
    app.footer(
        "Exit status: 0 all done; 1 done, but some images failed (each is listed); 2 wrong usage; 3 failed.\n"
        "\"fieldmark-cli COMMAND --help\" tells more about a command.");
    Action action;
    for (const auto add : {add_import, add_search, add_explain, add_find_mark, add_look, add_evaluate,
                           add_train, add_anchors, add_info, add_models, add_objects, add_export, add_index,
                           add_cache, add_verify, add_bench, add_demo}) {
        add(app, action);
    }

    Console console;
    console.set_json(json);
    try {
        app.parse(argc, argv);
        if (!action) throw CLI::CallForHelp();
    } catch (const CLI::Success& wanted) {  // --help, --version
        return app.exit(wanted);
    } catch (const CLI::ParseError& error) {
        return fail(console, {ErrorKind::Usage, std::string(error.what()) + ". See: fieldmark-cli --help"});
    }
    console.set_json(json);
    console.set_quiet(quiet);

    // Fonts for contact sheets and the plug-ins of picture formats; never a display. Our arguments are not
    // Qt's.
    int qt_argc = 1;
    const QGuiApplication application(qt_argc, argv);
    Interrupt interrupt;
    Context context{console, interrupt};
    const auto answer = action(context);
    if (!answer) return fail(console, answer.error());
    console.answer(answer->json);
    return answer->status;
}
