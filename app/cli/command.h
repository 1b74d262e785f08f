// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "app/cli/console.h"
#include "app/cli/interrupt.h"
#include "app/cli/text.h"
#include "core/base/result.h"

namespace CLI {
class App;
}

namespace fieldmark::cli {

/// Exit statuses, the same for every command.
enum ExitStatus : int {
    AllDone = 0,
    SomeFailed = 1,  ///< done, but some images, rows or checks failed: each is listed
    WrongUsage = 2,
    Failed = 3,
};
int status_of(const Error& error);

/// What a command has at hand while it runs.
struct Context {
    Console& console;
    Interrupt& interrupt;
};

/// What a command gives back; its text for people went to the console already.
struct Answer {
    Json json;
    int status = AllDone;
};

/// Set by the parser: the command that was asked for, its arguments bound.
using Action = std::function<Result<Answer>(Context&)>;

/// Each adds one command to `app`; when that command is parsed, it sets `action`. The arguments live as long
/// as `action` and the parser do.
void add_import(CLI::App& app, Action& action);
void add_search(CLI::App& app, Action& action);
void add_explain(CLI::App& app, Action& action);
void add_find_mark(CLI::App& app, Action& action);
void add_look(CLI::App& app, Action& action);
void add_evaluate(CLI::App& app, Action& action);
void add_train(CLI::App& app, Action& action);
void add_anchors(CLI::App& app, Action& action);
void add_models(CLI::App& app, Action& action);
void add_objects(CLI::App& app, Action& action);
void add_export(CLI::App& app, Action& action);
void add_cache(CLI::App& app, Action& action);
void add_index(CLI::App& app, Action& action);
void add_verify(CLI::App& app, Action& action);
void add_info(CLI::App& app, Action& action);
void add_bench(CLI::App& app, Action& action);
void add_demo(CLI::App& app, Action& action);

}  // namespace fieldmark::cli
