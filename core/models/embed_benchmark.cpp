// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/embed_benchmark.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>

#include "core/models/self_measurement.h"

namespace fieldmark {

Result<EmbedBenchmark> benchmark_embedding(Backbone& backbone, int batch, int threads, double seconds) {
    constexpr int kMaxBatch = 4096;
    if (batch < 1 || batch > kMaxBatch)
        return Error{ErrorKind::Usage,
                     "The batch size must be between 1 and " + std::to_string(kMaxBatch) + "."};
    const ModelInfo& info = backbone.info();
    std::vector<std::uint8_t> pixels(static_cast<std::size_t>(batch) *
                                     static_cast<std::size_t>(info.input_width) *
                                     static_cast<std::size_t>(info.input_height) * 3);
    // Any content will do: the arithmetic takes the same time. A fixed generator keeps runs comparable.
    std::uint32_t state = 1;
    for (std::uint8_t& pixel : pixels) {
        state = state * 1664525u + 1013904223u;
        pixel = static_cast<std::uint8_t>(state >> 24);
    }

    EmbedBenchmark result;
    result.model = info.name;
    result.engine = backbone.engine();
    result.batch = batch;
    result.threads = threads;
    constexpr int kWarmUp = 3;
    constexpr std::size_t kLeastRepetitions = 5;
    using Clock = std::chrono::steady_clock;
    for (int i = 0; i < kWarmUp; ++i)
        if (const auto done = backbone.embed(pixels, batch); !done) return done.error();
    const auto begin = Clock::now();
    while (result.seconds.size() < kLeastRepetitions ||
           std::chrono::duration<double>(Clock::now() - begin).count() < seconds) {
        const auto start = Clock::now();
        if (const auto done = backbone.embed(pixels, batch); !done) return done.error();
        result.seconds.push_back(std::chrono::duration<double>(Clock::now() - start).count());
    }
    std::vector<double> sorted = result.seconds;
    std::sort(sorted.begin(), sorted.end());
    result.images_per_second = batch / sorted[sorted.size() / 2];
    result.best_images_per_second = batch / sorted.front();
    return result;
}

Result<DeviceBenchmark> benchmark_device(Backbone& backbone, Backbone& exact,
                                         std::span<const std::uint8_t> pixels, int count, int batch) {
    DeviceTimer* const timer = device_timer_of(backbone);
    const Error on_cpu{ErrorKind::Unsupported,
                       "The model \"" + backbone.info().name + "\" does not run on a device of its own."};
    if (!timer) return on_cpu;
    if (count < 2 || batch < 1)
        return Error{ErrorKind::Usage, "A comparison needs two pictures at least, and a batch of one."};
    const std::size_t picture = pixels.size() / static_cast<std::size_t>(count);
    const int timed = std::min(count, batch);
    const auto times = timer->time_parts(pixels.first(picture * static_cast<std::size_t>(timed)), timed);
    if (!times) return times.error();
    const auto wanted = exact.embed(pixels, count);
    if (!wanted) return wanted.error();
    const auto got = backbone.embed(pixels, count);
    if (!got) return got.error();

    DeviceBenchmark result;
    result.times = *times;
    result.pictures = count;
    const int dimension = backbone.info().dimension;
    result.recall_at_10 = rank_agreement(*wanted, *got, count, dimension);
    const auto width = static_cast<std::size_t>(dimension);
    for (std::size_t row = 0; row < wanted->size(); row += width) {
        double product = 0, squares = 0, others = 0;
        for (std::size_t i = row; i < row + width; ++i) {
            product += double{(*wanted)[i]} * (*got)[i];
            squares += double{(*wanted)[i]} * (*wanted)[i];
            others += double{(*got)[i]} * (*got)[i];
        }
        const double distance = 1 - product / std::sqrt(squares * others);
        result.mean_cosine_distance += distance / count;
        result.worst_cosine_distance = std::max(result.worst_cosine_distance, distance);
    }
    return result;
}

}  // namespace fieldmark
