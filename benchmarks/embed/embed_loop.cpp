// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// The bare model loop as a program: prints one line of JSON. compare.py calls it. With --weights it runs any
// weights file, without a manifest, and can write down what it computes.
#include <CLI/CLI.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "core/base/file_system.h"
#include "core/models/embed_benchmark.h"
#include "core/models/make_network.h"
#include "core/models/model_registry.h"
#include "core/models/safetensors.h"

namespace {

using namespace fieldmark;

/// A backbone without a manifest: input (pixel - 127) / 128 of 224 x 224, the class token or the global mean.
Result<std::unique_ptr<Backbone>> load_weights(const std::string& path, const std::string& kind,
                                               int dimension, const BackboneOptions& options) {
    auto bytes = FileSystem::posix().read(path);
    if (!bytes) return bytes.error();
    const auto weights = Safetensors::parse(std::move(*bytes), path);
    if (!weights) return weights.error();
    ModelInfo info;
    info.name = path.substr(path.rfind('/') + 1);
    info.kind = kind;
    info.dimension = dimension;
    info.input_width = info.input_height = 224;
    info.pooling = kind == "vit" ? "class" : "global-mean";
    for (int c = 0; c < 3; ++c) {
        info.mean[c] = 127;
        info.scale[c] = 1.0F / 128;
    }
    return make_network(info, *weights, options);
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Times the model alone, without decoding or writing.");
    int batch = 16;
    double seconds = 3;
    std::string model;
    std::string engine = "best", weights, kind = "vit", pixels;
    int dimension = 0;
    fieldmark::BackboneOptions options;
    app.add_option("--batch", batch, "pictures in a batch")->capture_default_str();
    app.add_option("--seconds", seconds, "how long to measure")->capture_default_str();
    app.add_option("--threads", options.threads, "0: as many as there are cores")->capture_default_str();
    app.add_option("--model", model, "name or hash; without it the default model");
    app.add_option("--device", options.device, "auto, cpu or cuda")->capture_default_str();
    app.add_option("--engine", engine, "best, int16, onednn or eager")
        ->check(CLI::IsMember({"best", "int16", "onednn", "eager"}))
        ->capture_default_str();
    app.add_option("--weights", weights, "a safetensors file instead of a model");
    app.add_option("--kind", kind, "of the weights: vit, efficientnet-lite or mobilenet-v2");
    app.add_option("--dimension", dimension, "of the weights' embedding");
    app.add_option("--pixels", pixels,
                   "a file of one picture's bytes, 224 x 224 RGB: print its embedding, too");
    CLI11_PARSE(app, argc, argv);
    options.fused = engine != "eager";
    options.own_kernels = engine == "best" || engine == "int16";
    if (engine == "int16") options.precision = engine;

    const auto fail = [](const fieldmark::Error& error) {
        std::cerr << error.text << (error.detail.empty() ? "" : "\n") << error.detail << "\n";
        return 1;
    };
    auto backbone = [&]() -> Result<std::unique_ptr<Backbone>> {
        if (!weights.empty()) return load_weights(weights, kind, dimension, options);
        const ModelRegistry registry;
        const auto info = registry.find(model);
        if (!info) return info.error();
        return registry.load(*info, options);
    }();
    if (!backbone) return fail(backbone.error());
    nlohmann::json embedding;
    if (!pixels.empty()) {
        const auto bytes = FileSystem::posix().read(pixels);
        if (!bytes) return fail(bytes.error());
        const auto* begin = reinterpret_cast<const std::uint8_t*>(bytes->data());
        const auto one = (*backbone)->embed(std::span(begin, bytes->size()), 1);
        if (!one) return fail(one.error());
        embedding = *one;
    }
    const auto result = fieldmark::benchmark_embedding(**backbone, batch, options.threads, seconds);
    if (!result) return fail(result.error());
    nlohmann::json json = {{"model", result->model},
                           {"engine", result->engine},
                           {"batch", result->batch},
                           {"threads", result->threads},
                           {"repetitions", result->seconds.size()},
                           {"images_per_second", result->images_per_second},
                           {"best_images_per_second", result->best_images_per_second}};
    if (!embedding.is_null()) json["embedding"] = std::move(embedding);
    std::cout << json.dump() << "\n";
    return 0;
}
