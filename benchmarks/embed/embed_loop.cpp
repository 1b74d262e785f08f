// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// The bare model loop as a program: prints one line of JSON. compare.py calls it.
#include <CLI/CLI.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "core/models/embed_benchmark.h"
#include "core/models/model_registry.h"

int main(int argc, char** argv) {
    CLI::App app("Times the model alone, without decoding or writing.");
    int batch = 16;
    double seconds = 3;
    std::string model;
    std::string engine = "best";
    fieldmark::BackboneOptions options;
    app.add_option("--batch", batch, "pictures in a batch")->capture_default_str();
    app.add_option("--seconds", seconds, "how long to measure")->capture_default_str();
    app.add_option("--threads", options.threads, "0: as many as there are cores")->capture_default_str();
    app.add_option("--model", model, "name or hash; without it the default model");
    app.add_option("--device", options.device, "auto, cpu or cuda")->capture_default_str();
    app.add_option("--engine", engine, "best, onednn or eager")
        ->check(CLI::IsMember({"best", "onednn", "eager"}))
        ->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    options.fused = engine != "eager";
    options.own_kernels = engine == "best";

    const auto fail = [](const fieldmark::Error& error) {
        std::cerr << error.text << (error.detail.empty() ? "" : "\n") << error.detail << "\n";
        return 1;
    };
    const fieldmark::ModelRegistry registry;
    const auto info = registry.find(model);
    if (!info) return fail(info.error());
    auto backbone = registry.load(*info, options);
    if (!backbone) return fail(backbone.error());
    const auto result = fieldmark::benchmark_embedding(**backbone, batch, options.threads, seconds);
    if (!result) return fail(result.error());
    const nlohmann::json json = {{"model", result->model},
                                 {"engine", result->engine},
                                 {"batch", result->batch},
                                 {"threads", result->threads},
                                 {"repetitions", result->seconds.size()},
                                 {"images_per_second", result->images_per_second},
                                 {"best_images_per_second", result->best_images_per_second}};
    std::cout << json.dump() << "\n";
    return 0;
}
