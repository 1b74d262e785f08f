// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/models/backbone.h"
#include "core/models/device_times.h"

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

/// What bounds a backbone on a device, and how far its embeddings are from another's.
struct DeviceBenchmark {
    DeviceTimes times;
    int pictures = 0;  ///< compared
    double recall_at_10 = 0;
    double mean_cosine_distance = 0;
    double worst_cosine_distance = 0;
};

/// `pixels`: (count, input_height, input_width, 3), embedded by both; `exact` is the reference on the CPU.
/// Each step of `batch` of them is timed alone. Unsupported for a backbone that runs on the CPU; else errors
/// are those of Backbone::embed.
Result<DeviceBenchmark> benchmark_device(Backbone& backbone, Backbone& exact,
                                         std::span<const std::uint8_t> pixels, int count, int batch);

}  // namespace fieldmark
