// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "core/base/result.h"

namespace CLI {
class App;
}

namespace fieldmark::train_program {

/// What a command is run with.
struct Context {
    bool json = false;
    std::stop_token stop;  ///< requested by Ctrl-C

    void note(const std::string& line) const;  ///< to standard error
};

/// Does what the command line asked for; the answer goes to standard output.
using Action = std::function<Result<nlohmann::json>(const Context&)>;

void add_learn(CLI::App& app, Action& action);
void add_evaluate(CLI::App& app, Action& action);
void add_info(CLI::App& app, Action& action);

}  // namespace fieldmark::train_program
