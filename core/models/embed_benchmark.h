// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/models/backbone.h"

namespace fieldmark {

/// Timings of the bare model loop: pixels in memory, no decoding, no writing.
struct EmbedBenchmark {
    std::string model;
    std::string engine;
    int batch = 0;
    int threads = 0;                    ///< as asked for; 0: all cores
    std::vector<double> seconds;        ///< of each repetition of one batch, after the warm-up
    double images_per_second = 0;       ///< by the median repetition
    double best_images_per_second = 0;  ///< by the fastest one
};

/// Embeds `batch` generated pictures again and again: 3 times to warm up, then until `seconds` have passed,
/// at least 5 times. Runs on the calling thread. Errors are those of Backbone::embed; Usage for a batch
/// below 1.
Result<EmbedBenchmark> benchmark_embedding(Backbone& backbone, int batch, int threads, double seconds);

}  // namespace fieldmark
