// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include <CLI/CLI.hpp>

#include "app/cli/bench.h"

namespace fieldmark::cli {

namespace {

template <typename Arguments>
void set_action(CLI::App& sub, Action& action, const std::shared_ptr<Arguments>& arguments,
                Result<Answer> (*run)(Context&, const Arguments&)) {
    sub.callback([arguments, run, &action] {
        action = [arguments, run](Context& context) { return run(context, *arguments); };
    });
}

const CLI::Range some_threads(0, 1024);

}  // namespace

void add_bench(CLI::App& app, Action& action) {
    CLI::App& command = *app.add_subcommand("bench", "Measure this machine");
    command.require_subcommand(1);

    const auto decode = std::make_shared<BenchDecodeArguments>();
    CLI::App& decode_command = *command.add_subcommand("decode", "Read and decode pictures on one thread");
    decode_command.add_option("paths", decode->paths, "Pictures and folders")->type_name("PATH")->required();
    decode_command.add_option("--cover", decode->cover, "Pixels both sides must cover")
        ->check(CLI::Range(1, 100'000));
    decode_command.add_option("--repeat", decode->repeat, "Times each; the quickest counts")
        ->check(CLI::Range(1, 1000));
    set_action(decode_command, action, decode, bench_decode);

    const auto embed = std::make_shared<BenchEmbedArguments>();
    CLI::App& embed_command = *command.add_subcommand("embed", "The bare model loop, pixels in memory");
    embed_command.add_option("--model", embed->model, "Name or hash of the model")->type_name("NAME");
    embed_command
        .add_option("--engine", embed->engine,
                    "fused (the best one), fp32, int16, fp16, bf16, onednn or eager")
        ->check(CLI::IsMember({"fused", "fp32", "int16", "fp16", "bf16", "onednn", "eager"}));
    embed_command.add_option("--device", embed->device, "auto, cpu or cuda")
        ->check(CLI::IsMember({"auto", "cpu", "cuda"}));
    embed_command.add_option("--batch", embed->batch, "Pictures per batch")
        ->check(CLI::Range(1, 1024))
        ->capture_default_str();
    embed_command.add_option("--threads", embed->threads, "Threads; 0: one per core")->check(some_threads);
    embed_command.add_option("--seconds", embed->seconds, "How long to measure")
        ->check(CLI::Range(0.01, 3600.0))
        ->capture_default_str();
    embed_command.add_flag(
        "--remeasure", embed->remeasure,
        "Measure again which engine, threads and batch are best here, and keep the result");
    embed_command
        .add_option("--agreement", embed->agreement,
                    "Instead of rates: how far int16 is from fp32 over this folder's pictures")
        ->type_name("FOLDER")
        ->excludes("--engine")
        ->excludes("--device")
        ->excludes("--remeasure");
    embed_command
        .add_option("--pictures", embed->pictures,
                    "On a GPU: also decode this folder's pictures, and compare with the CPU on them")
        ->type_name("FOLDER")
        ->excludes("--agreement");
    embed_command.add_option("--limit", embed->limit, "Pictures of that folder, evenly over it")
        ->check(CLI::Range(2, 10'000))
        ->capture_default_str();
    set_action(
        embed_command, action, embed, +[](Context& context, const BenchEmbedArguments& arguments) {
            return arguments.agreement.empty() ? bench_embed(context, arguments)
                                               : bench_agreement(context, arguments);
        });

    const auto search = std::make_shared<BenchSearchArguments>();
    CLI::App& search_command =
        *command.add_subcommand("search", "Exact scan and graph over generated vectors");
    search_command.add_option("--rows", search->rows, "Vectors")
        ->check(CLI::Range(100, 100'000'000))
        ->capture_default_str();
    search_command.add_option("--dimension", search->dimension, "Their length")
        ->check(CLI::Range(2, 65536))
        ->capture_default_str();
    search_command.add_option("--queries", search->queries, "Queries")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    search_command.add_option("--threads", search->threads, "Threads that build the graph; 0: one per core")
        ->check(some_threads);
    search_command.add_option("--seed", search->seed, "Seed of the generated vectors")->capture_default_str();
    set_action(search_command, action, search, bench_search);

    const auto hamming = std::make_shared<BenchHammingArguments>();
    CLI::App& hamming_command =
        *command.add_subcommand("hamming", "Binary codes against a plain popcount loop, on one core");
    hamming_command.add_option("--rows", hamming->rows, "Codes")
        ->check(CLI::Range(100, 100'000'000))
        ->capture_default_str();
    hamming_command.add_option("--bits", hamming->bits, "Bits of a code")
        ->check(CLI::Range(1, 128))
        ->capture_default_str();
    hamming_command.add_option("-k", hamming->k, "Matches")
        ->check(CLI::Range(1, 100'000))
        ->capture_default_str();
    hamming_command.add_option("--queries", hamming->queries, "Queries")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    hamming_command.add_option("--seed", hamming->seed, "Seed of the codes")->capture_default_str();
    set_action(hamming_command, action, hamming, bench_hamming);

    const auto import = std::make_shared<BenchImportArguments>();
    CLI::App& import_command = *command.add_subcommand(
        "import", "Each stage of an import alone, then an import into a temporary library, compared");
    import_command.add_option("path", import->path, "A folder of pictures")->type_name("FOLDER")->required();
    import_command.add_option("--limit", import->limit, "Pictures that the stages are measured on")
        ->check(CLI::Range(16, 1'000'000))
        ->capture_default_str();
    import_command.add_option("--work", import->work, "Where to make the temporary library")
        ->type_name("FOLDER");
    import_command.add_option("--model", import->model, "Name or hash of the model")->type_name("NAME");
    import_command.add_option("--batch", import->batch, "Pictures per batch")
        ->check(CLI::Range(1, 1024))
        ->capture_default_str();
    import_command.add_option("--threads", import->threads, "Threads of the model; 0: one per core")
        ->check(some_threads);
    set_action(import_command, action, import, bench_import);
}

}  // namespace fieldmark::cli
