// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/cli/command.h"
#include "core/models/backbone.h"

namespace fieldmark::cli {

struct BenchDecodeArguments {
    std::vector<std::string> paths;
    int cover = 224;
    int repeat = 3;
};
/// Times reading and decoding of each picture on one thread, scaled as an import does it and at full size.
Result<Answer> bench_decode(Context& context, const BenchDecodeArguments& arguments);

struct BenchEmbedArguments {
    std::string model;
    /// "fused" (the best one), "fp32", "int16", "fp16", "bf16", "onednn" or "eager"
    std::string engine = "fused";
    std::string device = "auto";
    int batch = 16;
    int threads = 0;
    double seconds = 5;
    bool remeasure = false;  ///< measure anew how this model runs best here
    std::string agreement;   ///< a folder of pictures for bench_agreement()
    int limit = 1000;        ///< of those, or of `pictures`
    std::string pictures;    ///< a folder of them for bench_device()
};
/// The bare model loop: pixels in memory, nothing else; and what the self-measurement found.
Result<Answer> bench_embed(Context& context, const BenchEmbedArguments& arguments);
/// What bench_embed() adds where the model runs on a device: each step alone, what bounds it, and how far its
/// embeddings are from those of the CPU; with a folder of pictures their decoding too. Prints, and fills in
/// answer.json["device"].
Status bench_device(Context& context, const BenchEmbedArguments& arguments, const ModelInfo& info,
                    Backbone& backbone, Answer& answer);
/// The embeddings of a folder's pictures in int16 against those in fp32. Unsupported where the processor or
/// the model has no int16.
Result<Answer> bench_agreement(Context& context, const BenchEmbedArguments& arguments);

struct BenchSearchArguments {
    int rows = 100'000;
    int dimension = 1280;
    int queries = 200;
    int threads = 0;
    unsigned seed = 1;
};
/// Exact scan and graph over generated vectors, against each other and against memory bandwidth.
Result<Answer> bench_search(Context& context, const BenchSearchArguments& arguments);

struct BenchHammingArguments {
    int rows = 1'000'000;
    int bits = 48;
    int k = 100;
    int queries = 50;
    unsigned seed = 1;
};
/// The Hamming index over generated codes against a plain std::popcount loop, on one core.
Result<Answer> bench_hamming(Context& context, const BenchHammingArguments& arguments);

struct BenchImportArguments {
    std::string path;
    std::string work;  ///< folder for the temporary library; "": the system's temporary folder
    std::string model;
    int limit = 1000;  ///< pictures that the stages are measured on
    int batch = 16;
    int threads = 0;
};
/// Each stage's CPU time alone, the bare model loop, and an import from end to end: what the import reaches
/// of the rate that its stages allow on these cores.
Result<Answer> bench_import(Context& context, const BenchImportArguments& arguments);

/// Picture files named by `paths`, folders walked through; absolute. NotFound where there is none.
Result<std::vector<std::string>> pictures_under(const std::vector<std::string>& paths);

}  // namespace fieldmark::cli
