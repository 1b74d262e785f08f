// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <csignal>
#include <cstdio>
#include <thread>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/train/command.h"

using namespace fieldmark;
using namespace fieldmark::train_program;

namespace {

volatile std::sig_atomic_t interrupted = 0;

/// The first Ctrl-C asks for an orderly end, the second one ends.
void interrupt(int signal) {
    interrupted = 1;
    std::signal(signal, SIG_DFL);
}

std::string dump(const nlohmann::json& json) {
    return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

int fail(bool json, const Error& error) {
    std::fprintf(stderr, "%s\n", error.text.c_str());
    if (json) {
        nlohmann::json object;
        object["error"] = {{"kind", to_string(error.kind)}, {"text", error.text}};
        std::printf("%s\n", dump(object).c_str());
    }
    return error.kind == ErrorKind::Usage ? 2 : 3;
}

}  // namespace

void Context::note(const std::string& line) const {
    std::fprintf(stderr, "%s\n", line.c_str());
    std::fflush(stderr);
}

int main(int argc, char** argv) {
    CLI::App app("Learns embeddings from a packed image cache; needs LibTorch alone.", "fieldmark-train");
    app.fallthrough();
    app.require_subcommand(0, 1);
    app.set_version_flag("--version", "fieldmark-train " FIELDMARK_VERSION);
    bool json = false;
    app.add_flag("--json", json, "Answer with one JSON object on standard output");
    app.footer("Exit status: 0 done; 2 wrong usage; 3 failed.");
    Action action;
    add_learn(app, action);
    add_evaluate(app, action);
    add_info(app, action);
    try {
        app.parse(argc, argv);
        if (!action) throw CLI::CallForHelp();
    } catch (const CLI::Success& wanted) {
        return app.exit(wanted);
    } catch (const CLI::ParseError& error) {
        return fail(json, {ErrorKind::Usage, std::string(error.what()) + ". See: fieldmark-train --help"});
    }
    std::signal(SIGINT, interrupt);
    std::signal(SIGTERM, interrupt);
    std::stop_source stop;
    const std::jthread watch([&stop](std::stop_token ended) {
        while (!ended.stop_requested()) {
            if (interrupted != 0) stop.request_stop();
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
        }
    });
    const auto answer = action({json, stop.get_token()});
    if (!answer) return fail(json, answer.error());
    if (json) std::printf("%s\n", dump(*answer).c_str());
    return 0;
}
