// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// One step of a network that learns, forward and back, by this project's kernels and by LibTorch's operators
// alone, turn by turn in one run. Prints one line of JSON: processor seconds a picture, the best of the
// rounds, and how many times as quick the first is.
#include <torch/torch.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <vector>

#include "core/base/file_system.h"
#include "core/engine/pictures/cpu_clock.h"
#include "core/models/manifest.h"
#include "core/models/model_registry.h"
#include "core/models/safetensors.h"
#include "core/training/trainable_network.h"

namespace {

using namespace fieldmark;

struct Way {
    std::unique_ptr<TrainableNetwork> network;
    double best = 0;  ///< processor seconds a picture
};

/// Processor time of all threads a picture: other work on the machine counts less than in what a clock shows.
double step(Way& way, const std::vector<std::uint8_t>& pixels, int count, int side) {
    const double begin = process_cpu_seconds();
    const torch::Tensor embeddings = way.network->forward(pixels, count, side);
    way.network->backward(torch::ones_like(embeddings));
    return (process_cpu_seconds() - begin) / count;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Times a step of training.");
    std::string model;
    int pictures = 32, rounds = 5, side = 0;
    TrainableNetworkOptions options;
    options.threads = 1;
    app.add_option("--model", model, "name or hash; without it the default model");
    app.add_option("--pictures", pictures, "in a step")->capture_default_str();
    app.add_option("--rounds", rounds, "of one step each way")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--side", side, "pixels; 0: the model's input")->capture_default_str();
    app.add_option("--threads", options.threads, "0: as many as there are cores")->capture_default_str();
    app.add_option("--frozen", options.frozen_blocks, "blocks that keep their weights")
        ->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    at::globalContext().setFlushDenormal(true);  // as every training does

    const auto fail = [](const Error& error) {
        std::cerr << error.text << "\n";
        return 1;
    };
    const ModelRegistry registry;
    const auto info = registry.find(model);
    if (!info) return fail(info.error());
    const auto manifest = read_manifest(info->path);
    if (!manifest) return fail(manifest.error());
    auto bytes = FileSystem::posix().read(manifest->weights_path);
    if (!bytes) return fail(bytes.error());
    const auto weights = Safetensors::parse(std::move(*bytes), manifest->weights_path);
    if (!weights) return fail(weights.error());
    if (side == 0) side = info->input_width;

    Way ways[2];
    for (const bool own : {true, false}) {
        options.own_kernels = own;
        options.products =
            own ? TrainableNetworkOptions::Products::Best : TrainableNetworkOptions::Products::Blas;
        auto network = make_trainable_network(*weights, *info, options);
        if (!network) return fail(network.error());
        Way& way = ways[own ? 0 : 1];
        way.network = std::move(*network);
    }
    side = ways[0].network->fitting_side(side);
    std::mt19937 random(1);
    std::vector<std::uint8_t> pixels(static_cast<std::size_t>(pictures) * static_cast<std::size_t>(side) *
                                     static_cast<std::size_t>(side) * 3);
    for (std::uint8_t& value : pixels) value = static_cast<std::uint8_t>(random());
    for (Way& way : ways) step(way, pixels, pictures, side);
    for (int round = 0; round < rounds; ++round) {
        for (Way& way : ways) {
            const double seconds = step(way, pixels, pictures, side);
            way.best = way.best > 0 ? std::min(way.best, seconds) : seconds;
        }
    }
    nlohmann::ordered_json answer;
    answer["model"] = info->name;
    answer["side"] = side;
    answer["seconds_a_picture"] = ways[0].best;
    answer["libtorch_seconds_a_picture"] = ways[1].best;
    answer["times_libtorch"] = ways[1].best / ways[0].best;
    std::cout << answer.dump() << "\n";
    return 0;
}
